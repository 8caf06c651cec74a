/**
 * Likeness of two representations of the same items by their Gram matrices (items × items): linear centred kernel
 * alignment (Kornblith et al. 2019, arXiv 1905.00414), biased, and with the unbiased estimator of HSIC (Song et al. 2012,
 * JMLR 13), which few items and many dimensions do not push up. Neither sees a rotation or a scale of the states.
 * Sums run in one order, so that the value has the same bits everywhere.
 */

/** A symmetric matrix without its diagonal and with it: lower triangles by rows, scaled so that a product is an alignment. */
export interface Aligned {
  items: number;
  /** U-centred, without the diagonal; all noughts where nothing varies. */
  unbiased: Float64Array;
  /** Doubly centred, with the diagonal. */
  biased: Float64Array;
}

/** @param gram symmetric, row by row, items² values; at least four items */
export function alignedForm(gram: ArrayLike<number>, items: number): Aligned {
  return { items, unbiased: unbiasedForm(gram, items), biased: biasedForm(gram, items) };
}

function biasedForm(gram: ArrayLike<number>, n: number): Float64Array {
  const rows = new Float64Array(n);
  let all = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) rows[i]! += gram[i * n + j]!;
  for (const row of rows) all += row;
  // Off the diagonal each value stands twice in the whole matrix.
  const twice = Math.sqrt(2);
  const out = new Float64Array((n * (n + 1)) / 2);
  for (let i = 0, k = 0; i < n; i++)
    for (let j = 0; j <= i; j++, k++) {
      const centred = gram[i * n + j]! - (rows[i]! + rows[j]!) / n + all / (n * n);
      out[k] = i === j ? centred : twice * centred;
    }
  return unit(out);
}

function unbiasedForm(gram: ArrayLike<number>, n: number): Float64Array {
  const rows = new Float64Array(n);
  let all = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) if (j !== i) rows[i]! += gram[i * n + j]!;
  for (const row of rows) all += row;
  const out = new Float64Array((n * (n - 1)) / 2);
  for (let i = 1, k = 0; i < n; i++)
    for (let j = 0; j < i; j++, k++)
      out[k] = gram[i * n + j]! - (rows[i]! + rows[j]!) / (n - 2) + all / ((n - 1) * (n - 2));
  return unit(out);
}

function unit(values: Float64Array): Float64Array {
  let squares = 0;
  for (const value of values) squares += value * value;
  const length = Math.sqrt(squares);
  return length > 0 ? values.map((value) => value / length) : values;
}

/** −1 to 1; of the unbiased kind 0 on average where the two have nothing to do with each other. */
export function alignment(a: Aligned, b: Aligned, kind: "unbiased" | "biased"): number {
  return product(a[kind], b[kind]);
}

/** Sum of products, in order. */
export function product(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
