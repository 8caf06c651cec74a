/**
 * Where everything lies that counting for a common origin works on: one block of prompts answered by all models. The
 * caller writes into the places exported by origin.ts and reads from them; what they hold is said here.
 */

/** Families of values, and those of them that are also taken as a share, in the order of shares. */
export const FAMILIES = 7, SHARES = 3, STATISTICS = FAMILIES + SHARES;
const PHRASES = 1, CONTENT_WORDS = 3, FACTS = 4;
/** Bits of a place of boilerplate, and of those looked at first. */
export const PLACE_BITS = 18, FIRST_BITS = 14;
/** Bits that sort out what occurs once: eight a value, within these bounds. */
export const SEEN_BITS_MIN = 10, SEEN_BITS_MAX = 21;
/** Local groups beyond which weights are not kept in a table. */
export const LOCAL_MAX = 64;
/** Behind every array: what is read or written four at a time may pass its end. */
const SLACK: u64 = 64;
const PAGE: u64 = 65536;

export let models: i32 = 0;
export let groups: i32 = 0;
export let prompts: i32 = 0;
export let pairs: usize = 0;

/** Given. Of model m's answer to prompt p, at m · prompts + p: what became of it (u8), where its words start (u32). */
export let AS: usize = 0;
export let STARTS: usize = 0;
/** Of each word: hash (u32), length (u8), flags (u8). */
export let HASHES: usize = 0;
export let LENGTHS: usize = 0;
export let FLAGS: usize = 0;
/** Words of the prompts (u32), and where each prompt's start. */
export let ASKED: usize = 0;
export let ASKED_STARTS: usize = 0;
/** Places of boilerplate (u32), and where each model's start. */
export let PLACES: usize = 0;
export let PLACE_STARTS: usize = 0;
/** Of each model its group (u32); logarithms of 0, 1, 2, … models + 1 (f64). */
export let GROUP: usize = 0;
export let LOG: usize = 0;

/** Made. By statistic, of each pair (f64): the sum, and the same on prompts without a shared run; prompts answered, likewise. */
export let SUMS: usize = 0;
export let APART: usize = 0;
/** What each prompt added for the pair (0, 1), ten numbers a prompt. */
export let EXCESS: usize = 0;
/** Of each pair and family with a share: its sum, and what it shares on this prompt, side by side. */
export let WIDE: usize = 0;

/** Within: cleaned words of the prompt's answers and where each model's start; runs; values of up to two families. */
export let OWN_HASHES: usize = 0;
export let OWN_LENGTHS: usize = 0;
export let OWN_FLAGS: usize = 0;
export let OWN_STARTS: usize = 0;
export let TWOS: usize = 0;
export let FOURS: usize = 0;
export let GONE: usize = 0;
export let VALUES: usize = 0;
export let VALUE_STARTS: usize = 0;
export let MORE: usize = 0;
export let MORE_STARTS: usize = 0;
/** Three hashes a model: both ends of its answer, and the head of what is left of it. */
export let KEYS: usize = 0;
export let KEY_STARTS: usize = 0;
/** Boilerplate as bits, a model behind the other; the prompt's words and runs as tables. */
export let FIRST: usize = 0;
export let BITS: usize = 0;
export let WORD_SET: usize = 0;
export let RUN_SET: usize = 0;
/** collect's. */
export let SEEN: usize = 0;
export let SLOTS: usize = 0;
export let ENTRIES: usize = 0;
export let LINKS: usize = 0;
export let LINK_STARTS: usize = 0;
export let ALONE: usize = 0;
export let HOLDERS: usize = 0;
/** add's: models that answered; of each group how many did, and how many hold a value; what each model holds in all. */
export let PRESENT: usize = 0;
export let IN_GROUP: usize = 0;
export let HOLD: usize = 0;
export let LOCAL: usize = 0;
export let LOCALS: usize = 0;
export let BESIDE: usize = 0;
export let WEIGHTS: usize = 0;
export let OWN: usize = 0;
export let ADDED: usize = 0;
/** Pairs set apart: marks by pair, two lists, and what stood there before; rows of the two sides before the prompt. */
export let FOUND: usize = 0;
export let SAME_PAIRS: usize = 0;
export let RUN_PAIRS: usize = 0;
export let SAME_BEFORE: usize = 0;
export let RUN_BEFORE: usize = 0;
export let ROWS: usize = 0;

let top: u64 = 0;

function take(count: u64, width: u64): usize {
  const at = (top + 15) & ~15;
  top = at + count * width + SLACK;
  return <usize>at;
}

/**
 * @param wordCount of the block @param perPrompt most words that the answers to one prompt have
 * @param longest most words of one answer @param askedCount words of all prompts @param placeCount of all models' boilerplate
 * @returns whether the memory has room for it
 */
export function lay(
  modelCount: i32,
  groupCount: i32,
  promptCount: i32,
  wordCount: i32,
  perPrompt: i32,
  longest: i32,
  askedCount: i32,
  placeCount: i32,
): bool {
  models = modelCount;
  groups = groupCount;
  prompts = promptCount;
  const m = <u64>modelCount, g = <u64>groupCount, words = <u64>wordCount, asked = <u64>askedCount;
  const pairCount = m * (m - 1) / 2;
  pairs = <usize>pairCount;
  const answers = m * <u64>promptCount;
  const values = <u64>max(perPrompt, 4 * modelCount);
  top = <u64>__heap_base;
  // First what stays between blocks of one examination: sums are large, and nothing else is cleared by a new block.
  GROUP = take(m, 4);
  LOG = take(m + 2, 8);
  SUMS = take(<u64>(STATISTICS + 1) * pairCount, 8);
  APART = take(<u64>(STATISTICS + 1) * pairCount, 8);
  WIDE = take(<u64>SHARES * pairCount, 16);
  EXCESS = take(<u64>promptCount * STATISTICS, 8);
  FIRST = take(m << FIRST_BITS >> 3, 1);
  BITS = take(m << PLACE_BITS >> 3, 1);
  PLACES = take(placeCount, 4);
  PLACE_STARTS = take(m + 1, 4);
  AS = take(answers, 1);
  STARTS = take(answers + 1, 4);
  HASHES = take(words, 4);
  LENGTHS = take(words, 1);
  FLAGS = take(words, 1);
  ASKED = take(asked, 4);
  ASKED_STARTS = take(<u64>promptCount + 1, 4);
  WORD_SET = take(<u64>setBytes(askedCount), 1);
  RUN_SET = take(<u64>setBytes(askedCount), 1);
  OWN_HASHES = take(values, 4);
  OWN_LENGTHS = take(values, 1);
  OWN_FLAGS = take(values, 1);
  OWN_STARTS = take(m + 1, 4);
  const run = <u64>max(longest, askedCount);
  TWOS = take(run, 4);
  FOURS = take(run, 4);
  GONE = take(run, 1);
  VALUES = take(values, 4);
  VALUE_STARTS = take(m + 1, 4);
  MORE = take(values, 4);
  MORE_STARTS = take(m + 1, 4);
  KEYS = take(3 * m, 4);
  KEY_STARTS = take(m + 1, 4);
  SEEN = take(<u64>1 << seenBits(<u32>values) >> 2, 1);
  SLOTS = take(slotCount(<u32>values), 4);
  ENTRIES = take(values + 1, 16);
  LINKS = take(values, 4);
  LINK_STARTS = take(m + 1, 4);
  ALONE = take(m, 4);
  HOLDERS = take(values, 4);
  PRESENT = take(m, 4);
  IN_GROUP = take(g, 4);
  HOLD = take(g, 4);
  LOCAL = take(g, 4);
  LOCALS = take(g, 4);
  BESIDE = take(m, 8);
  WEIGHTS = take(LOCAL_MAX * LOCAL_MAX, 8);
  OWN = take(m, 8);
  ADDED = take(m, 4);
  FOUND = take(pairCount, 1);
  SAME_PAIRS = take(pairCount, 4);
  RUN_PAIRS = take(pairCount, 4);
  ROWS = take(<u64>STATISTICS * 2 * m, 8);
  // What stood before is as long as a prompt's list: places are given when the list is there.
  SAME_BEFORE = RUN_BEFORE = 0;
  return reserve(top);
}

/** Behind all else, what stood at the pairs of two lists. @returns whether the memory has room */
export function layBefore(same: i32, shared: i32): bool {
  const kept = top;
  SAME_BEFORE = take(<u64>same * STATISTICS, 8);
  RUN_BEFORE = take(<u64>shared * (STATISTICS + 1), 8);
  const enough = reserve(top);
  top = kept;
  return enough;
}

function reserve(bytes: u64): bool {
  const pages = (bytes + PAGE - 1) / PAGE;
  const missing = <i64>pages - memory.size();
  if (missing <= 0) return true;
  return pages <= 65536 && memory.grow(<i32>missing) >= 0;
}

/** Bits by which values that occur once are sorted out. */
export function seenBits(values: u32): u32 {
  const wanted = 32 - clz<u32>(8 * values);
  return min<u32>(SEEN_BITS_MAX, max<u32>(SEEN_BITS_MIN, wanted));
}

/** Place of a family's share among the shares; -1 for none. */
export function shareOf(family: i32): i32 {
  return family == PHRASES ? 0 : family == CONTENT_WORDS ? 1 : family == FACTS ? 2 : -1;
}

/** A power of two, twice as many as there can be values that occur twice. */
export function slotCount(values: u32): u32 {
  return 1 << max<u32>(4, 32 - clz<u32>(2 * values));
}

/** Bytes of a set of so many hashes (origin-clean.ts): a byte looked at first, then slots. */
export function setBytes(hashes: i32): u32 {
  return (1 << 12) + 8 + 4 * slotCount(<u32>hashes);
}
