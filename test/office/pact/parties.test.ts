/** Joining, reserving, leaving, succession; asks and their filter; grants against receipts; measures through the docket. */
import { describe, expect, test } from "vitest";
import { dueOf } from "../../../src/office/pact/fold/query.js";
import { MODEL_PACT } from "../../../src/office/pact/model/shipped.js";
import { BEGIN, DAY, factOf, keyOf, occasionOf, PactWorld } from "./fixtures.js";

const HOUR = 3600;
const obligation = (id: string) => MODEL_PACT.obligations.get(id)!;
function peopled() {
  const world = new PactWorld();
  world.join("northland", "state");
  world.join("southland", "state");
  world.join("aldgate-labs", "lab");
  world.join("meridian-cloud", "lab");
  return world;
}

describe("joining, leaving, succession", () => {
  test("a party is bound by two words, and by neither alone", () => {
    const world = new PactWorld();
    const facts = {
      party: "aldgate-labs",
      name: "A",
      as: "lab",
      publicKey: keyOf("aldgate-labs").pem,
      keys: [],
      of: null,
      logs: [],
    };
    expect(world.say("aldgate-labs", BEGIN, "signed", facts)).toBeNull();
    expect(world.stated([], BEGIN + DAY).standings).toEqual([]);
    expect(
      world.say("aldgate-labs", BEGIN, "accepted", { statement: world.state.parties.get("aldgate-labs")!.statement }),
    ).toMatch(/depositary/);
    expect(world.say("meridian-cloud", BEGIN, "signed", { ...facts, publicKey: keyOf("aldgate-labs").pem })).toMatch(
      /key/,
    );
    expect(
      world.say("depositary", BEGIN, "accepted", { statement: world.state.parties.get("aldgate-labs")!.statement }),
    ).toBeNull();
    expect(world.stated([], BEGIN + DAY).standings.length).toBe(13);
  });

  test("what happened before it was bound, and after it left, is not its duty", () => {
    const world = peopled();
    const each = obligation("describe-data");
    const before = occasionOf(each, "aldgate-labs", "meridian-cloud", BEGIN - 6 * DAY);
    expect(world.standing([before], BEGIN + 100 * DAY, "aldgate-labs", each.id).standing).toBe("not yet due");
    expect(world.say("aldgate-labs", BEGIN + DAY, "left", { reasons: "no more" })).toBeNull();
    const end = BEGIN + DAY + 365 * DAY;
    const within = occasionOf(each, "aldgate-labs", "meridian-cloud", end - 10 * DAY);
    const after = occasionOf(each, "aldgate-labs", "meridian-cloud", end + 10 * DAY);
    expect(world.standing([within], end + 100 * DAY, "aldgate-labs", each.id).standing).toBe("unable to conclude");
    expect(world.standing([after], end + 100 * DAY, "aldgate-labs", each.id).standing).toBe("not yet due");
    expect(world.say("aldgate-labs", BEGIN + 2 * DAY, "left", { reasons: "again" })).toMatch(/order|follow/);
  });

  test("a successor bears what falls due after it, and what was before stays with the party before", () => {
    const world = peopled();
    const each = obligation("describe-data");
    const at = BEGIN + 20 * DAY;
    expect(world.say("meridian-cloud", at, "succeeded", { party: "aldgate-labs" })).toBeNull();
    const { statement } = { statement: [...world.state.pendingSuccessions.keys()][0]! };
    expect(world.say("depositary", at, "accepted", { statement })).toBeNull();
    const early = occasionOf(each, "aldgate-labs", "northland", BEGIN - 4 * DAY - 30 * DAY + 30 * DAY);
    const open = occasionOf(each, "aldgate-labs", "northland", BEGIN);
    const due = dueOf(each.query.due, open).at!;
    expect(due).toBeGreaterThan(at);
    // Due after the succession: the successor's, and its own answer counts.
    expect(world.standing([open], due + 9 * DAY, "meridian-cloud", each.id).standing).toBe("unable to conclude");
    expect(world.standing([open], due + 9 * DAY, "aldgate-labs", each.id).standing).toBe("not yet due");
    const answer = factOf(each.query.needs[0]!, "meridian-cloud", due - DAY, {}, open);
    expect(world.standing([open, answer], due + 9 * DAY, "meridian-cloud", each.id).standing).toBe("met");
    expect(early.at).toBeLessThan(at);
  });

  test("a reservation can be withdrawn, and then binds for what comes after", () => {
    const world = new PactWorld();
    world.join("aldgate-labs", "lab", ["evaluate"]);
    const each = obligation("evaluate");
    const [before, after] = [BEGIN, BEGIN + 40 * DAY].map((at) => occasionOf(each, "aldgate-labs", "northland", at));
    expect(world.standing([before!], BEGIN + 200 * DAY, "aldgate-labs", "evaluate").standing).toBe("reserved");
    expect(world.say("aldgate-labs", BEGIN + 30 * DAY, "reservation.withdrawn", { obligation: "evaluate" })).toBeNull();
    expect(world.standing([before!], BEGIN + 200 * DAY, "aldgate-labs", "evaluate").standing).toBe("not yet due");
    expect(world.standing([after!], BEGIN + 200 * DAY, "aldgate-labs", "evaluate").standing).toBe("unable to conclude");
  });
});

describe("asks for inspection", () => {
  const ask = (kind = "challenge", statement: string | null = null, of = "aldgate-labs", id = "A1") => ({
    ask: id,
    kind,
    of,
    grounds: [{ says: "no answer on record", statement }],
    systems: ["cluster 1"],
  });
  const recorded = occasionOf(obligation("describe-data"), "aldgate-labs", "northland", BEGIN);
  const ground = "on-record";
  const facts = [{ ...recorded, attributes: { ...recorded.attributes, statement: ground } }];
  const status = (world: PactWorld, at: number) => world.stated(facts, at).asks[0]!;

  test("a challenge needs a ground that is on record, and an asker who may", () => {
    for (const [by, facts_, says] of [
      ["northland", ask("challenge", "nowhere"), /names an entry/],
      ["aldgate-labs", ask("challenge", ground, "meridian-cloud"), /a lab may not ask/],
      ["northland", ask("routine", null, "southland"), /may not be asked of/],
    ] as const) {
      const world = peopled();
      expect(world.say(by, BEGIN + DAY, "asked", facts_)).toBeNull();
      expect(status(world, BEGIN + 9 * DAY)).toMatchObject({
        status: "not in order",
        says: expect.stringMatching(says),
      });
    }
  });

  test("three quarters of those who may vote refuse it in twelve hours, with a ground of the pact; else it stands", () => {
    const world = peopled();
    world.say("northland", BEGIN + DAY, "asked", ask("challenge", ground));
    expect(status(world, BEGIN + DAY + HOUR)).toMatchObject({ status: "open to refusal", mayVote: 1 });
    // Neither side votes, and a vote without a ground counts as none.
    world.say("aldgate-labs", BEGIN + DAY + HOUR, "voted", { ask: "A1", refuse: true, ground: "frivolous" });
    expect(status(world, BEGIN + DAY + 2 * HOUR).votes).toEqual([]);
    world.say("southland", BEGIN + DAY + 2 * HOUR, "voted", { ask: "A1", refuse: true, ground: "because" });
    expect(status(world, BEGIN + DAY + 13 * HOUR).status).toBe("stands");
    const other = peopled();
    other.say("northland", BEGIN + DAY, "asked", ask("challenge", ground));
    other.say("southland", BEGIN + DAY + 13 * HOUR, "voted", { ask: "A1", refuse: true, ground: "frivolous" });
    expect(status(other, BEGIN + 2 * DAY).status).toBe("stands");
    const refused = peopled();
    refused.say("northland", BEGIN + DAY, "asked", ask("challenge", ground));
    refused.say("southland", BEGIN + DAY + HOUR, "voted", { ask: "A1", refuse: true, ground: "frivolous" });
    expect(status(refused, BEGIN + 2 * DAY).status).toBe("refused by those who may");
    // What was refused calls for nothing.
    expect(refused.standing(facts, BEGIN + 30 * DAY, "aldgate-labs", "admit-inspections").standing).toBe("not yet due");
  });

  test("admitted in time, late, refused, made good, or silent: the obligation of article 11", () => {
    const begun = () => {
      const world = peopled();
      world.say("northland", BEGIN + DAY, "asked", ask("challenge", ground));
      return world;
    };
    const stands = BEGIN + DAY + 12 * HOUR;
    const admitted = { ask: "A1", access: "managed", shielded: ["weights of others"], instead: ["a digest of them"] };
    const standing = (world: PactWorld, at = BEGIN + 30 * DAY) =>
      world.standing(facts, at, "aldgate-labs", "admit-inspections").standing;
    const [inTime, late, refuses, good, silent] = [begun(), begun(), begun(), begun(), begun()];
    inTime.say("aldgate-labs", stands + 100 * HOUR, "admitted", admitted);
    expect(standing(inTime)).toBe("met");
    late.say("aldgate-labs", stands + 130 * HOUR, "admitted", admitted);
    expect(standing(late)).toBe("not met");
    refuses.say("aldgate-labs", stands + HOUR, "refused", { ask: "A1", reasons: "secret" });
    expect(standing(refuses)).toBe("not met");
    expect(standing(refuses, stands + 2 * HOUR)).toBe("not yet due");
    good.say("aldgate-labs", stands + HOUR, "refused", { ask: "A1", reasons: "secret" });
    good.say("aldgate-labs", stands + 90 * HOUR, "admitted", admitted);
    expect(standing(good)).toBe("met");
    expect(standing(silent)).toBe("unable to conclude");
    // Another's admission is none.
    const other = begun();
    other.say("meridian-cloud", stands + HOUR, "admitted", admitted);
    expect(standing(other)).toBe("unable to conclude");
  });

  test("no more asks a year than the pact gives", () => {
    const world = peopled();
    for (let i = 0; i < 3; i++)
      world.say("northland", BEGIN + (i + 1) * DAY, "asked", ask("routine", null, "aldgate-labs", `R${i}`));
    const asks = world.stated(facts, BEGIN + 20 * DAY).asks.map(({ status: each }) => each);
    expect(asks).toEqual(["stands", "stands", "not in order"]);
  });
});

test("incidents, grants and receipts of the pact's own log: met, late, silent", () => {
  const world = peopled();
  world.say("northland", BEGIN, "incident", { incident: "I1", of: "aldgate-labs", says: "a model leaks" });
  world.say("aldgate-labs", BEGIN + 3 * DAY, "notified", { incident: "I1", says: "answered" });
  world.say("northland", BEGIN + 5 * DAY, "incident", { incident: "I2", of: "meridian-cloud", says: "another" });
  world.say("meridian-cloud", BEGIN + 40 * DAY, "notified", { incident: "I2", says: "late" });
  const at = BEGIN + 60 * DAY;
  expect(world.standing([], at, "aldgate-labs", "notify-incidents").standing).toBe("met");
  expect(world.standing([], at, "meridian-cloud", "notify-incidents").standing).toBe("not met");
  // Its own incident calls for nothing.
  const own = peopled();
  own.say("aldgate-labs", BEGIN, "incident", { incident: "I3", of: "aldgate-labs", says: "own" });
  expect(own.standing([], at, "aldgate-labs", "notify-incidents").standing).toBe("not yet due");
});

test("grants and receipts of both sides: mismatches are listed and accuse nobody", () => {
  const world = peopled();
  const thing = `sha256:${"1".repeat(64)}`;
  world.say("aldgate-labs", BEGIN, "granted", { to: "meridian-cloud", what: thing, grant: `sha256:${"2".repeat(64)}` });
  const granted = world.state.entered.at(-1)!.statement;
  world.say("meridian-cloud", BEGIN + DAY, "received", { granted, from: "aldgate-labs", what: thing });
  world.say("aldgate-labs", BEGIN + 2 * DAY, "granted", { to: "northland", what: thing, grant: null });
  world.say("southland", BEGIN + 3 * DAY, "received", {
    granted: `sha256:${"9".repeat(64)}`,
    from: "aldgate-labs",
    what: thing,
  });
  const { reconciliation, standings } = world.stated([], BEGIN + 90 * DAY);
  expect(reconciliation.matched).toBe(1);
  expect(reconciliation.mismatches.map(({ what }) => what).sort()).toEqual([
    "a receipt, and no grant",
    "granted, and no receipt",
    "no entry in the ledger",
  ]);
  expect(standings.filter(({ standing }) => standing === "not met")).toEqual([]);
  expect(
    standings.find(({ party, obligation: id }) => party === "meridian-cloud" && id === "confirm-receipts")!.standing,
  ).toBe("met");
});

test("measures bind through an order of a panel alone", () => {
  const world = peopled();
  const each = obligation("describe-data");
  const call = occasionOf(each, "aldgate-labs", "northland", BEGIN);
  const late = factOf(each.query.needs[0]!, "aldgate-labs", BEGIN + 60 * DAY, {}, call);
  const at = BEGIN + 120 * DAY;
  const measure = (facts: Parameters<PactWorld["stated"]>[0]) =>
    world.stated(facts, at).measures.filter(({ party, obligation: id }) => party === "aldgate-labs" && id === each.id);
  expect(measure([call, late]).map(({ measure: id, status }) => [id, status])).toEqual([
    ["publish", "may be asked for"],
    ["disclose", "needs an order"],
  ]);
  const order = (rung: number, role = "panel") => ({
    log: "docket" as const,
    source: "docket",
    entry: 7,
    kind: "order",
    at: at - DAY,
    clock: "operator" as const,
    by: keyOf("northland").id,
    attributes: { case: "C", statement: "O", rung, effect: "label", respondent: keyOf("aldgate-labs").id, role },
  });
  expect(measure([call, late, order(2)])[1]!.status).toBe("needs an order");
  expect(measure([call, late, order(3)])[1]).toMatchObject({ status: "ordered", order: { rung: 3, entry: 7 } });
  const lifted = { ...order(3), kind: "order.lifted", entry: 8, attributes: { case: "C", order: "O", role: "panel" } };
  expect(measure([call, late, order(3), lifted])[1]!.status).toBe("lifted");
});
