/** Laws that every history keeps, each as a function from a history to what breaks it. */
import type { CaseEntry, CaseState } from "../../dist/office/docket/fold/case-state.js";
import { advance, type Rules } from "../../dist/office/docket/fold/clocks.js";
import { beginCase, fold, take } from "../../dist/office/docket/fold/fold.js";
import { readGates } from "../../dist/office/docket/fold/gates.js";
import { stated } from "../../dist/office/docket/fold/stated.js";
import { type Draw, SEALED_WORDS, SUSPECT } from "./histories.ts";

const openRungs = (state: CaseState, { pack }: Rules) =>
  readGates(state, pack)
    .filter(({ open }) => open)
    .map(({ rung }) => rung);
/** What an exhibit, a finding or conduct must have opened: rungs that nobody needs evidence for are left out. */
const earned = (state: CaseState, rules: Rules) => openRungs(state, rules).filter((rung) => rung > 3);

/** @param other another history under the same rules, to be folded between the steps of this one */
export function broken(
  entries: readonly CaseEntry[],
  rules: Rules,
  draw: Draw,
  other: readonly CaseEntry[] = [],
): string[] {
  const faults: string[] = [];
  const until = (entries.at(-1)?.received ?? 0) + draw.below(60 * 86_400);
  // Entry by entry, another case between: no clock gets shorter, and no order stands before its gate is open.
  const whole = beginCase(rules);
  const beside = beginCase(rules);
  let dues: number[] = [];
  for (const [at, entry] of entries.entries()) {
    take(whole, entry, rules);
    if (other[at]) take(beside, other[at]!, rules);
    if (dues.some((due, clock) => whole.clocks[clock]!.due < due)) faults.push("a clock got shorter");
    dues = whole.clocks.map(({ due }) => due);
    for (const order of whole.orders)
      if (order.seq === entry.seq && asksTwo(rules)) faults.push(...faultsOfRemedy(whole, order));
  }
  advance(whole, rules, until);
  const text = JSON.stringify(whole);
  if (whole.refused.length > 0) faults.push("an admissible history was refused");
  if (beside.refused.length > 0) faults.push("another case's history was refused beside this one");
  // However it is cut into prefixes, each with its own asking moment, and kept as text between.
  const cut = draw.below(entries.length + 1);
  const before = entries.slice(0, cut);
  const then = before.at(-1)?.received ?? 0;
  const part = fold(rules, before, Math.max(then, Math.min(until, (entries[cut]?.received ?? until) - 1)));
  const kept = JSON.parse(JSON.stringify(part)) as CaseState;
  if (JSON.stringify(fold(rules, entries.slice(cut), until, revived(kept))) !== text)
    faults.push("cut into prefixes, or with another case between its steps, it comes to another state");
  const last = whole.history.at(-1);
  if (whole.state !== (last?.state ?? rules.pack.data.initial)) faults.push("a state without a cause");
  for (const { by } of whole.history)
    if (
      "entry" in by
        ? entries[by.entry] === undefined
        : !whole.clocks.some(
            ({ timer, due, status }) => timer === by.timer && due === by.due && /expired|late/.test(status),
          )
    )
      faults.push("a state whose cause is not there");
  // Silence never helps the complainant and alone never decides.
  if (
    /upheld|in-part/.test(whole.decision?.outcome ?? "") &&
    asksForHearing(rules) &&
    whole.respondent.heardAt === null &&
    whole.service.ways.length < 2
  )
    faults.push("decided against somebody neither heard nor served twice");
  for (const { held, findings, conduct } of whole.decision?.issues ?? [])
    if (held === "yes" && findings.length + (conduct ?? []).length === 0 && asksForHearing(rules))
      faults.push("decided on nothing but silence");
  if (JSON.stringify(stated(whole, rules)).includes(SEALED_WORDS))
    faults.push("words of a sealed exhibit reached what is stated");
  // Evidence taken away opens nothing.
  const rungs = new Set(earned(whole, rules));
  for (const kind of ["exhibit", "finding", "recomputed", "conduct.found"]) {
    const evidence = entries.filter((entry) => entry.kind === kind && speaksForComplainant(entry));
    if (evidence.length === 0) continue;
    const gone = evidence[draw.below(evidence.length)]!;
    const less = fold(
      rules,
      entries.filter((entry) => entry !== gone),
      until,
    );
    const opened = earned(less, rules).filter((rung) => !rungs.has(rung));
    if (opened.length > 0) faults.push(`rung ${opened[0]} opens without ${kind} ${gone.seq}`);
  }
  // The respondent's silence opens nothing: the same case without a word in answer.
  const silent = fold(
    rules,
    entries.filter(({ kind, role }) => role !== "respondent" || !ANSWERS.has(kind)),
    until,
  );
  if (earned(silent, rules).some((rung) => !rungs.has(rung))) faults.push("the respondent's silence opened a remedy");
  if (whole.plan && whole.plan.status !== "clean" && [...rungs].some((rung) => rung > 4))
    faults.push("an examination that is not clean opened a remedy");
  // Nobody whom the pack does not name, and nothing twice.
  const copy = entries[draw.below(entries.length)];
  if (copy) {
    const at = { received: until, seq: entries.length };
    take(whole, { ...copy, ...at }, rules);
    take(whole, { ...copy, ...at, statement: `${copy.statement}x`, role: "nobody" as never }, rules);
    const [twice, stranger] = whole.refused;
    if (!twice || whole.counts[copy.kind] !== entries.filter(({ kind }) => kind === copy.kind).length)
      faults.push("an entry came in twice");
    if (stranger?.reason !== "role-unknown") faults.push("somebody whom the pack does not name came in");
  }
  return faults;
}

/** What a silent respondent leaves out; a challenge, an appeal or a stay is a request and not an answer. */
const ANSWERS: ReadonlySet<string> = new Set([
  "response",
  "service.receipt",
  "commitment.received",
  "plan.commented",
  "answer",
  "compliance.report",
]);

/** Whether any act of the pack waits for the respondent to be heard or served twice; one for names on the network does not. */
const asksForHearing = ({ pack }: Rules) =>
  [...pack.data.moves, ...pack.data.gates].some(({ guards }) => guards.includes("respondent-heard-or-served"));

/** A pack for names on the network asks for no laboratory. */
const asksTwo = ({ pack }: Rules) => pack.data.gates.some(({ laboratories }) => laboratories === 2);

function faultsOfRemedy(state: CaseState, { rung, effect, models }: CaseState["orders"][number]): string[] {
  if (rung <= 3) return effect === "notice" ? [] : ["a remedy without a finding has an effect on a model"];
  const about = state.findings.filter(
    (each) =>
      each.planned &&
      each.slot !== null &&
      state.plan?.labels?.[each.slot] === "suspect" &&
      each.outcome === "supports-hp",
  );
  const laboratories = new Set(about.map(({ laboratory }) => laboratory)).size;
  const faults: string[] = [];
  if (/suspend|recall/.test(effect) && laboratories < 2)
    faults.push("a model is stopped on fewer than two laboratories");
  if (models.some((model) => model !== SUSPECT)) faults.push("an order reaches a model that is not in dispute");
  if (rung >= 7 && laboratories < 2) faults.push("an irreversible remedy on fewer than two laboratories");
  if (rung >= 5 && state.plan?.status !== "clean") faults.push("a remedy on an examination that is not clean");
  if (rung >= 7 && !(state.conduct.access === "yes" && state.conduct.authorisation === "no"))
    faults.push("an irreversible remedy without conduct found");
  return faults;
}

/** What supports the complainant: a finding the other way, or conduct that clears, may open something when it is gone. */
function speaksForComplainant({ kind, facts }: CaseEntry): boolean {
  if (kind === "exhibit") return facts.speaksFor === "complainant";
  if (kind === "finding") return facts.outcome === "supports-hp";
  if (kind === "recomputed") return facts.same === true;
  return facts.element !== "independent-making";
}

/** A state that went through JSON has its records without a prototype again. */
function revived(state: CaseState): CaseState {
  for (const name of ["entries", "proposals", "exhibits"] as const) Object.setPrototypeOf(state[name], null);
  return state;
}
