/**
 * A small set of 32-bit hashes asked about ten thousand times: most are turned away by one byte. At `set`: 4,096 bytes
 * looked at first, the mask of the slots, whether 0 is in the set, the slots.
 */
import { setBytes, slotCount } from "./origin-room";

const FIRST: u32 = 1 << 12;
const MASK: usize = FIRST, ZERO: usize = FIRST + 4, SLOTS: usize = FIRST + 8;

/** Fills the set with hashes in place of what it held. */
export function fillSet(set: usize, hashes: usize, count: i32): void {
  memory.fill(set, 0, setBytes(count));
  const mask = slotCount(<u32>count) - 1;
  store<u32>(set, mask, MASK);
  for (let i = 0; i < count; i++) {
    const hash = load<u32>(hashes + ((<usize>i) << 2));
    store<u8>(set + (hash & (FIRST - 1)), 1);
    if (hash == 0) {
      store<u32>(set, 1, ZERO);
      continue;
    }
    let slot = hash & mask;
    for (;;) {
      const held = load<u32>(set + ((<usize>slot) << 2), SLOTS);
      if (held == 0 || held == hash) break;
      slot = (slot + 1) & mask;
    }
    store<u32>(set + ((<usize>slot) << 2), hash, SLOTS);
  }
}

// @ts-ignore: decorator
@inline
export function holds(set: usize, hash: u32): bool {
  return load<u8>(set + (hash & (FIRST - 1))) != 0 && holdsIndeed(set, hash);
}

function holdsIndeed(set: usize, hash: u32): bool {
  if (hash == 0) return load<u32>(set, ZERO) != 0;
  const mask = load<u32>(set, MASK);
  let slot = hash & mask;
  let held = load<u32>(set + ((<usize>slot) << 2), SLOTS);
  while (held != 0 && held != hash) {
    slot = (slot + 1) & mask;
    held = load<u32>(set + ((<usize>slot) << 2), SLOTS);
  }
  return held == hash;
}
