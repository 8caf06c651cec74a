/**
 * Of every format that gateways write: any cut, order, overlap, packing or re-export of its log gives the same rows. And
 * of every layout and packing that logs come in: the same rows with the same fill table.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { intakeFacts } from "../../../src/labs/traffic/desk/intake-facts.js";
import type { SqlEngine } from "../../../src/labs/traffic/engine.js";
import { ingest } from "../../../src/labs/traffic/host/ingest.js";
import { ChdbEngine } from "../../../src/labs/traffic/host/sql/chdb-engine.js";
import { logRoot } from "../../../src/labs/traffic/log/facts.js";
import { recordsOf } from "../../../src/labs/traffic/log/requests.js";
import { FIXTURES } from "./log-formats.js";
import { LAYOUT_NAMES, recordsIn, writeLaidOut } from "./relaid.js";

const hasEngine = existsSync("node_modules/chdb");
const scratch = mkdtempSync(join(tmpdir(), "assay-relaid-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const SLOW = Boolean(Number(process.env.SLOW));
/** One layout a format, the same each time; with SLOW=1 twelve, drawn anew. */
const DRAWS = SLOW ? { numRuns: 12 } : { numRuns: 1, seed: 1 };

describe.skipIf(!hasEngine)("a log laid out anew", () => {
  let engine: SqlEngine;
  beforeAll(async () => {
    engine = await ChdbEngine.open(join(scratch, "engine"), 1);
  }, 60_000);
  afterAll(() => engine?.close());

  let folders = 0;
  const newFolder = () => {
    const folder = join(scratch, `f${folders++}`);
    mkdirSync(folder);
    return folder;
  };
  /** An intake's tables and folder, empty. */
  async function begin(): Promise<{ logs: string; take: () => ReturnType<typeof ingest> }> {
    for (const table of ["rows", "spare", "prompts", "templates", "again_keys", "terms"])
      await engine.run(`DROP TABLE IF EXISTS ${table}`);
    const [logs, folder] = [newFolder(), newFolder()];
    const take = () =>
      ingest(engine, {
        ...{ logs: [logs], folder, key: new Uint8Array(32).fill(3), mapping: null, reveal: false, threads: 1 },
        onProgress: () => undefined,
      });
    return { logs, take };
  }
  async function rowsIn(): Promise<{ rows: number; root: string }> {
    const [found] = await engine.rows<{ n: number }>("SELECT toUInt64(count()) AS n FROM rows");
    return { rows: found!.n, root: await logRoot(engine, found!.n) };
  }

  for (const fixture of FIXTURES)
    test(`${fixture.file}: any cut, order, overlap, packing or re-export`, async () => {
      const { logs, take } = await begin();
      writeFileSync(join(logs, fixture.file), fixture.text);
      await take();
      const expected = await rowsIn();
      expect(expected.rows).toBe(fixture.rows);
      const { records, table } = recordsIn(fixture);
      const last = records.length - 1;
      const layout = fc.constantFrom(...LAYOUT_NAMES);
      const windows = fc.array(fc.tuple(fc.nat(last), fc.nat(last), fc.nat(), layout), { maxLength: 3 });
      await fc.assert(
        fc.asyncProperty(windows, fc.nat(), layout, fc.boolean(), async (cuts, seed, restLayout, atOnce) => {
          const again = await begin();
          const files = cuts.map(([a, b, order, how]) => ({
            part: shuffled(records.slice(Math.min(a, b), Math.max(a, b) + 1), order),
            how,
          }));
          const covered = new Set(files.flatMap(({ part }) => part));
          files.push({
            part: shuffled(
              records.filter((r) => !covered.has(r)),
              seed,
            ),
            how: restLayout,
          });
          for (const [i, { part, how }] of files.entries()) {
            if (part.length === 0) continue;
            writeLaidOut(again.logs, `part-${i}`, part, how, table);
            if (!atOnce) await again.take();
          }
          await again.take();
          expect(await rowsIn()).toEqual(expected);
        }),
        DRAWS,
      );
    }, 240_000);

  test("every layout and packing gives the same rows with the same fill table", async () => {
    for (const file of SLOW ? ["helicone.jsonl", "otlp.jsonl", "table.csv"] : ["helicone.jsonl"]) {
      const { records, table } = recordsIn(FIXTURES.find((fixture) => fixture.file === file)!);
      let expected: unknown = null;
      for (const layout of LAYOUT_NAMES) {
        const { logs, take } = await begin();
        writeLaidOut(logs, "gateway", records, layout, table);
        const { manifest } = await take();
        const { fill, refusal, passedOver } = await intakeFacts(engine, manifest);
        const found = { ...(await rowsIn()), fill: { ...fill, lines: null }, refusal, passedOver };
        expected ??= found;
        expect({ layout, ...found }).toEqual({ layout, ...(expected as object) });
      }
    }
  }, 240_000);

  test.skipIf(!existsSync("node_modules/unbzip2-stream"))(
    "bzip2 gives the rows that the plain log gives",
    async () => {
      const found = [];
      for (const [name, bytes] of [
        ["gateway.jsonl", ASKED],
        ["gateway.jsonl.bz2", Buffer.from(PACKED, "base64")],
      ] as const) {
        const { logs, take } = await begin();
        writeFileSync(join(logs, name), bytes);
        const { manifest } = await take();
        found.push({ ...(await rowsIn()), fill: (await intakeFacts(engine, manifest)).fill });
      }
      expect(found[0]!.rows).toBe(6);
      expect(found[1]).toEqual(found[0]);
    },
    60_000,
  );
});

test("log events in the records of a page are unfolded, as they are alone", () => {
  const envelope = { owner: "1", logEvents: [{ id: "e0", timestamp: 1, message: '{"modelId":"m"}' }] };
  expect(recordsOf({ data: [envelope, { modelId: "n" }], has_more: false })).toEqual([
    ...recordsOf(envelope),
    { modelId: "n" },
  ]);
  expect(recordsOf(envelope)).toEqual([{ modelId: "m" }]);
});

/** Six requests of three users, and the same as bzip2 1.0.8 packs them. */
const ASKED = Array.from(
  { length: 6 },
  (_, i) => `{"timestamp":"2026-03-02T09:20:1${i}Z","user":"u${i % 3}","prompt":"Summarise chapter ${i}"}\n`,
).join("");
const PACKED =
  "QlpoOTFBWSZTWeKGw9oAAOpbgAAQUAZ/MAwQKmLeCjAAuAxgAAAADGAAAAAEVMik8Keo3qaIbTT1TA8D4HLPSIjcbjwPI5DI7DgYGB7aaaX7XBgdxwb9B7g/owOdi2wzJOY1HUG1YGIpSnQZGwhQfwYGRnW3zXa48DyOo4Go0GR5GR8DI+xuPscDYbDcaDUfQNB4HIchqMjqNB+AcDQcDQf8XckU4UJDihsPaA==";

function shuffled<T>(items: readonly T[], seed: number): T[] {
  return items
    .map((item, i) => ({ item, at: Math.imul(i + 1, seed | 1) >>> 0 }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
