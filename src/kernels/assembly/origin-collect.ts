/**
 * Which models hold which values on one prompt: distinct values in the order in which they were first met, and of each
 * the models that hold it, ascending. What occurs once, as most does, stands in no list and is counted a model.
 */
import {
  ALONE,
  ENTRIES,
  HOLDERS,
  LINK_STARTS,
  LINKS,
  models,
  SEEN,
  SLOTS,
  seenBits,
  slotCount,
} from "./origin-room";

/**
 * An entry, 16 bytes: while values are collected the value, how many hold it, the last of them, and how many that occur
 * once its first holder held before; then, in place of the first, where its holders start, and of the third, their end.
 */
const COUNT: usize = 4, LAST: usize = 8, BEFORES: usize = 12;
/** In place of where holders start: it has more than are asked for. */
const TOO_MANY: u32 = 0xffffffff;

/** @param starts of each model's values and the last one's end, as places @param most holders that a value may have @returns distinct values */
export function collect(values: usize, starts: usize, most: u32): u32 {
  const total = load<u32>(starts + ((<usize>models) << 2));
  const shift = 32 - seenBits(total);
  const once = sortOut(values, total, shift);
  const mask = slotCount(total - once) - 1;
  memory.fill(SLOTS, 0, (<usize>(mask + 1)) << 2);
  let distinct: u32 = 0;
  let links = LINKS;
  for (let m = 0; m < models; m++) {
    const bounds = starts + ((<usize>m) << 2);
    store<u32>(LINK_STARTS + ((<usize>m) << 2), <u32>(links - LINKS) >> 2);
    const end = values + ((<usize>load<u32>(bounds, 4)) << 2);
    let alone: u32 = 0;
    for (let at = values + ((<usize>load<u32>(bounds)) << 2); at < end; at += 4) {
      const value = load<u32>(at);
      if (isAlone(value >> shift)) {
        alone++;
        continue;
      }
      let slot = SLOTS + ((<usize>(value & mask)) << 2);
      let entry = load<u32>(slot);
      while (entry != 0 && load<u32>(ENTRIES + ((<usize>entry) << 4)) != value) {
        slot = SLOTS + ((((slot - SLOTS) >> 2) + 1) & <usize>mask) * 4;
        entry = load<u32>(slot);
      }
      if (entry == 0) {
        entry = ++distinct;
        store<u32>(slot, entry);
        const made = ENTRIES + ((<usize>entry) << 4);
        store<u32>(made, value);
        store<u32>(made, 1, COUNT);
        store<u32>(made, m, LAST);
        store<u32>(made, alone, BEFORES);
      } else {
        const met = ENTRIES + ((<usize>entry) << 4);
        if (load<u32>(met, LAST) == <u32>m) continue;
        store<u32>(met, load<u32>(met, COUNT) + 1, COUNT);
        store<u32>(met, m, LAST);
      }
      store<u32>(links, entry);
      links += 4;
    }
    store<u32>(ALONE + ((<usize>m) << 2), alone);
  }
  store<u32>(LINK_STARTS + ((<usize>models) << 2), <u32>(links - LINKS) >> 2);
  place(distinct, most);
  return distinct;
}

/** Two bits a place, for met once and met again: equal values meet in one place. @returns how many are alone there */
function sortOut(values: usize, total: u32, shift: u32): u32 {
  memory.fill(SEEN, 0, <usize>1 << (32 - shift) >> 2);
  let once: u32 = 0;
  const end = values + ((<usize>total) << 2);
  for (let at = values; at < end; at += 4) {
    const place = load<u32>(at) >> shift;
    const byte = SEEN + ((<usize>(place >> 3)) << 1);
    const bit = 1 << (place & 7);
    const seen = <u32>load<u16>(byte);
    const again = seen & bit;
    once += <u32>(again == 0) - <u32>(again != 0 && (seen & (bit << 8)) == 0);
    store<u16>(byte, seen | bit | (again << 8));
  }
  return once;
}

// @ts-ignore: decorator
@inline
function isAlone(place: u32): bool {
  return ((<u32>load<u8>(SEEN + ((<usize>(place >> 3)) << 1), 1) >> (place & 7)) & 1) == 0;
}

/** Holders behind one another, value by value: links are walked by model, so each list ascends. */
function place(distinct: u32, most: u32): void {
  let at: u32 = 0;
  const last = ENTRIES + ((<usize>distinct) << 4);
  for (let entry = ENTRIES + 16; entry <= last; entry += 16) {
    const count = load<u32>(entry, COUNT);
    const start = count > most ? TOO_MANY : at;
    store<u32>(entry, start);
    store<u32>(entry, start, LAST);
    if (count <= most) at += count;
  }
  for (let m = 0; m < models; m++) {
    const bounds = LINK_STARTS + ((<usize>m) << 2);
    const end = LINKS + ((<usize>load<u32>(bounds, 4)) << 2);
    for (let link = LINKS + ((<usize>load<u32>(bounds)) << 2); link < end; link += 4) {
      const entry = ENTRIES + ((<usize>load<u32>(link)) << 4);
      const to = load<u32>(entry, LAST);
      if (to == TOO_MANY) continue;
      store<u32>(HOLDERS + ((<usize>to) << 2), m);
      store<u32>(entry, to + 1, LAST);
    }
  }
}

/** How many models hold the e-th value, from 1; 0 where they are too many. */
// @ts-ignore: decorator
@inline
export function holdersOf(e: u32): u32 {
  const entry = ENTRIES + ((<usize>e) << 4);
  return load<u32>(entry) == TOO_MANY ? 0 : load<u32>(entry, COUNT);
}

/** Where they lie. */
// @ts-ignore: decorator
@inline
export function holdersAt(e: u32): usize {
  return HOLDERS + ((<usize>load<u32>(ENTRIES + ((<usize>e) << 4))) << 2);
}

/** How many values that occur once the first of them held before this one. */
// @ts-ignore: decorator
@inline
export function aloneBefore(e: u32): u32 {
  return load<u32>(ENTRIES + ((<usize>e) << 4), BEFORES);
}
