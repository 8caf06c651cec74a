/** A declaration judged by the entries that bear on it alone gets the answer that the whole register gives. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DESCENTS } from "../../src/app/known.js";
import { askedBy } from "../../src/app/register/append-fold.js";
import { canonicalJsonBytes } from "../../src/base/canonical-json.js";
import { sha256Digest } from "../../src/base/digest.js";
import { prng } from "../../src/base/prng.js";
import { readAppendRows, writeAppendRows } from "../../src/host/log/append-rows.js";
import { admit, type RefusalReason } from "../../src/office/register/admission.js";
import { parseAppendPolicy } from "../../src/office/register/append-policy.js";
import { bearingOn, ROW_WORDS, rowOf } from "../../src/office/register/append-rows.js";
import type { Kind, Predicates } from "../../src/office/register/declarations/kinds.js";
import { decodeRecord, type LoggedRecord, policyRecord } from "../../src/office/register/register-entry.js";
import { RegisterIndex } from "../../src/office/register/register-index.js";
import { SAMPLES } from "./samples.js";
import { bundleOf, derivation, ISSUED, model, NOW, party, policyBytes } from "./world.js";

const PARTIES = [
  party("Northwind", ["publisher"], ["northwind/"]),
  party("Southwind", ["publisher"], ["southwind/", "n0rthwind/"]),
  party("Scribe", ["compiler"], ["*"]),
  party("Auditor", ["auditor"], []),
  party("Doubter", ["challenger"], []),
  party("Court", ["authority"], []),
];
const MODELS = [
  "northwind/lm",
  "n0rthwind/lm",
  "northwind/lm-2",
  "southwind/base",
  "southwind/rnodel",
  "southwind/model",
];
const KINDS: Kind[] = [
  "derivation",
  "origin",
  "evaluation",
  "withdrawal",
  "correction",
  "challenge",
  "challenge-closed",
  "audit",
];
const BODY = policyBytes(PARTIES);
const TRIES = 600;

test(`${TRIES} random tries: the same answer, and the same place in the log`, () => {
  const draw = prng("assay/append-rows-test", "tries");
  const of = <T>(list: readonly T[]): T => list[draw.below(list.length)]!;
  const whole = new RegisterIndex(DESCENTS);
  const records: LoggedRecord[] = [];
  const rows: number[] = [];
  const log = (record: LoggedRecord) => {
    whole.add(record, bodyOf(record));
    records.push(record);
    rows.push(...rowOf(record));
  };
  log(policyRecord(sha256Digest(BODY), NOW));
  const statements: string[] = [];
  const met = new Set<RefusalReason | "admitted">();
  let folded = 0;
  for (let i = 0; i < TRIES; i++) {
    const [by, name, kind] = [of(PARTIES), of(MODELS), of(KINDS)];
    // Twice a name under another model's id: what was first called otherwise.
    const subject = { ...model(name), ...(draw.below(20) === 0 ? { id: model(of(MODELS)).id } : {}) };
    const about = draw.below(4) === 0 || statements.length === 0 ? sha256Digest(BODY) : of(statements);
    const said = saying(kind, about, i, draw.below(3) === 0);
    const bundle = bundleOf(by, { subject, kind, predicate: said as never });
    const asked = askedBy([bundle])!;
    const part = new RegisterIndex(DESCENTS);
    for (const at of bearingOn(Uint32Array.from(rows), asked)) {
      part.passTo(at);
      part.add(records[at]!, bodyOf(records[at]!));
      folded++;
    }
    part.passTo(records.length);
    const judged = admit(whole, bundle, NOW);
    expect(JSON.stringify(admit(part, bundle, NOW))).toBe(JSON.stringify(judged));
    expect(part.size).toBe(whole.size);
    met.add(judged.admitted ? "admitted" : judged.reason);
    if (judged.admitted) {
      log(judged.record);
      statements.push(judged.record.statement);
    }
    if (i === TRIES - 60)
      log(decodeRecord(canonicalJsonBytes({ type: "later/v1", of: model("southwind/base").id }), "later"));
  }
  expect(rows.length).toBe(records.length * ROW_WORDS);
  expect([...met].sort()).toEqual(
    [
      "admitted",
      "foreign",
      "look-alike",
      "malformed",
      "name",
      "no-such-statement",
      "not-own",
      "replay",
      "role",
      "settled",
      "standing",
    ].sort(),
  );
  expect(folded).toBeLessThan(TRIES * records.length);
});

test("kept rows are used as they were written, and made anew where anything of them is otherwise", async () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-append-rows-"));
  try {
    mkdirSync(join(folder, "state"));
    const kept = { size: 2, root: new Uint8Array(32).fill(7), rows: new Uint8Array(64).map((_, i) => i) };
    await writeAppendRows(folder, "form", kept, 0);
    expect(await readAppendRows(folder, "form", 32)).toEqual(kept);
    expect(await readAppendRows(folder, "another form", 32)).toBe(null);
    const more = { size: 3, root: kept.root, rows: new Uint8Array(96).map((_, i) => i) };
    await writeAppendRows(folder, "form", more, 64);
    expect(await readAppendRows(folder, "form", 32)).toEqual(more);
    const bytes = readFileSync(join(folder, "state/append-rows"));
    bytes[40]! ^= 1;
    writeFileSync(join(folder, "state/append-rows"), bytes);
    expect(await readAppendRows(folder, "form", 32)).toBe(null);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("orders, and what is no declaration", () => {
  const [by] = PARTIES;
  const order = bundleOf(by!, { subject: model("northwind/lm"), kind: "order", predicate: SAMPLES.order });
  expect(askedBy([order])).toBe(null);
  expect(askedBy([order.slice(1)])).toEqual({ statements: [], models: [], names: [] });
});

function bodyOf(record: LoggedRecord) {
  return "policy" in record ? parseAppendPolicy(BODY, "policy") : null;
}

/** A predicate of a kind; a part of them are said twice, and so a replay. */
function saying(kind: Kind, about: string, i: number, again: boolean): Predicates[Kind] {
  const reason = again ? "again" : `as ${i}`;
  if (kind === "withdrawal") return { issued: ISSUED, withdraws: i % 7 === 0 ? null : about, reason };
  if (kind === "derivation") return derivation([], { licence: again ? "mit" : `licence-${i}` });
  if (kind === "origin" || kind === "evaluation") return again ? SAMPLES[kind] : { ...SAMPLES[kind], issued: at(i) };
  if (kind === "correction") return { ...SAMPLES.correction, corrects: about, issued: at(i) };
  if (kind === "challenge") return { ...SAMPLES.challenge, against: about, issued: at(i) };
  if (kind === "challenge-closed") return { ...SAMPLES["challenge-closed"], challenge: about, issued: at(i) };
  return { ...SAMPLES.audit, statement: about, issued: at(i) } as Predicates[Kind];
}

function at(i: number): string {
  return `2026-08-01T${String(Math.floor(i / 3600)).padStart(2, "0")}:${String(Math.floor(i / 60) % 60).padStart(2, "0")}:${String(i % 60).padStart(2, "0")}Z`;
}
