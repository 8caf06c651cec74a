/**
 * What is compared in one cleaned answer, by family, as `holdingsOf` in the behaviour laboratory has it. Each writes the
 * values of one answer and returns the end of what it wrote; a value that does not count is written and written over.
 */
import { hashPair } from "./origin-hash";

const CAPITAL: u32 = 1, NUMBER: u32 = 2, OPENS: u32 = 4, ASKED: u32 = 128;
const FACT_FIGURES_MIN: u32 = 3, CONTENT_LETTERS_MIN: u32 = 4, NAME_LETTERS_MIN: u32 = 3;

/** Ends of the two lists that the last call of contentAndFacts or numbersAndNames wrote. */
export let firstEnd: usize = 0;
export let secondEnd: usize = 0;

/** Of the first 1, 2, 4 and 8 words; a short answer's end is part of the value. */
export function openings(hashes: usize, count: i32, into: usize): usize {
  let h: u32 = 1;
  let at = 0;
  for (let length = 1; length <= 8; length <<= 1) {
    for (; at < length; at++) h = hashPair(h, at < count ? load<u32>(hashes + ((<usize>at) << 2)) : 0);
    store<u32>(into, h);
    into += 4;
  }
  return into;
}

export function contentAndFacts(
  hashes: usize,
  lengths: usize,
  flags: usize,
  count: i32,
  content: usize,
  facts: usize,
): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const flag = <u32>load<u8>(flags + i);
    const length = <u32>load<u8>(lengths + i);
    const hash = load<u32>(hashes + (i << 2));
    const own = (flag & ASKED) == 0;
    const number = (flag & NUMBER) != 0;
    store<u32>(content, hash);
    content += (<usize>(own && !number && length >= CONTENT_LETTERS_MIN)) << 2;
    if (!own) continue;
    if (number) {
      store<u32>(facts, hash);
      facts += (<usize>(length >= FACT_FIGURES_MIN)) << 2;
    } else if ((flag & CAPITAL) != 0 && i + 1 < <usize>count) {
      const next = <u32>load<u8>(flags + i, 1);
      store<u32>(facts, hashPair(hash, load<u32>(hashes + (i << 2), 4)));
      facts += (<usize>((next & CAPITAL) != 0 && (next & OPENS) == 0)) << 2;
    }
  }
  firstEnd = content;
  secondEnd = facts;
}

export function numbersAndNames(
  hashes: usize,
  lengths: usize,
  flags: usize,
  count: i32,
  numbers: usize,
  names: usize,
): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const flag = <u32>load<u8>(flags + i);
    if ((flag & (OPENS | ASKED)) != 0 || (flag & (NUMBER | CAPITAL)) == 0) continue;
    const hash = load<u32>(hashes + (i << 2));
    if ((flag & NUMBER) != 0) {
      store<u32>(numbers, hashPair(hash, i + 1 < <usize>count ? load<u32>(hashes + (i << 2), 4) : 0));
      numbers += 4;
    } else {
      store<u32>(names, hash);
      names += (<usize>(<u32>load<u8>(lengths + i) >= NAME_LETTERS_MIN)) << 2;
    }
  }
  firstEnd = numbers;
  secondEnd = names;
}
