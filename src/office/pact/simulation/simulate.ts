/**
 * A pact played through many made-up worlds: which cheats come to "not met", when, by what, at what cost, and how often an
 * honest laboratory is wronged. The same seed gives the same bytes on every machine; modes of inspection are compared in
 * the same worlds.
 */
import { lower95, upper95 } from "../../../stats/clopper-pearson.js";
import { DAY_SECONDS, parseDay } from "../../docket/time/day.js";
import { standings } from "../fold/standing.js";
import type { Pact } from "../schema/pact.js";
import { askAboutSilence, cheatingLife, coincidences, type Guilt, type Ledger, newLedger, routine } from "./game.js";
import {
  CASE,
  CHEATING,
  CHEATS,
  type Cheat,
  COSTS,
  DAYS,
  HONEST,
  INSPECTED,
  INSPECTIONS,
  type InspectionMode,
  SAYS,
  type SimPolicy,
} from "./policy.js";
import { at, honestLife, START, World } from "./world.js";

const SIMULATION_TYPE = "assay/pact-simulation/v1";

interface SeedOutcome {
  cheats: { cheat: Cheat; seenDays: number | null; by: string | null; noticedDays: number | null }[];
  honest: {
    labs: number;
    /** Not met although it did in time what was asked. */
    wronged: number;
    wrongedBy: string[];
    /** Not met by an honest slip: true, and no cheat. */
    slipped: number;
    unable: number;
  };
  ledger: Ledger;
}

/** One world, judged at its end by the fold. */
export function playSeed(seed: string, policy: SimPolicy, model: Pact): SeedOutcome {
  const pact: Pact = { ...model, data: { ...model.data, graceSeconds: policy.graceSeconds } };
  const world = new World(seed, policy);
  const ledger = newLedger();
  // The laboratories are alike: the first of them cheat, one in each way, and which states they belong to turns with the seed.
  const order = shuffled(world);
  const guilty = CHEATS.map((cheat, i) => ({ lab: order[i]!, cheat }));
  const honest = order.slice(CHEATS.length);
  for (const lab of world.labs) honestLife(world, lab);
  const guilts = new Map(guilty.map(({ lab, cheat }) => [lab, cheatingLife(world, ledger, lab, cheat)] as const));
  coincidences(world, ledger, honest);
  for (const lab of world.labs) routine(world, ledger, lab, guilts.get(lab) ?? null);
  const end = at(DAYS + 125);
  // Honest silences (a contractor's key, a log that is down) are asked about like any others.
  const first = standings({ state: world.state, pact, facts: world.facts, sources: world.sources, asOf: end });
  const silent = new Set<string>();
  for (const { party, standing, occasions } of first) {
    if (standing !== "unable to conclude" || guilts.has(party) || silent.has(party) || !party.startsWith("lab"))
      continue;
    const open = occasions.find(({ standing: one, due }) => one === "unable to conclude" && due !== null);
    if (!open) continue;
    silent.add(party);
    askAboutSilence(world, ledger, party, dayIn(open.due!));
  }
  const all = standings({ state: world.state, pact, facts: world.facts, sources: world.sources, asOf: end });
  const outcome: SeedOutcome = {
    cheats: guilty.map(({ lab, cheat }) => seenOf(guilts.get(lab)!, all, cheat)),
    honest: { labs: honest.length, wronged: 0, wrongedBy: [], slipped: 0, unable: 0 },
    ledger,
  };
  const isHonest = new Set(honest);
  for (const lab of honest) {
    let [wronged, slipped, unable] = [false, false, false];
    for (const { party, obligation, standing, occasions } of all) {
      if (party !== lab || !isHonest.has(party)) continue;
      if (standing === "unable to conclude") unable = true;
      if (standing !== "not met") continue;
      for (const { standing: one, rests } of occasions) {
        if (one !== "not met") continue;
        if (rests.some(({ as, source, entry }) => as === "late" && world.slips.has(`${source} ${entry}`)))
          slipped = true;
        else {
          wronged = true;
          outcome.honest.wrongedBy.push(obligation);
        }
      }
    }
    if (wronged) outcome.honest.wronged++;
    if (slipped) outcome.honest.slipped++;
    if (unable) outcome.honest.unable++;
  }
  return outcome;
}

/** The first entry after the cheat began that makes the laboratory "not met", and what led to it. */
function seenOf(
  { lab, since, noticed, cases }: Guilt,
  all: ReturnType<typeof standings>,
  cheat: Cheat,
): SeedOutcome["cheats"][number] {
  let seen: { day: number; by: string } | null = null;
  for (const { party, standing, occasions } of all) {
    if (party !== lab || standing !== "not met") continue;
    for (const { standing: one, rests } of occasions) {
      const last = one === "not met" ? rests.find(({ as }) => as === "late" || as === "speaks against") : undefined;
      if (!last) continue;
      const isOfCheat =
        last.log === "docket" ? cases.has(last.source) : last.as === "speaks against" || cheat === "declares late";
      const day = dayIn(last.at);
      if (!isOfCheat || day < since) continue;
      const by =
        last.log === "docket"
          ? `${cases.get(last.source)}, then a case`
          : last.as === "late"
            ? "its own late entry"
            : "its own refusal";
      if (seen === null || day < seen.day) seen = { day, by };
    }
  }
  return {
    cheat,
    seenDays: seen === null ? null : Math.round(seen.day - since),
    by: seen?.by ?? null,
    noticedDays: noticed === null ? null : noticed.day - since,
  };
}

function dayIn(moment: string): number {
  return parseDay(moment.slice(0, 10))! - START / DAY_SECONDS;
}

function shuffled(world: World): string[] {
  const draw = world.stream("who cheats");
  const all = [...world.labs];
  for (let i = all.length - 1; i > 0; i--) {
    const j = draw.below(i + 1);
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}

interface CheatRow {
  cheat: Cheat;
  seeds: number;
  seen: number;
  rate: string;
  low: string;
  high: string;
  medianDays: number | null;
  noticed: number;
  by: Record<string, number>;
}

export interface ModeResult {
  inspections: InspectionMode;
  cheats: CheatRow[];
  honest: {
    labs: number;
    wronged: number;
    upper: string;
    seedsWithAny: number;
    seedsUpper: string;
    by: Record<string, number>;
    slipped: number;
    unable: number;
  };
  costs: {
    routine: number;
    challenge: number;
    ofHonest: number;
    cases: number;
    casesOfHonest: number;
    personDays: number;
    filtered: number;
  };
}

interface Simulation {
  type: typeof SIMULATION_TYPE;
  seed: string;
  seeds: number;
  policy: Omit<SimPolicy, "inspections">;
  assumptions: unknown;
  says: string[];
  modes: ModeResult[];
}

interface SimulationAsked {
  seed: string;
  seeds: number;
  policy: SimPolicy;
  modes?: readonly InspectionMode[];
  onProgress?: (done: number, total: number) => void;
}

/** Many worlds, a table a mode of inspection. */
export function simulate(
  { seed, seeds, policy, modes = INSPECTIONS, onProgress }: SimulationAsked,
  pact: Pact,
): Simulation {
  const { inspections: _, ...knobs } = policy;
  let done = 0;
  return {
    type: SIMULATION_TYPE,
    seed,
    seeds,
    policy: knobs,
    assumptions: { honest: HONEST, inspected: INSPECTED, case: CASE, cheating: CHEATING, costs: COSTS },
    says: SAYS,
    modes: modes.map((mode) => {
      const outcomes: SeedOutcome[] = [];
      for (let i = 0; i < seeds; i++) {
        outcomes.push(playSeed(`${seed}/${i}`, { ...policy, inspections: mode }, pact));
        onProgress?.(++done, seeds * modes.length);
      }
      return tableOf(mode, outcomes);
    }),
  };
}

function tableOf(mode: InspectionMode, outcomes: readonly SeedOutcome[]): ModeResult {
  const sum = (of: (outcome: SeedOutcome) => number) => outcomes.reduce((total, each) => total + of(each), 0);
  const labs = sum(({ honest }) => honest.labs);
  const wronged = sum(({ honest }) => honest.wronged);
  const seedsWithAny = sum(({ honest }) => (honest.wronged > 0 ? 1 : 0));
  return {
    inspections: mode,
    cheats: CHEATS.map((cheat) => rowOf(cheat, outcomes)),
    honest: {
      labs,
      wronged,
      upper: upper95(wronged, labs).toFixed(5),
      seedsWithAny,
      seedsUpper: upper95(seedsWithAny, outcomes.length).toFixed(4),
      by: tally(outcomes.flatMap(({ honest }) => honest.wrongedBy)),
      slipped: sum(({ honest }) => honest.slipped),
      unable: sum(({ honest }) => honest.unable),
    },
    costs: {
      routine: sum(({ ledger }) => ledger.inspections.routine),
      challenge: sum(({ ledger }) => ledger.inspections.challenge),
      ofHonest: sum(({ ledger }) => ledger.inspections.ofHonest),
      cases: sum(({ ledger }) => ledger.cases.all),
      casesOfHonest: sum(({ ledger }) => ledger.cases.ofHonest),
      personDays: sum(({ ledger }) => ledger.personDays),
      filtered: sum(({ ledger }) => ledger.filtered),
    },
  };
}

function rowOf(cheat: Cheat, outcomes: readonly SeedOutcome[]): CheatRow {
  const rows = outcomes.map(({ cheats }) => cheats.find((each) => each.cheat === cheat)!);
  const days = rows.flatMap(({ seenDays }) => (seenDays === null ? [] : [seenDays])).sort((a, b) => a - b);
  const n = rows.length;
  return {
    cheat,
    seeds: n,
    seen: days.length,
    rate: (days.length / n).toFixed(3),
    low: lower95(days.length, n).toFixed(3),
    high: upper95(days.length, n).toFixed(3),
    medianDays: days.length === 0 ? null : days[days.length >> 1]!,
    noticed: rows.filter(({ noticedDays }) => noticedDays !== null).length,
    by: tally(rows.flatMap(({ by }) => (by === null ? [] : [by]))),
  };
}

function tally(words: readonly string[]): Record<string, number> {
  const out: Record<string, number> = {};
  for (const word of [...words].sort()) out[word] = (out[word] ?? 0) + 1;
  return out;
}
