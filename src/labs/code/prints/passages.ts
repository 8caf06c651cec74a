/**
 * Passages: what one file of each side has in common and no maker of the index has, counted in prints, wherever it stands
 * in the two files. A share of a unit does not see some short functions out of a long file, nor a copy among much public
 * text; their number does. Only prints count whose run holds many different tokens, so that no table, list of fields
 * or constants is a passage; and none that one side has in many files. The most that any two files have is held against
 * the most that any two files of unrelated makers had, which pays for the choice of the two. No maker of the index has
 * anything of what is counted, so that a rank among them says nothing here.
 */
import { PASSAGE_FILES_MAX, PASSAGE_PRINTS, PRINT_TOKENS } from "../method.js";
import type { Unit } from "./containment.js";
import { type PrintSet, placeOf } from "./prints.js";

export interface Passage {
  ours: PassageSide;
  theirs: PassageSide;
  /** By length: prints that the two files have in common and no maker has, each once. */
  common: readonly PrintSet[];
  score: number;
}

export interface PassageSide {
  unit: Unit;
  /** Lines of the first and the last run. */
  line: number;
  last: number;
}

/** The fewest, of either length, as a share of PASSAGE_PRINTS. */
function passageScore(prints: readonly number[]): number {
  return Math.min(1, Math.min(...prints) / PASSAGE_PRINTS);
}

/**
 * What any file of the one side and any of the other have in common, largest first.
 * @param common by length: prints that both sides have and no maker
 * @param most passages returned
 */
export function passages(
  unitsA: readonly Unit[],
  unitsB: readonly Unit[],
  common: readonly PrintSet[],
  most: number,
): Passage[] {
  const [ours, theirs] = [unitsA, unitsB].map((units) => units.filter(({ order }) => order !== undefined)) as [
    Unit[],
    Unit[],
  ];
  // By length: by pair of files, how many.
  const counts = PRINT_TOKENS.map((_, k) => {
    const [inOurs, inTheirs] = [filesOf(ours, common[k]!, k), filesOf(theirs, common[k]!, k)];
    const count = new Map<number, number>();
    for (let print = 0; print < common[k]!.length >> 1; print++) {
      const others = heldBy(inTheirs, print);
      for (const a of heldBy(inOurs, print))
        for (const b of others) {
          const pair = a * theirs.length + b;
          count.set(pair, (count.get(pair) ?? 0) + 1);
        }
    }
    return count;
  });
  const scored = [...counts[0]!.keys()]
    .map((pair) => ({ pair, score: passageScore(counts.map((count) => count.get(pair) ?? 0)) }))
    .filter(({ score }) => score > 0)
    .sort((x, y) => y.score - x.score || x.pair - y.pair)
    .slice(0, most);
  return scored.map(({ pair, score }) => {
    const [a, b] = [ours[Math.floor(pair / theirs.length)]!, theirs[pair % theirs.length]!];
    const of = PRINT_TOKENS.map((_, k) => bothHave(a, b, common[k]!, k));
    return { ours: spanOf(a, of), theirs: spanOf(b, of), common: of, score };
  });
}

/** Of each print, the files that have it where it counts, one after the other: a full copy has tens of millions of prints. */
interface Files {
  starts: Uint32Array;
  files: Uint32Array;
}

function filesOf(units: readonly Unit[], common: PrintSet, k: number): Files {
  const size = common.length >> 1;
  const last = new Int32Array(size).fill(-1);
  const starts = new Uint32Array(size + 1);
  let found = new Uint32Array(1 << 12);
  let words = 0;
  units.forEach((unit, u) => {
    eachCounted(unit, common, k, (print) => {
      if (last[print] === u) return;
      last[print] = u;
      starts[print + 1]!++;
      if (words === found.length) {
        const longer = new Uint32Array(2 * words);
        longer.set(found);
        found = longer;
      }
      found[words++] = print;
      found[words++] = u;
    });
  });
  for (let print = 0; print < size; print++) starts[print + 1]! += starts[print]!;
  const files = new Uint32Array(words / 2);
  const next = starts.slice();
  for (let i = 0; i < words; i += 2) files[next[found[i]!]!++] = found[i + 1]!;
  return { starts, files };
}

const NONE = new Uint32Array(0);

/** None where more than PASSAGE_FILES_MAX have the print. */
function heldBy({ starts, files }: Files, print: number): Uint32Array {
  const [from, to] = [starts[print]!, starts[print + 1]!];
  return to - from > PASSAGE_FILES_MAX ? NONE : files.subarray(from, to);
}

/** Calls `found` with the place in `common` of each print that a file has where it counts, in the order of the file. */
function eachCounted({ order }: Unit, common: PrintSet, k: number, found: (print: number) => void): void {
  const prints = order!.prints[k]!;
  for (let at = 0; at < prints.length >> 1; at++) {
    if (order!.varied[at] === 0) continue;
    const place = placeOf(common, prints[2 * at]!, prints[2 * at + 1]!);
    if (place >= 0) found(place);
  }
}

function bothHave(a: Unit, b: Unit, common: PrintSet, k: number): PrintSet {
  const [theirs, both] = [new Set<number>(), new Set<number>()];
  eachCounted(b, common, k, (print) => theirs.add(print));
  eachCounted(a, common, k, (print) => {
    if (theirs.has(print)) both.add(print);
  });
  return common.filter((_, word) => both.has(word >> 1));
}

function spanOf(unit: Unit, common: readonly PrintSet[]): PassageSide {
  const { prints, lines } = unit.order!;
  const k = PRINT_TOKENS.length - 1;
  let [line, last] = [0, 0];
  for (let at = 0; at < prints[k]!.length >> 1; at++) {
    if (placeOf(common[k]!, prints[k]![2 * at]!, prints[k]![2 * at + 1]!) < 0) continue;
    if (line === 0) line = lines[at]!;
    last = lines[Math.min(at + PRINT_TOKENS[k]! - 1, lines.length - 1)]!;
  }
  return { unit, line, last };
}
