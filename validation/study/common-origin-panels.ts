/**
 * Panels from which the families most like either side were taken, as a claimant would who chose the panel: what then
 * becomes of strangers. On the material the rule was chosen on, in the draws that the study judges.
 */
import { prng, sample } from "../../dist/base/prng.js";
import { pairIndex } from "../../dist/labs/behaviour/agreement/agreement.js";
import { combined, marginAsked, SAID } from "../../dist/labs/behaviour/common-origin/rule.js";
import { originScores } from "../../materials/answers/origin-scores.ts";
import type { OriginSet } from "../../materials/answers/origin-sets.ts";

export interface StrippedPanel {
  prompts: number;
  takenOut: number;
  pairs: number;
  first: number;
  above: number;
  largestLead: number;
  margin: number;
}

const TAKEN_OUT = [0, 1, 2, 3];
const PROMPTS = [805, 400, 200, 100];

/** @returns a row a number of prompts and of families taken out; likeness is how it is said, to the nearer side */
export function strippedPanels(set: OriginSet): StrippedPanel[] {
  const bases = [...new Set(set.bases)];
  const groups = Int32Array.from(set.bases, (base) => bases.indexOf(base));
  const places = [...set.names.keys()];
  const hd = (a: number, b: number) => a !== b && set.kind(Math.max(a, b), Math.min(a, b)).side === "hd";
  return PROMPTS.flatMap((prompts) => {
    const all = set.promptIds;
    const ids =
      prompts >= all.length
        ? all
        : [...sample(all.length, prompts, prng("common-origin/draw", `${prompts}/0`))].map((i) => all[i]!);
    const { scores, ruled } = originScores(set, ids);
    const said = combined(scores, SAID);
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
          const near = Math.max(said[pairIndex(a, k)]!, said[pairIndex(b, k)]!);
          likeness.set(groups[k]!, Math.max(near, likeness.get(groups[k]!) ?? Number.NEGATIVE_INFINITY));
        }
        const order = [...likeness].sort((x, y) => y[1] - x[1]).map(([g]) => g);
        for (const row of rows) {
          const out = new Set(order.slice(0, row.takenOut));
          const left = panel.filter((k) => !out.has(groups[k]!));
          const { lead, above } = ruled([a, b], left);
          row.pairs++;
          if (lead > 0) row.first++;
          if (above) row.above++;
          row.largestLead = Math.max(row.largestLead, lead);
        }
      }
    return rows;
  });
}
