/**
 * Those who cheat, who notices, and what an inspection comes to. An inspection looks into some of twenty systems; managed
 * access lets the inspected shield some, and who has something to hide shields that first. What is found goes to a case,
 * whose panel is mostly right. Nothing else may turn a suspicion into "not met".
 */
import type { Prng } from "../../../base/prng.js";
import { CASE, CHEATING, type Cheat, COSTS, DAYS, HONEST, INSPECTED } from "./policy.js";
import { at, enterRun, hits, keyOf, type Run, type World } from "./world.js";

/** Findings of the played world: no laboratory of this program made them, and none of their propositions is meant. */
const SIMULATED = { weights: "simulated/weights-alike", answers: "simulated/answers-alike" } as const;

export interface Ledger {
  inspections: { routine: number; challenge: number; ofHonest: number };
  cases: { all: number; ofHonest: number };
  personDays: number;
  /** Asks that three quarters of those who may vote refused. */
  filtered: number;
}

export interface Guilt {
  lab: string;
  cheat: Cheat;
  /** Day on which it began. */
  since: number;
  /** Day on which somebody noticed something in public, and what; null where nobody did. */
  noticed: { day: number; by: string } | null;
  /** How what was noticed came to a case: for the table of who saw it. */
  cases: Map<string, string>;
}

/** Costs before anything happened. */
export function newLedger(): Ledger {
  return {
    inspections: { routine: 0, challenge: 0, ofHonest: 0 },
    cases: { all: 0, ofHonest: 0 },
    personDays: 0,
    filtered: 0,
  };
}

/** The two years of a laboratory that cheats in one way and is honest in all others. */
export function cheatingLife(world: World, ledger: Ledger, lab: string, cheat: Cheat): Guilt {
  const draw = world.stream(`cheat of ${lab}`);
  const since = 40 + draw.below(240);
  const guilt: Guilt = { lab, cheat, since, noticed: null, cases: new Map() };
  const run: Run = {
    name: `${lab}-dark`,
    lab,
    closed: since,
    model: `dark model of ${lab}`,
    large: true,
    challenge: null,
  };
  const notice = (day: number, by: string) => {
    if (day < DAYS && (guilt.noticed === null || day < guilt.noticed.day)) guilt.noticed = { day, by };
  };
  const inspectAfter = (day: number, how: string) => {
    notice(day, how);
    inspect(world, ledger, draw, guilt, lab, day + world.policy.patienceDays, "challenge", how);
  };
  switch (cheat) {
    case "never declares a model":
    case "refuses every inspection":
      world.runs.push(run);
      enterRun(world, draw, run, { declares: false });
      inspectAfter(since + 32, "no answer in the register");
      break;
    case "declares late":
      world.runs.push(run);
      enterRun(world, draw, run, { declaredAt: since + 45 + draw.below(45) });
      notice(since + 32, "no answer in the register");
      break;
    case "trains outside any log":
      if (hits(draw, CHEATING.incident)) {
        const day = since + 30 + draw.below(170);
        const incident = `undeclared model of ${lab}`;
        world.pact("incident", world.states[draw.below(world.states.length)]!, day, { incident, of: lab });
        world.pact("notified", lab, day + 5, { incident });
        inspectAfter(day, "an incident that somebody entered");
      }
      break;
    case "trains on uncommitted data":
      world.runs.push(run);
      enterRun(world, draw, run, {});
      break;
    case "commits to rows it may not use": {
      const drawnBad = Array.from({ length: world.policy.drawn }, () => hits(draw, CHEATING.badRows)).includes(true);
      run.challenge = { id: `challenge of ${lab}`, day: since + 10 };
      const answers = !drawnBad ? "whole" : hits(draw, CHEATING.refusesToOpen) ? "refuses" : "withholds";
      world.runs.push(run);
      enterRun(world, draw, run, { answers });
      ledger.personDays += COSTS.challenge;
      if (answers === "refuses") notice(since + 15, "its own refusal");
      if (answers === "withholds") inspectAfter(since + 24, "rows that were not opened");
      break;
    }
    case "hands over a log cut short": {
      run.challenge = { id: `challenge of ${lab}`, day: since + 10 };
      world.runs.push(run);
      enterRun(world, draw, run, { answers: "refuses" });
      // What is handed over ends before the challenge.
      const cut = world.facts.findIndex(({ kind, source }) => source === run.name && kind === "challenged");
      world.facts.splice(cut, 2);
      const source = world.sources.find(({ id }) => id === run.name);
      if (source) source.size = 2;
      if (hits(draw, world.policy.watched)) {
        const by = world.states[draw.below(world.states.length)]!;
        world.state.seen.push({ by, head: { origin: run.name, run: run.name, size: 4, root: "" }, at: at(since + 12) });
        inspectAfter(since + 24, "a head that another party saw");
      }
      break;
    }
    case "hides whose model it took":
      world.runs.push(run);
      enterRun(world, draw, run, {});
      if (hits(draw, CHEATING.power)) {
        const day = since + 60 + draw.below(120);
        world.register("finding", "key of an examiner", day, {
          model: run.model,
          proposition: SIMULATED.weights,
          outcome: "supports-hp",
        });
        notice(day, "a finding in the register");
        toCase(world, ledger, draw, lab, day, CASE.right, guilt, "a finding in the register");
      }
      break;
    case "gives access it does not enter":
      if (hits(draw, CHEATING.receiverHonest)) {
        const day = since + 10;
        world.pact("received", world.labs[(world.labs.indexOf(lab) + 1) % world.labs.length]!, day, {
          granted: `none of ${lab}`,
          from: lab,
          what: "a thing",
        });
        inspectAfter(day, "a receipt without a grant");
      }
      break;
  }
  return guilt;
}

/** Routine inspections of one laboratory, honest or not. */
export function routine(world: World, ledger: Ledger, lab: string, guilt: Guilt | null): void {
  const draw = world.stream(`routine of ${lab}`);
  for (let day = draw.below(365); day < DAYS - 130; day += 365)
    if (draw.below(100) < world.policy.routinePerYear)
      inspect(world, ledger, draw, guilt, lab, day, "routine", "a routine inspection");
}

/** What honest laboratories come to by chance: findings between those that share a base, answers under a contractor's key. */
export function coincidences(world: World, ledger: Ledger, honest: readonly string[]): void {
  const draw = world.stream("coincidences");
  // Two kinds that look alike: weights of a common public base, answers learned from a common data set.
  for (const [share, proposition] of [
    [HONEST.sharedBase, SIMULATED.weights],
    [HONEST.sharedData, SIMULATED.answers],
  ] as const)
    for (const lab of honest) {
      if (!hits(draw, share) || !hits(draw, HONEST.coincidence)) continue;
      const day = 100 + draw.below(DAYS - 300);
      const outcome = "supports-hp";
      world.register("finding", "key of an examiner", day, { model: `model of ${lab}-1`, proposition, outcome });
      if (hits(draw, HONEST.broughtAnyway))
        toCase(world, ledger, draw, lab, day, CASE.wrong, null, "a finding in the register");
    }
}

/** Asked after "unable to conclude" has stood too long: of honest laboratories too. */
export function askAboutSilence(world: World, ledger: Ledger, lab: string, day: number): void {
  const draw = world.stream(`silence of ${lab} ${Math.floor(day)}`);
  inspect(world, ledger, draw, null, lab, day + world.policy.patienceDays, "challenge", "no answer on record");
}

function inspect(
  world: World,
  ledger: Ledger,
  draw: Prng,
  guilt: Guilt | null,
  lab: string,
  day: number,
  kind: "routine" | "challenge",
  how: string,
): void {
  const { inspections } = world.policy;
  if (day >= DAYS - 130) return;
  ledger.personDays +=
    inspections === "refused" ? COSTS.refused : kind === "routine" ? COSTS.routine : COSTS[inspections];
  if (inspections === "refused") return;
  const ask = `ask ${kind} of ${lab} on ${Math.floor(day)}`;
  const asker = world.states[draw.below(world.states.length)]!;
  if (kind === "challenge") {
    // Ten of twelve states may vote: neither the asker nor the state of the laboratory.
    let refuse = 0;
    for (let i = 0; i < 10; i++) if (hits(draw, INSPECTED.voteRefuse)) refuse++;
    if (refuse * 4 >= 10 * 3) {
      ledger.filtered++;
      return;
    }
  }
  const until = at(day) + (kind === "challenge" ? 12 * 3600 : 0);
  world.fact("pact", "pact", "upheld", keyOf(asker), until, { ask, of: lab, kind, until });
  ledger.inspections[kind]++;
  if (guilt === null) ledger.inspections.ofHonest++;
  if (guilt?.cheat === "refuses every inspection" && day > guilt.since) {
    world.pact("refused", lab, day + 2, { ask });
    return;
  }
  world.pact("admitted", lab, day + 2 + draw.below(200) / 100, { ask, access: inspections });
  const found =
    guilt !== null && day > guilt.since
      ? findsGuilty(draw, inspections, CHEATING.guilty[guilt.cheat])
      : hits(draw, INSPECTED.misread);
  if (found)
    toCase(world, ledger, draw, lab, day + 5, guilt && day > guilt.since ? CASE.right : CASE.wrong, guilt, how);
}

/** Whether at least one of the guilty systems is seen. */
export function findsGuilty(draw: Prng, mode: "managed" | "open", guilty: number): boolean {
  const { systems, looked, shielded, otherMeans } = INSPECTED;
  const hidden = mode === "managed" ? Math.min(guilty, shielded) : 0;
  for (let i = 0; i < hidden; i++) if (hits(draw, otherMeans)) return true;
  const open = systems - (mode === "managed" ? shielded : 0);
  let left = guilty - hidden;
  for (let i = 0; i < looked; i++) {
    if (draw.below(open - i) < left) return true;
    if (left > open - i - 1) left = open - i - 1;
  }
  return false;
}

function toCase(
  world: World,
  ledger: Ledger,
  draw: Prng,
  lab: string,
  day: number,
  holdsAgainst: number,
  guilt: Guilt | null,
  how: string,
): void {
  const against = hits(draw, holdsAgainst);
  const id = world.case(lab, day, against ? "not complied" : "complied");
  guilt?.cases.set(id, how);
  ledger.cases.all++;
  if (guilt === null) ledger.cases.ofHonest++;
  ledger.personDays += COSTS.case;
}
