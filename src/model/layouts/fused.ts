/**
 * Several canonical matrices out of one stored one: fused query, key and value (Phi-3, GPT-2, GPT-NeoX), fused gate and
 * up (Phi-3). Only offsets and orders are computed; no value moves. Where nothing settles the cut, it is not guessed.
 */
import { isGathered } from "../../kernels/coding.js";
import { rowBytes } from "../../kernels/dtypes.js";
import type { StoredMatrix } from "../../kernels/row-source.js";
import type { ModelConfig, Role } from "../model.js";
import type { Fused } from "../names/naming.js";

type Cut = { role: Role; matrix: StoredMatrix }[];

/**
 * @param matrix the whole, as it would be read unfused: rows are outputs; a bias is one row
 * @param inputsOfO columns of the layer's output projection, as many as there are query rows; null when there is none
 * @returns the parts, or why the whole cannot be cut
 */
export function cut(whole: StoredMatrix, fused: Fused, inputsOfO: number | null, config: ModelConfig): Cut | string {
  const vector = fused.parts[0]!.endsWith(".bias");
  const outputs = vector ? whole.columns : whole.rows;
  if (fused.layout === "heads") return vector ? "a bias interleaved by head" : cutHeads(whole, fused, config);
  const lengths = lengthsOf(fused, outputs, inputsOfO ?? queriesOf(config));
  if (typeof lengths === "string") return lengths;
  let start = 0;
  return fused.parts.map((role, i) => {
    const matrix = vector ? entries(whole, start, lengths[i]!) : rowRange(whole, start, lengths[i]!);
    start += lengths[i]!;
    return { role, matrix };
  });
}

function lengthsOf(fused: Fused, outputs: number, queries: number | null): number[] | string {
  if (fused.parts.length === 2)
    return outputs % 2 === 0 ? [outputs / 2, outputs / 2] : `${outputs} fused rows do not halve`;
  if (queries === null) return "nothing says how many of the fused rows are queries";
  const values = (outputs - queries) / 2;
  if (!(Number.isInteger(values) && values > 0)) return `${outputs} fused rows do not hold ${queries} queries`;
  return [queries, values, values];
}

function queriesOf({ heads, headDim, hiddenSize }: ModelConfig): number | null {
  return heads !== null && headDim !== null ? heads * headDim : hiddenSize;
}

/** q, k and v of each head lie together: each part is blocks of one head's rows, three blocks apart. */
function cutHeads(whole: StoredMatrix, { parts }: Fused, { heads }: ModelConfig): Cut | string {
  if (heads === null) return "nothing says how many heads are fused";
  const count = whole.rows / (parts.length * heads);
  if (!Number.isInteger(count)) return `${whole.rows} fused rows do not hold ${heads} heads`;
  const order = { kind: "blocks", count, stride: parts.length * count } as const;
  return parts.map((role, i) => ({ role, matrix: { ...rowRange(whole, i * count, heads * count), order } }));
}

function rowRange(m: StoredMatrix, start: number, rows: number): StoredMatrix {
  const firstRow = m.coding || m.added ? { firstRow: (m.firstRow ?? 0) + start } : {};
  if (isGathered(m.coding)) return { ...m, rows, ...firstRow };
  // A row of a matrix stored by columns begins one value after the last.
  const step = m.order?.kind === "columns" ? rowBytes(m.dtype, 1) : rowBytes(m.dtype, m.columns);
  return { ...m, offsetBytes: m.offsetBytes + start * step, rows, ...firstRow };
}

function entries(m: StoredMatrix, start: number, columns: number): StoredMatrix {
  return { ...m, offsetBytes: m.offsetBytes + rowBytes(m.dtype, start), columns };
}
