/** The same log as JSON Lines, as CSV and as Parquet through a mapping file gives the same rows; an export comes back whole. */
import { createReadStream, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { exportLogs } from "../../../src/labs/traffic/desk/traffic-export.js";
import type { SqlEngine } from "../../../src/labs/traffic/engine.js";
import { csvBlocks } from "../../../src/labs/traffic/host/files/csv-blocks.js";
import { ingest } from "../../../src/labs/traffic/host/ingest.js";
import { ChdbEngine } from "../../../src/labs/traffic/host/sql/chdb-engine.js";
import { parseMapping } from "../../../src/labs/traffic/log/mapping.js";

const hasEngine = existsSync("node_modules/chdb");
const scratch = mkdtempSync(join(tmpdir(), "assay-tables-in-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const mapping = parseMapping(
  {
    type: "assay/log-mapping/v1",
    id: "ours",
    version: "1",
    source: "test",
    detect: [["when"]],
    time: [["when"]],
    account: [["who"]],
    prompt: [["asked"]],
    model: [["model"]],
    input: [["tokens"]],
  },
  "test",
);
const records = Array.from({ length: 60 }, (_, i) => ({
  when: new Date(Date.UTC(2026, 2, 1 + (i % 9), i % 24)).toISOString(),
  who: `user "${i % 7}", room ${i % 3}`,
  asked: `First line, with "quotes" and 5" pipes ${i % 11}\nsecond line – naïve 漢字`,
  model: "lumen",
  tokens: 10 + i,
}));
const quote = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`;
const csv = `when,who,asked,model,tokens\r\n${records.map((r) => `${r.when},${quote(r.who)},${quote(r.asked)},${r.model},${r.tokens}`).join("\r\n")}\r\n`;
const key = new Uint8Array(32).fill(5);

async function take(log: string, name: string, withMapping = true): Promise<{ rows: unknown[]; rejects: unknown }> {
  const folder = join(scratch, name);
  const engine = await ChdbEngine.open(join(folder, "engine"), 1);
  const { manifest } = await ingest(engine, {
    logs: [log],
    folder,
    key,
    mapping: withMapping ? mapping : null,
    reveal: false,
    threads: 1,
    onProgress: () => undefined,
  });
  const rows = await rowsOf(engine);
  await engine.close();
  return { rows, rejects: manifest.sources[0]!.rejects };
}

const rowsOf = (engine: SqlEngine) =>
  engine.rows(
    "SELECT toString(ts) AS t, hex(account) AS a, hex(prompt) AS p, model, input, turn FROM rows ORDER BY account, ts, prompt",
  );

describe.skipIf(!hasEngine)("tables as logs", () => {
  test("CSV and Parquet give the rows that JSON Lines give", async () => {
    writeFileSync(join(scratch, "log.jsonl"), records.map((r) => `${JSON.stringify(r)}\n`).join(""));
    writeFileSync(join(scratch, "log.csv"), csv);
    const engine = await ChdbEngine.open(join(scratch, "maker"), 1);
    await engine.run(
      `INSERT INTO FUNCTION file('${join(scratch, "log.parquet")}', 'Parquet') SELECT * FROM file('${join(scratch, "log.jsonl")}', 'JSONEachRow')`,
    );
    await engine.close();
    const own = await take(join(scratch, "log.jsonl"), "a");
    expect(own.rows.length).toBe(60);
    expect(await take(join(scratch, "log.csv"), "b")).toEqual(own);
    expect(await take(join(scratch, "log.parquet"), "c")).toEqual(own);
  }, 120_000);

  test("an export of hashed rows is taken in without key or mapping", async () => {
    const keyFile = join(scratch, "key");
    writeFileSync(keyFile, `${Buffer.from(key).toString("hex")}\n`);
    const out = join(scratch, "hashed.parquet");
    mkdirSync(join(scratch, "d"), { recursive: true });
    const written = await exportLogs({
      logs: [join(scratch, "log.jsonl")],
      folder: join(scratch, "d"),
      keyFile,
      keyMayBeNew: false,
      mapping,
      reveal: false,
      threads: 1,
      out,
      onProgress: () => undefined,
    });
    expect(written).toBe(60);
    const own = await take(join(scratch, "log.jsonl"), "a");
    expect((await take(out, "e", false)).rows).toEqual(own.rows);
  }, 120_000);
});

test("broken CSV records become lines that are counted, and a quote inside a field opens nothing", async () => {
  const path = join(scratch, "broken.csv");
  writeFileSync(path, 'a,b\n1,2\n3\n4,5,6\n"open,7\n8,9" x\n10,5" pipe\n"x""y","1\n2"\n11,12');
  const blocks: string[] = [];
  for await (const { bytes } of csvBlocks(createReadStream(path), 0, false, path))
    blocks.push(Buffer.from(bytes).toString());
  const lines = blocks.join("").trim().split("\n");
  expect(lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line))).toEqual([
    { a: "1", b: "2" },
    { a: "10", b: '5" pipe' },
    { a: 'x"y', b: "1\n2" },
    { a: "11", b: "12" },
  ]);
  expect(lines.filter((line) => line.startsWith("CSV record")).length).toBe(3);
});
