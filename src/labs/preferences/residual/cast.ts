/**
 * Who is related to whom, by what is documented: one lineage, one base alone, one data set alone, or nothing. Base and
 * data together make a lineage, and so does a list under `lineage`. Sides are each a lineage of their own unless named in
 * one with somebody of the panel. What nobody documented counts as unrelated, which can only raise what a suspect must exceed.
 */
import type { Lineage } from "../scores/lineage.js";

export const KINDS = ["unrelated lineages", "one public base, other data", "one preference set, other bases"] as const;
export type Kind = (typeof KINDS)[number];

export interface Cast {
  /** From 0, by scorer; −1 for the sides, which are in no mean. */
  lineages: readonly number[];
  /** Lineages left out of the mean for a scorer: its own, and those a side is documented to belong to. */
  leaves: readonly (readonly number[])[];
  /** By scorer: lineages of the panel that share its documented base, and those that share its documented data. */
  cohorts: readonly (readonly (readonly number[])[])[];
  /** What counts as one independent maker: a base, or whoever names none. */
  families: readonly string[];
  /** The base or the data set that a pair of a kind shares, and the bases of one that shares nothing. */
  familiesOf: (kind: Kind, i: number, j: number) => readonly string[];
  /** Null for two of one lineage, and for the two sides: that is the question. */
  kind: (i: number, j: number) => Kind | null;
}

/** @param names of reference, suspect and panel, in this order */
export function castOf(names: readonly string[], documented: Lineage): Cast {
  const { base, data } = documented;
  const group = names.map((_, i) => i);
  const join = (a: number, b: number) => {
    const [kept, gone] = [Math.min(group[a]!, group[b]!), Math.max(group[a]!, group[b]!)];
    for (let i = 0; i < group.length; i++) if (group[i] === gone) group[i] = kept;
  };
  for (let i = 2; i < names.length; i++)
    for (let j = 2; j < i; j++) if (documentedKin(names[i]!, names[j]!, documented)) join(i, j);
  const order = [...new Set(group.slice(2))];
  const lineages = group.map((g, i) => (i < 2 ? -1 : order.indexOf(g)));
  const leaves = names.map((name, i) => {
    if (i >= 2) return [lineages[i]!];
    const kin = names.flatMap((other, j) => (j >= 2 && documentedKin(name, other, documented) ? [lineages[j]!] : []));
    return [...new Set(kin)];
  });
  const sharing = (of: ReadonlyMap<string, string>, name: string): number[] => {
    const value = of.get(name);
    if (value === undefined) return [];
    const found = names.flatMap((other, k) => (k >= 2 && of.get(other) === value ? [lineages[k]!] : []));
    return [...new Set(found)].sort((a, b) => a - b);
  };
  const cohorts = names.map((name) => [sharing(base, name), sharing(data, name)]);
  const kind = (i: number, j: number): Kind | null => {
    if (i < 2 && j < 2) return null;
    if (leaves[i]!.some((l) => leaves[j]!.includes(l))) return null;
    const [a, b] = [names[i]!, names[j]!];
    if (base.get(a) !== undefined && base.get(a) === base.get(b)) return KINDS[1];
    if (data.get(a) !== undefined && data.get(a) === data.get(b)) return KINDS[2];
    return KINDS[0];
  };
  const families = names.map((name) => base.get(name) ?? `only ${name}`);
  const familiesOf = (of: Kind, i: number, j: number): readonly string[] =>
    of === KINDS[2] ? [data.get(names[i]!)!] : [...new Set([families[i]!, families[j]!])];
  return { lineages, leaves, cohorts, families, familiesOf, kind };
}

/** One base and one data set, or a list that names both. */
function documentedKin(a: string, b: string, { base, data, together }: Lineage): boolean {
  const same = (of: ReadonlyMap<string, string>) => of.get(a) !== undefined && of.get(a) === of.get(b);
  return (same(base) && same(data)) || together.some((list) => list.includes(a) && list.includes(b));
}
