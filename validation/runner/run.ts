/**
 * Runs a study:
 *
 *   npm run build && node validation/runner/run.ts ID [--MATERIAL PATH]… [--cache FILE] [--minutes N] [--shard i/n]
 *     [--only KIND] [--as-far-as-done] [--write]
 *
 * With --cache each case is kept as it ends, and a second run goes on where the first stopped; several processes may share
 * one cache, each with its shard. --write writes validation/ID.json and ID.tables.md, states every declared kind with
 * its figures, and notes the code that was measured (measured.json). Without an ID it lists the studies.
 */
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { noteMeasured } from "../../tools/measured.ts";
import { countKinds, faultsOfCounts } from "./count-kinds.ts";
import type { Study } from "./study.ts";

type AnyStudy = Study<{ kind: string }, unknown>;

const here = join(import.meta.dirname, "..");
const say = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

const [id, ...rest] = process.argv.slice(2);
if (id === undefined || id.startsWith("-")) {
  const ids = readdirSync(here).flatMap((name) => {
    const path = join(here, name);
    return name.endsWith(".study.ts") && readFileSync(path, "utf8").includes("export default defineStudy")
      ? [name.replace(".study.ts", "")]
      : [];
  });
  process.stdout.write(`${ids.join("\n")}\n`);
  process.exit(id === undefined ? 2 : 0);
}
const study = ((await import(pathToFileURL(join(here, `${id}.study.ts`)).href)) as { default: AnyStudy }).default;
await run(study, rest);

async function run(study: AnyStudy, args: string[]): Promise<void> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args,
    options: {
      ...Object.fromEntries(Object.keys(study.materials).map((name) => [name, text])),
      cache: text,
      minutes: text,
      shard: text,
      only: text,
      "as-far-as-done": { type: "boolean" },
      write: { type: "boolean" },
    },
  });
  const options = values as Record<string, string | boolean | undefined>;
  const given: Record<string, string | undefined> = {};
  for (const [name, { what, default: usual, optional }] of Object.entries(study.materials)) {
    given[name] = (options[name] as string | undefined) ?? usual;
    if (given[name] === undefined && !optional) throw new Error(`${study.id}: expected --${name}: ${what}`);
  }
  const cases = await study.cases(given);
  const done = cached(options.cache as string | undefined);
  const [shard, shards] = ((options.shard as string | undefined) ?? "0/1").split("/").map(Number) as [number, number];
  const place = new Map(cases.map((one, at) => [one, study.order?.(one, cases) ?? at]));
  const left = cases
    .filter((one) => !done.has(study.idOf(one)))
    .sort((a, b) => place.get(a)! - place.get(b)!)
    .filter((one, at) => at % shards === shard && (options.only === undefined || one.kind === options.only));
  const until = Date.now() + Number(options.minutes ?? "600") * 60_000;
  try {
    for (const [at, one] of (options["as-far-as-done"] ? [] : left).entries()) {
      if (Date.now() > until) {
        say(`stopped after ${at} of ${left.length} cases; run again to go on`);
        return;
      }
      const result = await study.run(one, say);
      done.set(study.idOf(one), result);
      if (options.cache)
        appendFileSync(options.cache as string, `${JSON.stringify({ id: study.idOf(one), result })}\n`);
      if (at % 20 === 19) say(`${at + 1} of ${left.length} cases`);
    }
  } finally {
    await study.close?.();
  }
  const rows = cases.flatMap((one) => {
    const id = study.idOf(one);
    return done.has(id) ? [{ case: one, result: done.get(id) }] : [];
  });
  const { counted, kinds } = countKinds(study, rows, cases.length);
  const { json, tables } = study.summarise(counted);
  const stated = { ...json, declared: kinds };
  const faults = faultsOfCounts(stated);
  if (faults.length > 0) throw new Error(`${study.id}: a kind left the count: ${faults.join("; ")}`);
  for (const { name, counted, cases, hits } of kinds) say(`${name} (${counted}): ${cases} cases, ${hits ?? "–"} hits`);
  if (!options.write) return;
  writeFileSync(join(here, `${study.id}.json`), `${JSON.stringify(stated)}\n`);
  if (tables !== undefined) writeFileSync(join(here, `${study.id}.tables.md`), tables);
  noteMeasured(`validation/${study.id}.json`);
  say(`written: ${rows.length} of ${cases.length} cases`);
}

function cached(path: string | undefined): Map<string, unknown> {
  const done = new Map<string, unknown>();
  if (path === undefined || !existsSync(path)) return done;
  for (const line of readFileSync(path, "utf8").split("\n").filter(Boolean)) {
    const { id, result } = JSON.parse(line) as { id: string; result: unknown };
    done.set(id, result);
  }
  return done;
}
