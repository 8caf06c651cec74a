/** Scorers made for tests: what all share, what a base adds on words, what a data set adds on pairs, and noise of their own. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { prng } from "../../../src/base/prng.js";

const PAIRS = 260;
const WORDS = 510;

const drawn = new Map<string, number[]>();

/** Independent draws of unit variance, by name; kept, since a panel asks for the same ones again. */
function draws(name: string, n: number): number[] {
  const known = drawn.get(name);
  if (known) return known;
  const source = prng("test/preferences", name);
  const bits = (word: number) => [0, 8, 16, 24].reduce((sum, at) => sum + ((word >>> at) & 255), 0);
  const made = Array.from({ length: n }, () => (bits(source.uint32()) - 510) / 147.8);
  drawn.set(name, made);
  return made;
}

interface Made {
  name: string;
  base: string;
  data: string;
  /** Whose scores it learned from, and how much. */
  teacher?: { name: string; base: string; data: string };
  share?: number;
}

/** JSON Lines of one scorer; lengths are those of the items, the same for everybody. */
export function scores(made: Made): string {
  const values = (probe: "pairs" | "words") => {
    const n = probe === "pairs" ? 2 * PAIRS : WORDS;
    const [all, own] = [draws(`all ${probe}`, n), draws(`own ${probe} ${made.name}`, n)];
    const of = ({ base, data, name }: { base: string; data: string; name: string }) => {
      const [b, d, o] = [
        draws(`base ${base} ${probe}`, n),
        draws(`data ${data} ${probe}`, n),
        draws(`own ${probe} ${name}`, n),
      ];
      const [onBase, onData] = probe === "pairs" ? [0.1, 1] : [1, 0.1];
      return all.map((value, i) => 1.5 * value + onBase * b[i]! + onData * d[i]! + 0.7 * o[i]!);
    };
    const alone = of(made);
    const { teacher, share = 0 } = made;
    if (!teacher) return alone;
    const taught = of(teacher);
    return alone.map((value, i) => (1 - share) * value + share * taught[i]! + 0.1 * own[i]!);
  };
  const lengths = draws("lengths", 2 * PAIRS).map((value) => Math.round(200 + 30 * value));
  const rows = [
    ...values("pairs").map((score, i) => ({
      probe: "pairs",
      prompt_id: `p${i >> 1}`,
      item: String(i & 1),
      score,
      length: lengths[i],
    })),
    ...values("words").map((score, i) => ({
      probe: "words",
      prompt_id: `w${i % 3}`,
      item: `word ${i}`,
      score,
      length: 4 + (i % 7),
    })),
  ];
  return `${rows.map((row) => JSON.stringify(row)).join("\n")}\n`;
}

/**
 * A panel: 16 lineages of their own, three scorers on the suspect's base, three on its data.
 * @param sides documented beside them @param left names that are not written @returns the folder
 */
export function writePanel(folder: string, sides: readonly Made[], parameters: number | null = 300_000): string {
  mkdirSync(folder, { recursive: true });
  const members: Made[] = [
    ...Array.from({ length: 16 }, (_, i) => ({ name: `own-${i}`, base: `base-${i}`, data: `data-${i}` })),
    ...Array.from({ length: 3 }, (_, i) => ({ name: `on-base-${i}`, base: "open-base", data: `other-data-${i}` })),
    ...Array.from({ length: 3 }, (_, i) => ({ name: `on-data-${i}`, base: `other-base-${i}`, data: "open-data" })),
  ];
  for (const member of members) writeFileSync(join(folder, `${member.name}.jsonl`), scores(member));
  const by = (what: "base" | "data") => {
    const groups: Record<string, string[]> = {};
    for (const each of [...members, ...sides]) {
      const group = groups[each[what]] ?? [];
      groups[each[what]] = group;
      group.push(each.name);
    }
    return groups;
  };
  const sizes = Object.fromEntries(sides.map(({ name }) => [name, parameters]));
  writeFileSync(
    join(folder, "lineage.json"),
    JSON.stringify({ base: by("base"), data: by("data"), parameters: parameters === null ? {} : sizes }),
  );
  return folder;
}
