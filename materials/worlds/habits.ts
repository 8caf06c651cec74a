/** What tools' users are made of: when one sends, and the cards and networks that a few of them have in common. */
import type { Random } from "./random.ts";
import { type Account, DAY_MS, type Stage } from "./world.ts";

/** When and how much one user sends on a day: milliseconds into the day. */
export type Times = (day: number, r: Random) => number[];
export interface User {
  account: Account;
  times: Times;
}

export const HOUR = 3_600_000;
export interface Setting {
  size: number;
  aDay: number;
  name: string;
  own: (i: number, shared?: Partial<Account>) => Account;
  stage: Stage;
  r: Random;
}

export const each = (size: number, make: (i: number) => User): User[] =>
  Array.from({ length: size }, (_, i) => make(i));

/** Every `minutes` from the user's own phase, within seconds. */
export const every =
  (minutes: number, phase: number, from = 0, to = 24): Times =>
  (_, r) => {
    const out: number[] = [];
    for (let at = phase % (minutes * 60_000); at < DAY_MS; at += minutes * 60_000)
      if (at >= from * HOUR && at < to * HOUR) out.push(at + 20_000 * r.unit());
    return out;
  };

export const network = (r: Random) => `${20 + r.below(180)}.${r.below(256)}.${r.below(256)}`;
export const inside = (net: string, r: Random) => [`${net}.${1 + r.below(254)}`];
export const token = (r: Random) => Math.floor(r.unit() * 2 ** 40).toString(16);

/** A card and a network for every few users: [index of the few, what they share]. */
export function few(
  size: number,
  least: number,
  most: number,
  r: Random,
): { group: number; card: string; net: string }[] {
  const out: { group: number; card: string; net: string }[] = [];
  for (let group = 0; out.length < size; group++) {
    const shared = { group, card: `card-${token(r)}`, net: network(r) };
    for (let k = least + r.below(most - least + 1); k > 0 && out.length < size; k--) out.push(shared);
  }
  return out;
}
