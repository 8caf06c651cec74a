/** The gate: no fact that is missing, stale, mistyped or contradicted is an allow; orders reach it and stop; verdicts replay. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gatherFacts } from "../../src/app/gate/gather-facts.js";
import { GateKeeper } from "../../src/app/gate/keeper.js";
import { openPolicyFolder } from "../../src/app/gate/policy-folder.js";
import type { AuditAtHand } from "../../src/app/gate/read-audit.js";
import { utf8 } from "../../src/base/bytes.js";
import { AssayError } from "../../src/base/error.js";
import { CEDAR_SCHEMA, cedarEngine } from "../../src/host/rules/cedar.js";
import type { EvalReading } from "../../src/office/gate/evaluations/reading.js";
import { decodeFacts, encodeFacts, FACTS_TYPE, type GateFacts } from "../../src/office/gate/facts.js";
import { type GatePolicy, parseGatePolicy } from "../../src/office/gate/gate-policy.js";
import { stopsOf } from "../../src/office/gate/stops.js";
import { encodeVerdict, judge, type RulesEngine } from "../../src/office/gate/verdict.js";
import { EFFECTS } from "../../src/office/register/declarations/order.js";
import type { ModelId } from "../../src/office/register/declarations/vocabulary.js";
import { ORDER_STATES } from "../../src/office/register/orders/order-states.js";
import { checkpointText } from "../../src/tlog/checkpoint.js";
import { signerOf } from "../../src/tlog/cosignature.js";
import { encodeVerifierKey, secretKeyOf } from "../../src/tlog/note-keys.js";
import { parsePolicy } from "../../src/tlog/policy.js";
import { encodeNote, signNote } from "../../src/tlog/signed-note.js";
import { SAMPLES } from "../office/samples.js";
import { derivation, ISSUED, keysOf, model, NOW, party, World } from "../office/world.js";

const DAY = 86_400;
const text = (seconds: number) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
const DIGEST = `sha256:${"1".repeat(64)}` as const;

const POLICY: GatePolicy = {
  type: "assay/gate-policy/v1",
  name: "test",
  logAgeSecondsMax: DAY,
  validSeconds: 3600,
  refusedEffects: ["suspend", "recall"],
  refuseWhileNoticed: false,
  signature: false,
  signers: null,
  declared: false,
  challengesOpenMax: 1000,
  origin: {},
  licences: null,
  audit: null,
  tests: [],
};
const ALL = new Map([["all.cedar", "permit (principal, action, resource);"]]);
const engine = await cedarEngine(ALL);

const GOOD: GateFacts = {
  type: FACTS_TYPE,
  at: text(NOW),
  model: DIGEST,
  name: "north/m",
  signature: "holds",
  signer: "North",
  log: { origin: "log.example", size: 5, root: DIGEST, cosigned: text(NOW - 60), ageSeconds: 60, cosigners: 2 },
  declared: true,
  withdrawn: false,
  orders: [],
  ancestors: [],
  cutShort: false,
  challengesOpen: 0,
  origin: {},
  licences: ["mit"],
  audits: [],
  evaluations: [],
  unknownEntries: 0,
};
const order: GateFacts["orders"][number] = {
  order: DIGEST,
  authority: "court.example",
  effect: "suspend",
  state: "in force",
  reach: "self",
  on: "north/m",
  until: null,
};
const judged = (facts: GateFacts, policy = POLICY, rules = ALL, by = engine) => judge(facts, policy, rules, by);
const rulesOf = (facts: GateFacts, policy?: GatePolicy) => judged(facts, policy).reasons.map(({ rule }) => rule);

test("what is in order is allowed, until it ends, and the verdict is a function of facts and policy", () => {
  const verdict = judged(GOOD);
  expect(verdict).toMatchObject({ allow: true, reasons: [], checkpoint: DIGEST, validUntil: text(NOW + 3600) });
  expect(encodeVerdict(judged(decodeFacts(encodeFacts(GOOD), "facts")))).toEqual(encodeVerdict(verdict));
  expect(judged(GOOD, { ...POLICY, name: "other" }).policy).not.toBe(verdict.policy);
  expect(judged(GOOD, POLICY, new Map([["b.cedar", ALL.get("all.cedar")!]])).policy).not.toBe(verdict.policy);
});

describe("a stop refuses by name", () => {
  test.each<[string, Partial<GateFacts>, Partial<GatePolicy>]>([
    ["unknown-model", { model: null }, {}],
    ["log-unreadable", { log: null }, {}],
    ["log-unwitnessed", { log: { ...GOOD.log!, cosigned: null, ageSeconds: null } }, {}],
    ["log-stale", { log: { ...GOOD.log!, ageSeconds: DAY + 1 } }, {}],
    ["clock", { log: { ...GOOD.log!, cosigned: text(NOW + 700), ageSeconds: 0 } }, {}],
    ["walk-cut-short", { cutShort: true }, {}],
    ["unknown-entries", { unknownEntries: 1 }, {}],
    ["order", { orders: [order] }, {}],
    ["order", { orders: [{ ...order, effect: "recall" }] }, { refusedEffects: [] }],
    ["order", { orders: [{ ...order, effect: "label" }] }, { refusedEffects: ["label"] }],
    ["order-on-ancestor", { orders: [{ ...order, reach: "ancestor" }] }, {}],
    ["order-noticed", { orders: [{ ...order, state: "noticed", reach: "ancestor" }] }, { refuseWhileNoticed: true }],
    ["signature", { signature: "does not hold" }, {}],
    ["withdrawn", { withdrawn: true }, {}],
    ["unsigned", { signature: "missing" }, { signature: true }],
    ["unsigned", { signature: "not checked" }, { signature: true }],
    ["signer", { signer: null }, { signers: ["North"] }],
    ["undeclared", { declared: false }, { declared: true }],
    ["challenged", { challengesOpen: 1 }, { challengesOpenMax: 0 }],
    ["origin", { origin: { providerSeat: "logged" } }, { origin: { providerSeat: "witnessed" } }],
    ["origin", {}, { origin: { providerSeat: "declared" } }],
    ["licence", {}, { licences: ["apache-2.0"] }],
    ["licence", { licences: null }, { licences: ["mit"] }],
    ["licence", { licences: [] }, { licences: ["mit"] }],
    ["audit", {}, { audit: { boundPpmMax: 10_000, ageDaysMax: 365 } }],
    ["audit-contradicted", { audits: [{ run: "r", status: "contradicted", boundPpm: null, ageDays: 1 }] }, {}],
    [
      "test-missing",
      {},
      { tests: [{ suite: "s", metric: "m", lower95Ppm: 0, ageDaysMax: 30, assurance: "self", criteriaFirst: false }] },
    ],
  ])("%s", (rule, change, policy) => {
    const verdict = judged({ ...GOOD, ...change }, { ...POLICY, ...policy });
    expect(verdict.allow).toBe(false);
    expect(verdict.reasons.map((reason) => reason.rule)).toContain(rule);
    for (const { says, cure } of verdict.reasons) expect([says.length > 0, cure.length > 0]).toEqual([true, true]);
  });

  test("an order that was lifted, ended, is stayed or only noticed does not", () => {
    for (const state of ["lifted", "expired", "stayed", "noticed", "awaiting hearing", "not yet in force"] as const)
      expect(rulesOf({ ...GOOD, orders: [{ ...order, state }] })).toEqual([]);
    expect(rulesOf({ ...GOOD, orders: [{ ...order, effect: "notice" }] })).toEqual([]);
  });

  test("a test is taken whole, fresh, about these weights, from whom the policy asks", () => {
    const asked = {
      suite: "s",
      metric: "m",
      lower95Ppm: 900_000,
      ageDaysMax: 30,
      assurance: "auditor",
      criteriaFirst: true,
    } as const;
    const held: GateFacts["evaluations"][number] = {
      tool: "inspect",
      suite: "s",
      version: null,
      metric: "m",
      k: 400,
      n: 400,
      lower95Ppm: 992_500,
      assurance: "auditor",
      boundTo: DIGEST,
      ageDays: 3,
      faults: [],
      criteriaFirst: true,
    };
    const policy = { ...POLICY, tests: [asked] };
    expect(rulesOf({ ...GOOD, evaluations: [held] }, policy)).toEqual([]);
    for (const change of [
      { lower95Ppm: 899_999 },
      { assurance: "self" },
      { boundTo: `sha256:${"2".repeat(64)}` },
      { ageDays: 31 },
      { faults: ["limited"] },
      { criteriaFirst: false },
      { criteriaFirst: null },
    ] as Partial<typeof held>[])
      expect(rulesOf({ ...GOOD, evaluations: [{ ...held, ...change }] }, policy), JSON.stringify(change)).toEqual([
        "test",
      ]);
  });
});

describe("the deployer's rules", () => {
  test("Cedar alone allows where a forbid errs: here any diagnostic refuses", () => {
    const erring: RulesEngine = {
      engine: "stand-in",
      schema: DIGEST,
      judge: () => ({
        decision: "allow",
        by: ["permit"],
        diagnostics: [{ rule: "forbid", says: "attribute is missing" }],
      }),
    };
    expect(judged(GOOD, POLICY, ALL, erring)).toMatchObject({ allow: false, reasons: [{ rule: "rules-erred" }] });
    const throwing: RulesEngine = {
      ...erring,
      judge: () => {
        throw new Error("engine is away");
      },
    };
    expect(judged(GOOD, POLICY, ALL, throwing).allow).toBe(false);
  });

  test.each([
    ["a type that does not fit", "permit (principal, action, resource) when { context.signer == 1 };"],
    ["an attribute that is none", "permit (principal, action, resource) when { context.orders.suspended };"],
    ["a rule that never holds", "permit (principal, action, resource) when { false };"],
    ["grammar", "permit (principal"],
    ["no rule", "// nothing"],
    ["a template", "permit (principal == ?principal, action, resource);"],
    [
      "two of one name",
      '@id("a") permit (principal, action, resource); @id("a") forbid (principal, action, resource) when { context.withdrawn };',
    ],
  ])("%s is an error when the rules are loaded", async (_, rule) => {
    await expect(cedarEngine(new Map([["r.cedar", rule]]))).rejects.toBeInstanceOf(AssayError);
  });

  test("without a permit nothing is deployed, and a refusal carries the rule's own name", async () => {
    const none = new Map([["none.cedar", "forbid (principal, action, resource) when { context.withdrawn };"]]);
    expect(judged(GOOD, POLICY, none, await cedarEngine(none)).reasons).toMatchObject([{ rule: "no-permit" }]);
    const named = new Map([
      [
        "n.cedar",
        'permit (principal, action, resource); @id("two witnesses at least") forbid (principal, action, resource) when { context.log.cosigners < 3 };',
      ],
    ]);
    expect(judged(GOOD, POLICY, named, await cedarEngine(named)).reasons).toMatchObject([
      { rule: "two witnesses at least" },
    ]);
  });

  test.each(["hospital", "bank", "hobbyist"])("the shipped policy for a %s loads", async (name) => {
    const folder = mkdtempSync(join(tmpdir(), "assay-gate-"));
    const logPolicy = join(folder, "log.policy");
    const key = encodeVerifierKey(secretKeyOf("log.example", "ed25519", new Uint8Array(32).fill(3)));
    writeFileSync(logPolicy, `log ${key}\nquorum none\n`);
    await expect(openPolicyFolder(`data/gate/${name}`, logPolicy)).resolves.toMatchObject({ policy: { name } });
    rmSync(folder, { recursive: true });
    expect(CEDAR_SCHEMA).toContain("ordersInForce");
  });
});

/** Any value in any place of the record, or the place taken away. */
const odd = fc.constantFrom<unknown>(undefined, null, "", "allow", 0, -1, 1e308, Number.NaN, true, [], {}, "sha256:x", [
  null,
]);
const paths = [
  ["at"],
  ["model"],
  ["signature"],
  ["signer"],
  ["log"],
  ["log", "cosigned"],
  ["log", "ageSeconds"],
  ["log", "size"],
  ["log", "root"],
  ["declared"],
  ["withdrawn"],
  ["orders"],
  ["orders", "0", "state"],
  ["orders", "0", "effect"],
  ["orders", "0", "reach"],
  ["ancestors"],
  ["cutShort"],
  ["challengesOpen"],
  ["unknownEntries"],
  ["evaluations"],
  ["type"],
  ["origin"],
  ["licences"],
  ["audits"],
] as const;

test("a fact missing or mistyped is never an allow of what was refused (10^5: validation/gate.md)", () => {
  const refused: GateFacts = { ...GOOD, orders: [order] };
  fc.assert(
    fc.property(fc.constantFrom(...paths), odd, (path, value) => {
      const facts = structuredClone(refused) as Record<string, unknown>;
      let at: Record<string, unknown> = facts;
      for (const step of path.slice(0, -1)) at = at[step] as Record<string, unknown>;
      if (value === undefined) delete at[path.at(-1)!];
      else at[path.at(-1)!] = value;
      let allow = false;
      try {
        allow = judged(facts as GateFacts).allow;
      } catch (error) {
        expect(error).toBeInstanceOf(AssayError);
      }
      // Taking the list of orders away whole is another set of facts: an empty one.
      if (path.length === 1 && path[0] === "orders" && Array.isArray(value) && value.length === 0) return;
      expect(allow).toBe(false);
    }),
    { numRuns: 2000, seed: 20 },
  );
});

test("every order of every effect and state, on the model or an ancestor: suspend and recall in force always refuse", () => {
  for (const effect of EFFECTS)
    for (const state of Object.keys(ORDER_STATES) as (keyof typeof ORDER_STATES)[])
      for (const reach of ["self", "ancestor"] as const) {
        const stops = stopsOf(
          { ...GOOD, orders: [{ ...order, effect, state, reach }] },
          { ...POLICY, refusedEffects: [] },
        );
        expect(stops.length > 0).toBe(state === "in force" && (effect === "suspend" || effect === "recall"));
      }
});

describe("over a register", () => {
  const north = party("Northwind", ["publisher"], ["northwind/"]);
  const south = party("Southwind", ["publisher"], ["southwind/"]);
  const court = party("Court", ["authority"], []);
  const judgeKey = party("Judge", [], []);
  const [base, child, other] = [model("southwind/base"), model("northwind/child"), model("northwind/other")];
  const log = secretKeyOf("log.example", "ed25519", new Uint8Array(32).fill(3));
  const witness = secretKeyOf("w.example", "ed25519-cosigner", new Uint8Array(32).fill(5));
  const trust = parsePolicy(utf8(`log ${encodeVerifierKey(log)}\nwitness W ${encodeVerifierKey(witness)}\nquorum W\n`));

  /** The world as a register that a gate opened, cosigned at a time. */
  function registerOf(w: World, at: number) {
    const root = new Uint8Array(32).fill(9);
    const note = signNote(checkpointText({ origin: log.name, size: w.index.size, root, extensions: [] }), [
      signerOf(log, 0),
      signerOf(witness, at),
    ]);
    return {
      where: "memory",
      read: async () => null,
      index: w.index,
      head: { origin: log.name, size: w.index.size, root, extensions: [] },
      checkpoint: encodeNote(note),
      object: async (digest: string) => w.bundles.get(digest) ?? null,
    };
  }
  const verdictAt = async (w: World, id: ModelId, now: number, policy = POLICY) =>
    judged(
      await gatherFacts({
        register: registerOf(w, now),
        trust,
        model: id,
        signature: { state: "not checked", signer: null },
        evaluations: [],
        audits: [],
        now,
      }),
      policy,
    );
  const rulesAt = async (w: World, id: ModelId, now: number) =>
    (await verdictAt(w, id, now)).reasons.map(({ rule }) => rule);

  function world() {
    const w = new World([north, south, court]);
    w.say(south, base, "derivation", derivation());
    const derived = w.say(north, child, "derivation", derivation([base]));
    w.say(north, other, "derivation", derivation());
    w.authority(court, keysOf("court.example", [judgeKey]));
    return { w, derived };
  }
  const suspend = {
    ...SAMPLES.order,
    effect: "suspend" as const,
    reach: "declared" as const,
    noticeDays: 14,
    until: null,
    stay: null,
    from: ISSUED,
  };

  test("an order reaches the gate with the next entry, and stops when it is lifted", async () => {
    const { w } = world();
    expect(await rulesAt(w, base.id, NOW)).toEqual([]);
    const made = w.say(judgeKey, base, "order", suspend);
    expect(await rulesAt(w, base.id, NOW)).toEqual(["order"]);
    expect(await rulesAt(w, other.id, NOW)).toEqual([]);
    w.say(judgeKey, base, "order-lifted", { ...SAMPLES["order-lifted"], order: made, models: null });
    expect(await rulesAt(w, base.id, NOW)).toEqual([]);
  });

  test("a descendant that withdrew its derivation is refused after its notice; one that was heard and spared is not", async () => {
    const { w, derived } = world();
    w.say(north, child, "withdrawal", { issued: ISSUED, withdraws: derived, reason: "to be out of it" });
    const made = w.say(judgeKey, base, "order", suspend);
    expect(await rulesAt(w, child.id, NOW + DAY)).toEqual([]);
    const later = NOW + 15 * DAY;
    const refused = await verdictAt(w, child.id, later);
    expect(refused.reasons).toMatchObject([{ rule: "order-on-ancestor", cure: expect.stringMatching(/heard/) }]);
    w.say(judgeKey, base, "order-lifted", { ...SAMPLES["order-lifted"], order: made, models: [child.id] }, later);
    expect(await rulesAt(w, child.id, later + 1)).toEqual([]);
    expect(await rulesAt(w, base.id, later + 1)).toEqual(["order"]);
  });

  test("ancestors are listed though they were withdrawn, and bases that nobody declared are told apart", async () => {
    const { w, derived } = world();
    const unknown = model("somebody/base");
    w.say(north, child, "derivation", derivation([unknown]));
    w.say(north, child, "withdrawal", { issued: ISSUED, withdraws: derived, reason: "no" });
    const facts = await gatherFacts({
      register: registerOf(w, NOW),
      trust,
      model: child.id,
      signature: { state: "not checked", signer: null },
      evaluations: [],
      audits: [],
      now: NOW,
    });
    expect(facts.ancestors).toEqual(
      expect.arrayContaining([
        { id: base.id, name: "southwind/base", standing: "withdrawn", declared: true },
        { id: unknown.id, name: null, standing: "declared", declared: false },
      ]),
    );
  });

  test("an evaluation counts when its file is named by a signed statement for these weights; criteria come first by the log", async () => {
    const reading: EvalReading = {
      tool: "inspect",
      suite: "triage",
      version: null,
      model: null,
      evaluatedAt: null,
      counts: [{ metric: "match", k: 39, n: 40, attempts: 40, passed: 39, stated: null }],
      uncounted: [],
      faults: [],
    };
    const file = { reading, digest: DIGEST };
    const auditor = party("Institute", ["auditor"], []);
    const w = new World([north, south, court, auditor]);
    w.say(north, other, "derivation", derivation());
    const evaluation = { ...SAMPLES.evaluation, evaluatedAt: text(NOW + DAY), log: { digest: DIGEST } };
    const audits: AuditAtHand[] = [];
    const held = async (evaluations = [file]) =>
      (
        await gatherFacts({
          register: registerOf(w, NOW + 2 * DAY),
          trust,
          model: other.id,
          signature: { state: "not checked", signer: null },
          evaluations,
          audits,
          now: NOW + 2 * DAY,
        })
      ).evaluations.map(({ k, n, assurance, criteriaFirst, ageDays }) => ({ k, n, assurance, criteriaFirst, ageDays }));
    expect(await held()).toEqual([]);
    w.say(north, other, "evaluation", evaluation, NOW + DAY);
    expect(await held()).toEqual([{ k: 39, n: 40, assurance: "self", criteriaFirst: null, ageDays: 1 }]);
    expect(await held([{ ...file, digest: `sha256:${"2".repeat(64)}` }])).toEqual([]);
    const criteria = {
      issued: ISSUED,
      suite: { name: "triage", version: null },
      criteria: [{ metric: "match", lower95: "0.8", samples: null }],
    };
    w.say(north, other, "evaluation-criteria", criteria, NOW + DAY + 60);
    expect((await held())[0]!.criteriaFirst).toBe(false);
    // An auditor who said beforehand what would count, then ran it.
    w.say(auditor, other, "evaluation-criteria", { ...criteria, issued: "2026-09-01T12:00:01Z" }, NOW + DAY + 60);
    w.say(auditor, other, "evaluation", { ...evaluation, evaluatedAt: text(NOW + DAY + 3600) }, NOW + DAY + 7200);
    expect(await held()).toEqual([{ k: 39, n: 40, assurance: "auditor", criteriaFirst: true, ageDays: 0 }]);
  });

  test("a log that cannot be opened, is stale, or is witnessed from the future refuses", async () => {
    const { w } = world();
    const facts = (register: ReturnType<typeof registerOf> | null, now: number) =>
      gatherFacts({
        register,
        trust,
        model: other.id,
        signature: { state: "not checked", signer: null },
        evaluations: [],
        audits: [],
        now,
      });
    expect(judged(await facts(null, NOW)).reasons).toMatchObject([{ rule: "log-unreadable" }]);
    expect(judged(await facts(registerOf(w, NOW), NOW + 2 * DAY)).reasons).toMatchObject([{ rule: "log-stale" }]);
    expect(judged(await facts(registerOf(w, NOW + 2 * DAY), NOW)).reasons.map(({ rule }) => rule)).toContain("clock");
  });

  test("a standing gate whose log was never there refuses, and says why", async () => {
    const keeper = new GateKeeper(
      "/nowhere/at/all",
      { policy: POLICY, rules: ALL, engine, trust },
      undefined,
      () => NOW,
    );
    await keeper.look();
    expect(keeper.fault).not.toBeNull();
    expect((await keeper.verdict(other.id)).reasons).toMatchObject([{ rule: "log-unreadable" }]);
  });
});

test("a policy is closed: an unknown field or effect is an error", () => {
  const bytes = (change: object) => utf8(JSON.stringify({ ...POLICY, ...change }));
  expect(parseGatePolicy(bytes({}), "p")).toEqual(POLICY);
  for (const change of [{ logAgeSecondMax: 5 }, { refusedEffects: ["ban"] }, { logAgeSecondsMax: 0 }, { type: "x" }])
    expect(() => parseGatePolicy(bytes(change), "p")).toThrow(AssayError);
});
