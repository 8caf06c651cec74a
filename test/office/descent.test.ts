/** Descent that the descended cannot leave: every way out of it that was thought of, tried; long lists; no recursion. */
import { describe, expect, test } from "vitest";
import { utf8 } from "../../src/base/bytes.js";
import { sha256Digest } from "../../src/base/digest.js";
import { openDeclarationBundle } from "../../src/office/register/declarations/declaration-bundle.js";
import { idOfUri } from "../../src/office/register/declarations/vocabulary.js";
import { type Descent, everDescended } from "../../src/office/register/descent.js";
import { lineage } from "../../src/office/register/lineage.js";
import { recordOf } from "../../src/office/register/register-entry.js";
import { bundleOf, derivation, ISSUED, model, NOW, party, World } from "./world.js";

const north = party("Northwind", ["publisher"], ["northwind/", "n2/"]);
const south = party("Southwind", ["publisher"], ["southwind/"]);
const shell = party("Shell", ["publisher"], ["shell/"]);
const scribe = party("Scribe", ["compiler"], ["*"]);
const lab = party("Lab", ["auditor"], []);
const world = () => new World([north, south, shell, scribe, lab]);
const [base, child, grandchild] = [model("southwind/base"), model("northwind/child"), model("northwind/grandchild")];

const descent = (w: World, of = base.id, at?: number): Promise<Descent> => everDescended(w.index, of, w.load, at);
const standings = async (w: World, of = base.id, at?: number) =>
  (await descent(w, of, at)).links.map(({ child: c, standing }) => [c, standing]);

function started(): World {
  const w = world();
  w.say(south, base, "derivation", derivation());
  return w;
}

describe("ways out of descent", () => {
  test("withdrawing one's own derivation", async () => {
    const w = started();
    const said = w.say(north, child, "derivation", derivation([base]));
    w.say(north, grandchild, "derivation", derivation([child]));
    const declared = w.index.size - 1;
    w.say(north, child, "withdrawal", { issued: ISSUED, withdraws: said, reason: "we would rather not say" });
    expect(lineage(w.index, base.id, "derives").links).toEqual([]); // What is in force says nothing any more.
    expect(await descent(w)).toMatchObject({
      models: [
        { id: child.id, standing: "withdrawn", steps: 1 },
        { id: grandchild.id, standing: "withdrawn", steps: 2 },
      ],
      links: [
        { child: child.id, standing: "withdrawn", ended: 4 },
        { child: grandchild.id, standing: "declared", ended: null },
      ],
    });
    expect((await descent(w, base.id, declared)).links.map(({ standing }) => standing)).toEqual([
      "declared",
      "declared",
    ]);
  });

  test("correcting it to another base, or to none", async () => {
    const w = started();
    const corrects = w.say(north, child, "derivation", derivation([base]));
    w.say(north, child, "correction", {
      issued: ISSUED,
      corrects,
      reason: "x",
      kind: "derivation",
      replacement: derivation(),
    });
    expect(await standings(w)).toEqual([[child.id, "corrected"]]);
  });

  test("withdrawing the model", async () => {
    const w = started();
    w.say(north, child, "derivation", derivation([base]));
    w.say(north, child, "withdrawal", { issued: ISSUED, withdraws: null, reason: "x" });
    expect(await descent(w)).toMatchObject({ models: [{ id: child.id, standing: "declared", withdrawn: true }] });
  });

  test("having another key speak first about the digest, or a compiler before the publisher", async () => {
    const w = started();
    w.say(shell, { ...child, name: "shell/child" }, "derivation", derivation());
    w.say(north, child, "derivation", derivation([base]));
    expect(await standings(w)).toEqual([[child.id, "by-another"]]);
    const v = started();
    v.say(scribe, child, "derivation", {
      ...derivation([base]),
      standing: "compiled",
      sources: [{ url: "https://x.example/" }],
    });
    expect(await standings(v)).toEqual([[child.id, "declared"]]);
    v.say(north, child, "derivation", derivation());
    expect(await standings(v)).toEqual([[child.id, "by-another"]]);
    expect((await descent(v)).links[0]).toMatchObject({ compiled: true, keyName: "Scribe" });
  });

  test("naming the base by its address, or as a teacher", async () => {
    const w = world();
    const uri = "https://southwind.example/base";
    w.say(south, { ...base, uri }, "derivation", derivation());
    const named = { name: base.name, id: idOfUri(uri), uri };
    w.say(south, named, "derivation", derivation());
    w.say(north, child, "derivation", derivation([named]));
    w.say(north, grandchild, "derivation", derivation([], { teachers: [{ name: child.name, id: child.id }] }));
    expect((await descent(w)).models.map(({ id, standing }) => [id, standing])).toEqual([
      [named.id, "same-address"],
      [child.id, "same-address"],
      [grandchild.id, "same-address"],
    ]);
  });

  test("never declaring it: a laboratory's finding is a link of its own, for the suspect and never for the reference", async () => {
    const w = started();
    w.say(north, child, "derivation", derivation());
    const finding = (
      outcome: "supports-hp" | "supports-hd" | "inconclusive",
      proposition: "weights/shared-ancestry" | "weights/direction" = "weights/shared-ancestry",
    ) => ({
      issued: ISSUED,
      finding: sha256Digest(utf8(outcome + proposition)),
      proposition,
      outcome,
      reference: base.id,
      suspect: child.id,
    });
    w.say(lab, child, "finding", finding("inconclusive"));
    expect(await standings(w)).toEqual([]);
    const found = w.say(lab, child, "finding", finding("supports-hp"));
    expect(await descent(w)).toMatchObject({
      links: [{ child: child.id, standing: "found", against: [], proposition: "weights/shared-ancestry" }],
    });
    expect(await standings(w, child.id)).toEqual([]);
    w.say(lab, child, "finding", finding("supports-hd", "weights/direction"));
    expect((await descent(w)).links[0]!.against).toEqual([w.index.size - 1]);
    w.say(lab, child, "withdrawal", { issued: ISSUED, withdraws: found, reason: "a fault of the instrument" });
    expect(await standings(w)).toEqual([[child.id, "found-withdrawn"]]);
  });
});

test("a stranger's word about a model is listed as a stranger's", async () => {
  const w = started();
  w.say(north, child, "derivation", derivation());
  w.say(shell, { ...child, name: "shell/slander" }, "derivation", derivation([base]));
  expect(await descent(w)).toMatchObject({ links: [{ standing: "by-another", keyName: "Shell" }] });
});

test("2,000 children, and a chain of 5,000, are listed whole; a circle ends", async () => {
  const w = started();
  const enter = (name: string, parent: ReturnType<typeof model>) => {
    const subject = model(name);
    const signed = openDeclarationBundle(
      bundleOf(north, { subject, kind: "derivation", predicate: derivation([parent]) }),
      name,
    );
    w.index.add(recordOf(signed, NOW), null);
    return subject;
  };
  for (let i = 0; i < 2000; i++) enter(`northwind/c${i}`, base);
  expect((await descent(w)).models).toHaveLength(2000);
  expect(lineage(w.index, base.id, "derives").cut).toBe(true);
  let last = base;
  for (let i = 0; i < 5000; i++) last = enter(`n2/d${i}`, last);
  w.say(south, base, "derivation", derivation([last]));
  const all = await descent(w);
  expect(all.models).toHaveLength(7000);
  expect(all.models.at(-1)).toMatchObject({ steps: 5000 });
}, 60_000);
