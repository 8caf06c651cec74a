/**
 * Every pair of a set of models judged by the rule as an examination would judge it: the panel of a pair is everybody
 * whom no document relates to either side. Beside it two older statistics, each at the best threshold it could have had.
 */
import { prng, sample } from "../../dist/base/prng.js";
import { pairIndex } from "../../dist/labs/behaviour/agreement/agreement.js";
import {
  ORIGIN_FAMILIES_MIN,
  ORIGIN_PROMPTS_MIN,
  ORIGIN_PROMPTS_SHARE_MIN,
} from "../../dist/labs/behaviour/common-origin/method.js";
import { marginAsked } from "../../dist/labs/behaviour/common-origin/rule.js";
import { originScores } from "../../materials/answers/origin-scores.ts";
import type { OriginSet } from "../../materials/answers/origin-sets.ts";
import { plainBaselines } from "./common-origin-baselines.ts";

export interface JudgedPair {
  /** Bases, the smaller name first; models stand under numbers. */
  bases: [string, string];
  models: [number, number];
  side: "hp" | "hd" | "neither";
  kind: string;
  lead: number;
  margin: number;
  /** Families of the pair's panel, and prompts compared. */
  families: number;
  prompts: number;
  /** Inside the reference class. */
  inside: boolean;
  /** By the rule, whatever the class; and by its lead on all prompts alone. */
  above: boolean;
  aboveAtAll: boolean;
  /** Plain agreement of the first word; rarity-weighted, centred agreement of the first four. */
  firstWord: number;
  fourWords: number;
}
export interface Judged {
  set: string;
  prompts: number;
  draw: number;
  models: number;
  pairs: JudgedPair[];
}

/** @param drawn so many prompts by a seeded draw; null for all @param sides which models may be a side, by name and maker */
export function judge(
  set: OriginSet,
  drawn: { prompts: number; draw: number } | null,
  sides: (name: string, maker: string) => boolean = () => true,
): Judged {
  const all = set.promptIds;
  const ids =
    drawn === null || drawn.prompts >= all.length
      ? all
      : [...sample(all.length, drawn.prompts, prng("common-origin/draw", `${drawn.prompts}/${drawn.draw}`))].map(
          (i) => all[i]!,
        );
  const { ruled } = originScores(set, ids);
  const plain = plainBaselines(set, ids);
  const names = [...new Set(set.bases)];
  const groups = Int32Array.from(set.bases, (base) => names.indexOf(base));
  const places = [...set.names.keys()];
  const stranger = places.map((a) =>
    places.map((b) => a !== b && set.kind(Math.max(a, b), Math.min(a, b)).side === "hd"),
  );
  const pairs: JudgedPair[] = [];
  for (const a of places)
    for (let b = 0; b < a; b++) {
      if (!sides(set.names[a]!, set.listed[a]!) || !sides(set.names[b]!, set.listed[b]!)) continue;
      const panel = places.filter((k) => stranger[a]![k]! && stranger[b]![k]!);
      const families = new Set(panel.map((k) => groups[k])).size;
      const { lead, prompts, above } = ruled([a, b], panel);
      const margin = marginAsked(prompts);
      const { side, kind } = set.kind(a, b);
      const [x, y] = [set.bases[a]!, set.bases[b]!];
      pairs.push({
        bases: x < y ? [x, y] : [y, x],
        models: [b, a],
        side,
        kind,
        lead: Number.isFinite(lead) ? round(lead) : 0,
        margin: round(margin),
        families,
        prompts,
        inside:
          families >= ORIGIN_FAMILIES_MIN &&
          prompts >= Math.max(ORIGIN_PROMPTS_MIN, ORIGIN_PROMPTS_SHARE_MIN * ids.length),
        above,
        aboveAtAll: lead > margin && families > 0,
        firstWord: round(plain.firstWord[pairIndex(a, b)]!),
        fourWords: round(plain.fourWords[pairIndex(a, b)]!),
      });
    }
  return { set: set.name, prompts: ids.length, draw: drawn?.draw ?? 0, models: set.names.length, pairs };
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
