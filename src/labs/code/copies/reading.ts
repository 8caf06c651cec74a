/**
 * Which place of the original a place of the suspect is, and so what the suspect says there. Each place is known by the
 * tokens around it, names hidden and every place in form 0: sixteen before it, sixteen from it on, and eight of either
 * side, those that only one place of the original has, or only one of the file at that path. Neither the plan's key nor any copy enters, so that whoever was
 * not copied from agrees with what is read like a fair coin, whatever is mistaken for what.
 */
import type { SiteKind } from "./sites.js";

export interface PlacedSite {
  kind: SiteKind;
  form: 0 | 1;
  /** Up to six names of where it stands. */
  around: readonly string[];
}

const SIDE = 16;

/** @param values tokens of the text with all places in form 0 @param at the token with which the place begins */
export function around(
  { kind, detail, path }: { kind: SiteKind; detail: string; path: string },
  values: Uint32Array,
  at: number,
): string[] {
  const windows = [
    [at - SIDE, at],
    [at, at + SIDE],
    [at - SIDE / 2, at + SIDE / 2],
  ] as const;
  return windows.flatMap(([from, to], which) => {
    if (from < 0 || to > values.length) return [];
    let [low, high] = [0x811c9dc5, 0x9e3779b1];
    for (let i = from; i < to; i++) {
      low = Math.imul(low ^ values[i]!, 0x01000193);
      high = Math.imul((high ^ values[i]!) + i - from, 0x85ebca6b);
      high ^= high >>> 15;
    }
    const name = `${kind} ${detail} ${which} ${low >>> 0} ${high >>> 0}`;
    return [name, `${name} ${path}`];
  });
}

/**
 * What the suspect says at each place of the original: 0 or 1; null where it is not found, or is found twice with two
 * answers.
 */
export function readPlaces(original: readonly PlacedSite[], suspect: readonly PlacedSite[]): (0 | 1 | null)[] {
  const known = new Map<string, number>();
  const AMBIGUOUS = -1;
  original.forEach(({ around: names }, i) => {
    for (const name of new Set(names)) known.set(name, known.has(name) && known.get(name) !== i ? AMBIGUOUS : i);
  });
  const best = original.map(() => ({ by: 0, form: null as 0 | 1 | null }));
  for (const { around: names, form } of suspect) {
    const votes = new Map<number, number>();
    for (const name of new Set(names)) {
      const place = known.get(name);
      if (place !== undefined && place !== AMBIGUOUS) votes.set(place, (votes.get(place) ?? 0) + 1);
    }
    const most = [...votes].sort((a, b) => b[1] - a[1]);
    if (most.length === 0 || most[0]![1] === most[1]?.[1]) continue;
    const [place, by] = most[0]!;
    const held = best[place]!;
    if (by > held.by) best[place] = { by, form };
    else if (by === held.by && held.form !== form) best[place] = { by, form: null };
  }
  return best.map(({ form }) => form);
}
