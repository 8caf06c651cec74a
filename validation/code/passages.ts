/**
 * Passages between all pairs of makers of a language at once, by the rule of labs/code/prints/passages.ts: what one file of
 * each has in common and no third maker of an index has. Reads what print-makers.ts wrote.
 */
import { PASSAGE_FILES_MAX, PRINT_TOKENS } from "../../dist/labs/code/method.js";
import { passageScore } from "../../dist/labs/code/prints/passages.js";
import { type Copied, holdersOf, type PrintedFile, type PrintedMaker, type Shared } from "./shared-prints.ts";

export interface Found {
  score: number;
  /** By length of print. */
  prints: number[];
  files: [string, string];
}

type Keep = (file: PrintedFile) => boolean;

/** By length and maker: of each print that another maker has too, the kept files that hold it where it counts. */
export type FilesOf = Map<number, number[]>[][];

export function filesOf(makers: readonly PrintedMaker[], shared: readonly Shared[], keep: readonly Keep[]): FilesOf {
  return PRINT_TOKENS.map((length, k) =>
    makers.map(({ files, varied }, m) => {
      const rows = shared[k]!.rows[m]!;
      const found = new Map<number, number[]>();
      files.forEach((file, f) => {
        if (!keep[m]!(file)) return;
        for (let i = file.at; i < file.at + file.tokens - length + 1; i++) {
          if (rows[i]! <= 0 || varied[i] === 0) continue;
          const of = found.get(rows[i]!);
          if (!of) found.set(rows[i]!, [f]);
          else if (of.at(-1) !== f) of.push(f);
        }
      });
      return found;
    }),
  );
}

/**
 * The largest passage of every pair that has any.
 * @param index which makers are third parties; null: all but the two of the pair
 * @returns by `a * makers + b`, a before b
 */
export function passagesAmong(
  makers: readonly PrintedMaker[],
  shared: readonly Shared[],
  files: FilesOf,
  index: ReadonlySet<number> | null,
): Map<number, Found> {
  const counts = new Map<number, Map<number, number[]>>();
  PRINT_TOKENS.forEach((_, k) => {
    shared[k]!.holders.forEach((holders, h) => {
      const inside = index === null ? [...holders] : [...holders].filter((m) => index.has(m));
      if (inside.length > 2) return;
      for (let i = 0; i < holders.length; i++)
        for (let j = i + 1; j < holders.length; j++) {
          const [a, b] = [holders[i]!, holders[j]!];
          if (!inside.every((m) => m === a || m === b)) continue;
          const [ours, theirs] = [files[k]![a]!.get(h + 1), files[k]![b]!.get(h + 1)];
          if (ours && theirs) countPairs(counts, a * makers.length + b, k, ours, theirs);
        }
    });
  });
  const found = new Map<number, Found>();
  for (const [pair, of] of counts) {
    const [a, b] = [Math.floor(pair / makers.length), pair % makers.length];
    const largest = largestOf(of, makers[a]!.files, makers[b]!.files);
    if (largest) found.set(pair, largest);
  }
  return found;
}

const FILES = 1 << 16;

function countPairs(
  counts: Map<number, Map<number, number[]>>,
  pair: number,
  k: number,
  ours: readonly number[],
  theirs: readonly number[],
): void {
  if (ours.length > PASSAGE_FILES_MAX || theirs.length > PASSAGE_FILES_MAX) return;
  const of = counts.get(pair) ?? new Map<number, number[]>();
  counts.set(pair, of);
  for (const a of ours)
    for (const b of theirs) {
      const key = a * FILES + b;
      const count = of.get(key) ?? PRINT_TOKENS.map(() => 0);
      of.set(key, count);
      count[k]!++;
    }
}

function largestOf(
  counts: ReadonlyMap<number, number[]>,
  ours: readonly PrintedFile[],
  theirs: readonly PrintedFile[],
): Found | null {
  let largest: Found | null = null;
  for (const [key, prints] of counts) {
    const score = passageScore(prints);
    if (score <= (largest?.score ?? 0)) continue;
    largest = { score, prints, files: [ours[Math.floor(key / FILES)]!.path, theirs[key % FILES]!.path] };
  }
  return largest;
}

/** The largest passage between a maker's files and copies of them that stand in another's tree, by an index of all others. */
export function passageOfCopy(
  [a, b]: readonly [number, number],
  copied: Copied,
  makers: readonly PrintedMaker[],
  shared: readonly Shared[],
  keep: readonly Keep[],
): Found | null {
  const counts = new Map<number, Map<number, number[]>>();
  PRINT_TOKENS.forEach((length, k) => {
    const places = (of: Copied, kept: Keep, has: (print: bigint) => boolean) => {
      const found = new Map<bigint, number[]>();
      of.files.forEach((file, f) => {
        if (!kept(file)) return;
        for (let i = file.at; i < file.at + file.tokens - length + 1; i++) {
          const print = of.prints[k]![i]!;
          if (of.varied[i] === 0 || !has(print)) continue;
          const held = found.get(print);
          if (!held) found.set(print, [f]);
          else if (held.at(-1) !== f) held.push(f);
        }
      });
      return found;
    };
    const theirs = places(
      copied,
      () => true,
      () => true,
    );
    const ours = places(makers[a]!, keep[a]!, (print) => theirs.has(print));
    for (const [print, files] of ours)
      if (holdersOf(shared[k]!, print).every((m) => m === a || m === b))
        countPairs(counts, 0, k, files, theirs.get(print)!);
  });
  const of = counts.get(0);
  return of ? largestOf(of, makers[a]!.files, copied.files) : null;
}
