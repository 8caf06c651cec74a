/**
 * Wording of refusals, where both sides bring texts: runs of five words that stand in refusals of both and of nobody else,
 * under different questions, so that a question's own words count for nothing. An exhibit: unrelated models reach every
 * share, since many learned from the same few, and the share of unrelated pairs that reach the sides' stands beside it.
 */
import { REFUSALS } from "../method.js";
import type { PreferencesObservations } from "../observations.js";
import type { Seated } from "../scores/seat.js";
import type { Cast } from "./cast.js";

/** Words of a run. Shorter ones are idiom. */
const RUN = 5;
/** Of one refusal: what follows is about the question. And refusals of a scorer, that a large panel stays small (CWE-770). */
const [WORDS_MAX, TEXTS_MAX] = [60, 300];
/** Fewer refusals of a scorer, or fewer scorers, make no exhibit. */
const [TEXTS_LEAST, SCORERS_LEAST] = [10, 5];
/** Phrases that a page shows. */
const SHOWN = 5;

type Seen = NonNullable<PreferencesObservations["wording"]>;

/** Null where a side brings too few texts of refusals, or too few others do. */
export function refusalWording(seated: Pick<Seated, "tables">, cast: Cast): Seen | null {
  const runs = seated.tables.map(({ rows }) => runsOf([...rows.values()]));
  const who = runs.flatMap((of, i) => (of.texts >= TEXTS_LEAST ? [i] : []));
  if (who[0] !== 0 || who[1] !== 1 || who.length < SCORERS_LEAST + 2) return null;
  const shared = sharedRuns(runs, who, cast);
  const share = (i: number, j: number) =>
    (shared.get(`${i} ${j}`)?.length ?? 0) / Math.max(1, Math.min(runs[i]!.by.size, runs[j]!.by.size));
  const others: number[] = [];
  for (const [a, i] of who.entries())
    for (const j of who.slice(a + 1)) if (cast.kind(i, j) !== null) others.push(share(i, j));
  const own = shared.get("0 1") ?? [];
  const value = share(0, 1);
  const spread = (run: string) => runs[0]!.by.get(run)!.size + runs[1]!.by.get(run)!.size;
  return {
    reference: runs[0]!.texts,
    suspect: runs[1]!.texts,
    shared: own.length,
    share: round(value),
    pairs: others.length,
    panelMean: round(others.reduce((a, b) => a + b, 0) / Math.max(1, others.length)),
    panelMax: round(others.reduce((a, b) => Math.max(a, b), 0)),
    // A pair that shares nothing is reached by all.
    reached: round(others.filter((other) => other >= value).length / Math.max(1, others.length)),
    phrases: own.sort((a, b) => spread(b) - spread(a) || (a < b ? -1 : 1)).slice(0, SHOWN),
  };
}

/** Runs of one scorer, each with the questions it stands under. */
interface Runs {
  texts: number;
  by: ReadonlyMap<string, ReadonlySet<string>>;
}

function runsOf(rows: readonly { probe: string; prompt: string; item: string; refusal?: string }[]): Runs {
  const of = rows.filter(({ probe, refusal }) => probe === REFUSALS && refusal !== undefined);
  const kept = of.sort((a, b) => (key(a) < key(b) ? -1 : 1)).slice(0, TEXTS_MAX);
  const by = new Map<string, Set<string>>();
  for (const { prompt, refusal } of kept) {
    const words = wordsOf(refusal!);
    for (let at = 0; at + RUN <= words.length; at++) {
      const run = words.slice(at, at + RUN).join(" ");
      const known = by.get(run);
      if (known) known.add(prompt);
      else by.set(run, new Set([prompt]));
    }
  }
  return { texts: kept.length, by };
}

/** By pair "i j" of seats, runs that stand in both under different questions and in nobody's of another lineage. */
function sharedRuns(runs: readonly Runs[], who: readonly number[], { leaves, lineages }: Cast): Map<string, string[]> {
  const users = new Map<string, number[]>();
  for (const i of who)
    for (const run of runs[i]!.by.keys()) {
      const known = users.get(run);
      if (known) known.push(i);
      else users.set(run, [i]);
    }
  const found = new Map<string, string[]>();
  for (const [run, of] of users) {
    // Two lineages and the two sides: what more use belongs to no pair.
    if (of.length < 2 || new Set(of.map((i) => (i < 2 ? `side ${i}` : lineages[i]!))).size > 4) continue;
    for (const [a, i] of of.entries())
      for (const j of of.slice(a + 1)) {
        const own = new Set([...leaves[i]!, ...leaves[j]!]);
        const alone = of.every((k) => k === i || k === j || leaves[k]!.some((lineage) => own.has(lineage)));
        if (!alone || !apart(runs[i]!.by.get(run)!, runs[j]!.by.get(run)!)) continue;
        const known = found.get(`${i} ${j}`);
        if (known) known.push(run);
        else found.set(`${i} ${j}`, [run]);
      }
  }
  return found;
}

/** Whether two scorers use a run under different questions. */
function apart(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size > 1 || b.size > 1 || ![...a].every((question) => b.has(question));
}

function wordsOf(text: string): string[] {
  const plain = text
    .slice(0, 20 * WORDS_MAX)
    .toLowerCase()
    .replaceAll("’", "'");
  return (plain.match(/[\p{L}\p{N}']+/gu) ?? []).slice(0, WORDS_MAX).map((word) => word.slice(0, 30));
}

const key = ({ prompt, item }: { prompt: string; item: string }) => `${prompt}\0${item}`;
const round = (value: number) => Math.round(1e6 * value) / 1e6 + 0;
