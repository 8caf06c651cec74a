/** Laws over random admissible histories; the full number is SLOW=1 (validation/docket-laws.study.ts). */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { prng } from "../../dist/base/prng.js";
import { VERBS } from "../../dist/cli/commands/case/verbs.js";
import { REFUSALS } from "../../dist/office/docket/fold/case-state.js";
import { within } from "../../dist/office/docket/fold/clocks.js";
import { beginCase, rulesOf } from "../../dist/office/docket/fold/fold.js";
import { judge } from "../../dist/office/docket/fold/judge.js";
import { allowed } from "../../dist/office/docket/fold/next.js";
import { faultOfFacts } from "../../dist/office/docket/pack/facts.js";
import { ENTRY_KINDS, ROLES } from "../../dist/office/docket/pack/names.js";
import { SHIPPED_PACKS, WEEKENDS_ONLY } from "../../dist/office/docket/packs/shipped.js";
import { history } from "../../materials/docket/histories.ts";
import { broken } from "../../materials/docket/laws.ts";

/** Kinds whose facts a command computes: open, enrol, replace-key, calendar, notify, draw, join, exhibit, plan and on. */
const COMPUTED: ReadonlySet<string> = new Set([
  ...["pack.adopted", "key.enrolled", "key.replaced", "calendar", "notice", "panel.drawn", "club.joined", "exhibit"],
  ...["plan.proposed", "plan.adopted", "beacon", "finding", "blind.opened"],
]);
const HISTORIES = process.env.SLOW ? 20_000 : 60;

test.each(SHIPPED_PACKS.map((pack) => [pack.data.id, pack] as const))("laws hold over histories of %s", (id, pack) => {
  const rules = rulesOf(pack, WEEKENDS_ONLY);
  const draw = prng("assay/docket-laws/v1", id);
  const faults: string[] = [];
  let before: ReturnType<typeof history> = [];
  for (let n = 0; n < HISTORIES; n++) {
    const entries = history(rules, `${id} ${n}`);
    for (const fault of broken(entries, rules, draw, before)) faults.push(`${n}: ${fault}`);
    before = entries;
  }
  expect(faults).toEqual([]);
});

test.each(SHIPPED_PACKS.map((pack) => [pack.data.id, pack] as const))(
  "each role, act and state of %s has an answer",
  (_, pack) => {
    const rules = rulesOf(pack, WEEKENDS_ONLY);
    let asked = 0;
    for (const { id } of pack.data.states)
      for (const role of ROLES)
        for (const kind of ENTRY_KINDS) {
          const state = { ...beginCase(rules), state: id };
          const answer = judge(state, { seq: 0, kind, role, key: "k", statement: "s", received: 1, facts: {} }, rules);
          const has = (pack.moves.get(kind) ?? []).some(({ by, from }) => by.includes(role) && within(from, id));
          const by = "move" in answer ? "move" : answer.reason;
          expect(["move", ...Object.keys(REFUSALS)]).toContain(by);
          expect(["kind", "role-unknown", "role", "state"].includes(by)).toBe(!has);
          asked++;
        }
    expect(asked).toBe(pack.data.states.length * ROLES.length * ENTRY_KINDS.length);
  },
);

test.each(SHIPPED_PACKS.map((pack) => [pack.data.id, pack] as const))(
  "who may do what next in %s is what the judge lets in: each move of each state, and no other",
  (_, pack) => {
    const rules = rulesOf(pack, WEEKENDS_ONLY);
    const moved = new Set<string>();
    for (const { id, final } of pack.data.states) {
      const state = { ...beginCase(rules), state: id };
      const steps = new Set(allowed(state, rules).map(({ role, kind }) => `${role} ${kind}`));
      for (const role of ROLES)
        for (const kind of ENTRY_KINDS) {
          const entry = { seq: 0, kind, role, key: "k", statement: "s", received: 1, facts: {} };
          const answer = judge(state, entry, rules);
          const shut = "reason" in answer && ["kind", "role-unknown", "role", "state"].includes(answer.reason);
          // A time can be extended only while it runs, and none does here.
          if (kind !== "extension")
            expect([id, role, kind, steps.has(`${role} ${kind}`)]).toEqual([id, role, kind, !shut]);
          if (!shut) moved.add(kind);
        }
      // Where a case does not end, somebody can act or a time runs that leads on.
      const leads = pack.data.timers.some(({ within: where, expiry }) => expiry.to && within(where, id));
      if (!final) expect([id, steps.size > 0 || leads]).toEqual([id, true]);
    }
    // No move of the pack is dead: each kind it names can be entered somewhere, and each state is reached by something.
    expect([...pack.moves.keys()].filter((kind) => !moved.has(kind))).toEqual([]);
    const reached = new Set([
      pack.data.initial,
      ...pack.data.moves.flatMap(({ to }) => to ?? []),
      ...pack.data.timers.flatMap(({ expiry }) => expiry.to ?? []),
    ]);
    expect(pack.data.states.map(({ id }) => id).filter((id) => !reached.has(id))).toEqual([]);
  },
);

test("each kind of entry has a command of its own", () => {
  const verbs = new Set<string>(VERBS.map(({ kind }) => kind));
  expect(ENTRY_KINDS.filter((kind) => !verbs.has(kind) && !COMPUTED.has(kind))).toEqual([]);
});

test("the example of each verb has the facts of its kind", () => {
  expect(VERBS.flatMap(({ kind, facts }) => faultOfFacts(kind, facts) ?? [])).toEqual([]);
});

test("another zone and locale gives the same bytes", () => {
  const script = `
    import { history } from "./materials/docket/histories.ts";
    import { rulesOf, fold } from "./dist/office/docket/fold/fold.js";
    import { stated } from "./dist/office/docket/fold/stated.js";
    import { shippedPack, WEEKENDS_ONLY } from "./dist/office/docket/packs/shipped.js";
    const rules = rulesOf(shippedPack("expedited-ai-ip/v1"), WEEKENDS_ONLY);
    for (let n = 0; n < 6; n++) console.log(JSON.stringify(stated(fold(rules, history(rules, "zone " + n), 2e9), rules)));`;
  const at = (TZ: string, LANG: string) =>
    spawnSync(process.execPath, ["--input-type=module-typescript", "-e", script], {
      encoding: "utf8",
      env: { ...process.env, TZ, LANG },
    });
  const [one, other] = [at("Pacific/Kiritimati", "ar_EG.UTF-8"), at("America/St_Johns", "C")];
  expect([one.stderr, one.status]).toEqual(["", 0]);
  expect(one.stdout).toBe(other.stdout);
  expect(one.stdout.length).toBeGreaterThan(5000);
});
