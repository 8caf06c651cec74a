/** Numbers and lists as the statements on making write them. */
import type { TensorMaking } from "./observed.js";

/** Digits in threes with commas, whatever the machine's locale. */
export function count(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A share, never rounded up to the whole. */
export function percent(share: number): string {
  if (share >= 1) return "100 %";
  const shown = 100 * share;
  if (shown > 99.99) return "more than 99.99 %";
  return `${shown >= 10 ? shown.toFixed(1) : Number(shown.toPrecision(2))} %`;
}

/** Three significant digits, as a number. */
export function shown(x: number): number {
  return Number(x.toPrecision(3));
}

/** One number where all are the same. */
export function span(values: readonly number[]): string {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  return min === max ? `${min}` : `${min} to ${max}`;
}

/** NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The kinds of tensors in a list, each once. */
export function roles(tensors: readonly TensorMaking[]): string {
  return [...new Set(tensors.map(({ tensor }) => tensor))].join(", ");
}

/** 0, 1, 2, 5 as "0–2, 5". */
export function runs(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < numbers.length; ) {
    let j = i;
    while (j + 1 < numbers.length && numbers[j + 1] === numbers[j]! + 1) j++;
    parts.push(j > i + 1 ? `${numbers[i]}–${numbers[j]}` : numbers.slice(i, j + 1).join(", "));
    i = j + 1;
  }
  return parts.join(", ");
}
