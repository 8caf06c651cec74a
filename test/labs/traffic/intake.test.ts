/** What people's gateways write comes in whole, with a fill table; what misattributes rows is refused in words, and nobody is named. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { examineLogs } from "../../../src/labs/traffic/desk/examine-logs.js";
import { type IntakeFacts, intakeFacts } from "../../../src/labs/traffic/desk/intake-facts.js";
import type { SqlEngine } from "../../../src/labs/traffic/engine.js";
import { ingest } from "../../../src/labs/traffic/host/ingest.js";
import { ChdbEngine } from "../../../src/labs/traffic/host/sql/chdb-engine.js";
import type { Fill } from "../../../src/labs/traffic/log/fill.js";
import { instant } from "../../../src/labs/traffic/log/instant.js";
import { FORMATS } from "../../../src/labs/traffic/log/sniff.js";
import { trafficReport } from "../../../src/labs/traffic/report/usage.js";
import { FIXTURES, NAMELESS, VLLM_TEXT } from "./log-formats.js";

const hasEngine = existsSync("node_modules/chdb");
const scratch = mkdtempSync(join(tmpdir(), "assay-intake-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe.skipIf(!hasEngine)("intake", () => {
  let engine: SqlEngine;
  beforeAll(async () => {
    engine = await ChdbEngine.open(join(scratch, "engine"), 1);
  }, 60_000);
  afterAll(() => engine?.close());

  let taken = 0;
  /** One log into empty tables. */
  async function intake(file: string, text: string): Promise<IntakeFacts> {
    for (const table of ["rows", "spare", "prompts", "templates", "again_keys"])
      await engine.run(`DROP TABLE IF EXISTS ${table}`);
    const folder = join(scratch, `d${taken++}`);
    mkdirSync(folder);
    writeFileSync(join(folder, file), text);
    const { manifest } = await ingest(engine, {
      ...{ logs: [join(folder, file)], folder: join(folder, "data"), key: new Uint8Array(32).fill(3) },
      ...{ mapping: null, reveal: false, threads: 1, onProgress: () => undefined },
    });
    return intakeFacts(engine, manifest);
  }

  test("each format's requests are rows with the fields that it carries", async () => {
    // None of the formats that are known is without a log of its own.
    expect([...new Set(FIXTURES.map(({ format }) => format))].sort()).toEqual(FORMATS.map(({ id }) => id).sort());
    for (const { file, format, text, rows, skipped, fill: carried } of FIXTURES) {
      const { fill, refusal, sources } = await intake(file, text);
      const [source] = sources;
      expect([file, source!.rows, source!.rejects], file).toEqual([file, rows, {}]);
      expect(Object.keys(source!.formats).map((name) => name.replace(/ .*/, ""))).toEqual([format]);
      expect([file, fill!.lines.noRequests], file).toEqual([file, skipped]);
      expect([file, fillLine(fill!)]).toEqual([file, carried]);
      expect([file, fill!.largestAccount.share]).toEqual([file, 0.333333]);
      expect([file, refusal]).toEqual([file, null]);
    }
  }, 240_000);

  test("what names nobody gives no row, and each record is counted", async () => {
    for (const [file, text] of Object.entries(NAMELESS)) {
      const { fill, sources } = await intake(file, text);
      const [{ rows, skipped, rejects }] = sources as [IntakeFacts["sources"][0]];
      const counted = [...Object.values(skipped), ...Object.values(rejects)].reduce((sum, n) => sum + n, 0);
      expect({ file, fill, rows, counted }).toEqual({ file, fill: null, rows: 0, counted: 6 });
    }
    await expect(intake("vllm.log", VLLM_TEXT)).rejects.toThrow(/^expected a log of a known format/);
  });

  const spend = (i: number, more: object) => ({
    ...{ request_id: `r${i}`, call_type: "acompletion", api_key: `k${i % 6}`, user: `u${i % 9}`, model: "m" },
    startTime: new Date(Date.UTC(2026, 2, 2) + 1000 * i).toISOString(),
    ...{ prompt_tokens: 1 + i, completion_tokens: 2, messages: [{ role: "user", content: `hello ${i}` }] },
    ...more,
  });
  const log = (make: (i: number) => object) =>
    Array.from({ length: 60 }, (_, i) => `${JSON.stringify(spend(i, make(i)))}\n`).join("");

  test("a log that misattributes rows is refused in words", async () => {
    const why = async (make: (i: number) => object) => (await intake("spend.jsonl", log(make))).refusal;
    expect(await why(() => ({}))).toBeNull();
    expect(await why(() => ({ user: "default_user_id", end_user: "alice", api_key: "k" }))).toMatch(
      /one account holds all 60 rows/,
    );
    expect(await why(() => ({ user: "", end_user: "alice", api_key: "k", messages: {} }))).toMatch(
      /prompt 0 %; one account holds all 60 rows/,
    );
    // Pinned to the first caller, for the customers of six keys.
    expect(await why((i) => ({ user: "", end_user: i < 50 ? "alice" : `u${i}` }))).toMatch(
      /stands for several customers/,
    );
    expect(
      await why((i) => ({
        ...{ user: "", end_user: i % 2 ? "alice" : "bob", api_key: "k", messages: {} },
        proxy_server_request: { user: `u${i % 20}`, messages: [{ role: "user", content: `hello ${i}` }] },
      })),
    ).toMatch(/60 rows stand under 2 accounts although their requests name 20 users/);
    expect(await why((i) => ({ request_id: `chatcmpl-${i % 20}` }))).toMatch(
      /20 of 20 request ids stand on rows of several/,
    );
    expect(
      await why((i) => ({
        ...{ call_type: i % 2 ? "acompletion" : "aresponses", user: `u${(i >> 1) % 9}`, prompt_tokens: 7 },
        ...{ startTime: new Date(Date.UTC(2026, 2, 2) + 10_000 * (i >> 1)).toISOString() },
        messages: [{ role: "user", content: `hello ${i >> 1}` }],
      })),
    ).toMatch(/100 % of the rows stand twice/);
  }, 120_000);

  test("the finding of such a log is refused, names nobody and shows the fill table", async () => {
    const path = join(scratch, "pinned.jsonl");
    writeFileSync(
      path,
      log(() => ({ user: "default_user_id", end_user: "alice", api_key: "k" })),
    );
    const keyFile = join(scratch, "key");
    writeFileSync(keyFile, `${"07".repeat(32)}\n`);
    const { findings } = await examineLogs({
      ...{ logs: [path], folder: join(scratch, "pinned"), keyFile, keyMayBeNew: false, mapping: null, reveal: true },
      ...{ threads: 1, studies: [], onProgress: () => undefined },
    });
    for (const finding of findings) {
      expect(finding.outcome).toBe("refused");
      expect(finding.reason).toMatch(/one account holds all 60 rows/);
      expect(JSON.stringify(finding)).not.toMatch(/alice/);
      expect(finding.observations).toMatchObject({ log: { fill: { largestAccount: { share: 1 } } } });
    }
  }, 60_000);

  test("accounts that share a card and no network share no network", async () => {
    const row = (user: string, payment: string) =>
      `${JSON.stringify({ timestamp: "2026-03-02T09:20:00Z", user, prompt: "hello there", payment })}\n`;
    await intake("x.jsonl", row("a", "1") + row("b", "1") + row("c", "2"));
    const [found] = await engine.rows<{ a: string }>(
      "SELECT lower(hex(any(account))) AS a FROM rows GROUP BY payment ORDER BY count() DESC LIMIT 1",
    );
    const { sharing } = await trafficReport(engine, found!.a);
    expect(sharing).toMatchObject([{ networks: 0, payments: 1 }]);
  });
});

/** A fill table in one line: what is not in it no row carries. */
function fillLine({ fields }: Fill): string {
  return fields
    .filter(({ filled }) => filled > 0)
    .map(({ field, filled, values }) => `${field} ${values}${filled < 1 ? ` (${(100 * filled).toFixed(1)} %)` : ""}`)
    .join(", ");
}

describe("times", () => {
  const iso = (value: unknown) => {
    const read = instant(value);
    return typeof read === "string" ? read : new Date(read.ms).toISOString();
  };

  test("are read in their own zone or as UTC, whatever zone the machine is in", () => {
    const same = "2026-03-02T09:20:00.000Z";
    for (const text of [
      ...["2026-03-02T17:20:00+08:00", "2026-03-02 17:20:00+08", "2026-03-02T17:20:00+0800", "2026/03/02 09:20:00"],
      ...["Mon, 02 Mar 2026 09:20:00 GMT", "02/Mar/2026:09:20:00 +0000", "20260302T092000Z", "2026-03-02 09:20:00 UTC"],
      ...["1772443200", 1772443200, "1772443200000", "1772443200000000", "1772443200000000000", "1.7724432e9"],
      "2026-03-02T09:20:00",
    ])
      expect([text, iso(text)]).toEqual([text, same]);
    expect(instant("2026-03-02 09:20:00.847371")).toEqual({
      ms: Date.UTC(2026, 2, 2, 9, 20, 0, 847),
      nanos: 371_000,
      zoneless: true,
    });
    expect(instant(1772443200.847371)).toMatchObject({ nanos: 371_000, zoneless: false });
  });

  test("that can be read in two ways, or not at all, are said so", () => {
    for (const text of ["03/02/2026 09:20:00", "02/03/2026 09:20:00", "13/03/2026", "1.2.26"])
      expect(iso(text)).toMatch(/day and month/);
    expect(iso("2026-03-02T09:20:00 PST")).toMatch(/zone/);
    for (const value of [
      "",
      "soon",
      "0",
      "-5",
      null,
      true,
      {},
      "2026-02-31T00:00:00Z",
      "2026-03-02T25:00:00Z",
      Number.NaN,
    ])
      expect(iso(value)).toBe("no time that can be read");
  });
});
