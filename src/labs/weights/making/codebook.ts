/**
 * Integer and table quantisation read off the values themselves: in each row or block the values are a few codes times
 * one scale, the largest value being the last code. Formats: symmetric INT8 and INT4 by tensor, row or block (as in
 * GGUF's Q8_0), Q4_0, asymmetric INT4 and INT8, NF4 (QLoRA, arXiv 2305.14314, appendix E), one bit and three values
 * (BitNet b1.58, arXiv 2402.17764), 8-bit floats times a scale (OCP 8-bit Floating Point Specification 1.0).
 * It sees no scale by column, and no block whose largest value is not its last code.
 */

export interface Codebook {
  id: string;
  title: string;
  /** Values that share a scale: the whole tensor, a whole row, or blocks along a row. */
  block: number | "row" | "tensor";
  /** Codes of the largest value on each side of nought; null where codes stand in `table`. */
  levels: number;
  /** Codes begin at the block's smallest value rather than lie around nought. */
  asymmetric: boolean;
  /** Normalised to ±1, ascending. */
  table: readonly number[] | null;
}

const NF4 = [
  -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
  -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
  0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
];

const uniform = (bits: number, levels: number, block: number | "row", asymmetric: boolean): Codebook => ({
  id: `int${bits}${asymmetric ? "-asymmetric" : levels % 2 === 0 ? "-offset" : ""}-${block === "row" ? "row" : `block-${block}`}`,
  title: `INT${bits}, ${asymmetric ? "asymmetric" : "symmetric"}, one scale ${block === "row" ? "a row" : `each ${block} values of a row`}`,
  block,
  levels,
  asymmetric,
  table: null,
});

const few = (id: string, title: string, table: readonly number[], block: 32 | 64 | 128 | "row"): Codebook => ({
  id: `${id}-${block === "row" ? "row" : `block-${block}`}`,
  title: `${title}, one scale ${block === "row" ? "a row" : `each ${block} values of a row`}`,
  block,
  levels: 0,
  asymmetric: false,
  table,
});

/** All finite values of an 8-bit float, over the largest. */
function floats8(mantissaBits: number, exponentMin: number, max: number): number[] {
  const positive: number[] = [];
  const steps = 2 ** mantissaBits;
  for (let m = 1; m < steps; m++) positive.push(m * 2 ** (exponentMin - mantissaBits));
  for (let e = exponentMin; 2 ** e <= max; e++) for (let m = 0; m < steps; m++) positive.push((1 + m / steps) * 2 ** e);
  const held = positive.filter((x) => x <= max).map((x) => x / max);
  return [...held.map((x) => -x).reverse(), 0, ...held];
}

const float8 = (id: string, title: string, table: readonly number[], block: 128 | "row" | "tensor"): Codebook => ({
  id: `${id}-${typeof block === "number" ? `block-${block}` : block}`,
  title: `8-bit floats (${title}) times one scale ${typeof block === "number" ? `each ${block} values of a row` : `a ${block}`}`,
  block,
  levels: 0,
  asymmetric: false,
  table,
});
const E4M3 = floats8(3, -6, 448);
const E5M2 = floats8(2, -14, 57_344);

/** Coarser first, so that a coarse grid is not taken for the fine one that holds it. */
export const CODEBOOKS: readonly Codebook[] = [
  ...(["row", 32, 64, 128] as const).map((block) => few("bit", "one bit a value (plus or minus)", [-1, 1], block)),
  ...(["row", 32, 64, 128] as const).map((block) =>
    few("ternary", "three values (plus, nought, minus)", [-1, 0, 1], block),
  ),
  ...([32, 64, 128, "row"] as const).map((block) => uniform(4, 7, block, false)),
  ...([32, 64, 128, "row"] as const).map((block) => uniform(4, 8, block, false)),
  ...([32, 64, 128, "row"] as const).map((block) => uniform(4, 15, block, true)),
  { id: "nf4-block-64", title: "NF4, one scale each 64 values", block: 64, levels: 0, asymmetric: false, table: NF4 },
  ...([32, 64, 128, "row"] as const).map((block) => uniform(8, 127, block, false)),
  ...([128, "row"] as const).map((block) => uniform(8, 255, block, true)),
  ...([128, "row", "tensor"] as const).map((block) => float8("e4m3", "E4M3", E4M3, block)),
  ...([128, "row", "tensor"] as const).map((block) => float8("e5m2", "E5M2", E5M2, block)),
];

/** Blocks looked at before a tensor is said to lie on a codebook, or not. */
const BLOCKS_TRIED = 64;
/** All but one in a thousand values must be a code; a random value may be one with at most this probability. */
const SHARE_MIN = 0.999;
const CHANCE_MAX = 0.6;
/** Fewer values say nothing. */
const VALUES_MIN = 256;

/** What the values of one block allow: the value of code 0 and the step, negative where Q4_0 turns the block round. */
interface Scale {
  origin: number;
  step: number;
}

/** Null for a block of one value. */
export function scaleOf(block: Float32Array, { levels, asymmetric, table }: Codebook): Scale | null {
  let [min, max] = [block[0]!, block[0]!];
  for (const x of block) {
    if (x < min) min = x;
    if (x > max) max = x;
  }
  if (asymmetric) return max > min ? { origin: min, step: (max - min) / levels } : null;
  const most = Math.max(-min, max);
  if (!(most > 0)) return null;
  if (table) return { origin: 0, step: most };
  return { origin: 0, step: (levels % 2 === 0 && max >= -min ? -most : most) / levels };
}

/**
 * The first codebook on which the tensor lies, or null.
 * @param tolerance relative rounding of a stored value: half a step of its number format
 */
export function codebookOf(values: Float32Array, columns: number, tolerance: number): Codebook | null {
  return CODEBOOKS.find((book) => liesOn(values, columns, book, tolerance)) ?? null;
}

function liesOn(values: Float32Array, columns: number, book: Codebook, tolerance: number): boolean {
  const size = blockSize(book, columns, values.length);
  if (values.length % size !== 0 || values.length < VALUES_MIN) return false;
  if (typeof book.block === "number" && (columns % size !== 0 || size === columns)) return false;
  const blocks = values.length / size;
  const every = Math.max(1, Math.floor(blocks / BLOCKS_TRIED));
  // So many that are no codes, and the share cannot be reached any more.
  const missesMax = (1 - SHARE_MIN) * Math.ceil(blocks / every) * size;
  let [n, held, chance] = [0, 0, 0];
  for (let b = 0; b < blocks; b += every) {
    const block = values.subarray(b * size, (b + 1) * size);
    const scale = scaleOf(block, book);
    if (!scale) continue;
    for (const x of block) {
      const { distance, spacing } = toCode(x, scale, book);
      // Both the value and the largest one, from which the scale comes, were rounded.
      const slack = 2.02 * tolerance * Math.abs(x / spacing) + 1e-6;
      n++;
      chance += Math.min(1, 2 * slack);
      if (distance / spacing <= slack) held++;
      else if (n - held > missesMax) return false;
    }
  }
  return n >= VALUES_MIN && held >= SHARE_MIN * n && chance <= CHANCE_MAX * n;
}

/** Values that share a scale, of a tensor of so many columns and values. */
export function blockSize({ block }: Codebook, columns: number, values: number): number {
  return block === "tensor" ? values : block === "row" ? columns : block;
}

/** The table's first entry that is not below y, but never its first or beyond its last. */
function upperOf(table: readonly number[], y: number): number {
  let [low, high] = [1, table.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (table[middle]! < y) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How far a value is from the nearest code, and how far codes lie apart there. */
function toCode(x: number, { origin, step }: Scale, { table }: Codebook): { distance: number; spacing: number } {
  if (!table) {
    const code = (x - origin) / step;
    return { distance: Math.abs((code - Math.round(code)) * step), spacing: Math.abs(step) };
  }
  const y = x / step;
  const i = upperOf(table, y);
  const [low, high] = [table[i - 1]!, table[i]!];
  return { distance: Math.min(Math.abs(y - low), Math.abs(y - high)) * step, spacing: (high - low) * step };
}

/** The code of a value, and the other one as well where the value lies within `boundary` steps of the middle of two. */
export function codeOf(x: number, scale: Scale, { levels, table, asymmetric }: Codebook, boundary: number): number[] {
  if (table) {
    const y = x / scale.step;
    const i = upperOf(table, y);
    const [low, high] = [table[i - 1]!, table[i]!];
    const middle = (low + high) / 2;
    if (Math.abs(y - middle) < boundary * (high - low)) return [i - 1, i];
    return [y < middle ? i - 1 : i];
  }
  // Q4_0: the largest value, whatever its sign, is code −8, and nothing is above 7.
  const most = !asymmetric && levels % 2 === 0 ? levels - 1 : levels;
  const code = (x - scale.origin) / scale.step;
  const clipped = (c: number) => Math.min(Math.round(c), most) + 0;
  const [below, above] = [clipped(code - boundary), clipped(code + boundary)];
  return below === above ? [below] : [below, above];
}
