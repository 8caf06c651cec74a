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
 * @param inputs columns of the map that reads the parts: as many as there are query rows, or channels of a mixer; null
 * when there is none
 * @returns the parts, or why the whole cannot be cut
 */
export function cut(whole: StoredMatrix, fused: Fused, inputs: number | null, config: ModelConfig): Cut | string {
  const vector = fused.parts[0]!.endsWith(".bias");
  const outputs = vector ? whole.columns : whole.rows;
  if (fused.layout === "heads") return vector ? "a bias interleaved by head" : cutHeads(whole, fused, config);
  if (fused.layout === "mixer") return cutMixer(whole, fused, inputs);
  const lengths = lengthsOf(fused, outputs, inputs ?? queriesOf(config));
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

/** Channels that are gated, and what gates them; Mamba 2 puts the gate first and more behind both. */
function cutMixer(whole: StoredMatrix, { parts }: Fused, channels: number | null): Cut | string {
  if (channels === null) return "nothing says how many channels the mixer has";
  if (whole.rows < 2 * channels) return `${whole.rows} fused rows do not hold ${channels} channels and their gates`;
  const [x, z] = whole.rows === 2 * channels ? [0, channels] : [channels, 0];
  return [
    { role: parts[0]!, matrix: rowRange(whole, x, channels) },
    { role: parts[1]!, matrix: rowRange(whole, z, channels) },
  ];
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
