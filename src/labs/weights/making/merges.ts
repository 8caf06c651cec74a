/**
 * What is said of merges: the reference and the further models given beside it as candidate parents of the suspect.
 * Only layers are looked at, as embeddings of other vocabularies have no common rows.
 */
import type { Model, Vocabulary } from "../../../model/model.js";
import type { Counterparts } from "../story/counterparts.js";
import type { Bench } from "../tests/bench.js";
import { type Aligned, alignedTensors } from "./aligned.js";
import { mixtureOf, type Parents, slerpOf, sparseOf } from "./merge.js";
import type { Statement } from "./observed.js";
import { percent, shown } from "./wording.js";

/** A candidate parent beside the reference. */
export interface FurtherModel {
  model: Model;
  vocabulary: Vocabulary | null;
}

/** More candidates would let least squares fit anything. */
export const FURTHER_MAX = 4;
/** A mixture leaves less than this share of the distance to the nearest parent, and its weights agree over tensors. */
const LEFT_MAX = 0.05;
const SPREAD_MAX = 0.05;
/** A smaller weight is no parent. */
const WEIGHT_MIN = 0.02;
/** Spherical weights must do this much better than linear ones to be said. */
const SLERP_GAIN = 0.5;
/** Element by element: so few may be none of the cases, and so many must be without a difference. */
const OTHER_MAX = 0.1;
const NONE_MIN = 0.05;
/** Where what was dropped is this much smaller than what was kept, it was dropped for its size. */
const TRIMMED_MAX = 0.7;
/** Half a unit in the last place of BF16, the coarsest format that merges are published in. */
const ROUNDING = 2 ** -9;

/** Empty where a further model has another number of layers: parents of a merge have the same. */
export async function statementsOnMerges(
  bench: Bench,
  layers: Counterparts,
  further: readonly FurtherModel[],
): Promise<Statement[]> {
  if (further.length === 0) return [];
  const whole = (aligned: Aligned) => aligned;
  const sides = [(await alignedTensors(bench, layers, whole)).taken];
  for (const { model, vocabulary } of further.slice(0, FURTHER_MAX)) {
    if (model.layers !== bench.suspect.layers) return [];
    const of = { ...bench, reference: model, vocabularies: { ...bench.vocabularies, reference: vocabulary } };
    const sameLayers = { ofSuspect: Array.from({ length: model.layers }, (_, l) => l), correspondence: [] };
    sides.push((await alignedTensors(of, sameLayers, whole)).taken);
  }
  const tensors = joined(sides);
  if (tensors.length === 0) return [];
  return [sparse(tensors) ?? linear(tensors)].filter((s) => s !== null);
}

/** The matrices that every candidate has in the suspect's shape and layer. */
function joined(sides: readonly (readonly Aligned[])[]): Parents[] {
  const key = (t: Aligned) => `${t.suspectLayer}/${t.role}`;
  const [first, ...rest] = sides.map(
    (side) => new Map(side.filter((t) => t.suspectLayer !== null && t.rows > 1).map((t) => [key(t), t])),
  );
  return [...first!].flatMap(([at, t]) => {
    const others = rest.map((side) => side.get(at)?.reference);
    if (t.referenceLayer !== t.suspectLayer || others.some((o) => o?.length !== t.suspect.length)) return [];
    return [{ suspect: t.suspect, parents: [t.reference, ...others.map((o) => o!)] }];
  });
}

function linear(tensors: readonly Parents[]): Statement | null {
  const mixture = mixtureOf(tensors);
  if (!mixture) return null;
  const parents = mixture.weights.flatMap((w, i) => (Math.abs(w) >= WEIGHT_MIN ? [i] : []));
  if (parents.length < 2) return null;
  const slerp = slerpOf(tensors.map((t) => ({ ...t, parents: parents.map((p) => t.parents[p]!) })));
  if (slerp && slerp.left <= LEFT_MAX && slerp.spread <= SPREAD_MAX && slerp.left < SLERP_GAIN * mixture.left)
    return {
      what: "merged",
      sentence: `In each of ${tensors.length} matrices the suspect lies on the arc between ${name(parents[0]!)} and ${name(parents[1]!)}, ${percent(slerp.share)} of the way, but for ${percent(slerp.left)} of its distance to the nearer of them: consistent with a spherical merge (SLERP).`,
      numbers: { share: shown(slerp.share), spread: shown(slerp.spread), left: shown(slerp.left), parents },
    };
  if (mixture.left > LEFT_MAX || mixture.spread > SPREAD_MAX) return null;
  const weights = mixture.weights.map((w) => Number(w.toFixed(4)));
  const listed = parents.map((p) => `${name(p)} ${weights[p]!.toFixed(3)}`).join(", ");
  const beyond = parents.some((p) => weights[p]! < -WEIGHT_MIN);
  const kind = beyond
    ? "a difference from one model that was scaled and added (task arithmetic)"
    : "a linear merge with these weights";
  return {
    what: beyond ? "rescaled" : "merged",
    sentence: `The suspect's ${tensors.length} matrices are one weighted sum, ${listed}, but for ${percent(mixture.left)} of the distance to the nearest of them: consistent with ${kind}.`,
    numbers: { weights, spread: shown(mixture.spread), left: shown(mixture.left), matrices: tensors.length },
  };
}

/** Each candidate in turn as the common base of the others. */
function sparse(tensors: readonly Parents[]): Statement | null {
  const k = tensors[0]!.parents.length;
  if (k < 2 || k > 3) return null;
  for (let base = 0; base < k; base++) {
    const others = Array.from({ length: k }, (_, i) => i).filter((i) => i !== base);
    const found = sparseOf(
      tensors.map(({ suspect, parents }) => ({
        suspect,
        parents: others.map((p) => parents[p]!),
        base: parents[base]!,
      })),
      ROUNDING,
    );
    if (!found || found.other > OTHER_MAX || found.none < NONE_MIN) continue;
    const trimmed = found.droppedSize <= TRIMMED_MAX;
    const factors = others.map((p, i) => `${name(p)} × ${found.factors[i]!.toFixed(2)}`).join(", ");
    const how = trimmed ? "smaller than the kept ones" : "as large as the kept ones";
    const kind = trimmed
      ? "a merge that trims small differences (TIES)"
      : "a merge that drops differences at random and scales the rest up (DARE)";
    return {
      what: "merged",
      sentence: `Over ${name(base)} as a base, ${percent(found.none)} of the suspect's values show no difference, ${how} (${found.droppedSize.toFixed(2)} times their size), and of the others all but ${percent(found.other)} are ${factors} or their combination: consistent with ${kind}.`,
      numbers: {
        base,
        factors: found.factors,
        none: shown(found.none),
        one: found.one.map(shown),
        both: shown(found.both),
        mean: shown(found.mean),
        other: shown(found.other),
        droppedSize: shown(found.droppedSize),
      },
    };
  }
  return null;
}

function name(parent: number): string {
  return parent === 0 ? "the reference" : `further model ${parent}`;
}
