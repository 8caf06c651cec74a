/** Admission with its reasons, the fold, and declarations held against each other. */
import { describe, expect, test } from "vitest";
import { canonicalJsonBytes } from "../../src/base/canonical-json.js";
import { admit, REFUSALS } from "../../src/office/register/admission.js";
import { licenceConflict } from "../../src/office/register/declarations/licences.js";
import { checkedPredicate } from "../../src/office/register/declarations/statement.js";
import type { ModelId } from "../../src/office/register/declarations/vocabulary.js";
import { label } from "../../src/office/register/label/label.js";
import { LINEAGE_MODELS_MAX, lineage } from "../../src/office/register/lineage.js";
import { NameSearch } from "../../src/office/register/names/name-search.js";
import { decodeRecord } from "../../src/office/register/register-entry.js";
import { remarksOn } from "../../src/office/register/remarks.js";
import { drawLineage } from "../../src/report/figures/lineage.js";
import { SAMPLES } from "./samples.js";
import { bundleOf, derivation, ISSUED, keysOf, model, NOW, party, World } from "./world.js";

const north = party("Northwind", ["publisher"], ["northwind/"]);
const south = party("Southwind", ["publisher"], ["southwind/", "n0rthwind/"]);
const scribe = party("Scribe", ["compiler"], ["*"]);
const auditor = party("Auditor", ["auditor"], []);
const doubter = party("Doubter", ["challenger"], []);
const court = party("Court", ["authority"], []);
const stranger = party("Stranger", ["publisher"], ["*"]);
const world = () => new World([north, south, scribe, auditor, doubter, court]);
const base = model("southwind/base");
const lm = model("northwind/lm");
const log = { origin: "x.example", size: 1, cosigners: ["W"], checkedAt: NOW };

describe("admission: each refusal has its reason", () => {
  test("every reason of the list is met", () => {
    const seen = new Set<string>();
    const refused = (
      judged: ReturnType<World["try"]> | ReturnType<World["authority"]>,
      reason: keyof typeof REFUSALS,
    ) => {
      expect(judged.admitted).toBe(false);
      if (!judged.admitted) expect(judged.reason, judged.says).toBe(reason);
      seen.add(reason);
    };
    const w = world();
    const bundle = bundleOf(north, { subject: lm, kind: "derivation", predicate: derivation() });
    refused(w.enter(bundle.slice(1)), "malformed");
    refused(w.try(stranger, lm, "origin", SAMPLES.origin), "unknown-key");
    const forged = bundleOf({ ...stranger, id: north.id }, { subject: lm, kind: "origin", predicate: SAMPLES.origin });
    refused(w.enter(forged), "signature");
    refused(w.try(north, lm, "audit", SAMPLES.audit), "role");
    refused(w.try(north, base, "origin", SAMPLES.origin), "name");
    refused(w.try(scribe, base, "origin", SAMPLES.origin), "standing");
    refused(w.try(north, lm, "origin", { ...SAMPLES.origin, standing: "compiled" }), "standing");
    expect(w.enter(bundle).admitted).toBe(true);
    refused(w.enter(bundle), "replay");
    // The same statement signed anew has other bytes and is the same statement.
    refused(w.try(north, lm, "derivation", derivation()), "replay");
    refused(w.try(south, model("n0rthwind/lm"), "origin", SAMPLES.origin), "look-alike");
    refused(w.try(north, lm, "correction", SAMPLES.correction), "no-such-statement");
    refused(w.try(auditor, model("northwind/none"), "audit", SAMPLES.audit), "no-such-statement");
    const said = w.say(south, base, "derivation", derivation());
    refused(
      w.try(scribe, base, "withdrawal", { issued: ISSUED, standing: "compiled", withdraws: said, reason: "x" }),
      "not-own",
    );
    w.say(south, base, "withdrawal", { issued: ISSUED, withdraws: said, reason: "x" });
    refused(w.try(south, base, "withdrawal", { issued: ISSUED, withdraws: said, reason: "y" }), "settled");
    refused(w.try(north, lm, "origin", { ...SAMPLES.origin, issued: "2036-01-01T00:00:00Z" }), "date");
    refused(w.try(court, base, "order", SAMPLES.order), "authority");
    expect(w.authority(court, keysOf("court.example", [court])).admitted).toBe(true);
    const replacement = keysOf("court.example", [court], w.index.authorities.latest("court.example")!.statement);
    refused(w.authority(court, replacement), "notice");
    w.index.add(decodeRecord(canonicalJsonBytes({ type: "later/v1", of: lm.id }), "later"), null);
    refused(w.try(north, lm, "training-content", SAMPLES["training-content"]), "foreign");
    // The clock is the business of who appends (log-time.test.ts).
    expect([...seen, "clock"].sort()).toEqual(Object.keys(REFUSALS).sort());
  });

  test("a name that looks like another key's, by letters of ASCII alone", () => {
    const [own, other] = [party("Own", ["publisher"], ["*"]), party("Imitator", ["publisher"], ["*"])];
    const v = new World([own, other]);
    v.say(own, model("modern/dawn-10s"), "derivation", derivation());
    for (const name of [
      "rnodern/dawn-10s",
      "modem/dawn-10s",
      "modern/davvn-10s",
      "modern/clawn-10s",
      "modern/dawn-IOs",
      "Modern/dawn_1O5",
      "modern-/d.a.w.n-10s",
    ])
      expect(v.try(other, model(name), "derivation", derivation()), name).toMatchObject({ reason: "look-alike" });
    // Letters of other alphabets are no names at all.
    for (const name of [
      "m\u043edern/dawn",
      "modern\u2215dawn",
      "mode\u200drn/dawn",
      "\uff4dodern/dawn",
      "../dawn",
      "a//b",
      "a/./b",
    ])
      expect(
        () => bundleOf(other, { subject: model(name), kind: "derivation", predicate: derivation() }),
        name,
      ).toThrow();
  });

  test("an address whose host borrows letters, or hides behind a user name, is no address", () => {
    const ref = (uri: string) => () =>
      checkedPredicate("derivation", derivation([base], { bases: [{ name: "x", id: null, uri }] }), "test");
    for (const uri of [
      "https://m\u043edels.example/x",
      "https://models.example@elsewhere.example/x",
      "https://models.example\u2215x.elsewhere.example/",
      "javascript:alert(1)//https://x",
      "https://",
      "https:///x",
      "https://a b/",
    ])
      expect(ref(uri), uri).toThrow(/http or https address/);
    for (const uri of [
      "https://xn--mdels-8nf.example/x?y=z#w",
      "http://[2001:db8::1]:8080/a@b",
      "https://models.example",
    ])
      expect(ref(uri), uri).not.toThrow();
  });

  test("a clock that goes back is seen", () => {
    const w = world();
    w.try(north, lm, "derivation", derivation(), NOW);
    w.try(north, lm, "origin", SAMPLES.origin, NOW - 599);
    expect(w.index.backwards).toEqual([]);
    w.try(south, base, "derivation", derivation(), NOW - 601);
    expect(w.index.backwards).toEqual([3]);
  });

  test("a statement about one model does not reach another's", () => {
    const w = world();
    const said = w.say(south, base, "derivation", derivation());
    w.say(north, lm, "derivation", derivation());
    const judged = w.try(doubter, lm, "challenge", { issued: ISSUED, against: said, ground: "x" });
    expect(judged).toMatchObject({ admitted: false, reason: "no-such-statement" });
  });

  test("who challenged may withdraw, an authority decides, nobody else closes", () => {
    const w = world();
    const said = w.say(north, lm, "derivation", derivation());
    const [one, two] = ["a", "b"].map((ground) =>
      w.say(doubter, lm, "challenge", { issued: ISSUED, against: said, ground }),
    );
    const close = (challenge: string, outcome: "withdrawn" | "rejected") => ({
      issued: ISSUED,
      challenge,
      outcome,
      reason: "x",
    });
    expect(w.try(doubter, lm, "challenge-closed", close(one!, "rejected"))).toMatchObject({ reason: "not-own" });
    expect(w.try(north, lm, "challenge-closed", close(one!, "withdrawn"))).toMatchObject({ reason: "role" });
    expect(w.index.openChallenges(w.index.models.get(lm.id)!)).toHaveLength(2);
    w.say(doubter, lm, "challenge-closed", close(one!, "withdrawn"));
    w.say(court, lm, "challenge-closed", close(two!, "rejected"));
    expect(w.index.openChallenges(w.index.models.get(lm.id)!)).toHaveLength(0);
    expect(w.try(court, lm, "challenge-closed", close(two!, "rejected"))).toMatchObject({ admitted: false });
  });

  test("the same log and bundle get the same answer", () => {
    const w = world();
    const bundle = bundleOf(north, { subject: lm, kind: "origin", predicate: SAMPLES.origin });
    expect(JSON.stringify(admit(w.index, bundle, NOW))).toBe(JSON.stringify(admit(w.index, bundle, NOW)));
  });
});

describe("remarks", () => {
  const codes = async (w: World, id: ModelId) =>
    (await remarksOn(w.index, w.index.models.get(id)!, w.load)).map(({ code, weight }) => `${weight} ${code}`).sort();

  test("a clean lineage has none", async () => {
    const w = world();
    w.say(south, base, "derivation", derivation([], { released: "2025", compute: { flop: "1e24" } }));
    w.say(north, lm, "derivation", derivation([base], { released: "2026-01", compute: { flop: "1e23" } }));
    expect(await codes(w, lm.id)).toEqual([]);
    expect(lineage(w.index, base.id, "derives").links).toMatchObject([
      { child: lm.id, parent: base.id, relation: "finetune" },
    ]);
  });

  test("missing parents, dates, licences, compute, challenges and withdrawals upstream", async () => {
    const w = world();
    const said = w.say(
      south,
      base,
      "derivation",
      derivation([], { released: "2026-06", compute: { flop: "1e24" }, licence: "cc-by-nc-nd-4.0" }),
    );
    const ghost = model("southwind/ghost");
    w.say(north, lm, "derivation", derivation([base, ghost], { released: "2026-05-31", compute: { flop: "3.4e23" } }));
    w.say(doubter, base, "challenge", { issued: ISSUED, against: said, ground: "no" });
    expect(await codes(w, lm.id)).toEqual([
      "fault dates-backwards",
      "fault licence-forbids",
      "fault missing-parent",
      "note above-one-third",
      "note challenged-upstream",
    ]);
    w.say(south, base, "withdrawal", { issued: ISSUED, withdraws: null, reason: "leak" });
    expect(await codes(w, lm.id)).toContain("note withdrawn-upstream");
  });

  test("a circle is found and walked once", async () => {
    const w = world();
    w.say(south, base, "derivation", derivation([lm]));
    w.say(north, lm, "derivation", derivation([base]));
    expect(await codes(w, lm.id)).toEqual(["fault cycle"]);
    expect(lineage(w.index, lm.id, "made-of").models).toHaveLength(2);
    expect(drawLineage(lineage(w.index, lm.id, "made-of"), () => null).svg).toContain("</svg>");
  });

  test("two in force, and a correction that settles it", async () => {
    const w = world();
    const first = w.say(north, lm, "derivation", derivation());
    w.say(north, lm, "derivation", derivation([], { licence: "mit" }));
    expect(await codes(w, lm.id)).toEqual(["fault two-in-force"]);
    w.say(north, lm, "withdrawal", { issued: ISSUED, withdraws: first, reason: "double" });
    expect(await codes(w, lm.id)).toEqual([]);
    const entries = w.index.models.get(lm.id)!.entries;
    expect(entries.map(({ record }) => record.kind)).toEqual(["derivation", "derivation", "withdrawal"]);
  });

  test("a declared base origin that the base does not declare; bases that the summary does not name", async () => {
    const w = world();
    w.say(south, base, "derivation", derivation());
    w.say(south, base, "origin", { ...SAMPLES.origin, providerSeat: { status: "declared", countries: ["FR"] } });
    w.say(north, lm, "derivation", derivation([base]));
    w.say(north, lm, "origin", { ...SAMPLES.origin, baseOrigin: { status: "declared", countries: ["GB"] } });
    w.say(north, lm, "training-content", SAMPLES["training-content"]);
    expect(await codes(w, lm.id)).toEqual(["fault base-origin-differs", "fault bases-differ"]);
  });

  test("a finding stands beside declarations as a finding", async () => {
    const w = world();
    w.say(south, base, "derivation", derivation());
    const said = w.say(north, lm, "derivation", derivation());
    const finding = { ...SAMPLES.finding, reference: base.id, suspect: lm.id };
    w.say(auditor, lm, "finding", { ...finding, outcome: "supports-hp" });
    expect(await codes(w, lm.id)).toEqual(["finding finding-supports-undeclared"]);
    expect(await codes(w, base.id)).toEqual(["finding finding-supports-undeclared"]);
    w.say(north, lm, "correction", {
      issued: ISSUED,
      corrects: said,
      reason: "it was tuned",
      kind: "derivation",
      replacement: derivation([base]),
    });
    expect(await codes(w, lm.id)).toEqual(["finding finding-supports-declared"]);
    w.say(auditor, lm, "finding", { ...finding, outcome: "inconclusive" });
    expect(await codes(w, lm.id)).toEqual(["finding finding-open", "finding finding-supports-declared"]);
  });

  test("compiled facts give way to the publisher's own", () => {
    const w = world();
    w.say(
      scribe,
      lm,
      "derivation",
      derivation([base], { standing: "compiled", sources: [{ url: "https://x.example" }] }),
    );
    expect(lineage(w.index, lm.id, "made-of").links).toMatchObject([{ compiled: true }]);
    w.say(north, lm, "derivation", derivation());
    expect(lineage(w.index, lm.id, "made-of").links).toEqual([]);
    expect(lineage(w.index, base.id, "derives").links).toEqual([]);
  });

  test("licences: what is known of them, and silence about the rest", () => {
    expect(licenceConflict("llama3", "Apache-2.0")).toMatch(/passes on/);
    expect(licenceConflict("CC-BY-NC-4.0", "mit")).toMatch(/commercial/);
    expect(licenceConflict("gpl-3.0-only", "GPL-3.0")).toBeNull();
    expect(licenceConflict("apache-2.0", "llama3")).toBeNull();
    expect(licenceConflict("something of our own", "mit")).toBeNull();
  });
});

test("the label says of each fact how far it was shown", async () => {
  const w = world();
  const said = w.say(north, lm, "origin", SAMPLES.origin);
  const audit = { issued: ISSUED, statement: said, method: "logs", report: null };
  w.say(auditor, lm, "audit", { ...audit, facts: ["trainingPlace"], result: "audited" });
  w.say(auditor, lm, "audit", { ...audit, facts: ["providerSeat"], result: "not-confirmed" });
  const { facts } = await label(w.index, w.index.models.get(lm.id)!, w.load, log);
  const [seat, place, law, of] = facts;
  expect(seat).toMatchObject({
    status: "declared",
    countries: ["GB"],
    by: "publisher",
    signed: true,
    witnessed: ["W"],
    audited: null,
  });
  expect(seat!.notConfirmed).toMatchObject({ by: "Auditor" });
  expect(place!.audited).toMatchObject({ day: "2026-09-01", by: "Auditor" });
  expect(law!.status).toBe("unknown");
  expect(of!.status).toBe("not-applicable");
});

test("a hostile graph is cut, not walked to its end", () => {
  const w = world();
  const said = w.try(south, model("southwind/m"), "derivation", derivation([base]));
  if (!said.admitted) throw new Error(said.says);
  // Records as the log would hold them; their signatures were judged when they came in.
  for (let i = 0; i < LINEAGE_MODELS_MAX + 50; i++) {
    const { name, id } = model(`southwind/m${i}`);
    w.index.add({ ...said.record, name, model: id, statement: id as `sha256:${string}` }, null);
  }
  const found = lineage(w.index, base.id, "derives");
  expect(found.models).toHaveLength(LINEAGE_MODELS_MAX);
  expect(found.cut).toBe(true);
  expect(drawLineage(found, () => null).left).toBeGreaterThan(0);
});

test("names are found by the beginnings of their words", () => {
  const names = new NameSearch();
  for (let i = 0; i < 5000; i++)
    names.add(`maker${i % 50}/model-${i}-7b`, `sha256:${i.toString(16).padStart(64, "0")}` as ModelId);
  expect(names.find("MODEL-4321", 50).ids).toHaveLength(1);
  expect(names.find("maker model 7b", 200).ids).toHaveLength(200);
  expect(names.find("maker model 7b", 200).cut).toBe(true);
  expect(names.find("odel", 50).ids).toEqual([]);
  expect(names.find("   ", 50).ids).toEqual([]);
});
