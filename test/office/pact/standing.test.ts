/**
 * Each obligation of the model pact: met, not met, unable to conclude, not yet due, reserved; evidence withheld, forged,
 * late. And the law that nothing is ever "met" without evidence, over random facts.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dueOf } from "../../../src/office/pact/fold/query.js";
import { standings } from "../../../src/office/pact/fold/standing.js";
import model from "../../../src/office/pact/model/model-pact-v1.json" with { type: "json" };
import { MODEL_PACT } from "../../../src/office/pact/model/shipped.js";
import { FACTS, type Fact, LOG_KINDS, type Value } from "../../../src/office/pact/schema/facts.js";
import { type Obligation, readPact } from "../../../src/office/pact/schema/pact.js";
import { BEGIN, DAY, factOf, keyOf, occasionOf, PactWorld, SOURCES, source } from "./fixtures.js";

const who = (obligation: Obligation) => (obligation.binds.includes("lab") ? "aldgate-labs" : "northland");
const joined = (obligation: Obligation, reserves: readonly string[] = []) => {
  const world = new PactWorld();
  world.join(who(obligation), obligation.binds.includes("lab") ? "lab" : "state", reserves);
  world.join("meridian-cloud", "lab");
  return world;
};
/** The occasion, its due time, and the entries that answer it at a time. */
function scene(obligation: Obligation) {
  const call = occasionOf(obligation, who(obligation), "meridian-cloud", BEGIN);
  const due = dueOf(obligation.query.due, call).at!;
  const answers = (at: number) =>
    obligation.query.needs.map((need) =>
      factOf(need, need.by === "another-party" ? "meridian-cloud" : who(obligation), at, {}, call),
    );
  return { call, due, answers };
}
/** Facts of the pact's own log come from its entries: those obligations are tried through entries below. */
const OF_OTHER_LOGS = MODEL_PACT.data.obligations.filter(({ query }) =>
  [query.occasion, ...query.needs].every(({ log }) => log !== "pact"),
);

describe.each(MODEL_PACT.data.obligations.map((each) => [each.id, each] as const))("%s", (id, obligation) => {
  const { call, due, answers } = scene(obligation);
  const asOf = due + 40 * DAY;
  const world = joined(obligation);
  const ask = (facts: readonly Fact[], at = asOf, sources = SOURCES) =>
    standings({ state: world.state, pact: world.pact, facts, sources, asOf: at }).find(
      (each) => each.party === who(obligation) && each.obligation === id,
    )!;

  test("met: by entries that are named", () => {
    const said = ask([call, ...answers(due)]);
    expect(said.standing).toBe("met");
    expect(said.occasions[0]!.rests.filter(({ as }) => as === "answers").length).toBe(obligation.query.needs.length);
  });

  test("not met: answered late", () => {
    const said = ask([call, ...answers(due + 2 * DAY)]);
    expect(said.standing).toBe("not met");
    expect(said.occasions[0]!.rests.some(({ as }) => as === "late")).toBe(true);
    // Clocks of machines differ: what is less than the grace late is in time.
    expect(ask([call, ...answers(due + MODEL_PACT.data.graceSeconds)]).standing).toBe("met");
  });

  // Of some obligations no entry speaks against its party.
  const against = obligation.query.against.length > 0 ? test : null;
  against?.("not met: its own refusal, or what a panel held", () => {
    for (const need of obligation.query.against) {
      const against = factOf(
        need,
        need.by === "another-party" ? "meridian-cloud" : who(obligation),
        BEGIN + DAY,
        {},
        call,
      );
      expect(ask([call, against]).standing).toBe("not met");
      // The same word by somebody else is no word of the party.
      if (need.by === "party")
        expect(ask([call, { ...against, by: keyOf("meridian-cloud").id }]).standing).toBe("unable to conclude");
    }
  });

  test("unable to conclude: no evidence, which is no breach", () => {
    const said = ask([call]);
    expect(said.standing).toBe("unable to conclude");
    expect(said.says).toMatch(/no breach/);
    expect(said.occasions[0]!.openDays).toBeGreaterThan(0);
  });

  test("unable to conclude: the log that would show it is withheld, forged, or stale", () => {
    const kinds = [...new Set([obligation.query.occasion, ...obligation.query.needs].map(({ log }) => log))].filter(
      (log) => log !== "pact",
    );
    for (const log of kinds) {
      const rest = SOURCES.filter((each) => each.log !== log);
      const facts = [call, ...answers(due)];
      expect(ask(facts, asOf, rest).standing, `${log} withheld`).toBe("unable to conclude");
      expect(
        ask(facts, asOf, [...rest, source(log, { holds: false, says: "the signature does not hold" })]).standing,
        `${log} forged`,
      ).toBe("unable to conclude");
      expect(ask(facts, asOf, [...rest, source(log, { until: BEGIN - 90 * DAY })]).standing, `${log} stale`).toBe(
        "unable to conclude",
      );
    }
  });

  test("not yet due", () => {
    expect(ask([call], Math.max(BEGIN, due - 3600)).standing).toBe("not yet due");
    expect(ask([], asOf).standing).toBe("not yet due");
  });

  test("reserved, where the pact lets it be", () => {
    const reserving = joined(obligation, [id]);
    const said = standings({
      state: reserving.state,
      pact: reserving.pact,
      facts: [call],
      sources: SOURCES,
      asOf,
    }).find((each) => each.party === who(obligation) && each.obligation === id)!;
    expect(said.standing).toBe(obligation.reservable ? "reserved" : "unable to conclude");
    if (!obligation.reservable) expect(reserving.state.refused[0]!.reason).toBe("obligation");
  });

  test("an answer to another occasion, or of another party, is none", () => {
    const other = answers(due).map((fact) => ({
      ...fact,
      attributes: Object.fromEntries(
        Object.entries(fact.attributes).map(([key, value]) => [key, typeof value === "string" ? `${value}x` : value]),
      ),
    }));
    expect(ask([call, ...other]).standing).toBe("unable to conclude");
    if (obligation.query.needs.every(({ by }) => by === "party"))
      expect(ask([call, ...answers(due).map((fact) => ({ ...fact, by: keyOf("meridian-cloud").id }))]).standing).toBe(
        "unable to conclude",
      );
  });

  test("what was withdrawn answers nothing", () => {
    expect(ask([call, ...answers(due).map((fact) => ({ ...fact, withdrawnAt: due + DAY }))]).standing).toBe(
      "unable to conclude",
    );
  });
});

test("every obligation of other logs is tried by facts, and those of the pact's own log by its entries", () => {
  expect(OF_OTHER_LOGS.length).toBe(9);
});

const VALUES: Value[] = [
  "model-1",
  "model-2",
  "case-1",
  "panel",
  "not complied",
  "complied",
  true,
  false,
  0,
  1,
  1e25,
  BEGIN,
  BEGIN + 20 * DAY,
];
const NAMES = ["aldgate-labs", "meridian-cloud", "northland"];

function anyFact(): fc.Arbitrary<Fact> {
  const kinds = LOG_KINDS.flatMap((log) => Object.keys(FACTS[log]).map((kind) => [log, kind] as const));
  return fc.constantFrom(...kinds).chain(([log, kind]) =>
    fc
      .record({
        by: fc.constantFrom(...NAMES),
        days: fc.integer({ min: 0, max: 120 }),
        clock: fc.constantFrom("witness" as const, "operator" as const, "signer" as const),
        attributes: fc.record(
          Object.fromEntries(
            FACTS[log][kind]!.map((name) => [
              name,
              fc.option(fc.constantFrom(...VALUES, ...NAMES, ...NAMES.map((each) => keyOf(each).id)), {
                nil: undefined,
                freq: 8,
              }),
            ]),
          ),
        ),
        withdrawn: fc.boolean(),
      })
      .map(({ by, days, clock, attributes, withdrawn }) => ({
        log,
        source: log,
        entry: days,
        kind,
        at: BEGIN + days * DAY,
        clock,
        by: keyOf(by).id,
        attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)) as Record<
          string,
          Value
        >,
        ...(withdrawn && days % 4 === 0 ? { withdrawnAt: BEGIN + (days + 9) * DAY } : {}),
      })),
  );
}

/** An occasion of an obligation with some answers to it, so that "met" is not rare. */
function scenes(): fc.Arbitrary<Fact[]> {
  return fc
    .record({
      obligation: fc.constantFrom(...MODEL_PACT.data.obligations),
      late: fc.constantFrom(-DAY, 0, 599, 3 * DAY),
      dropped: fc.constantFrom(false, false, true),
      by: fc.constantFrom(...NAMES),
    })
    .map(({ obligation, late, dropped, by }) => {
      const call = occasionOf(obligation, who(obligation), "meridian-cloud", BEGIN + 5 * DAY);
      const due = dueOf(obligation.query.due, call).at!;
      const answers = obligation.query.needs.map((need) =>
        factOf(need, need.by === "party" ? who(obligation) : by, due + late, {}, call),
      );
      return dropped ? [call] : [call, ...answers];
    });
}

test("nothing is ever met without evidence: of the right signer, in a log that holds, in time, and gone without it", () => {
  const world = new PactWorld();
  for (const name of NAMES) world.join(name, name === "northland" ? "state" : "lab");
  const obligations = new Map(MODEL_PACT.data.obligations.map((each) => [each.id, each]));
  let met = 0;
  fc.assert(
    fc.property(
      fc.array(anyFact(), { maxLength: 30 }),
      fc.array(scenes(), { maxLength: 6 }),
      fc.record({ register: fc.boolean(), audit: fc.boolean(), docket: fc.boolean() }),
      fc.integer({ min: 0, max: 160 }),
      (noise, given, missing, days) => {
        const facts = [...noise, ...given.flat()];
        const asOf = BEGIN + days * DAY;
        // One log in four is missing or does not hold.
        const sources = SOURCES.map((each) =>
          missing[each.log as "register"] && days % 2 === 1 ? { ...each, holds: false } : each,
        );
        const known = { state: world.state, pact: world.pact, sources, asOf };
        for (const said of standings({ ...known, facts })) {
          if (said.standing !== "met") continue;
          met++;
          const { query } = obligations.get(said.obligation)!;
          const answered = said.occasions.filter(({ standing }) => standing === "met");
          expect(answered.length).toBeGreaterThan(0);
          expect(
            said.occasions.some(({ standing }) => standing === "not met" || standing === "unable to conclude"),
          ).toBe(false);
          for (const { rests, due } of answered) {
            const named = rests.filter(({ as }) => as === "answers");
            expect(named.length).toBe(query.needs.length);
            for (const [n, { log, source: from, entry, kind, at }] of named.entries()) {
              const need = query.needs[n]!;
              expect([log, kind]).toEqual([need.log, need.kind]);
              expect(log === "pact" || sources.some(({ id, holds }) => id === from && holds)).toBe(true);
              const fact = facts.find((each) => each.log === log && each.kind === kind && each.entry === entry);
              expect(fact).toBeDefined();
              expect(Date.parse(at)).toBeLessThanOrEqual(Date.parse(due!) + MODEL_PACT.data.graceSeconds * 1000);
              if (need.by === "party")
                expect(
                  facts.some((each) => each.kind === kind && each.entry === entry && each.by === keyOf(said.party).id),
                ).toBe(true);
            }
          }
          // Without whatever could answer it, it is met no more.
          const kinds = new Set(query.needs.map(({ log, kind }) => `${log} ${kind}`));
          const without = facts.filter(({ log, kind }) => !kinds.has(`${log} ${kind}`));
          const again = standings({ ...known, facts: without }).find(
            (each) => each.party === said.party && each.obligation === said.obligation,
          )!;
          expect(again.standing).not.toBe("met");
        }
      },
    ),
    { numRuns: 300, seed: 20261129 },
  );
  expect(met).toBeGreaterThan(50);
});

test("absence never speaks against a party: what is not met rests on an entry that is late or against it", () => {
  const world = new PactWorld();
  for (const name of NAMES) world.join(name, name === "northland" ? "state" : "lab");
  fc.assert(
    fc.property(
      fc.array(anyFact(), { maxLength: 30 }),
      fc.array(scenes(), { maxLength: 6 }),
      fc.integer({ min: 0, max: 160 }),
      (noise, given, days) => {
        for (const said of standings({
          state: world.state,
          pact: world.pact,
          facts: [...noise, ...given.flat()],
          sources: SOURCES,
          asOf: BEGIN + days * DAY,
        }))
          for (const { standing, rests } of said.occasions)
            if (standing === "not met")
              expect(rests.some(({ as }) => as === "late" || as === "speaks against")).toBe(true);
      },
    ),
    { numRuns: 200, seed: 7 },
  );
});

test("a pact cannot ask for what no log says, nor let anybody's word speak against a party", () => {
  const changed = (change: (pact: typeof model) => void) => {
    const draft = structuredClone(model);
    change(draft);
    return () => readPact(draft);
  };
  expect(
    changed((pact) => {
      pact.obligations[0]!.query.occasion.kind = "confession";
    }),
  ).toThrow(/no entry of the audit is a confession/);
  expect(
    changed((pact) => {
      pact.obligations[0]!.query.needs[0]!.same[0]!.here = "colour";
    }),
  ).toThrow(/cannot be compared/);
  expect(
    changed((pact) => {
      pact.obligations[5]!.query.against[0]!.by = "anyone";
    }),
  ).toThrow(/may not speak against a party/);
  expect(
    changed((pact) => {
      pact.obligations[0]!.query.needs[0]!.same = [];
    }),
  ).toThrow(/must agree with the occasion/);
  expect(
    changed((pact) => {
      pact.measures[3]!.obligations = ["none"];
    }),
  ).toThrow(/names no obligation/);
});
