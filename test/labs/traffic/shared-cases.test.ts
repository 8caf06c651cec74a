/**
 * Logs that once came in wrong (`cases/traffic` of the shared material): each is right now, or refused with a count. The
 * same kinds stand as tests without that material in intake, rows-once, tables-in and parse.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { intakeFacts } from "../../../src/labs/traffic/desk/intake-facts.js";
import type { SqlEngine } from "../../../src/labs/traffic/engine.js";
import { ingest } from "../../../src/labs/traffic/host/ingest.js";
import { ChdbEngine } from "../../../src/labs/traffic/host/sql/chdb-engine.js";
import { SHARED } from "../../shared-material.js";

const CASES = join(SHARED, "cases", "traffic");
const hasEngine = existsSync("node_modules/chdb");

/** Rows of each source, accounts in all, what is refused, and fields that have to be there in every row. */
type Expected = [rows: number[], accounts: number, rejects?: Record<string, number>, filled?: string[]];
const NO_USER = "neither user nor key";
const NO_TIME = "no time that can be read";

const RIGHT: Record<string, Expected> = {
  // Messages {}, the body in proxy_server_request, JSON held as text, `end_user` before a default `user`.
  ...Object.fromEntries(
    ["api-objects.jsonl", "psql-copy.csv", "pubsub-strings.jsonl"].map((name): [string, Expected] => [
      `01-litellm-spend-real/${name}`,
      [[3], 3, {}, ["prompt", "system", "payment", "network"]],
    ]),
  ),
  // Aggregates and logs without users give no rows, and say how many lines that were.
  "02-formats/azure-trace.csv": [[0], 0, { [NO_USER]: 1 }],
  "02-formats/burstgpt.csv": [[0], 0, { "a time outside 2015 to 2100": 2 }],
  "02-formats/sglang.jsonl": [[0], 0, { [NO_USER]: 1 }],
  "02-formats/bedrock-invocation.jsonl": [[1], 1, {}, ["prompt"]],
  "02-formats/cloudflare-api.jsonl": [[1], 1, {}, ["prompt", "system"]],
  "02-formats/cloudflare-logpush.jsonl": [[1], 1, {}, ["prompt", "system"]],
  "02-formats/gemini-body.jsonl": [[1], 1, {}, ["prompt", "system"]],
  "02-formats/helicone.jsonl": [[1], 1, {}, ["prompt", "system"]],
  // Three observations of one request.
  "02-formats/langfuse-export.jsonl": [[1], 1, {}, ["prompt", "system", "session"]],
  "02-formats/openai-responses.jsonl": [[2], 1, {}, ["prompt", "system"]],
  "02-formats/openllmetry.jsonl": [[2], 2, {}, ["prompt", "system"]],
  // Carries no prompt.
  "02-formats/otel-clickhouse.jsonl": [[1], 1, {}, ["model"]],
  "02-formats/otlp-file-exporter.jsonl": [[3], 3, {}, ["prompt"]],
  "02-formats/otlp-span-lines.jsonl": [[2], 2, {}, ["prompt"]],
  "03-files/a-same-first-line": [[21, 40, 10], 6],
  "03-files/b-json-array": [[20], 5],
  "03-files/b2-json-array-pretty": [[20], 5],
  "03-files/b3-array-lines": [[20], 5],
  "03-files/c-overlap": [[20, 10], 5],
  "03-files/d-copy": [[20], 5],
  "03-files/e-reordered": [[20, 0], 5],
  "03-files/f-partitions": [[20, 0], 5],
  "03-files/f2-ext": [[1, 19], 5],
  "03-files/g-bom": [[20], 5],
  "03-files/g-bom-one": [[1], 1],
  "03-files/g-crlf": [[20], 5],
  "03-files/g-utf16": [[20], 5],
  "03-files/h-gz": [[20], 5],
  "03-files/h-gz-misnamed": [[20], 5],
  "03-files/h-gz-trunc": [[14], 5, { "not JSON": 1 }],
  "03-files/i-mixed": [[120], 6, {}, ["prompt"]],
  "03-files/i2-evolve": [[120], 5, {}, ["prompt"]],
  "03-files/j-bigint": [[10], 10],
  "03-files/k-times": [
    [18],
    1,
    {
      "a time in a zone that only has a name": 1,
      "a time whose day and month cannot be told apart": 3,
      [NO_TIME]: 2,
    },
  ],
  "03-files/k2-numtimes": [[6], 1],
  "03-files/l-tokens": [[8], 1, { "not JSON": 1 }],
  "03-files/m-nfc": [[5], 3],
  "03-files/n-nul": [[2], 2, { "not JSON": 1 }],
  "03-files/o-csv-bom-crlf": [[2], 2],
  "03-files/o-csv-case": [[1], 1],
  "03-files/o-csv-nul": [[0], 0, { [NO_USER]: 4 }],
  "03-files/o-csv-quote": [[20], 20, { "not JSON": 1 }],
  "03-files/o-csv-sameFirst": [[21, 30], 31],
  "03-files/o-csv-semi": [[1], 1],
  "03-files/o-csv-space": [[1], 1],
  "03-files/p-nulls": [[2], 1, { [NO_USER]: 10 }],
  // Integers above 2^53, and three ways to write a time.
  "04-parquet/bigid.parquet": [[30], 30],
  "04-parquet/naive.parquet": [[5], 3],
  "04-parquet/tz.parquet": [[30], 3],
  "05-rerun/d": [[2, 1], 2],
  "07-sharing-absent/x.jsonl": [[4], 3],
  "11-same-first-line-logs/a.jsonl 11-same-first-line-logs/b.jsonl 11-same-first-line-logs/c.jsonl": [
    [500, 400, 700],
    7,
    { [NO_TIME]: 3 },
  ],
  "11-same-first-line-logs/gw-1.jsonl 11-same-first-line-logs/gw-2.jsonl": [[301, 300], 3],
  "12-recompute/log.jsonl": [[3000], 60],
};
const REFUSED: Record<string, RegExp> = {
  "02-formats/anthropic-usage.csv": /^expected a log of a known format/,
  "02-formats/vllm.log": /^expected a log of a known format/,
  "03-files/o-csv-dup": /"user" 2 times in x\.csv/,
};

describe.skipIf(!hasEngine || !existsSync(CASES))("logs that once came in wrong", () => {
  const scratch = mkdtempSync(join(tmpdir(), "assay-cases-"));
  let engine: SqlEngine;
  beforeAll(async () => {
    engine = await ChdbEngine.open(join(scratch, "engine"), 1);
  }, 60_000);
  afterAll(async () => {
    await engine?.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  let taken = 0;
  async function facts(name: string) {
    for (const table of ["rows", "spare", "prompts", "templates", "again_keys"])
      await engine.run(`DROP TABLE IF EXISTS ${table}`);
    const logs = name.split(" ").map((path) => join(CASES, path));
    const { manifest } = await ingest(engine, {
      ...{ logs, folder: join(scratch, `d${taken++}`), key: new Uint8Array(32).fill(3), mapping: null, reveal: true },
      ...{ threads: 1, onProgress: () => undefined },
    });
    return intakeFacts(engine, manifest);
  }

  test("each gives its rows and accounts, and counts what it refuses", async () => {
    for (const [name, [rows, accounts, rejects = {}, filled = []]] of Object.entries(RIGHT)) {
      const { sources, fill } = await facts(name);
      const by = new Map((fill?.fields ?? []).map((field) => [field.field, field]));
      const refused: Record<string, number> = {};
      for (const source of sources)
        for (const [reason, n] of Object.entries(source.rejects)) refused[reason] = (refused[reason] ?? 0) + n;
      expect({ name, rows: sources.map((s) => s.rows), accounts: by.get("account")?.values ?? 0, refused }).toEqual({
        name,
        rows,
        accounts,
        refused: rejects,
      });
      for (const field of filled) expect([name, field, by.get(field)?.filled]).toEqual([name, field, 1]);
    }
  }, 240_000);

  test("what is no log of requests is refused in words", async () => {
    for (const [name, why] of Object.entries(REFUSED)) await expect(facts(name)).rejects.toThrow(why);
  });

  test("a log whose users were pinned to the first caller is refused", async () => {
    expect((await facts("13-end-user-pinned/spend.jsonl")).refusal).toMatch(/one account holds all 240 rows/);
  });
});
