/**
 * Experts stored in one tensor of rank 3, cut into one matrix an expert: [experts, outputs, inputs] or, where a maker
 * multiplies from the other side, [experts, inputs, outputs] (Llama 4, GPT-OSS). Names do not tell which; the shapes of
 * all stacks of the model together do, or the model is refused. Offsets and orders only; no value moves.
 */
import { rowBytes } from "../../kernels/dtypes.js";
import type { StoredMatrix } from "../../kernels/row-source.js";
import type { MlpPart } from "../model.js";
import type { Stack } from "../names/naming.js";

/** Experts of one layer; public models have at most some 500 (CWE-770). */
export const EXPERTS_MAX = 1 << 14;

/** A stack as a header describes it; biases have rank 2, all others rank 3. */
export interface StoredStack {
  stack: Stack;
  name: string;
  shape: readonly number[];
}

type Orientation = "plain" | "transposed";
/** "either": all shapes fit both ways. */
type Found = Orientation | "either";

/**
 * How a model's stacks lie, from the residual width: inputs of gate and up, outputs of down.
 * @returns the orientation, or why none fits
 */
export function orientationOf(stacks: readonly StoredStack[], hidden: number): Found | string {
  let [plain, transposed] = [true, true];
  for (const { stack, name, shape } of stacks) {
    if (isBias(stack)) {
      if (shape.length !== 2) return `${name}: expected rank 2, got shape [${shape.join(", ")}]`;
      continue;
    }
    if (shape.length !== 3) return `${name}: expected rank 3, got shape [${shape.join(", ")}]`;
    const down = stack.parts[0] === "down";
    plain &&= (down ? shape[1] : shape[2]) === hidden;
    transposed &&= (down ? shape[2] : shape[1]) === hidden;
  }
  if (plain && transposed) return "either";
  if (!plain && !transposed) return `stacked experts do not have the residual width ${hidden}`;
  return plain ? "plain" : "transposed";
}

export interface ExpertPart {
  expert: number;
  part: MlpPart;
  matrix: StoredMatrix;
}

/**
 * @param whole where the tensor begins, and its number format; rows and columns are not looked at
 * @returns every part of every expert; null for biases that alternate, whose values do not lie together
 */
export function cutStack(
  { stack, name, shape }: StoredStack,
  whole: Omit<StoredMatrix, "rows" | "columns">,
  orientation: Orientation,
): ExpertPart[] | string | null {
  const experts = shape[0]!;
  if (experts > EXPERTS_MAX) return `${name}: expected at most ${EXPERTS_MAX} experts, got ${experts}`;
  const { parts, interleaved } = stack;
  const transposed = orientation === "transposed" && !isBias(stack);
  const outputs = isBias(stack) ? shape[1]! : transposed ? shape[2]! : shape[1]!;
  const inputs = isBias(stack) ? 1 : transposed ? shape[1]! : shape[2]!;
  const rows = outputs / parts.length;
  if (!Number.isInteger(rows)) return `${name}: ${outputs} fused rows do not halve`;
  if (isBias(stack) && interleaved) return null;
  if (transposed && whole.coding) return `${name}: quantised experts are read where they lie by outputs`;
  const { dtype } = whole;
  const size = rowBytes(dtype, outputs * inputs);
  // Where output r+1 begins behind output r.
  const step = transposed || isBias(stack) ? rowBytes(dtype, 1) : rowBytes(dtype, inputs);
  const out: ExpertPart[] = [];
  for (let expert = 0; expert < experts; expert++)
    for (const [i, part] of parts.entries()) {
      const start = interleaved ? i : i * rows;
      const firstRow = whole.coding ? { firstRow: expert * outputs + start } : {};
      const offsetBytes = whole.offsetBytes + expert * size + start * step;
      out.push({ expert, part, matrix: { ...whole, offsetBytes, ...layout(), ...firstRow } });
    }
  return out;

  function layout(): Pick<StoredMatrix, "rows" | "columns" | "order"> {
    if (isBias(stack)) return { rows: 1, columns: rows };
    const apart = interleaved ? parts.length : 1;
    if (transposed) {
      const order = { kind: "columns", stride: outputs, ...(apart > 1 ? { step: apart } : {}) } as const;
      return { rows, columns: inputs, order };
    }
    return { rows, columns: inputs, ...(apart > 1 ? { order: { kind: "blocks", count: 1, stride: apart } } : {}) };
  }
}

function isBias({ parts }: Stack): boolean {
  return parts[0]!.endsWith(".bias");
}
