/** Stored figures keep six decimals: last-bit differences of a logarithm do not reach them. */
export function round(value: number): number {
  return Math.round(value * 1e6) / 1e6 + 0;
}
