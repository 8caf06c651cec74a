/**
 * What the bound of a first rank leans on, looked at on the material the rule was chosen on: one model of each family,
 * as the proof has it; how far scores move with the models left out of a pair's panel; and panels from which the
 * families most like either side were taken, as a claimant would who chose the panel.
 */
import { prng, sample } from "../../dist/base/prng.js";
import { pairIndex } from "../../dist/labs/behaviour/agreement/agreement.js";
import { CONTENT, combined, leadsOf, marginAsked, SAID } from "../../dist/labs/behaviour/common-origin/rule.js";
import { originScores } from "../../materials/answers/origin-scores.ts";
import type { OriginSet } from "../../materials/answers/origin-sets.ts";

export interface PanelTrials {
  oneEach: {
    families: number;
    draws: number;
    prompts: number;
    pairs: number;
    first: number;
    above: number;
    permitted: number;
  };
  shifts: { pairs: number; prompts: number; largest: number; permitted: number };
  stripped: {
    prompts: number;
    takenOut: number;
    pairs: number;
    first: number;
    above: number;
    largestLead: number;
    margin: number;
  }[];
}

const DRAWS = 12;
const PROMPTS = 200;
const SHIFT_PAIRS = 6;
const TAKEN_OUT = [0, 1, 2, 3];
const STRIPPED_PROMPTS = [805, 200];

type Scores = { said: Float64Array; content: Float64Array };

export function panelTrials(set: OriginSet): PanelTrials {
  const bases = [...new Set(set.bases)];
  const groups = Int32Array.from(set.bases, (base) => bases.indexOf(base));
  const places = [...set.names.keys()];
  const hd = (a: number, b: number) => a !== b && set.kind(Math.max(a, b), Math.min(a, b)).side === "hd";
  const idsOf = (n: number, draw: string) =>
    n >= set.promptIds.length
      ? set.promptIds
      : [...sample(set.promptIds.length, n, prng("common-origin/panels", draw))].map((i) => set.promptIds[i]!);
  const part = (models: readonly number[]): OriginSet => ({
    ...set,
    names: models.map((m) => set.names[m]!),
    bases: models.map((m) => set.bases[m]!),
    texts: models.map((m) => set.texts[m]!),
  });
  const scoresOf = (models: readonly number[], ids: string[]): Scores => {
    const { scores } = originScores(part(models), ids);
    return { said: combined(scores, SAID), content: combined(scores, CONTENT) };
  };
  return { oneEach: oneEach(), shifts: shifts(), stripped: STRIPPED_PROMPTS.flatMap(stripped) };

  function oneEach(): PanelTrials["oneEach"] {
    const seen = { families: bases.length, draws: DRAWS, prompts: PROMPTS, pairs: 0, first: 0, above: 0, permitted: 0 };
    for (let d = 0; d < DRAWS; d++) {
      const draw = prng("common-origin/one-each", String(d));
      const models = bases.map((_, g) => {
        const of = places.filter((m) => groups[m] === g);
        return of[draw.below(of.length)]!;
      });
      const scores = scoresOf(models, idsOf(PROMPTS, `one/${d}`));
      const own = Int32Array.from(models.keys());
      for (let a = 1; a < models.length; a++)
        for (let b = 0; b < a; b++) {
          if (!hd(models[a]!, models[b]!)) continue;
          const panel = [...own].filter((k) => hd(models[a]!, models[k]!) && hd(models[b]!, models[k]!));
          const { lead } = leadsOf(scores, [a, b], panel, own);
          seen.pairs++;
          if (lead > 0) seen.first++;
          if (lead > marginAsked(PROMPTS)) seen.above++;
        }
      seen.permitted += Math.floor(models.length / 2);
    }
    return seen;
  }

  /** Row of `a`: beside the panel of (a, b), and beside the panel of (a, c). */
  function shifts(): PanelTrials["shifts"] {
    const draw = prng("common-origin/shifts", "pairs");
    const ids = idsOf(PROMPTS, "shifts");
    let largest = 0;
    for (let i = 0; i < SHIFT_PAIRS; i++) {
      const a = draw.below(places.length);
      const others = places.filter((k) => hd(a, k));
      const b = others[draw.below(others.length)]!;
      const third = others.filter((k) => hd(b, k));
      const c = third[draw.below(third.length)]!;
      const run = (x: number) => {
        const models = [a, x, ...places.filter((k) => hd(a, k) && hd(x, k))];
        return { scores: scoresOf(models, ids), at: (k: number) => models.indexOf(k) };
      };
      const [one, two] = [run(b), run(c)];
      for (const score of ["said", "content"] as const) {
        const difference = ({ scores, at }: ReturnType<typeof run>) =>
          scores[score][pairIndex(at(a), at(b))]! - scores[score][pairIndex(at(a), at(c))]!;
        largest = Math.max(largest, Math.abs(difference(one) - difference(two)));
      }
    }
    return { pairs: SHIFT_PAIRS, prompts: PROMPTS, largest, permitted: 2 * marginAsked(PROMPTS) };
  }

  function stripped(prompts: number): PanelTrials["stripped"] {
    const scores = scoresOf(places, idsOf(prompts, "stripped"));
    const rows = TAKEN_OUT.map((takenOut) => ({
      prompts,
      takenOut,
      pairs: 0,
      first: 0,
      above: 0,
      largestLead: -9,
      margin: marginAsked(prompts),
    }));
    for (const a of places)
      for (let b = 0; b < a; b++) {
        if (!hd(a, b)) continue;
        const panel = places.filter((k) => hd(a, k) && hd(b, k));
        const likeness = new Map<number, number>();
        for (const k of panel) {
          const near = Math.max(scores.said[pairIndex(a, k)]!, scores.said[pairIndex(b, k)]!);
          likeness.set(groups[k]!, Math.max(near, likeness.get(groups[k]!) ?? Number.NEGATIVE_INFINITY));
        }
        const order = [...likeness].sort((x, y) => y[1] - x[1]).map(([g]) => g);
        for (const row of rows) {
          const out = new Set(order.slice(0, row.takenOut));
          const { lead } = leadsOf(
            scores,
            [a, b],
            panel.filter((k) => !out.has(groups[k]!)),
            groups,
          );
          row.pairs++;
          if (lead > 0) row.first++;
          if (lead > row.margin) row.above++;
          row.largestLead = Math.max(row.largestLead, lead);
        }
      }
    return rows;
  }
}
