/**
 * Texts under a scheme: every position whose score is a draw of its own, once. Repeated (context, token) tuples count
 * once a text, and once over the corpus where texts are pooled: a repeat is the same draw, and counting it again makes
 * repetitive text look marked (in some versions of the libraries the option to do this has no effect: tensors are compared
 * by identity).
 */
import { AssayError } from "../../../base/error.js";
import type { Scheme } from "../schemes/scheme.js";
import { TupleSet } from "../schemes/tuple-set.js";
import type { IdText } from "./texts.js";

export interface Scored {
  /** Number of the text, place of the token in the text's own ids, score: one entry a tuple, in reading order. */
  text: Int32Array;
  position: Int32Array;
  value: Float64Array;
  /** Two words a tuple: its draw. */
  names: Uint32Array;
  /** 1 at a tuple's first occurrence in the corpus. */
  first: Uint8Array;
  /** Positions that had enough context; how many of them were dropped as repeats in their text, and for a reason given by the caller. */
  positions: number;
  repeated: number;
  excluded: number;
}

interface ScoringOptions {
  vocabulary: number;
  /** Leaves out positions for a reason that the key has no part in; `context` names the ids read. */
  exclude?: (text: number, ids: Uint32Array, at: number) => boolean;
  /** For several keys over one list of texts: what was found out without a key, and is not found out again. */
  known?: KnownPlaces;
}

/** By what a scheme reads; of one list of texts. */
export type KnownPlaces = Map<string, Places>;

/** Which positions of which texts count; the ids of all texts, one behind the other, and the positions' places in them. */
interface Places extends Omit<Scored, "value" | "names"> {
  ids: Uint32Array;
  places: Int32Array;
  /** Where the scheme's own words told which positions are one draw. */
  names: Uint32Array | null;
}

/** @throws AssayError FORMAT on an id that the vocabulary does not have */
export function scoreTexts(scheme: Scheme, texts: readonly IdText[], options: ScoringOptions): Scored {
  const { ids, places, names: own, ...found } = knownPlaces(scheme, texts, options);
  const names = own ?? scheme.names(ids, places);
  // One call for all texts: lists are then drawn once for all that share a seed.
  return { ...found, names, value: scheme.scores(ids, places, names) };
}

function knownPlaces(scheme: Scheme, texts: readonly IdText[], options: ScoringOptions): Places {
  const { known, exclude, vocabulary } = options;
  if (!known || exclude || scheme.tupleBefore === undefined) return placesOf(scheme, texts, options);
  const { contextOffsets, readsPrompt, padded, marksOnce, tupleBefore, drawsMax } = scheme;
  const reads = JSON.stringify([contextOffsets, readsPrompt, padded, marksOnce, tupleBefore, drawsMax, vocabulary]);
  const places = known.get(reads) ?? placesOf(scheme, texts, options);
  known.set(reads, places);
  return places;
}

function placesOf(scheme: Scheme, texts: readonly IdText[], options: ScoringOptions): Places {
  const parts: { text: number; from: number; ids: Uint32Array; kept: Int32Array; names: Uint32Array }[] = [];
  const { tupleBefore } = scheme;
  let positions = 0;
  let repeated = 0;
  let excluded = 0;
  let total = 0;
  for (const [number, text] of texts.entries()) {
    const { ids, from } = joined(scheme, text, options.vocabulary);
    const start = Math.max(from, scheme.contextWidth);
    const count = Math.max(0, ids.length - start);
    positions += count;
    const candidates = new Int32Array(count);
    for (let i = 0; i < count; i++) candidates[i] = start + i;
    const names =
      tupleBefore === undefined
        ? scheme.names(ids, candidates)
        : namesOfIds(ids, start, count, consecutive(-tupleBefore, 0));
    const fresh = firstOccurrences(names, Math.min(count, scheme.drawsMax ?? count));
    const unmarked = scheme.marksOnce ? repeatedContexts(scheme, ids, start, fresh) : null;
    let n = 0;
    for (let i = 0; i < count; i++) {
      const at = candidates[i]!;
      if (fresh[i] === 0 || unmarked?.[i] === 1) repeated++;
      else if (options.exclude?.(number, ids, at)) excluded++;
      else {
        candidates[n] = at;
        names[2 * n] = names[2 * i]!;
        names[2 * n + 1] = names[2 * i + 1]!;
        n++;
      }
    }
    parts.push({ text: number, from, ids, kept: candidates.slice(0, n), names: names.slice(0, 2 * n) });
    total += n;
  }
  const found = inOneList(scheme, parts, total, { positions, repeated, excluded });
  return tupleBefore === undefined ? found : { ...found, names: null };
}

function inOneList(
  scheme: Scheme,
  parts: readonly { text: number; from: number; ids: Uint32Array; kept: Int32Array; names: Uint32Array }[],
  total: number,
  counts: { positions: number; repeated: number; excluded: number },
): Places & { names: Uint32Array } {
  const out = {
    text: new Int32Array(total),
    position: new Int32Array(total),
    names: new Uint32Array(2 * total),
    first: new Uint8Array(total),
    ids: new Uint32Array(parts.reduce((n, p) => n + p.ids.length, 0)),
    places: new Int32Array(total),
    ...counts,
  };
  const { names } = out;
  const corpus = parts.length > 1 ? new TupleSet(Math.min(1 << 16, scheme.drawsMax ?? 1 << 16)) : null;
  let base = 0;
  let n = 0;
  for (const part of parts) {
    out.ids.set(part.ids, base);
    names.set(part.names, 2 * n);
    for (const at of part.kept) {
      out.text[n] = part.text;
      out.position[n] = at - part.from;
      out.places[n] = base + at;
      out.first[n] = corpus === null || corpus.add(names[2 * n]!, names[2 * n + 1]!) ? 1 : 0;
      n++;
    }
    base += part.ids.length;
  }
  return out;
}

/** Stands before a text's first id where the marking side padded its context: −1 as a 32-bit word. */
const PAD = 0xffffffff;

/** What the first ids of a text read: the prompt's last ids, padding, or nothing. */
export function idsBefore(scheme: Scheme, { promptIds, excerpt }: IdText): Uint32Array {
  if (scheme.readsPrompt) return promptIds.slice(Math.max(0, promptIds.length - scheme.contextWidth));
  return new Uint32Array(scheme.padded && !excerpt ? scheme.contextWidth : 0).fill(PAD);
}

/** The prompt's last ids stand before the text where the marking side read them. */
function joined(scheme: Scheme, text: IdText, vocabulary: number): { ids: Uint32Array; from: number } {
  const tail = idsBefore(scheme, text);
  const ids = new Uint32Array(tail.length + text.ids.length);
  ids.set(tail);
  ids.set(text.ids, tail.length);
  let largest = 0;
  const own = scheme.readsPrompt ? 0 : tail.length;
  for (let i = own; i < ids.length; i++) if (ids[i]! > largest) largest = ids[i]!;
  if (largest >= vocabulary)
    throw new AssayError("FORMAT", `text ${text.id}: expected ids below ${vocabulary}, got ${largest}`);
  return { ids, from: tail.length };
}

/** 1 where a name stands for the first time. */
function firstOccurrences(names: Uint32Array, distinctMax: number): Uint8Array {
  const seen = new TupleSet(distinctMax);
  const fresh = new Uint8Array(names.length / 2);
  for (let i = 0; i < fresh.length; i++) fresh[i] = Number(seen.add(names[2 * i]!, names[2 * i + 1]!));
  return fresh;
}

/** Bits of the sieve before a look-up: 128 kB, which a core's own cache holds. */
const SIEVE_BITS = 20;

/**
 * 1 where `asked` is 1 and the context stood earlier in the text. Where few positions are asked for, only their
 * contexts are kept: a set that fits the cache instead of one entry a token.
 */
function repeatedContexts(scheme: Scheme, ids: Uint32Array, start: number, asked: Uint8Array): Uint8Array {
  const count = asked.length;
  const names = namesOfContexts(scheme, ids, start, count);
  const repeated = new Uint8Array(count);
  let few = 0;
  for (let i = 0; i < count; i++) few += asked[i]!;
  if (4 * few > count) {
    const seen = new TupleSet(count);
    for (let i = 0; i < count; i++) if (!seen.add(names[2 * i]!, names[2 * i + 1]!)) repeated[i] = asked[i]!;
    return repeated;
  }
  const sieve = new Uint8Array(1 << (SIEVE_BITS - 3));
  const wanted = new TupleSet(few);
  for (let i = 0; i < count; i++) {
    if (asked[i] === 0) continue;
    const bit = names[2 * i]! >>> (32 - SIEVE_BITS);
    sieve[bit >>> 3]! |= 1 << (bit & 7);
    wanted.add(names[2 * i]!, names[2 * i + 1]!);
  }
  const seen = new TupleSet(few);
  for (let i = 0; i < count; i++) {
    const bit = names[2 * i]! >>> (32 - SIEVE_BITS);
    if ((sieve[bit >>> 3]! & (1 << (bit & 7))) === 0) continue;
    if (!wanted.has(names[2 * i]!, names[2 * i + 1]!)) continue;
    if (!seen.add(names[2 * i]!, names[2 * i + 1]!)) repeated[i] = asked[i]!;
  }
  return repeated;
}

/** Two words that name a context: the ids it reads. */
export function contextName(scheme: Scheme, ids: Uint32Array, at: number): [number, number] {
  const [high, low] = namesOfContexts(scheme, ids, at, 1);
  return [high!, low!];
}

/** The same for `count` positions from `start` on, two words each. */
function namesOfContexts(scheme: Scheme, ids: Uint32Array, start: number, count: number): Uint32Array {
  return namesOfIds(ids, start, count, Int32Array.from(scheme.contextOffsets));
}

function consecutive(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** Two words that name the ids at `offsets` from each of `count` positions from `start` on. */
function namesOfIds(ids: Uint32Array, start: number, count: number, offsets: Int32Array): Uint32Array {
  const names = new Uint32Array(2 * count);
  for (let i = 0; i < count; i++) {
    let high = 0x811c9dc5;
    let low = 0x9747b28c;
    for (let k = 0; k < offsets.length; k++) {
      const id = ids[start + i + offsets[k]!]!;
      high = Math.imul(high ^ id, 0x85ebca6b);
      high ^= high >>> 13;
      low = Math.imul(low + id, 0xc2b2ae35);
      low ^= low >>> 16;
    }
    names[2 * i] = high;
    names[2 * i + 1] = low;
  }
  return names;
}
