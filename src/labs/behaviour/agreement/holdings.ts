/**
 * Which models hold which values of one family of features on one prompt: an inverted index (values to models) and its
 * transpose (models to values), both in flat arrays, so that a model's agreement with all others is one walk over one
 * row of sums. Values that too few or too many models hold are left out while it is built.
 */
import type { Values } from "../answers/features.js";

/** Places to begin with. */
const SIZE_MIN = 1 << 10;
/** Slots of the smallest table. */
const SLOTS_MIN = 1 << 4;
/** Numbers of a distinct value that lie together: one line of the cache holds them. */
const ENTRY = 4;
/** Occurrences are counted by the upper bits of a value, in eight places a value, as many as the second cache holds. */
const SEEN_BITS_MIN = 10;
const SEEN_BITS_MAX = 18;
const SEEN_PER_VALUE = 8;

export class Holdings {
  /** Models of each kept value, ascending, value by value: those that share their group with no other, and the rest. */
  lone = new Int32Array(0);
  kin = new Int32Array(0);
  /** Beside each of the rest, how many of its own group hold the value. */
  kinCounts = new Int32Array(0);
  /**
   * Model m holds the kept values at places rowStarts[m]..rowStarts[m + 1], in the order in which values were first met.
   * Of the value at a place: earlier models that hold it are lone[loneFrom..loneTo] and kin[kinFrom..kinTo], and
   * `others` models outside m's group hold it.
   */
  readonly rowStarts: Int32Array;
  loneFrom = new Int32Array(0);
  loneTo = new Int32Array(0);
  kinFrom = new Int32Array(0);
  kinTo = new Int32Array(0);
  others = new Int32Array(0);
  /**
   * Values that occur once stand in no list. Model m holds alone[m] of them; before the value at a place, which m was the
   * first to hold, it held aloneBefore[place] of those; 0 where another model was the first.
   */
  readonly alone: Int32Array;
  aloneBefore = new Int32Array(0);

  readonly #groups: Int32Array;
  readonly #perGroup: Int32Array;
  #slots = new Int32Array(0);
  /** Of the distinct value e, at 4 e: itself, how many models hold it, the last of them. */
  #entries = new Int32Array(0);
  readonly #seen = new Uint8Array(1 << SEEN_BITS_MAX);
  /** Of the distinct value e: who held it first, and how many that occur once that model held before. */
  #firsts = new Int32Array(0);
  #befores = new Int32Array(0);
  #loneStarts = new Int32Array(0);
  #kinStarts = new Int32Array(0);
  #kept = new Int32Array(0);
  /** Every (model, value) once: the value's place, by model. */
  #links = new Int32Array(0);
  readonly #linkStarts: Int32Array;

  /** @param groups group of each model */
  constructor(groups: Int32Array) {
    this.#groups = groups;
    this.#perGroup = new Int32Array(groups.reduce((max, g) => Math.max(max, g + 1), 0));
    this.rowStarts = new Int32Array(groups.length + 1);
    this.#linkStarts = new Int32Array(groups.length + 1);
    this.alone = new Int32Array(groups.length);
  }

  /**
   * Values of model m lie at starts[m]..starts[m + 1]; a value counts once a model.
   * @param inGroup of each group, how many of its models answered
   * @param least, @param most holders a value must have to be kept; what occurs once is counted in `alone` in any case
   */
  fill(values: Values, starts: Uint32Array, inGroup: Int32Array, least: number, most: number): void {
    const distinct = this.#collect(values, starts);
    const kept = this.#choose(distinct, least, most);
    this.#invert(kept, inGroup);
  }

  /**
   * Places of distinct values but those that occur once, as most do, and the links of each model.
   * @returns how many are distinct
   */
  #collect(values: Values, starts: Uint32Array): number {
    this.#grow(values.length);
    const { data, length } = values;
    const entries = this.#entries;
    const links = this.#links;
    // Equal values meet in one place: what is alone there occurs once; what is not may be two values, and stays.
    const bits = Math.min(SEEN_BITS_MAX, Math.max(SEEN_BITS_MIN, Math.ceil(Math.log2(SEEN_PER_VALUE * length + 1))));
    const shift = 32 - bits;
    const seen = this.#seen.fill(0, 0, 1 << bits);
    let once = 0;
    for (let i = 0; i < length; i++) {
      const place = data[i]! >>> shift;
      const met = seen[place]!;
      if (met === 0) {
        seen[place] = 1;
        once++;
      } else if (met === 1) {
        seen[place] = 2;
        once--;
      }
    }
    const size = 2 ** Math.ceil(Math.log2(Math.max(SLOTS_MIN, 2 * (length - once))));
    const slots = this.#slots.fill(0, 0, size);
    const mask = size - 1;
    let distinct = 0;
    let link = 0;
    for (let m = 0; m + 1 < starts.length; m++) {
      this.#linkStarts[m] = link;
      let alone = 0;
      const end = starts[m + 1]!;
      for (let i = starts[m]!; i < end; i++) {
        const key = data[i]! | 0;
        if (seen[key >>> shift] === 1) {
          alone++;
          continue;
        }
        let slot = key & mask;
        let entry = slots[slot]!;
        while (entry !== 0 && entries[ENTRY * entry] !== key) {
          slot = (slot + 1) & mask;
          entry = slots[slot]!;
        }
        const at = ENTRY * entry;
        if (entry === 0) {
          entry = ++distinct;
          slots[slot] = entry;
          entries[ENTRY * entry] = key;
          entries[ENTRY * entry + 1] = 1;
          entries[ENTRY * entry + 2] = m;
          this.#firsts[entry - 1] = m;
          this.#befores[entry - 1] = alone;
        } else {
          if (entries[at + 2] === m) continue;
          entries[at + 1]!++;
          entries[at + 2] = m;
        }
        links[link++] = entry - 1;
      }
      this.alone[m] = alone;
    }
    this.#linkStarts[starts.length - 1] = link;
    return distinct;
  }

  /** Numbers the kept values, in the order first met. @returns how many are kept */
  #choose(distinct: number, least: number, most: number): number {
    let kept = 0;
    for (let v = 0; v < distinct; v++) {
      const count = this.#entries[ENTRY * (v + 1) + 1]!;
      if (count < least || count > most) this.#kept[v] = -1;
      else {
        this.#firsts[kept] = this.#firsts[v]!; // in place: never past what was read
        this.#befores[kept] = this.#befores[v]!;
        this.#kept[v] = kept++;
      }
    }
    return kept;
  }

  #invert(kept: number, inGroup: Int32Array): void {
    const { lone, kin } = this;
    const loneStarts = this.#loneStarts;
    const kinStarts = this.#kinStarts;
    const groups = this.#groups;
    const models = groups.length;
    const links = this.#links;
    loneStarts.fill(0, 0, kept + 1);
    kinStarts.fill(0, 0, kept + 1);
    let row = 0;
    for (let m = 0; m < models; m++) {
      this.rowStarts[m] = row;
      const starts = inGroup[groups[m]!] === 1 ? loneStarts : kinStarts;
      for (let link = this.#linkStarts[m]!; link < this.#linkStarts[m + 1]!; link++) {
        const v = this.#kept[links[link]!]!;
        if (v < 0) continue;
        starts[v + 1]!++;
        links[row++] = v; // in place: never past what was read
      }
    }
    this.rowStarts[models] = row;
    for (let v = 0; v < kept; v++) {
      loneStarts[v + 1]! += loneStarts[v]!;
      kinStarts[v + 1]! += kinStarts[v]!;
    }
    // The starts serve as cursors while lists fill and are moved back after.
    for (let m = 0; m < models; m++) {
      const [list, cursors] = inGroup[groups[m]!] === 1 ? [lone, loneStarts] : [kin, kinStarts];
      for (let at = this.rowStarts[m]!; at < this.rowStarts[m + 1]!; at++) list[cursors[links[at]!]!++] = m;
    }
    loneStarts.copyWithin(1, 0, kept);
    kinStarts.copyWithin(1, 0, kept);
    loneStarts[0] = kinStarts[0] = 0;
    this.#transpose(kept);
  }

  /** Rows by walking the values in their order, so that each row is in that order too. */
  #transpose(kept: number): void {
    const { lone, kin, kinCounts, rowStarts, loneFrom, loneTo, kinFrom, kinTo, others, aloneBefore } = this;
    const groups = this.#groups;
    const perGroup = this.#perGroup;
    for (let v = 0; v < kept; v++) {
      const [loneStart, loneEnd] = [this.#loneStarts[v]!, this.#loneStarts[v + 1]!];
      const [kinStart, kinEnd] = [this.#kinStarts[v]!, this.#kinStarts[v + 1]!];
      const count = loneEnd - loneStart + kinEnd - kinStart;
      for (let i = kinStart; i < kinEnd; i++) perGroup[groups[kin[i]!]!]!++;
      for (let i = kinStart; i < kinEnd; i++) kinCounts[i] = perGroup[groups[kin[i]!]!]!;
      for (let i = kinStart; i < kinEnd; i++) perGroup[groups[kin[i]!]!] = 0;
      let l = loneStart;
      let k = kinStart;
      while (l < loneEnd || k < kinEnd) {
        const isLone = k >= kinEnd || (l < loneEnd && lone[l]! < kin[k]!);
        const m = isLone ? lone[l]! : kin[k]!;
        const at = rowStarts[m]!;
        rowStarts[m] = at + 1;
        loneFrom[at] = loneStart;
        loneTo[at] = l;
        kinFrom[at] = kinStart;
        kinTo[at] = k;
        others[at] = count - (isLone ? 1 : kinCounts[k]!);
        aloneBefore[at] = m === this.#firsts[v] ? this.#befores[v]! : 0;
        if (isLone) l++;
        else k++;
      }
    }
    rowStarts.copyWithin(1, 0, groups.length);
    rowStarts[0] = 0;
  }

  #grow(length: number): void {
    if (length + 2 <= this.#kept.length) return;
    const size = 2 ** Math.ceil(Math.log2(Math.max(SIZE_MIN, length + 2)));
    this.#slots = new Int32Array(2 * size);
    this.#firsts = new Int32Array(size);
    this.#befores = new Int32Array(size);
    this.aloneBefore = new Int32Array(size);
    this.#entries = new Int32Array(ENTRY * size);
    for (const name of ["lone", "kin", "kinCounts", "loneFrom", "loneTo", "kinFrom", "kinTo", "others"] as const)
      this[name] = new Int32Array(size);
    this.#loneStarts = new Int32Array(size);
    this.#kinStarts = new Int32Array(size);
    this.#kept = new Int32Array(size);
    this.#links = new Int32Array(size);
  }
}
