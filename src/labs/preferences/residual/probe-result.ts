/** One probe: the pair's correlations, those of every null pair by kind, and what stands on the page of it. */
import { COHORT_MIN, FLOOR, type Probe } from "../method.js";
import type { ProbeSeen } from "../observations.js";
import type { ScoreTable } from "../scores/score-table.js";
import type { Seated } from "../scores/seat.js";
import { type Cast, KINDS, type Kind } from "./cast.js";
import { type Centred, centred } from "./centred.js";
import { type Layout, ranked, tiedShare } from "./ranked.js";

export interface ProbeResult {
  probe: Probe;
  pair: { raw: number; residual: number };
  /** Each null pair, in one order on every probe. */
  nulls: readonly { kind: Kind; residual: number }[];
  kinds: ProbeSeen["kinds"];
  /** The largest residual correlation of unrelated lineages, and never below the floor. */
  bar: number;
  seen: ProbeSeen;
  takenOut: readonly string[];
  /** Of reference and suspect. */
  leanings: readonly { length: number | null; format: number | null }[];
}

const COVARIATES = ["length", "format"] as const;
/** A correlation of n items whose permutation p is 10^-8: 5.61 standard errors. */
const SHUFFLED_Z = 5.612;

/**
 * Correlations of one probe over the items that all seated scorers share.
 * @param ruled whether what published rules give the items is taken out too
 */
export function probeResult(probe: Probe, seated: Seated, cast: Cast, ruled = false): ProbeResult {
  const layout = seated.layout(probe);
  const values = seated.tables.map((table) => Float64Array.from(layout.keys, (key) => table.rows.get(key)!.score));
  const vectors = values.map((of) => ranked(of, layout));
  const stated = COVARIATES.flatMap((name) => covariate(name, seated.tables, layout));
  const rules = (ruled ? seated.rules : []).map(({ name, table }) => ({
    name: `the rule "${name}"`,
    vector: ranked(
      layout.keys.map((key) => table.rows.get(key)!.score),
      layout,
    ),
  }));
  const space = centred(
    vectors,
    [...stated, ...rules].map(({ vector }) => vector),
    cast.lineages,
    cast.leaves,
    cast.cohorts,
  );
  const nulls: { kind: Kind; residual: number; raw: number; i: number; j: number }[] = [];
  for (let i = 0; i < vectors.length; i++)
    for (let j = Math.max(2, i + 1); j < vectors.length; j++) {
      const kind = cast.kind(i, j);
      if (kind) nulls.push({ kind, residual: space.residual(i, j), raw: space.raw(i, j), i, j });
    }
  const kinds = KINDS.flatMap((kind) => kindSeen(kind, nulls, cast));
  const unrelated = nulls.filter(({ kind }) => kind === KINDS[0]);
  const bar = Math.max(FLOOR, ...unrelated.map(({ residual }) => residual));
  const pair = { raw: space.raw(0, 1), residual: space.residual(0, 1) };
  const n = layout.keys.length;
  const raws = unrelated.map(({ raw }) => raw);
  const epics = raws.map(epic);
  const seen: ProbeSeen = {
    probe,
    prompts: layout.prompts.length,
    items: n,
    raw: round(pair.raw),
    residual: round(pair.residual),
    kinds,
    agreement: { mean: round(raws.reduce((a, b) => a + b, 0) / Math.max(1, raws.length)), max: round(largest(raws)) },
    shuffled: round(raws.filter((raw) => raw * Math.sqrt(n) > SHUFFLED_Z).length / Math.max(1, raws.length)),
    epic: { pair: round(epic(pair.raw)), low: round(-largest(epics.map((e) => -e))), high: round(largest(epics)) },
    ties: { reference: round(tiedShare(values[0]!, layout)), suspect: round(tiedShare(values[1]!, layout)) },
  };
  return {
    probe,
    pair,
    nulls,
    kinds,
    bar,
    seen,
    takenOut: [...[...stated, ...rules].map(({ name }) => name), ...sharedBySides(cast)],
    leanings: [0, 1].map((i) => leaningsOf(space, i, stated)),
  };
}

/** What else goes out for one of the two sides at least: what the panel's scorers of its base, or of its data, share. */
function sharedBySides({ cohorts, leaves }: Cast): string[] {
  return ["what others of a side's base share", "what others of a side's data share"].filter((_, c) =>
    [0, 1].some((side) => cohorts[side]![c]!.filter((l) => !leaves[side]!.includes(l)).length >= COHORT_MIN),
  );
}

/** EPIC (Gleave 2021), and for answers of one step STARC (Skalse 2024) too: half the distance of centred unit rewards. */
function epic(raw: number): number {
  return Math.sqrt(Math.max(0, (1 - raw) / 2));
}

function kindSeen(
  kind: Kind,
  nulls: readonly { kind: Kind; residual: number; i: number; j: number }[],
  { familiesOf }: Cast,
): ProbeSeen["kinds"] {
  const of = nulls.filter((each) => each.kind === kind);
  if (of.length === 0) return [];
  const families = new Set(of.flatMap(({ i, j }) => familiesOf(kind, i, j)));
  return [{ kind, pairs: of.length, families: families.size, max: round(largest(of.map(({ residual }) => residual))) }];
}

/** Where any scorer's file states it for every item. */
function covariate(name: (typeof COVARIATES)[number], tables: readonly ScoreTable[], layout: Layout) {
  const of = layout.keys.map((key) => {
    for (const { rows } of tables) {
      const value = rows.get(key)?.[name];
      if (value !== null && value !== undefined) return value;
    }
    return null;
  });
  if (of.length === 0 || of.some((value) => value === null)) return [];
  return [{ name, vector: ranked(of as number[], layout) }];
}

function leaningsOf(space: Centred, i: number, stated: readonly { name: string }[]) {
  const at = (name: string) => stated.findIndex((each) => each.name === name);
  const of = (name: string) => (at(name) === -1 ? null : round(space.withCovariate(i, at(name))));
  return { length: of("length"), format: of("format") };
}

function largest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), values.length === 0 ? 0 : Number.NEGATIVE_INFINITY);
}

const round = (value: number) => Math.round(1e6 * value) / 1e6 + 0;
