/** Orders: under whose keys, whom they reach and when, and that no descendant leaves one by its own hand. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { utf8 } from "../../src/base/bytes.js";
import { canonicalJson } from "../../src/base/canonical-json.js";
import { sha256Digest } from "../../src/base/digest.js";
import type { Order } from "../../src/office/register/declarations/order.js";
import type { ModelId } from "../../src/office/register/declarations/vocabulary.js";
import { authorityJsonSchema } from "../../src/office/register/orders/authority-policy.js";
import { verifyBasis } from "../../src/office/register/orders/order-admission.js";
import { ordersOn } from "../../src/office/register/orders/order-reach.js";
import { checkpointText } from "../../src/tlog/checkpoint.js";
import { signerOf } from "../../src/tlog/cosignature.js";
import { leafHash } from "../../src/tlog/merkle-hash.js";
import { encodeVerifierKey, secretKeyOf } from "../../src/tlog/note-keys.js";
import { parsePolicy } from "../../src/tlog/policy.js";
import { encodeProofFile } from "../../src/tlog/proof-file.js";
import { encodeNote, signNote } from "../../src/tlog/signed-note.js";
import { SAMPLES } from "./samples.js";
import { derivation, ISSUED, keysOf, model, NOW, party, World } from "./world.js";

const DAY = 86_400;
const north = party("Northwind", ["publisher"], ["northwind/"]);
const south = party("Southwind", ["publisher"], ["southwind/"]);
const shell = party("Shell", ["publisher"], ["shell/"]);
const lab = party("Lab", ["auditor"], []);
const court = party("Court", ["authority"], []);
// Known to no list of the register: an authority's own policy names them.
const [judge, second, robber] = [party("Judge", [], []), party("Second", [], []), party("Robber", [], [])];
const [base, child, stranger] = [model("southwind/base"), model("northwind/child"), model("northwind/stranger")];
const COURT = "court.example";
const ORDER: Order = { ...SAMPLES.order, reach: "declared-and-found" };
const moment = (seconds: number) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;

function world(): World {
  const w = new World([north, south, shell, lab, court]);
  w.say(south, base, "derivation", derivation());
  expect(w.authority(court, keysOf(COURT, [judge, second])).admitted).toBe(true);
  return w;
}
const states = async (w: World, id: ModelId, at = NOW) =>
  (await ordersOn(w.index, id, at, w.load)).map(({ state, reach, standing }) => [state, reach, standing]);

test("the published schema of an authority's policy is the code's", () => {
  const path = "schema/register/authority-policy.v1.json";
  const text = `${JSON.stringify(authorityJsonSchema(), null, 2)}\n`;
  if (process.env.GOLDEN === "write" || !existsSync(path)) writeFileSync(path, text);
  expect(readFileSync(path, "utf8")).toBe(text);
});

describe("under whose keys", () => {
  test("an order is made under an authority's policy, and only for what it lets the key order", () => {
    const w = world();
    expect(w.try(robber, base, "order", ORDER)).toMatchObject({ reason: "unknown-key" });
    expect(w.try(court, base, "order", ORDER)).toMatchObject({ reason: "authority" });
    expect(w.try(north, base, "order", ORDER)).toMatchObject({ reason: "role" });
    const narrow = keysOf("warden.example", [robber]);
    w.authority(court, { ...narrow, keys: [{ ...narrow.keys[0]!, effects: ["notice"] }] });
    expect(w.try(robber, base, "order", ORDER)).toMatchObject({ reason: "authority" });
    expect(w.try(robber, base, "order", { ...ORDER, effect: "notice" }).admitted).toBe(true);
    const order = w.say(judge, base, "order", ORDER);
    // Another authority does not lift it.
    const lifted = { ...SAMPLES["order-lifted"], order };
    expect(w.try(robber, base, "order-lifted", lifted)).toMatchObject({ reason: "authority" });
    expect(w.try(second, base, "order-lifted", lifted).admitted).toBe(true);
    expect(w.try(second, base, "order-lifted", { ...lifted, reasons: "again" })).toMatchObject({ reason: "settled" });
  });

  test("keys are replaced with two days' notice; a robber's replacement is answered before it takes effect", () => {
    const w = world();
    const first = w.index.authorities.latest(COURT)!.statement;
    const stolen = keysOf(COURT, [robber], first, moment(NOW + 2 * DAY + 60));
    expect(w.authority(judge, { ...stolen, effective: moment(NOW + DAY) })).toMatchObject({ reason: "notice" });
    expect(w.authority(robber, stolen)).toMatchObject({ reason: "unknown-key" });
    expect(w.authority(judge, stolen).admitted).toBe(true);
    const answer = keysOf(COURT, [second], w.index.authorities.latest(COURT)!.statement, moment(NOW + 4 * DAY));
    expect(w.authority(second, keysOf(COURT, [second], first), NOW + DAY)).toMatchObject({ reason: "settled" });
    expect(w.authority(second, answer, NOW + DAY).admitted).toBe(true);
    const acts = (key: string, at: number) => w.index.authorities.acting(key, at)?.authority ?? null;
    expect([acts(robber.id, NOW + 3 * DAY), acts(judge.id, NOW + 3 * DAY)]).toEqual([null, COURT]);
    expect([acts(judge.id, NOW + 5 * DAY), acts(second.id, NOW + 5 * DAY)]).toEqual([null, COURT]);
  });

  test("where no key is left, the register's own key for authorities may list new ones, after two weeks", () => {
    const w = world();
    const previous = w.index.authorities.latest(COURT)!.statement;
    const saved = (days: number) => keysOf(COURT, [robber], previous, moment(NOW + days * DAY));
    expect(w.authority(court, saved(3))).toMatchObject({ reason: "notice" });
    expect(w.authority(court, saved(15)).admitted).toBe(true);
  });

  test("the docket entry that an order carries is the one it names, and in its log", () => {
    const w = world();
    const facts = { rung: 8, effect: "suspend", models: [base.id], reach: "declared-and-found", reasons: "r" };
    const entryOf = (kind: string, given: object) =>
      canonicalJson({ type: "assay/docket-entry/v1", case: "2026-001", kind, facts: given });
    const record = entryOf("order", facts);
    const log = secretKeyOf("docket.example/log", "ed25519", new Uint8Array(32).fill(3));
    const proofOf = (leaf: string) => {
      const text = checkpointText({ origin: log.name, size: 1, root: leafHash(utf8(leaf)), extensions: [] });
      const checkpoint = encodeNote(signNote(text, [signerOf(log, 0)]));
      return new TextDecoder().decode(encodeProofFile({ extra: null, index: 0, proof: [], checkpoint }));
    };
    const basisOf = (leaf: string) => ({
      digest: sha256Digest(utf8(leaf)),
      entry: { record: leaf, proof: proofOf(leaf) },
    });
    const basis = basisOf(record);
    const proof = basis.entry.proof;
    const bad = (change: object) => w.try(judge, base, "order", { ...ORDER, basis: { ...basis, ...change } });
    expect(bad({ digest: ORDER.basis.digest })).toMatchObject({ reason: "malformed" });
    expect(bad({ digest: sha256Digest(utf8("{}")), entry: { record: "{}", proof } })).toMatchObject({
      reason: "malformed",
    });
    expect(bad({ entry: { record, proof: "x" } })).toMatchObject({ reason: "malformed" });
    // Proved, and of something else: another kind, another model, a smaller effect, a narrower reach, no docket's record.
    for (const [foreign, says] of [
      [entryOf("finding", facts), "not an order"],
      [entryOf("order", { ...facts, models: [child.id] }), "does not name"],
      [entryOf("order", { ...facts, effect: "label" }), "orders label, not suspend"],
      [entryOf("order", { ...facts, effect: "none" }), "orders none, not suspend"],
      [entryOf("order", { ...facts, reach: "self" }), "reaches self"],
      [canonicalJson({ type: "assay/register-entry/v1", facts }), "no entry of a docket"],
    ] as const)
      expect(bad(basisOf(foreign)), says).toMatchObject({ reason: "malformed", says: expect.stringContaining(says) });
    expect(w.try(judge, base, "order", { ...ORDER, basis }).admitted).toBe(true);
    const policy = (key: typeof log) => parsePolicy(utf8(`log ${encodeVerifierKey(key)}\nquorum none\n`));
    expect(verifyBasis(basis, policy(log))).toEqual({ origin: log.name, index: 0 });
    expect(() => verifyBasis(basis, policy(secretKeyOf("other.example/log", "ed25519", new Uint8Array(32))))).toThrow(
      /log of/,
    );
  });
});

describe("whom it reaches", () => {
  test("its model at once; a child that withdrew, after notice; nobody untied", async () => {
    const w = world();
    const said = w.say(north, child, "derivation", derivation([base]));
    w.say(north, stranger, "derivation", derivation());
    w.say(judge, base, "order", ORDER);
    w.say(north, child, "withdrawal", { issued: ISSUED, withdraws: said, reason: "to be out of it" });
    expect(await states(w, base.id)).toEqual([["in force", "self", null]]);
    expect(await states(w, child.id)).toEqual([["noticed", "descendant", "withdrawn"]]);
    expect(await states(w, child.id, NOW + 14 * DAY)).toEqual([["in force", "descendant", "withdrawn"]]);
    expect(await states(w, stranger.id, NOW + 99 * DAY)).toEqual([]);
  });

  test("withdrawing and declaring anew every week does not begin the notice anew", async () => {
    const w = world();
    w.say(judge, base, "order", ORDER);
    for (let week = 0; week < 4; week++) {
      const at = NOW + week * 7 * DAY;
      const said = w.say(north, child, "derivation", derivation([base], { licence: `licence ${week}` }), at);
      if (week < 3) w.say(north, child, "withdrawal", { issued: ISSUED, withdraws: said, reason: `x${week}` }, at);
    }
    expect(await states(w, child.id, NOW + 15 * DAY)).toEqual([["in force", "descendant", "declared"]]);
  });

  test("what a stranger declares or a laboratory finds, only when the authority says so by name after the notice", async () => {
    const w = world();
    w.say(north, child, "derivation", derivation());
    w.say(north, stranger, "derivation", derivation());
    // A competitor's slander, and a finding.
    w.say(shell, { ...stranger, name: "shell/slander" }, "derivation", derivation([base]));
    w.say(lab, child, "finding", {
      issued: ISSUED,
      finding: sha256Digest(utf8("f")),
      proposition: "weights/shared-ancestry",
      outcome: "supports-hp",
      artefacts: [
        { role: "reference", root: base.id, model: base.id },
        { role: "suspect", root: child.id, model: child.id },
      ],
    });
    const order = w.say(judge, base, "order", ORDER);
    for (const [id, standing] of [
      [child.id, "found"],
      [stranger.id, "by-another"],
    ] as const) {
      expect(await states(w, id)).toEqual([["noticed", "descendant", standing]]);
      expect(await states(w, id, NOW + 99 * DAY)).toEqual([["awaiting hearing", "descendant", standing]]);
    }
    const extended = { ...SAMPLES["order-extended"], order, models: [child.id] };
    expect(w.try(judge, base, "order-extended", extended)).toMatchObject({ reason: "notice" });
    w.say(judge, base, "order-extended", extended, NOW + 20 * DAY);
    expect(await states(w, child.id, NOW + 20 * DAY)).toEqual([["in force", "descendant", "found"]]);
    expect(await states(w, stranger.id, NOW + 20 * DAY)).toEqual([["awaiting hearing", "descendant", "by-another"]]);
    // An extension to a model that nothing ties to it reaches nobody.
    const untied = model("northwind/untied");
    w.say(north, untied, "derivation", derivation());
    w.say(judge, base, "order-extended", { ...extended, models: [untied.id], reasons: "y" }, NOW + 21 * DAY);
    expect(await states(w, untied.id, NOW + 99 * DAY)).toEqual([]);
  });

  test("a spared descendant, a lifted order, an end, a stay, and answers taught", async () => {
    const w = world();
    w.say(north, child, "derivation", derivation([base]));
    w.say(north, stranger, "derivation", derivation([], { teachers: [{ name: base.name, id: base.id }] }));
    const order = w.say(judge, base, "order", {
      ...ORDER,
      until: moment(NOW + 90 * DAY),
      stay: moment(NOW + 30 * DAY),
    });
    expect(await states(w, stranger.id, NOW + 40 * DAY)).toEqual([]); // Answers are not meant.
    expect(await states(w, base.id, NOW + 10 * DAY)).toEqual([["stayed", "self", null]]);
    expect(await states(w, child.id, NOW + 40 * DAY)).toEqual([["in force", "descendant", "declared"]]);
    expect(await states(w, child.id, NOW + 90 * DAY)).toEqual([["expired", "descendant", "declared"]]);
    w.say(second, base, "order-lifted", { ...SAMPLES["order-lifted"], order, models: [child.id] });
    expect(await states(w, child.id, NOW + 40 * DAY)).toEqual([["lifted", "descendant", "declared"]]);
    expect(await states(w, base.id, NOW + 40 * DAY)).toEqual([["in force", "self", null]]);
    w.say(second, base, "order-lifted", { ...SAMPLES["order-lifted"], order });
    expect(await states(w, base.id, NOW + 40 * DAY)).toEqual([["lifted", "self", null]]);
    w.say(judge, base, "order", { ...ORDER, taught: true, reasons: "another" });
    expect(await states(w, stranger.id, NOW + 40 * DAY)).toEqual([["in force", "descendant", "declared"]]);
  });

  test("a model that nobody declared can be ordered about, and its name stays free", () => {
    const w = world();
    const unknown = model("somebody/leak");
    expect(w.try(judge, unknown, "order", ORDER).admitted).toBe(true);
    expect(w.try(north, { ...unknown, name: "northwind/leak" }, "derivation", derivation()).admitted).toBe(true);
    expect(w.index.lookAlike("somebody/leak", north.id)).toBeNull();
  });
});
