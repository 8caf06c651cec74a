/**
 * Shared services before pairs of strangers: of each kind and strength, disjoint pairs of models that no document
 * relates, judged among the models that stand before no service.
 */
import { prng, sample } from "../../dist/base/prng.js";
import { outsideOriginClass } from "../../dist/labs/behaviour/common-origin/method.js";
import { marginAsked } from "../../dist/labs/behaviour/common-origin/rule.js";
import { ONE_TOOL } from "../../materials/answers/one-tool.ts";
import { originScores } from "../../materials/answers/origin-scores.ts";
import type { OriginSet } from "../../materials/answers/origin-sets.ts";
import { QUOTING } from "../../materials/answers/quoting.ts";
import { WRAPPERS } from "../../materials/answers/wrappers.ts";

export interface WrappedRow {
  wrapper: string;
  strength: number;
  promptsKnown: boolean;
  prompts: number;
  pairs: number;
  /** Above the rule, inside the class or not; inside the class; above it by the lead on all prompts alone. */
  above: number;
  accused: number;
  aboveAtAll: number;
  /** First in both rows by either score. */
  first: number;
  largestLead: number;
  marginThere: number;
}

/** A hundred, and four hundred: the margin asked is narrower there, and a frame lifts as much. */
const PROMPTS = [100, 400];
/** Pairs at once: the others are the panel. */
const PAIRS = 35;
const ROUNDS = 6;
const SOURCE_STRANGERS = 0.8;

/** @param done rows made before, which are not made again @param onRow called with each further row */
export function wrapped(set: OriginSet, done: readonly WrappedRow[], onRow: (row: WrappedRow) => void): void {
  for (const prompts of PROMPTS) wrappedAt(prompts, set, done, onRow);
}

function wrappedAt(
  prompts: number,
  set: OriginSet,
  done: readonly WrappedRow[],
  onRow: (row: WrappedRow) => void,
): void {
  const names = [...new Set(set.bases)];
  const groups = Int32Array.from(set.bases, (base) => names.indexOf(base));
  const places = [...set.names.keys()];
  const hd = (a: number, b: number) => a !== b && set.kind(Math.max(a, b), Math.min(a, b)).side === "hd";
  /** Who may have written the pages: whoever nearly all others are strangers to. */
  const sources = places.filter(
    (k) => places.filter((other) => hd(other, k)).length > SOURCE_STRANGERS * places.length,
  );
  const ids = [...sample(set.promptIds.length, prompts, prng("common-origin/wrapped", "prompts"))].map(
    (i) => set.promptIds[i]!,
  );
  for (const wrapper of [...WRAPPERS, ...QUOTING, ...ONE_TOOL])
    for (const strength of wrapper.strengths)
      for (const promptsKnown of wrapper.name === "restated prompt" && strength === 1 ? [true, false] : [true]) {
        if (
          done.some(
            (d) =>
              d.wrapper === wrapper.name &&
              d.strength === strength &&
              d.promptsKnown === promptsKnown &&
              d.prompts === prompts,
          )
        )
          continue;
        const row: WrappedRow = {
          wrapper: wrapper.name,
          strength,
          promptsKnown,
          prompts,
          pairs: 0,
          above: 0,
          accused: 0,
          aboveAtAll: 0,
          first: 0,
          largestLead: -9,
          marginThere: 0,
        };
        for (let round = 0; round < ROUNDS; round++) {
          const source = wrapper.quotes
            ? sources[
                prng("common-origin/wrapped-source", `${wrapper.name}/${strength}/${round}`).below(sources.length)
              ]!
            : null;
          // Whoever wrote the pages, and its family, is no stranger to those who quote them.
          const free = (k: number) => source === null || (groups[k] !== groups[source] && hd(k, source));
          const pairs = disjointPairs(`${wrapper.name}/${strength}/${round}`, free);
          const used = new Set(pairs.flat());
          const texts: ReadonlyMap<string, string>[] = set.texts.map((of) => new Map(of));
          for (const [a, b] of pairs) {
            const both = wrapper.wrap(
              { a: texts[a]!, b: texts[b]! },
              set.prompts,
              strength,
              `${round}/${a}/${b}`,
              source === null ? undefined : set.texts[source],
            );
            [texts[a], texts[b]] = [both.a, both.b];
          }
          const of = promptsKnown ? set : { ...set, prompts: new Map() };
          const { ruled } = originScores(of, ids, texts);
          for (const [a, b] of pairs) {
            const panel = places.filter((k) => !used.has(k) && free(k) && hd(a, k) && hd(b, k));
            const { lead, prompts: compared, above } = ruled([a, b], panel);
            const margin = marginAsked(compared);
            const outside = outsideOriginClass({
              sides: [],
              prompts,
              compared,
              same: prompts - compared,
              families: new Set(panel.map((k) => groups[k])).size,
            });
            row.pairs++;
            if (lead > 0) row.first++;
            if (above) row.above++;
            if (above && outside === null) row.accused++;
            if (lead > margin) row.aboveAtAll++;
            if (lead > row.largestLead) [row.largestLead, row.marginThere] = [lead, margin];
          }
        }
        onRow(row);
      }

  function disjointPairs(seed: string, free: (model: number) => boolean): [number, number][] {
    const order = [...sample(places.length, places.length, prng("common-origin/wrapped-pairs", seed))];
    const used = new Set<number>();
    const pairs: [number, number][] = [];
    for (const a of order) {
      if (used.has(a) || !free(a)) continue;
      const b = order.find((other) => !used.has(other) && free(other) && hd(a, other));
      if (b === undefined) continue;
      used.add(a).add(b);
      pairs.push([a, b]);
      if (pairs.length === PAIRS) break;
    }
    return pairs;
  }
}
