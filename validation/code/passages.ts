/**
 * Passages between all pairs of makers of a language at once. What two files have in common is counted by the product's own
 * function, labs/code/prints/passages.ts; here it is only found, for all pairs by one list of who has which print, which
 * prints no third maker of an index has. test/validation/code-passages.test.ts holds that list to the product's. Reads
 * what print-makers.ts wrote.
 */
import { PRINT_TOKENS } from "../../dist/labs/code/method.js";
import type { Unit } from "../../dist/labs/code/prints/containment.js";
import { type Passage, passages } from "../../dist/labs/code/prints/passages.js";
import { joinSets, type PrintSet } from "../../dist/labs/code/prints/prints.js";
import type { Language } from "../../dist/labs/code/tokens/languages.js";
import { type Copied, holdersOf, type PrintedFile, type PrintedMaker, type Shared } from "./shared-prints.ts";

export interface Found {
  score: number;
  /** By length of print. */
  prints: number[];
  files: [string, string];
  /** As the product gives it, but for its lines: they are places among the tokens of the file, from 1. */
  passage: Passage;
}

type Keep = (file: PrintedFile) => boolean;

/** The kept files of makers, and which of them hold what another maker has too. */
export interface Files {
  /** By maker and file, as the product has a file; null for one that is not kept. */
  units: (Unit | null)[][];
  /** By length and maker: of each print that another maker has too, the kept files that hold it. */
  holding: Map<number, number[]>[][];
  /** By length: the prints of `Shared.holders`, in its order. */
  values: BigUint64Array[];
}

/** A file as the product has it. The language is told by nothing but its prints here, so that any may stand. */
function unitOf(of: Copied, file: PrintedFile, language: Language): Unit {
  const prints = PRINT_TOKENS.map((length, k) => {
    const { buffer, byteOffset } = of.prints[k]!;
    return new Uint32Array(buffer, byteOffset + 8 * file.at, 2 * Math.max(0, file.tokens - length + 1));
  });
  const order = {
    prints,
    varied: of.varied.subarray(file.at, file.at + file.tokens),
    lines: Uint32Array.from({ length: file.tokens }, (_, place) => place + 1),
  };
  return { path: file.path, name: "", line: 1, language, prints: [], order };
}

export function filesOf(
  makers: readonly PrintedMaker[],
  shared: readonly Shared[],
  keep: readonly Keep[],
  language: Language,
): Files {
  const units = makers.map((maker, m) =>
    maker.files.map((file) => (keep[m]!(file) ? unitOf(maker, file, language) : null)),
  );
  const values = shared.map(({ holders }) => new BigUint64Array(holders.length));
  const holding = PRINT_TOKENS.map((length, k) =>
    makers.map(({ files, prints }, m) => {
      const rows = shared[k]!.rows[m]!;
      const found = new Map<number, number[]>();
      files.forEach((file, f) => {
        if (!units[m]![f]) return;
        for (let i = file.at; i < file.at + file.tokens - length + 1; i++) {
          const row = rows[i]!;
          if (row <= 0) continue;
          values[k]![row - 1] = prints[k]![i]!;
          const of = found.get(row);
          if (!of) found.set(row, [f]);
          else if (of.at(-1) !== f) of.push(f);
        }
      });
      return found;
    }),
  );
  return { units, holding, values };
}

/**
 * The largest passage of every pair that has any.
 * @param index which makers are third parties; null: all but the two of the pair
 * @returns by `a * makers + b`, a before b
 */
export function passagesAmong(
  makers: readonly PrintedMaker[],
  shared: readonly Shared[],
  { units, holding, values }: Files,
  index: ReadonlySet<number> | null,
): Map<number, Found> {
  // By pair and length: rows that both have, in a kept file, and no third maker of the index.
  const common = new Map<number, number[][]>();
  PRINT_TOKENS.forEach((_, k) => {
    shared[k]!.holders.forEach((holders, h) => {
      const inside = index === null ? [...holders] : [...holders].filter((m) => index.has(m));
      if (inside.length > 2) return;
      for (let i = 0; i < holders.length; i++)
        for (let j = i + 1; j < holders.length; j++) {
          const [a, b] = [holders[i]!, holders[j]!];
          if (!inside.every((m) => m === a || m === b)) continue;
          if (!holding[k]![a]!.has(h + 1) || !holding[k]![b]!.has(h + 1)) continue;
          const pair = a * makers.length + b;
          const of = common.get(pair) ?? PRINT_TOKENS.map((): number[] => []);
          common.set(pair, of);
          of[k]!.push(h + 1);
        }
    });
  });
  const found = new Map<number, Found>();
  for (const [pair, rows] of common) {
    // The score is the lower of the two lengths'.
    if (rows.some((of) => of.length === 0)) continue;
    // A file that holds none of them is in no passage.
    const [ours, theirs] = [Math.floor(pair / makers.length), pair % makers.length].map((m) => {
      const holds = new Set(rows.flatMap((of, k) => of.flatMap((row) => holding[k]![m]!.get(row)!)));
      return [...holds].sort((x, y) => x - y).map((f) => units[m]![f]!);
    }) as [Unit[], Unit[]];
    const sets = rows.map((of, k) => setOf(of.map((row) => values[k]![row - 1]!)));
    const largest = largestOf(ours, theirs, sets);
    if (largest) found.set(pair, largest);
  }
  return found;
}

/** The largest passage between a maker's files and copies of them that stand in another's tree, by an index of all others. */
export function passageOfCopy(
  [a, b]: readonly [number, number],
  copied: Copied,
  { units }: Files,
  shared: readonly Shared[],
): Found | null {
  const ours = units[a]!.filter((unit) => unit !== null);
  const language = ours[0]?.language;
  if (!language) return null;
  const sets = PRINT_TOKENS.map((_, k) => {
    const theirs = new Set(copied.prints[k]!);
    const both = new Set<bigint>();
    for (const { order } of ours) for (const print of wide(order!.prints[k]!)) if (theirs.has(print)) both.add(print);
    return setOf([...both].filter((print) => holdersOf(shared[k]!, print).every((m) => m === a || m === b)));
  });
  const copies = copied.files.map((file) => unitOf(copied, file, language));
  return largestOf(ours, copies, sets);
}

function largestOf(ours: readonly Unit[], theirs: readonly Unit[], common: readonly PrintSet[]): Found | null {
  const [passage] = passages(ours, theirs, common, 1);
  if (!passage) return null;
  return {
    score: passage.score,
    prints: passage.common.map((set) => set.length >> 1),
    files: [passage.ours.unit.path, passage.theirs.unit.path],
    passage,
  };
}

const wide = ({ buffer, byteOffset, length }: Uint32Array): BigUint64Array =>
  new BigUint64Array(buffer, byteOffset, length / 2);

const setOf = (prints: readonly bigint[]): PrintSet => joinSets([new Uint32Array(BigUint64Array.from(prints).buffer)]);
