/** A hostile log, plain and gzipped, through the whole intake: every line ends as a row or as a counted reject. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { ingest } from "../../../src/labs/traffic/host/ingest.js";
import { ChdbEngine } from "../../../src/labs/traffic/host/sql/chdb-engine.js";

const hasEngine = existsSync("node_modules/chdb");
const scratch = mkdtempSync(join(tmpdir(), "assay-hostile-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const good = (i: number, more: object = {}) =>
  JSON.stringify({
    request_id: `r${i}`,
    call_type: "acompletion",
    api_key: "k",
    startTime: `2026-03-0${1 + (i % 9)}T00:00:00Z`,
    user: `u${i}`,
    messages: [{ role: "user", content: `hello ${i}` }],
    ...more,
  });

/** 9 rows and 8 rejects. */
function hostileLog(): Buffer {
  const keys = Array.from({ length: 1_000_000 }, (_, i) => `"k${i}":0`).join(",");
  const lines: (string | Buffer)[] = [
    good(1),
    `{"request_id":"big","user":"u","messages":"${"x".repeat(100 * 1024 * 1024)}"}`, // 100 MB
    good(2),
    `${"[".repeat(2_000_000)}${"]".repeat(2_000_000)}`,
    `${'{"a":'.repeat(500_000)}1${"}".repeat(500_000)}`,
    good(3),
    Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]), // broken UTF-8
    Buffer.from([0xff, 0xfe, 0x00, 0x00]),
    good(4, { startTime: "9999-12-31T23:59:59Z" }),
    good(5, { startTime: "+275760-09-13T00:00:00Z" }),
    good(6, { startTime: 1e300 }),
    `{${keys},${good(7).slice(1)}`, // a million keys, still a row
    good(8, { prompt_tokens: -5, completion_tokens: "1e400" }),
    "",
    good(9, { metadata: { user_agent: { deep: [[[["x"]]]] } } }),
    good(10, { __proto__: { polluted: true }, constructor: 1, messages: [null, 3, { role: "user" }] }),
    good(11, { user: "u".repeat(1_000_000) }),
    good(12),
  ];
  return Buffer.concat(lines.flatMap((line) => [Buffer.from(line as string), Buffer.from("\n")]));
}

describe.skipIf(!hasEngine)("a hostile log", () => {
  test("ends in counted rejects, the same in a gzip file, with memory bounded", async () => {
    const bytes = hostileLog();
    writeFileSync(join(scratch, "log.jsonl"), bytes);
    writeFileSync(join(scratch, "log.jsonl.gz"), gzipSync(bytes, { level: 1 }));
    const counts: unknown[] = [];
    for (const name of ["log.jsonl", "log.jsonl.gz"]) {
      const folder = join(scratch, `${name}-tables`);
      const engine = await ChdbEngine.open(join(folder, "engine"), 1);
      const { manifest, newRows } = await ingest(engine, {
        logs: [join(scratch, name)],
        folder,
        key: new Uint8Array(32).fill(4),
        mapping: null,
        reveal: false,
        threads: 1,
        onProgress: () => undefined,
      });
      const [stored] = await engine.rows<{ n: number }>("SELECT toUInt64(count()) AS n FROM rows");
      await engine.close();
      const [source] = manifest.sources;
      const rejected = Object.fromEntries(
        Object.entries(source!.rejects).map(([reason, { count }]) => [reason, count]),
      );
      expect(stored!.n).toBe(newRows);
      expect(newRows + Object.values(rejected).reduce((a, b) => a + b, 0)).toBe(source!.lines);
      for (const { first } of Object.values(source!.rejects)) expect(first.length).toBeLessThanOrEqual(200);
      counts.push({ lines: source!.lines, rows: newRows, rejected });
    }
    expect(counts[1]).toEqual(counts[0]);
    expect(counts[0]).toEqual({
      lines: 17,
      rows: 9,
      rejected: {
        "a line longer than 16 MiB": 1,
        "no time that can be read": 3 /* two million brackets are JSON, but no row */,
        "not UTF-8": 2,
        "a time outside 2015 to 2100": 2,
      },
    });
  }, 120_000);
});
