/** A text with each of its places in a form that is asked for. */
import type { Piece } from "./piece.js";
import type { Site } from "./sites.js";

/**
 * @param sites in the order of the text, the outer before the inner
 * @returns the text, and where each place starts in it
 */
export function written(
  text: string,
  sites: readonly Site[],
  form: (site: number) => 0 | 1,
): { text: string; starts: Uint32Array } {
  const inside: number[][] = sites.map(() => []);
  const outer: number[] = [];
  const open: number[] = [];
  sites.forEach(({ start, end }, i) => {
    while (open.length > 0 && sites[open.at(-1)!]!.end < end) open.pop();
    while (open.length > 0 && sites[open.at(-1)!]!.end <= start) open.pop();
    (open.length > 0 ? inside[open.at(-1)!]! : outer).push(i);
    open.push(i);
  });
  const starts = new Uint32Array(sites.length);
  const parts: string[] = [];
  let length = 0;
  const put = (part: string) => {
    parts.push(part);
    length += part.length;
  };
  const range = (from: number, to: number, among: readonly number[]): void => {
    let at = from;
    for (const i of among) {
      const { start, end } = sites[i]!;
      if (start < from || end > to) continue;
      put(text.slice(at, start));
      place(i);
      at = end;
    }
    put(text.slice(at, to));
  };
  const place = (i: number): void => {
    starts[i] = length;
    const piece = (each: Piece) => (typeof each === "string" ? put(each) : range(each.from, each.to, inside[i]!));
    for (const each of sites[i]!.forms[form(i)]) piece(each);
  };
  range(0, text.length, outer);
  return { text: parts.join(""), starts };
}
