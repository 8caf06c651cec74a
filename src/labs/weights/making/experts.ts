/**
 * What became of MLPs where one of the models, or both, are mixtures of experts: experts that answer to a dense model's
 * MLP (upcycling), experts of two mixtures that answer to each other, a dense MLP that answers to an expert. Read from
 * the test's own pairs of MLPs; of a mixture too large to be looked at whole, only of the experts that were looked at.
 */
import type { Counterparts, ExpertPair } from "../story/counterparts.js";
import type { Bench } from "../tests/bench.js";
import type { Statement } from "./observed.js";
import { count, runs } from "./wording.js";

/** Empty where neither model is a mixture or none of the MLPs answers to another. */
export function statementsOnExperts({ reference, suspect }: Bench, { experts = [] }: Counterparts): Statement[] {
  if (experts.length === 0) return [];
  if (reference.experts === 0) return [upcycled(experts, suspect.experts)];
  if (suspect.experts === 0) return [taken(experts)];
  return [reordered(experts)];
}

function upcycled(pairs: readonly ExpertPair[], experts: number): Statement {
  const layers = distinct(pairs.map((p) => p.suspectLayer));
  const several = layers.filter((layer) => pairs.filter((p) => p.suspectLayer === layer).length > 1);
  return {
    what: "upcycled",
    sentence: `${count(pairs.length)} of the suspect's experts, in layers ${runs(layers)}, answer to the MLP of a layer of the reference, ${several.length > 0 ? `several of one layer in layers ${runs(several)}` : "one of each layer"}: consistent with a mixture of experts started from copies or slices of the reference's MLPs (upcycling).`,
    numbers: { pairs: pairs.length, experts, layers },
  };
}

function taken(pairs: readonly ExpertPair[]): Statement {
  const layers = distinct(pairs.map((p) => p.suspectLayer));
  const names = pairs.map((p) => `${p.referenceLayer}.${p.referenceExpert}`).join(", ");
  return {
    what: "experts",
    sentence: `The MLPs of the suspect's layers ${runs(layers)} answer to experts of the reference (layer.expert: ${names}): consistent with a dense model cut out of the mixture, or with the mixture started from it.`,
    numbers: { pairs: pairs.length, layers, experts: names },
  };
}

function reordered(pairs: readonly ExpertPair[]): Statement {
  const inPlace = pairs.filter((p) => p.referenceExpert === p.suspectExpert).length;
  return {
    what: "experts",
    sentence: `${count(pairs.length)} experts of the suspect answer to experts of the reference, ${count(inPlace)} of them under the same number: consistent with experts taken over${inPlace === pairs.length ? "" : ", in part in another order"}.`,
    numbers: { pairs: pairs.length, inPlace },
  };
}

function distinct(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
