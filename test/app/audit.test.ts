/** A run from its opening to a report that others check, through the functions the commands call; and what goes wrong. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AuditedRun, dataRows, jsonLines, openAuditedRun, stepRows } from "../../materials/audit/audited-run.ts";
import { verifyAudit } from "../../src/app/audit/audit-bundle.ts";
import { challengeOf, readSealed } from "../../src/app/audit/challenge.ts";
import { RowStore } from "../../src/app/audit/row-store.ts";
import { openRun, type RunLog } from "../../src/app/audit/run-log.ts";
import { canonicalJson } from "../../src/base/canonical-json.ts";
import { prng } from "../../src/base/prng.ts";
import { zip } from "../../src/evidence/zip.ts";
import type { AuditReport } from "../../src/office/audit/audit-report.ts";
import { drawn } from "../../src/office/audit/opening.ts";
import { treeRoot } from "../../src/office/audit/row-tree.ts";
import { EMPTY_EDGE, grow, rootOf } from "../../src/tlog/tree-growth.ts";

const home = mkdtempSync(join(tmpdir(), "assay-audit-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const PLANTED = "PLANTED-7f3a";
let run: AuditedRun;
let log: RunLog;
let files: Map<string, Uint8Array>;
let opening: string;

beforeAll(async () => {
  run = await openAuditedRun(home, "lm-01");
  const rows = stepRows("honest");
  await run.commit("steps", "steps.jsonl", jsonLines(rows.slice(0, 100)), 400);
  await run.commit("steps", "steps.jsonl", jsonLines(rows), 1000);
  const data = dataRows("honest").map((row, i) => ({ ...row, text: `${PLANTED}-${i}-` }));
  await run.commit("data", "data.jsonl", jsonLines(data), 1001);
  await run.draw("data", 60, "tokens");
  opening = await run.open("tokens");
  ({ files } = await run.report(opening));
  log = await openRun(run.folder);
});

describe("an honest run", () => {
  test("opened to a draw of tokens: nothing contradicts, and the bound is of tokens", async () => {
    const { report } = await run.report(opening);
    expect(report.checked.filter(({ status }) => status === "contradicted")).toEqual([]);
    expect(report.status).toBe("no contradiction found");
    expect(report.bounds.map(({ rule, unit, bad, unopened }) => [rule, unit, bad, unopened])).toEqual([
      ["licence", "tokens", 0, 0],
      ["one-chain", "rows", 0, 0],
    ]);
  });

  test("its bundle holds offline, with and without the rows", async () => {
    expect(verifyAudit(files).checks.filter(({ holds }) => !holds)).toEqual([]);
    const challenge = challengeOf(log.state, null);
    const rows = await readSealed(opening, run.auditor.identity, challenge);
    expect(verifyAudit(files, { opening: rows }).holds).toBe(true);
    const { files: whole } = await run.report(opening, null, true);
    expect(verifyAudit(whole).checks.map(({ name, holds }) => [name, holds])).toContainEqual(["opening", true]);
  });

  test("no row is in what goes out: not in the log, not in the sealed file, not in the bundle", () => {
    const all = [...files.values(), readFileSync(opening), ...publicFiles(run.folder)];
    expect(all.some((bytes) => Buffer.from(bytes).includes(PLANTED))).toBe(false);
  });

  test("rows that were not drawn are in no opening", async () => {
    const challenge = challengeOf(log.state, null);
    const rows = await readSealed(opening, run.auditor.identity, challenge);
    const shown = new Set(rows.rows.map(({ index }) => index));
    const text = JSON.stringify(rows);
    for (let i = 0; i < 4096; i++) expect(text.includes(`${PLANTED}-${i}-`), `row ${i}`).toBe(shown.has(i));
  });

  test("step rows: commitments grow, each check holds or says why not", async () => {
    await run.draw("steps", 100);
    const sealed = await run.open("steps");
    const { report } = await run.report(sealed);
    expect(report.status).toBe("no contradiction found");
    expect(Object.fromEntries(report.checked.map(({ id, status }) => [id, status]))).toEqual({
      clocks: "not checkable",
      "steps-rise": "holds",
      stride: "holds",
      schedule: "holds",
      "tokens-of-steps": "holds",
      time: "holds",
      pace: "not checkable",
      jumps: "holds",
    });
  });
});

const reportOf = (of: Map<string, Uint8Array>) => JSON.parse(Buffer.from(of.get("report.json")!).toString());

describe("what does not hold", () => {
  test("a byte that is changed is found, in every file of the bundle", () => {
    for (const [path, bytes] of files) {
      for (const at of [bytes.length >> 1]) {
        const changed = new Map(files);
        // A Buffer's own slice would be the same bytes.
        const copy = Uint8Array.from(bytes);
        copy[at]! ^= 1;
        changed.set(path, copy);
        expect(verifyAudit(changed).holds, `${path} at ${at}`).toBe(false);
      }
    }
  });

  test("a page by another version holds where a kept renderer writes it, and no other page does", () => {
    const report = reportOf(files);
    const write = (given: AuditReport) => `<p>${given.status}</p>`;
    const other = new Map(files).set("report.html", Buffer.from(write(report)));
    const page = (pages: ((given: AuditReport) => string)[]) =>
      verifyAudit(other, { pages }).checks.find(({ name }) => name === "page")!.holds;
    expect([page([]), page([write]), page([(given) => `${write(given)} `])]).toEqual([false, true, false]);
    // The built command's own way: kept renderers are read by Node itself, each of 0.8 MB.
    const code = `import { auditFilesAt } from "./dist/app/audit/audit-files.js";
import { verifyAuditAnyVersion } from "./dist/app/audit/verify-kept.js";
const { checks } = await verifyAuditAnyVersion(await auditFilesAt(process.argv[1]));
process.stdout.write(JSON.stringify(checks.filter(({ holds }) => !holds).map(({ name }) => name)));`;
    const failing = (name: string, of: Map<string, Uint8Array>) => {
      const path = join(home, name);
      writeFileSync(path, zip(of));
      return execFileSync(process.execPath, ["--input-type=module", "-e", code, path], { encoding: "utf8" });
    };
    expect(failing("other.zip", other)).toBe('["page"]');
    expect(failing("same.zip", files)).toBe("[]");
  });

  test("counts in a report that give another bound", () => {
    const report = JSON.parse(Buffer.from(files.get("report.json")!).toString());
    report.bounds[0].upper.count -= 1;
    const changed = new Map(files).set("report.json", Buffer.from(JSON.stringify(report)));
    expect(verifyAudit(changed).checks.find(({ name }) => name === "bounds")?.holds).toBe(false);
  });

  test("committed rows cannot be changed, and a run takes no rows away", async () => {
    const other = await openAuditedRun(home, "lm-02");
    await other.commit("steps", "s.jsonl", jsonLines(stepRows("a").slice(0, 50)), 400);
    await expect(other.commit("steps", "s.jsonl", jsonLines(stepRows("b").slice(0, 60)), 500)).rejects.toThrow(
      /no longer begins/,
    );
    await expect(other.commit("steps", "s.jsonl", jsonLines(stepRows("a").slice(0, 40)), 500)).rejects.toThrow(
      /fewer than/,
    );
    expect((await other.commit("steps", "s.jsonl", null, 500).catch((error) => error)).message).toMatch(/fewer than/);
  });

  test("an opening for another identity, and one that the log does not name", async () => {
    const challenge = challengeOf(log.state, null);
    await expect(readSealed(opening, run.maker.identity, challenge)).rejects.toThrow(/not sealed to this identity/);
    await expect(readSealed(join(home, "lm-01-data.jsonl"), run.auditor.identity, challenge)).rejects.toThrow(
      /not the opening/,
    );
  });
});

test("the tree of a store is the tree of the log's own code, at every size up to 600, however rows come in", async () => {
  const store = await RowStore.open(join(home, "tree"), "config", new Uint8Array(32));
  let edge = EMPTY_EDGE;
  const { rowBytes, rowLeaf, saltOf } = await import("../../src/office/audit/rows.ts");
  for (let i = 0; i < 600; i++) {
    const row = { key: `k${i}`, value: i, line: `sha256:${"0".repeat(64)}` };
    await store.append(row);
    const salt = saltOf(new Uint8Array(32), "config", i);
    const bytes = new Uint8Array([...salt, ...rowBytes(row, "row")]);
    expect(rowLeaf(salt, rowBytes(row, "row")).length).toBe(32);
    edge = grow(edge, [bytes]).edge;
    if (i % 37 === 0 || i > 590) {
      await store.flush();
      expect(await treeRoot(store.readHashes, i + 1)).toEqual(rootOf(edge));
    }
  }
  await store.save();
  await store.close();
  const again = await RowStore.open(join(home, "tree"), "config", new Uint8Array(32));
  expect(await treeRoot(again.readHashes, 600)).toEqual(rootOf(edge));
  await again.close();
});

test("rows whose keys have escapes come back as they were written, in any order of reading", async () => {
  const store = await RowStore.open(join(home, "escapes"), "config", new Uint8Array(32));
  const source = prng("keys with escapes", "seed");
  const key = () => Array.from({ length: 1 + source.below(3) }, () => '\\"a\n\t\u2028['[source.below(7)]).join("");
  const rows = Array.from({ length: 500 }, (_, i) => ({
    key: key(),
    value: Object.fromEntries(Array.from({ length: 4 }, () => [key(), { [key()]: i }])),
    line: `sha256:${"0".repeat(64)}` as const,
  }));
  for (const row of rows) await store.append(row);
  await store.save();
  for (const [i, row] of rows.entries()) expect(canonicalJson((await store.rowAt(i)).row)).toBe(canonicalJson(row));
  let at = 0;
  for await (const row of store.rows(rows.length)) expect(canonicalJson(row)).toBe(canonicalJson(rows[at++]!));
  expect(at).toBe(rows.length);
  await store.close();
});

test("a draw is the same for whoever repeats it, and fair: each of 50 rows about as often", () => {
  const counts = new Array(50).fill(0);
  for (let i = 0; i < 1000; i++) {
    const digest = `sha256:${i.toString(16).padStart(64, "0")}`;
    const challenge = {
      said: { unit: "rows", k: 10 },
      digest,
      target: { said: { root: "a".repeat(64), size: 50 } },
    } as never;
    const { rows } = drawn(challenge, "b".repeat(96));
    expect(new Set(rows).size).toBe(10);
    expect(drawn(challenge, "b".repeat(96)).rows).toEqual(rows);
    for (const row of rows) counts[row]++;
  }
  // 200 each, standard deviation 12.6: six of them either way.
  expect(Math.min(...counts)).toBeGreaterThan(124);
  expect(Math.max(...counts)).toBeLessThan(276);
});

/** What a run's folder shows to others: all but the maker's own. */
function publicFiles(folder: string): Buffer[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => !/^(private|state)\b/.test(name) && statSync(join(folder, name)).isFile())
    .map((name) => readFileSync(join(folder, name)));
}
