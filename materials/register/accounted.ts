/**
 * Whether each value of a document is carried over or named: the tally that a test and a study share. A value counts as
 * carried where a value of what came out is it, or holds it with no letter or digit beside it, so that a "1" is not found
 * in a digest.
 */

/** Every value that holds no others, with its place. */
export function leaves(value: unknown, at = ""): [string, unknown][] {
  if (typeof value !== "object" || value === null) return [[at, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, at === "" ? key : `${at}.${key}`));
}

export interface Tally {
  values: number;
  carried: number;
  named: number;
  /** Of the format itself, and saying nothing about the model. */
  frame: number;
  /** Neither carried nor named. */
  lost: string[];
}

export function tally(given: unknown, named: readonly string[], out: unknown, frame: RegExp): Tally {
  const held = leaves(JSON.parse(JSON.stringify(out))).map(([, value]) => String(value));
  const whole = new Set(held);
  const places = new Set(named);
  const result: Tally = { values: 0, carried: 0, named: 0, frame: 0, lost: [] };
  for (const [at, value] of leaves(given)) {
    result.values++;
    if (places.has(at)) result.named++;
    else if (frame.test(at)) result.frame++;
    else if (stands(String(value), whole, held)) result.carried++;
    else result.lost.push(at);
  }
  return result;
}

function stands(text: string, whole: ReadonlySet<string>, held: readonly string[]): boolean {
  if (whole.has(text)) return true;
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const alone = new RegExp(`(?<![A-Za-z0-9])${escaped}(?![A-Za-z0-9])`);
  return text !== "" && held.some((each) => alone.test(each));
}
