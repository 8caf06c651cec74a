/**
 * The door of the preferences laboratory: scores of two sides and of a panel go in, one finding comes out. Centred residual
 * correlation on two probes, ranked among every pair of unrelated lineages, pairs of one public base and pairs of one public
 * preference set (Gleave et al. 2006.13900 for why prompts are centred; the residual is this house's own). There is no p.
 */
import type { Artefact } from "../../evidence/artefact.js";
import type { Finding } from "../../finding/finding.js";
import { frameFinding, studyOfMethod } from "../../finding/frame.js";
import { type Decision, decideScored, refuse } from "../../finding/outcome.js";
import type { Validation } from "../../finding/validation.js";
import { lower95, upper95 } from "../../stats/clopper-pearson.js";
import { MARGIN, METHOD, PROBES } from "./method.js";
import type { PreferencesObservations } from "./observations.js";
import { PREFERENCES_PROPOSITIONS } from "./propositions.js";
import { outsideOf, refusedOf } from "./reference-class.js";
import { type Cast, castOf, KINDS } from "./residual/cast.js";
import { type ProbeResult, probeResult } from "./residual/probe-result.js";
import { refusalWording } from "./residual/refusal-wording.js";
import { refusalsSeen } from "./residual/refusals.js";
import type { Lineage } from "./scores/lineage.js";
import type { ScoreTable } from "./scores/score-table.js";
import { type Seated, seat } from "./scores/seat.js";
import { type StatesOf, statesSeen } from "./states/exhibit.js";
import { ALTERNATIVES, ASSUMPTION, LIMITS, STATES_LIMIT } from "./words.js";

export interface Scorer {
  artefact: Artefact;
  table: ScoreTable;
}

interface StatesBrought {
  sides: readonly [StatesOf & Rooted, StatesOf & Rooted];
  panel: readonly (StatesOf & Rooted)[];
  lineage: Lineage;
  documented: Artefact["root"] | null;
}
type Rooted = { root: Artefact["root"] };

interface PreferencesRequest {
  reference: Scorer;
  suspect: Scorer;
  panel: readonly Scorer[];
  lineage: Lineage;
  /** Digest of the lineage as a file; null where there is none. */
  documented: Artefact["root"] | null;
  /** Inner states of both sides and of a panel of its own: exhibits. Left out where nobody brings them. */
  states?: StatesBrought | null;
  validations: readonly Validation[];
  software: Finding["software"];
}

/**
 * One finding on two scorers.
 * @returns `refused` where too little is shared, `uncalibrated` outside the studied class, with all observations either way
 */
export function examinePreferences(request: PreferencesRequest): Finding {
  const { reference, suspect, panel, lineage, documented, states, validations, software } = request;
  const proposition = PREFERENCES_PROPOSITIONS.entries["preferences/shared-origin"];
  const validation = studyOfMethod(validations, METHOD);
  const seated = seat(reference, suspect, panel, lineage.rules);
  const cast = castOf(seated.names, lineage);
  const { results, statistic, kinds } = least([false, ...(seated.rules.length > 0 ? [true] : [])], (ruled) =>
    compared(seated, cast, ruled),
  );
  const observations = observed(seated, lineage, results, statistic, kinds, cast);
  const refused = refusedOf(observations, [reference, suspect]);
  const lineages = observations.panel.lineages;
  const decision: Decision =
    refused !== null
      ? refuse(refused)
      : decideScored({
          proposition,
          statistic,
          // A rank by a hair is none: each kind's largest is raised by the margin.
          nullKinds: kinds.map(({ kind, families, statisticMax }) => ({
            kind: `${kind}, raised by a quarter`,
            families,
            statisticMax: round6(MARGIN * statisticMax),
          })),
          log10LR: interval(validation, lineages),
          outside: outsideOf(observations),
          validation: validation?.summary ?? null,
        });
  return frameFinding({
    list: PREFERENCES_PROPOSITIONS,
    proposition,
    method: METHOD,
    validation,
    subject: { kind: "pair", reference: reference.artefact, suspect: suspect.artefact },
    decision,
    tests: [
      {
        id: "both-probes",
        statistic: {
          name: "least over the probes of residual correlation by the largest of unrelated lineages",
          value: statistic,
        },
        log10P: 0,
        exact: false,
        assumption: ASSUMPTION,
        n: lineages,
        seed: "none",
        share: 0,
      },
    ],
    // After the outcome is decided, and only where they were brought: a finding without them stays what it was.
    observations: states
      ? { ...observations, states: statesSeen(states.sides, states.panel, states.lineage) }
      : observations,
    alternatives: ALTERNATIVES,
    limits: states ? [...LIMITS, STATES_LIMIT] : LIMITS,
    evidence: [
      ...[reference, suspect, ...panel].map(({ artefact }) => artefact.root),
      ...(documented ? [documented] : []),
      ...(states ? [...states.sides, ...states.panel].map(({ root }) => root) : []),
      ...(states?.documented ? [states.documented] : []),
    ],
    software,
  });
}

interface Compared {
  results: readonly ProbeResult[];
  statistic: number;
  kinds: PreferencesObservations["kinds"];
}

function compared(seated: Seated, cast: Cast, ruled: boolean): Compared {
  const results = PROBES.map((probe) => probeResult(probe, seated, cast, ruled));
  const statistic = jointStatistic(results, (result) => result.pair.residual);
  return {
    results,
    statistic,
    kinds: KINDS.map((kind) => kindOver(results, kind)).filter(({ families }) => families > 0),
  };
}

/** With rules taken out and without, whichever stands lower: a rule that somebody lists takes away from a case and never adds. */
function least(ways: readonly boolean[], of: (ruled: boolean) => Compared): Compared {
  const height = ({ statistic, kinds }: Compared) =>
    statistic / Math.max(1, ...kinds.map(({ statisticMax }) => statisticMax));
  return ways.map(of).reduce((a, b) => (height(b) < height(a) ? b : a));
}

/** Least over the probes of a correlation by the largest that unrelated lineages reach there. */
function jointStatistic(results: readonly ProbeResult[], of: (result: ProbeResult) => number): number {
  return round6(Math.min(...results.map((result) => of(result) / result.bar)));
}

/**
 * What a kind of null reaches, each pair on both probes at once: a pair of one base is high on words alone, a pair of one
 * data set on pairs alone. Unrelated lineages stand for the bar itself, whichever pair reached it on either probe.
 */
function kindOver(results: readonly ProbeResult[], kind: (typeof KINDS)[number]) {
  const [first] = results;
  const pairs = first!.nulls.flatMap((each, at) => (each.kind === kind ? [at] : []));
  const families = Math.min(...results.map((result) => result.kinds.find((each) => each.kind === kind)?.families ?? 0));
  const joint = pairs.map((at) => jointStatistic(results, (result) => result.nulls[at]!.residual));
  const largest = joint.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return { kind, families, statisticMax: kind === KINDS[0] ? Math.max(1, largest) : largest };
}

/** Before the cap: what the study found by what the panel at hand, by disjoint pairs of lineages, can exclude. */
function interval(validation: Validation | null, lineages: number): { low: number; high: number } {
  if (!validation) return { low: 0, high: 0 };
  const { foundFamilies, families } = validation.summary.positives;
  const trials = Math.max(1, Math.floor(lineages / 2));
  const value = Math.log10(lower95(foundFamilies, families) / upper95(0, trials));
  return { low: value, high: value };
}

function observed(
  seated: Seated,
  lineage: Lineage,
  results: readonly ProbeResult[],
  statistic: number,
  kinds: PreferencesObservations["kinds"],
  cast: Cast,
): PreferencesObservations {
  const { names } = seated;
  const suspect = names[1]!;
  const members = names.slice(2);
  const side = (at: 0 | 1) => {
    const name = names[at]!;
    const pairs = results.find(({ probe }) => probe === PROBES[0])!;
    return {
      base: lineage.base.get(name) ?? null,
      data: lineage.data.get(name) ?? null,
      parameters: lineage.parameters.get(name) ?? null,
      length: pairs.leanings[at]?.length ?? null,
      format: pairs.leanings[at]?.format ?? null,
    };
  };
  const shares = (of: ReadonlyMap<string, string>, not: ReadonlyMap<string, string>) =>
    members.filter(
      (name) =>
        of.get(name) !== undefined &&
        of.get(name) === of.get(suspect) &&
        (not.get(name) === undefined || not.get(name) !== not.get(suspect)),
    ).length;
  return {
    type: "preferences/observations/v1",
    statistic,
    margin: MARGIN,
    kinds,
    probes: results.map((result) => result.seen),
    panel: {
      scorers: members.length,
      lineages: new Set(cast.families.slice(2)).size,
      sharingBase: shares(lineage.base, lineage.data),
      sharingData: shares(lineage.data, lineage.base),
      leftOut: [...seated.leftOut],
    },
    sides: { reference: side(0), suspect: side(1) },
    takenOut: [...new Set(results.flatMap(({ takenOut }) => takenOut))],
    refusals: refusalsSeen(seated, cast),
    wording: refusalWording(seated, cast),
  };
}

const round6 = (value: number) => Math.round(1e6 * value) / 1e6;
