/**
 * A sketch as the laboratory sees it: a model whose tensors are folds of rows. It has no vocabulary and no values, so
 * what rests on them (residual dimensions, the story of each tensor, alignment) is left out and said.
 */

import { rowCount } from "../../../kernels/row-source.js";
import { NO_CONFIG } from "../../../model/beside/config.js";
import type { CanonicalTensor, Model, ModelConfig } from "../../../model/model.js";
import { chunkRootOf, type SketchHeader } from "./header.js";
import { plannedRows, planOf } from "./plan.js";

/** @param payloadOffset where the first fold lies in the file */
export function sketchedModel(header: SketchHeader, file: string, payloadOffset: number): Model {
  const { sizes, seed, width, rows } = header;
  const tensors = new Map<string, CanonicalTensor>();
  let offsetBytes = payloadOffset;
  for (const { name, role, layer, rows: total, columns, part, runs } of planOf(sizes, seed, rows)) {
    const folded = { width, seed, part, runs };
    const matrix = { file, offsetBytes, dtype: "F16" as const, rows: total, columns, folded };
    tensors.set(name, { name, sourceName: name, role, layer, matrix });
    offsetBytes += rowCount(runs) * width * 2;
  }
  return {
    config: configOf(header.config),
    layers: sizes.mlpHidden.length,
    hidden: sizes.hidden,
    mlpHidden: sizes.mlpHidden[0]!,
    keyValueHeads: sizes.keyValueHeads,
    headDim: sizes.headDim,
    // No token can be shared with a model that shows none.
    vocabulary: 0,
    experts: 0,
    tied: header.tied,
    tensors,
    others: [],
    leftOut: [],
    spare: [],
    parameters: header.parameters,
    sketch: {
      seed,
      width,
      rows,
      folds: plannedRows(planOf(sizes, seed, rows)),
      modelRoot: header.model.root,
      chunkRoot: chunkRootOf(header.model.files),
    },
  };
}

/** Facts of the kind that each field has; anything else is silence. */
function configOf(facts: SketchHeader["config"]): ModelConfig {
  const out: Record<string, unknown> = { ...NO_CONFIG };
  const texts: readonly string[] = ["modelType", "hiddenAct"];
  for (const field of Object.keys(NO_CONFIG)) {
    const value = Object.hasOwn(facts, field) ? facts[field] : null;
    const kind = texts.includes(field) ? "string" : field === "tiedEmbeddings" ? "boolean" : "number";
    if (typeof value === kind) out[field] = value;
  }
  return out as unknown as ModelConfig;
}
