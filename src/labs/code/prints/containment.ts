/**
 * Exclusive containment. Of a unit's prints, those that no third maker has are exclusive; the score is the share of them
 * that the other side has. The same is asked of each maker of the index, each time with that maker left out of the third
 * parties, so that all are judged by one rule. A unit of which a maker of the index has as much is shared with the public
 * and counts for nothing; the largest over the others is held against the largest that pairs of unrelated makers reached,
 * each over all its units too, which pays for the choice of the unit. It counts makers, never files or packages. It cannot
 * see what is exclusive because the index is thin.
 */
import { EXCLUSIVE_MIN, lowerShare, PRINT_TOKENS, SHARED_MIN } from "../method.js";
import type { Language } from "../tokens/languages.js";
import { joinSets, meet, type PrintSet, placeOf } from "./prints.js";

/** A file, class or function with its prints, one set a length of PRINT_TOKENS. */
export interface Unit {
  path: string;
  /** Empty for the file itself. */
  name: string;
  line: number;
  language: Language;
  prints: readonly PrintSet[];
  /** Of a file that may hold a passage. */
  order?: Order;
}

/** A file's prints place by place (prints/passages.ts). */
interface Order {
  /** One a length of PRINT_TOKENS, as printsInOrder makes them. */
  prints: readonly Uint32Array[];
  /** By place: whether the run of tokens is one that counts in a passage, and its line in the file, from 1. */
  varied: Uint8Array;
  lines: Uint32Array;
}

/** A maker of the index. */
export interface Maker {
  maker: string;
  languages: ReadonlySet<Language>;
  /** One set a length of PRINT_TOKENS; read when asked for, so that one maker lies in memory at a time. */
  prints: (length: number) => PrintSet;
}

export interface UnitScore {
  unit: Unit;
  /** By length of print: exclusive prints, and those of them that the other side has. */
  exclusive: readonly number[];
  shared: readonly number[];
  /** The lower of the two lengths' lower shares; 0 where too few are exclusive or shared. */
  score: number;
  /** The largest that a maker of the unit's language reached on this unit. */
  panelMax: number;
}

export interface Containment {
  /** Units with enough exclusive prints, highest score first. */
  units: readonly UnitScore[];
  scored: number;
  /** Largest score over the units of which no maker has as much. */
  max: number;
  /** The unit that reached it. */
  top: UnitScore | null;
  /** Units of which a maker of the index has as much as the other side, and that more than none. */
  public: number;
  /** Each maker's largest score over all units. */
  panel: readonly { maker: string; max: number }[];
  /** Makers that hold much of this side, by share of its prints of the first length. */
  kin: readonly { maker: string; share: number }[];
  /** By length: prints that both sides have and no maker. */
  common: readonly PrintSet[];
}

/**
 * @param units of one side, all in judged languages
 * @param other the other side's prints, one set a length
 */
export function containment(units: readonly Unit[], other: readonly PrintSet[], makers: readonly Maker[]): Containment {
  const shares = makers.map(() => 0);
  const common: PrintSet[] = [];
  // By length: by unit: exclusive for all, shared; and by maker what only that maker has of the unit.
  const counts = PRINT_TOKENS.map((_, k) => {
    const all = joinSets(units.filter(({ name }) => name === "").map(({ prints }) => prints[k]!));
    const size = all.length >> 1;
    const held = new Uint16Array(size);
    const holder = new Uint16Array(size);
    const inOther = new Uint8Array(size);
    meet(all, other[k]!, (place) => {
      inOther[place] = 1;
    });
    makers.forEach((maker, m) => {
      let met = 0;
      meet(all, maker.prints(k), (place) => {
        held[place]!++;
        holder[place] = m;
        met++;
      });
      if (k === 0 && size > 0) shares[m] = met / size;
    });
    common.push(all.filter((_, word) => held[word >> 1] === 0 && inOther[word >> 1] === 1));
    return units.map(({ prints }) => {
      const set = prints[k]!;
      const only = new Map<number, number>();
      let [exclusive, shared] = [0, 0];
      for (let i = 0; i < set.length; i += 2) {
        const place = placeOf(all, set[i]!, set[i + 1]!);
        if (held[place] === 0) {
          exclusive++;
          if (inOther[place] === 1) shared++;
        } else if (held[place] === 1) {
          const m = holder[place]!;
          only.set(m, (only.get(m) ?? 0) + 1);
        }
      }
      return { exclusive, shared, only };
    });
  });
  const panel = makers.map(() => 0);
  const scored: UnitScore[] = [];
  units.forEach((unit, u) => {
    const of = counts.map((count) => count[u]!);
    let panelMax = 0;
    for (const m of of[0]!.only.keys()) {
      if (!makers[m]!.languages.has(unit.language)) continue;
      const own = of.map(({ only }) => only.get(m) ?? 0);
      const score = scoreOf(
        of.map(({ exclusive }, k) => exclusive + own[k]!),
        own,
      );
      panelMax = Math.max(panelMax, score);
      panel[m] = Math.max(panel[m]!, score);
    }
    const exclusive = of.map((count) => count.exclusive);
    if (exclusive.some((count) => count < EXCLUSIVE_MIN)) return;
    const shared = of.map((count) => count.shared);
    scored.push({ unit, exclusive, shared, score: scoreOf(exclusive, shared), panelMax });
  });
  scored.sort((a, b) => b.score - a.score || order(a.unit, b.unit));
  const top = scored.find(({ score, panelMax }) => score > panelMax) ?? null;
  return {
    units: scored,
    scored: scored.length,
    max: top?.score ?? 0,
    top,
    public: scored.filter(({ score, panelMax }) => score > 0 && score <= panelMax).length,
    panel: makers.map(({ maker }, m) => ({ maker, max: panel[m]! })),
    kin: makers.map(({ maker }, m) => ({ maker, share: Math.round(1e4 * shares[m]!) / 1e4 })),
    common,
  };
}

function scoreOf(exclusive: readonly number[], shared: readonly number[]): number {
  if (exclusive.some((count) => count < EXCLUSIVE_MIN) || shared.some((count) => count < SHARED_MIN)) return 0;
  return Math.min(...PRINT_TOKENS.map((tokens, k) => lowerShare(shared[k]!, exclusive[k]!, tokens)));
}

function order(a: Unit, b: Unit): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line;
}
