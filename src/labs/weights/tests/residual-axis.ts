/**
 * Residual dimensions over shared tokens: one block for the whole model; null where no token or no embedding is shared. Also says which
 * dimensions of the two are each other's nearest, for models of different width (feature-map.ts).
 */

import { sharedTokens, tokenRuns } from "../../../alignment/shared-tokens.js";
import type { Matching } from "../../../kernels/matching.js";
import type { Model, Role } from "../../../model/model.js";
import { SHIFT_BLOCK } from "../../../stats/shift-evidence.js";
import { sketchWidth } from "../method.js";
import { amountsOf } from "./amounts.js";
import type { Bench } from "./bench.js";
import { measured } from "./block-axis.js";
import { evidenceOf } from "./forms.js";
import type { AxisResult } from "./scan.js";
import { valueColumns } from "./values.js";

interface ResidualResult extends AxisResult {
  matching: Matching;
}

/** The matching of dimensions comes with it, for axes of models of another width. */
export async function testResidual(bench: Bench): Promise<ResidualResult | null> {
  const { reference, suspect, settings, compute } = bench;
  const tokens = sharedTokens(
    bench.vocabularies,
    reference.vocabulary,
    suspect.vocabulary,
    amountsOf(settings).tokens,
    settings.seed,
  );
  if (tokens.rows.length === 0) return null;
  const untied = !reference.tied && !suspect.tied;
  const roles = (["embed", ...(untied ? ["output"] : [])] as Role[]).filter(
    (role) => reference.tensors.has(role) && suspect.tensors.has(role),
  );
  if (roles.length === 0) return null;
  const width = sketchWidth(tokens.rows.length);
  const sketch = (model: Model, side: "reference" | "suspect") => {
    const runs = tokenRuns(tokens, side);
    const parts = roles.map((role) => ({ matrix: model.tensors.get(role)!.matrix, runs }));
    return compute.sketch({ unit: "columns", parts, width, groups: 1, seed: settings.seed });
  };
  const [a, b] = await Promise.all([sketch(reference, "reference"), sketch(suspect, "suspect")]);
  const sameWidth = reference.hidden === suspect.hidden;
  const [matching] = await compute.match({
    a,
    bs: [b],
    groups: 1,
    list: true,
    values: valueColumns(roles.length, width),
    ...(sameWidth ? { shiftBlock: SHIFT_BLOCK } : {}),
  });
  const shape = {
    labels: Math.min(reference.hidden, suspect.hidden),
    groups: 1,
    parts: roles.length,
    symmetries: "units" as const,
  };
  const evidence = evidenceOf(matching!, shape);
  return {
    logE: evidence.logE,
    logLabelsE: evidence.logLabelsE,
    map: null,
    blocks: [{ axis: "residual", referenceLayer: null, suspectLayer: null, ...measured(shape, matching!, evidence) }],
    note: `${shape.labels} labels over ${tokens.rows.length} tokens ${tokens.how}, ${roles.length === 2 ? "input and output embeddings" : "input embeddings"}`,
    matching: matching!,
  };
}
