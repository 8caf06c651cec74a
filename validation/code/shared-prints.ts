/**
 * All pairs of makers of a language at once, by the rule of labs/code/prints/containment.ts: which prints of a unit no
 * third maker of an index has, and which of those another maker has. Prints that one maker alone has need no list; for the
 * others it keeps who has them. Reads what print-makers.ts wrote.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { namesOf, setAside, usualOf } from "../../dist/labs/code/aside.js";
import { EXCLUSIVE_MIN, lowerShare, PRINT_TOKENS, SHARED_MIN } from "../../dist/labs/code/method.js";
import type { Language } from "../../dist/labs/code/tokens/languages.js";
import { whyByName } from "../../dist/labs/code/tokens/names.js";

export interface PrintedFile {
  path: string;
  at: number;
  tokens: number;
  bytes: number;
  lines: number;
  units: [string, number, number, number][];
  attribution: string[];
  licences: string[];
  heads: string[];
  holders: string[];
}
export interface PrintedMaker {
  maker: string;
  tokens: number;
  files: PrintedFile[];
  /** By length: prints in order, 64 bits each. */
  prints: BigUint64Array[];
  /** By place: whether its prints count in a passage. */
  varied: Uint8Array;
}

export function loadMakers(folder: string): PrintedMaker[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => {
      const maker = JSON.parse(readFileSync(join(folder, name), "utf8"));
      const prints = PRINT_TOKENS.map((tokens) => {
        const bytes = readFileSync(join(folder, `${maker.maker}.${tokens}`));
        return new BigUint64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
      });
      const varied = new Uint8Array(readFileSync(join(folder, `${maker.maker}.varied`)));
      const files = (maker.files as PrintedFile[]).filter(({ path }) => whyByName(path) === null);
      return { ...maker, files, prints, varied };
    });
}

/** Which files of a maker count: those that do not say that they come from a third source. */
export function keptOf({ maker, files }: PrintedMaker, language: Language): (file: PrintedFile) => boolean {
  const side = {
    name: maker,
    files: files.length,
    provenance: new Map(
      files.map(({ path, attribution, licences, heads, holders }) => [path, { attribution, licences, heads, holders }]),
    ),
    units: files.map(({ path }) => ({ path, name: "", line: 1, language, prints: [] })),
  };
  const aside = setAside(side, namesOf(side), usualOf(side));
  return ({ path }) => !aside.has(path);
}

/** Of one length: for each maker and place, 0 where no other maker has the print, else 1 + its row in `holders`. */
export interface Shared {
  rows: Int32Array[];
  /** Where the same print stood before in the same file, or −1: a unit counts each of its prints once. */
  before: Int32Array[];
  /** Makers of a row, ascending. */
  holders: Uint16Array[];
  /** Every print with its maker in the lowest bits, ascending. */
  sorted: BigUint64Array;
}

const LOW_BITS = 0x3ffn;

/** Sorts every print with its maker in the lowest 10 bits: two prints that agree in 54 bits are taken for one. */
export function shareOut(makers: readonly PrintedMaker[], k: number): Shared {
  const length = PRINT_TOKENS[k]!;
  const total = makers.reduce((sum, { prints }) => sum + prints[k]!.length, 0);
  const all = new BigUint64Array(total);
  let n = 0;
  makers.forEach(({ prints, files }, m) => {
    for (const { at, tokens } of files)
      for (let i = at; i < at + tokens - length + 1; i++) all[n++] = (prints[k]![i]! & ~LOW_BITS) | BigInt(m);
  });
  const sorted = all.subarray(0, n).sort();
  const keys: bigint[] = [];
  const holders: Uint16Array[] = [];
  let row: number[] = [];
  let key = -1n;
  const close = () => {
    if (row.length > 1) {
      keys.push(key);
      holders.push(Uint16Array.from(row));
    }
  };
  for (let i = 0; i < n; i++) {
    const value = sorted[i]!;
    const of = value & ~LOW_BITS;
    const m = Number(value & LOW_BITS);
    if (of !== key) {
      close();
      key = of;
      row = [m];
    } else if (row.at(-1) !== m) row.push(m);
  }
  close();
  const place = new Map<bigint, number>();
  keys.forEach((value, i) => {
    place.set(value, i + 1);
  });
  const rows = makers.map(({ prints, files }) => {
    const own = prints[k]!;
    const found = new Int32Array(own.length).fill(-1);
    for (const { at, tokens } of files)
      for (let i = at; i < at + tokens - length + 1; i++) found[i] = place.get(own[i]! & ~LOW_BITS) ?? 0;
    return found;
  });
  const before = makers.map(({ prints, files }) => {
    const own = prints[k]!;
    const last = new Int32Array(own.length).fill(-1);
    for (const { at, tokens } of files) {
      const seen = new Map<bigint, number>();
      for (let i = at; i < at + tokens - length + 1; i++) {
        last[i] = seen.get(own[i]!) ?? -1;
        seen.set(own[i]!, i);
      }
    }
    return last;
  });
  return { rows, before, holders, sorted };
}

export interface UnitAgainst {
  file: PrintedFile;
  name: string;
  line: number;
  exclusive: number[];
  shared: number[];
  score: number;
}

const NOTHING = { exclusive: [], shared: [], score: 0 };

export interface Against {
  /** Largest over units that no maker of the index reaches as much of. */
  max: number;
  top: UnitAgainst | null;
}

/**
 * Scores of a maker's units in every other maker.
 * @param index which makers are third parties; null: all but the two of the pair
 * @param keep files of the claimant that count
 */
export function scoresOf(
  claimant: number,
  makers: readonly PrintedMaker[],
  shared: readonly Shared[],
  index: ReadonlySet<number> | null,
  keep: (file: PrintedFile) => boolean,
): Against[] {
  const out: Against[] = makers.map(() => ({ max: 0, top: null }));
  const M = makers.length;
  const inIndex = makers.map((_, m) => m !== claimant && (index === null || index.has(m)));
  const self = makers[claimant]!;
  for (const file of self.files) {
    if (!keep(file)) continue;
    const taken = new Set<string>();
    for (const [name, line, from, to] of file.units) {
      if (name !== "" && to - from < EXCLUSIVE_MIN + PRINT_TOKENS[0] - 1) continue;
      if (taken.has(`${from} ${to}`)) continue;
      taken.add(`${from} ${to}`);
      const counts = PRINT_TOKENS.map((length, k) => {
        const { rows, before } = shared[k]!;
        let base = 0;
        const sharedBy = new Int32Array(M);
        const panel = new Int32Array(M);
        for (let i = file.at + from; i < file.at + to - length + 1; i++) {
          if (before[claimant]![i]! >= file.at + from) continue;
          const row = rows[claimant]![i]!;
          if (row <= 0) {
            base++;
            continue;
          }
          const holders = shared[k]!.holders[row - 1]!;
          if (index === null) {
            // Two holders: the claimant and one other, whose alone it is.
            if (holders.length === 2) {
              const other = holders[0] === claimant ? holders[1]! : holders[0]!;
              panel[other]!++;
              sharedBy[other]!++;
            }
            continue;
          }
          let third = 0;
          let last = -1;
          for (const h of holders)
            if (h !== claimant && inIndex[h]) {
              third++;
              last = h;
            }
          if (third === 0) {
            base++;
            for (const h of holders) if (h !== claimant) sharedBy[h]!++;
          } else if (third === 1) panel[last]!++;
        }
        return { base, sharedBy, panel };
      });
      const scoreFor = (m: number, asPanel: boolean): Pick<UnitAgainst, "exclusive" | "shared" | "score"> => {
        // Most pairs share next to nothing: said at once.
        for (const { panel, sharedBy } of counts) if ((asPanel ? panel : sharedBy)[m]! < SHARED_MIN) return NOTHING;
        const exclusive = counts.map(({ base, panel }) => base + (asPanel ? panel[m]! : 0));
        const common = counts.map(({ sharedBy, panel }) => (asPanel ? panel[m]! : sharedBy[m]!));
        const few = exclusive.some((n) => n < EXCLUSIVE_MIN) || common.some((n) => n < SHARED_MIN);
        const score = few
          ? 0
          : Math.min(...PRINT_TOKENS.map((tokens, k) => lowerShare(common[k]!, exclusive[k]!, tokens)));
        return { exclusive, shared: common, score };
      };
      const own = makers.map((_, m) => (inIndex[m] ? scoreFor(m, true) : null));
      for (let m = 0; m < M; m++) {
        if (m === claimant) continue;
        const got = index === null ? own[m]! : inIndex[m] ? own[m]! : scoreFor(m, false);
        if (got.score === 0) continue;
        let rival = 0;
        for (let x = 0; x < M; x++) if (x !== m && own[x] && own[x]!.score > rival) rival = own[x]!.score;
        if (got.score <= rival) continue;
        if (got.score > out[m]!.max) out[m] = { max: got.score, top: { file, name, line, ...got } };
      }
    }
  }
  return out;
}

/** Makers that have a print, ascending. */
export function holdersOf({ sorted }: Shared, print: bigint): number[] {
  const key = print & ~LOW_BITS;
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (sorted[middle]! < key) from = middle + 1;
    else to = middle;
  }
  const found: number[] = [];
  for (let i = from; i < sorted.length && (sorted[i]! & ~LOW_BITS) === key; i++) {
    const m = Number(sorted[i]! & LOW_BITS);
    if (found.at(-1) !== m) found.push(m);
  }
  return found;
}

/** Files that were copied, printed like a maker's. */
export type Copied = Pick<PrintedMaker, "files" | "prints" | "varied">;

/**
 * A maker's files copied into another's tree, examined by an index of all other makers: the lower of the two directions'
 * largest scores.
 * @param alone the two directions' largest scores without the copy, which stand for all units that share nothing with it
 */
export function scoreOfCopy(
  [a, b]: readonly [number, number],
  copied: Copied,
  makers: readonly PrintedMaker[],
  shared: readonly Shared[],
  keep: readonly ((file: PrintedFile) => boolean)[],
  alone: readonly [number, number],
): number {
  const copies = copied.prints.map((prints) => new Set(prints));
  const others =
    (k: number, m: number) =>
    (i: number): readonly number[] => {
      const row = shared[k]!.rows[m]![i]!;
      return row > 0 ? [...shared[k]!.holders[row - 1]!] : [];
    };
  const largest = (
    of: Copied,
    kept: (file: PrintedFile) => boolean,
    holders: typeof others,
    m: number,
    other: number,
  ) => {
    let max = 0;
    for (const file of of.files.filter(kept))
      for (const [name, , from, to] of file.units) {
        if (name !== "" && to - from < EXCLUSIVE_MIN + PRINT_TOKENS[0] - 1) continue;
        const counts = PRINT_TOKENS.map((length, k) => {
          const who = holders(k, m);
          const seen = new Set<bigint>();
          const only = new Map<number, number>();
          let [exclusive, common] = [0, 0];
          for (let i = file.at + from; i < file.at + to - length + 1; i++) {
            const print = of.prints[k]![i]!;
            if (seen.has(print)) continue;
            seen.add(print);
            const held = who(i);
            const third = held.filter((h) => h !== a && h !== b);
            if (third.length === 0) {
              exclusive++;
              if (held.includes(other) || (m === a && copies[k]!.has(print))) common++;
            } else if (third.length === 1) only.set(third[0]!, (only.get(third[0]!) ?? 0) + 1);
          }
          return { exclusive, common, only };
        });
        const score = (extra: (k: number) => number, own: (k: number) => number): number => {
          const all = counts.map(({ exclusive }, k) => exclusive + extra(k));
          if (all.some((n) => n < EXCLUSIVE_MIN) || counts.some((_, k) => own(k) < SHARED_MIN)) return 0;
          return Math.min(...PRINT_TOKENS.map((tokens, k) => lowerShare(own(k), all[k]!, tokens)));
        };
        const got = score(
          () => 0,
          (k) => counts[k]!.common,
        );
        if (got <= max) continue;
        const rivals = [...counts[0]!.only.keys()].map((x) => {
          const of = (k: number) => counts[k]!.only.get(x) ?? 0;
          return score(of, of);
        });
        if (got > Math.max(0, ...rivals)) max = got;
      }
    return max;
  };
  const length = PRINT_TOKENS[0];
  const meetsCopy = (file: PrintedFile): boolean => {
    let met = 0;
    for (let i = file.at; i < file.at + file.tokens - length + 1 && met < SHARED_MIN; i++)
      if (copies[0]!.has(makers[a]!.prints[0]![i]!)) met++;
    return met === SHARED_MIN;
  };
  const forward = Math.max(
    alone[0],
    largest(makers[a]!, (file) => keep[a]!(file) && meetsCopy(file), others, a, b),
  );
  const asked: typeof others = (k) => (i) => holdersOf(shared[k]!, copied.prints[k]![i]!);
  const turned = Math.max(
    alone[1],
    largest(copied, () => true, asked, b, a),
  );
  return Math.min(forward, turned);
}
