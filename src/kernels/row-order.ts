/**
 * Where the rows of a matrix lie in its file when they do not follow one another: interleaved with other matrices by
 * head, stored as columns, or with the halves of each head interleaved. Pure arithmetic on row numbers and bytes.
 */

/** Consecutive rows. */
export interface Run {
  start: number;
  count: number;
}

export type RowOrder =
  /** Blocks of `count` rows, the first rows of two blocks `stride` stored rows apart (fused q, k, v by head). */
  | { kind: "blocks"; count: number; stride: number }
  /** Row r is column r · step (step: 1) of a row-major matrix with `stride` values a stored row (Conv1D). */
  | { kind: "columns"; stride: number; step?: number }
  /** In each head of `count` rows, row j lies beside row j + count/2 (GGUF's Llama queries and keys, for RoPE). */
  | { kind: "halves"; count: number };

/** The stored rows behind the given rows, in their order, consecutive ones joined. */
export function storedRuns(runs: readonly Run[], order: RowOrder | undefined): readonly Run[] {
  if (!order || order.kind === "columns") return runs;
  const out: Run[] = [];
  for (const { start, count } of runs)
    for (let row = start; row < start + count; row++) {
      const stored = storedRow(row, order);
      const last = out.at(-1);
      if (last && last.start + last.count === stored) last.count++;
      else out.push({ start: stored, count: 1 });
    }
  return out;
}

/**
 * Where the given rows lie among rows of which only some are held, in their order.
 * @returns null when one of them is not held
 */
export function heldRuns(runs: readonly Run[], held: readonly Run[]): Run[] | null {
  const starts: { start: number; end: number; at: number }[] = [];
  let total = 0;
  for (const { start, count } of held) {
    starts.push({ start, end: start + count, at: total });
    total += count;
  }
  starts.sort((a, b) => a.start - b.start);
  const out: Run[] = [];
  for (const run of runs) {
    const end = run.start + run.count;
    for (let row = run.start; row < end; ) {
      const inside = lastStartingAtOrBefore(starts, row);
      if (!inside || row >= inside.end) return null;
      const take = Math.min(end, inside.end) - row;
      const at = inside.at + (row - inside.start);
      const last = out.at(-1);
      if (last && last.start + last.count === at) last.count += take;
      else out.push({ start: at, count: take });
      row += take;
    }
  }
  return out;
}

function lastStartingAtOrBefore<T extends { start: number }>(sorted: readonly T[], row: number): T | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.start <= row) low = middle + 1;
    else high = middle;
  }
  return sorted[low - 1];
}

function storedRow(row: number, order: Exclude<RowOrder, { kind: "columns" }>): number {
  const within = row % order.count;
  const block = (row - within) / order.count;
  if (order.kind === "blocks") return block * order.stride + within;
  const half = order.count / 2;
  return block * order.count + (within < half ? 2 * within : 2 * (within - half) + 1);
}

/**
 * Picks rows out of some stored columns: `stored` holds entries first … first+count−1 of every row, `stride` apart; those of row r begin at r · `step`.
 * @param columns length of a row in `out`, which holds the rows of `runs` one behind the other
 */
export function transpose(
  {
    stored,
    stride,
    step,
    first,
    count,
  }: { stored: Uint8Array; stride: number; step: number; first: number; count: number },
  runs: readonly Run[],
  columns: number,
  width: number,
  out: Uint8Array,
): void {
  const from = values(stored, width);
  const to = values(out, width);
  let at = first;
  for (const run of runs)
    for (let row = run.start; row < run.start + run.count; row++, at += columns)
      for (let c = 0; c < count; c++) to[at + c] = from[c * stride + row * step]!;
}

/** Bytes as whole values, so that each moves at once; no finite one is changed. */
function values(bytes: Uint8Array, width: number): Uint8Array | Uint16Array | Uint32Array | Float64Array {
  const { buffer, byteOffset, length } = bytes;
  if (width === 1) return bytes;
  if (width === 2) return new Uint16Array(buffer, byteOffset, length / 2);
  if (width === 4) return new Uint32Array(buffer, byteOffset, length / 4);
  return new Float64Array(buffer, byteOffset, length / 8);
}
