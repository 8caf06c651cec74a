/**
 * Descriptions of interfaces of fictional services, from which a public generator makes clients that carry no line saying
 * so: makers who share the generator and nothing else.
 *
 *   node materials/code/openapi-specs.ts OUT [MAKERS]
 *   openapi-python-client generate --path OUT/MAKER.json --output-path CLIENTS/MAKER --meta none    # 0.25 and later
 */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const THINGS =
  "parcel berth orchard ledger kiln trawler beehive quarry signal tenant lantern ferry vineyard turbine archive choir loom meadow pump harbour observatory tram glacier mill orchid saddle carriage foundry well bakery stable wharf lock canal buoy granary weir tannery smithy brewery".split(
    " ",
  );
const FIELDS =
  "name code weight opened closed owner status note length depth price amount region grade label count ratio started ended email phone rank shade origin batch season voltage pressure capacity remark".split(
    " ",
  );
const TYPES = [
  { type: "string" },
  { type: "integer" },
  { type: "number" },
  { type: "boolean" },
  { type: "string", format: "date-time" },
  { type: "string", format: "date" },
  { type: "array", items: { type: "string" } },
] as const;

const [out, makers = "24"] = process.argv.slice(2) as [string, string?];
mkdirSync(out, { recursive: true });
for (let maker = 0; maker < Number(makers); maker++) {
  let drawn = 0;
  const below = (n: number): number =>
    createHash("sha256").update(`openapi ${maker} ${drawn++}`).digest().readUInt32BE() % n;
  const things = new Set<string>();
  while (things.size < 4 + below(4)) things.add(THINGS[below(THINGS.length)]!);
  const schemas: Record<string, object> = {};
  const paths: Record<string, object> = {};
  for (const thing of things) {
    const name = thing[0]!.toUpperCase() + thing.slice(1);
    const properties: Record<string, object> = { id: { type: "string", format: "uuid" } };
    for (let field = 3 + below(8); field > 0; field--)
      properties[FIELDS[below(FIELDS.length)]!] = TYPES[below(TYPES.length)]!;
    if (below(2)) properties.state = { type: "string", enum: ["new", "open", "done"].slice(0, 2 + below(2)) };
    const names = Object.keys(properties);
    schemas[name] = { type: "object", required: names.slice(0, 1 + below(names.length)), properties };
    const ref = { $ref: `#/components/schemas/${name}` };
    const json = (schema: object) => ({ content: { "application/json": { schema } } });
    const answer = (schema: object) => ({ description: "as asked", ...json(schema) });
    const id = { name: "id", in: "path", required: true, schema: { type: "string" } };
    const filters = Array.from({ length: below(4) }, () => FIELDS[below(FIELDS.length)]!);
    paths[`/${thing}s`] = {
      get: {
        operationId: `list_${thing}s`,
        tags: [thing],
        parameters: [...new Set(filters)].map((name) => ({ name, in: "query", schema: TYPES[below(4)] })),
        responses: { 200: answer({ type: "array", items: ref }) },
      },
      post: {
        operationId: `add_${thing}`,
        tags: [thing],
        requestBody: { required: true, ...json(ref) },
        responses: { 201: answer(ref) },
      },
    };
    paths[`/${thing}s/{id}`] = {
      get: { operationId: `get_${thing}`, tags: [thing], parameters: [id], responses: { 200: answer(ref) } },
      ...(below(2)
        ? {
            delete: {
              operationId: `drop_${thing}`,
              tags: [thing],
              parameters: [id],
              responses: { 204: { description: "gone" } },
            },
          }
        : {}),
    };
  }
  const title = `${[...things][0]} office ${maker}`;
  const spec = { openapi: "3.0.3", info: { title, version: "1.0" }, paths, components: { schemas } };
  writeFileSync(join(out, `office-${maker}.json`), `${JSON.stringify(spec, null, 1)}\n`);
}
