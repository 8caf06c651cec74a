/**
 * Words and their hashes: how answers are cut before they are compared. A word is a run of letters and marks (with
 * apostrophes inside) or a number; each Han, kana, Thai, Lao or Khmer character is a word of its own, for lack of
 * spaces. Hashes are 32 bits: within one prompt some ten thousand values are compared, so chance collisions are rare.
 */

/** The words of one text, by place. */
export interface Words {
  count: number;
  /** Of the lower-case word. */
  hashes: Uint32Array;
  /** UTF-16 units. */
  lengths: Uint8Array;
  /** A bit set of WORD_*. */
  flags: Uint8Array;
  /** The last three units, lower case, as one number: what suffix rules look at. */
  endings: Float64Array;
}

/** Starts with a capital; is a number; opens a sentence or a line. */
export const WORD_CAPITAL = 1;
export const WORD_NUMBER = 2;
export const WORD_OPENS = 4;

const OTHER = 0;
const LETTER = 1;
const DIGIT = 2;
const ALONE = 3;

/** Class of each UTF-16 unit; units of surrogate pairs count as letters, so that emoji and rare scripts are words. */
const CLASSES = (() => {
  const classes = new Uint8Array(0x10000);
  const alone = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}]/u;
  const letter = /[\p{L}\p{M}]/u;
  for (let code = 0; code < 0x10000; code++) {
    if (code >= 0xd800 && code < 0xe000) {
      classes[code] = LETTER;
      continue;
    }
    const character = String.fromCharCode(code);
    if (alone.test(character)) classes[code] = ALONE;
    else if (letter.test(character)) classes[code] = LETTER;
    else if (/\p{N}/u.test(character)) classes[code] = DIGIT;
  }
  return classes;
})();

/** Of each byte of ASCII its class and, below it, its lower case: one look a byte. */
const CLASS_SHIFT = 8;
const ASCII = Uint16Array.from({ length: 0x100 }, (_, code) => {
  const lower = code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
  return code < 0x80 ? (CLASSES[code]! << CLASS_SHIFT) | lower : 0;
});

const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const APOSTROPHE = 0x27;

/** Where words are gathered before they are copied out in their number; grows to the longest text seen. */
let room = roomFor(1 << 12);

function roomFor(units: number): Words {
  return {
    count: units,
    hashes: new Uint32Array(units),
    lengths: new Uint8Array(units),
    flags: new Uint8Array(units),
    endings: new Float64Array(units),
  };
}

/** @param text normalised; what is longer than 65,535 units should be cut before */
export function scanWords(text: string): Words {
  const { count, hashes, lengths, flags, endings } = gatherWords(text);
  return {
    count,
    hashes: hashes.slice(0, count),
    lengths: lengths.slice(0, count),
    flags: flags.slice(0, count),
    endings: endings.slice(0, count),
  };
}

/**
 * The same in arrays that the next call writes over, longer than the text has words: for who reads a hundred thousand
 * answers one after another.
 * @param withEndings whether `endings` is wanted
 */
export function gatherWords(text: string, withEndings = true): Words {
  if (text.length > room.count) room = roomFor(2 * text.length);
  // Every unit beyond ASCII takes more than one byte: as many bytes as units are ASCII alone, which is most answers.
  if (bytes.length < 3 * text.length + 2) bytes = new Uint8Array(6 * text.length + 2);
  const { written } = UTF8.encodeInto(text, bytes);
  return written === text.length ? gatherBytes(written, withEndings) : gatherUnits(text);
}

const UTF8 = new TextEncoder();
let bytes = new Uint8Array(1 << 14);

/** The words of `bytes`, as gatherUnits reads them: bytes in an array are read faster than the units of a string. */
function gatherBytes(length: number, withEndings: boolean): Words {
  const { hashes, lengths, flags, endings } = room;
  const text = bytes;
  const looks = ASCII;
  text[length] = text[length + 1] = 0; // no word goes on behind the end
  let count = 0;
  let opens = WORD_OPENS;
  let i = 0;
  while (i < length) {
    const first = text[i]!;
    const look = looks[first]!;
    const kind = look >> CLASS_SHIFT;
    if (kind === OTHER) {
      if (first === 0x0a || first === 0x2e || first === 0x21 || first === 0x3f) opens = WORD_OPENS;
      i++;
      continue;
    }
    const start = i++;
    const lower = look & 0xff;
    let h = Math.imul(FNV_BASIS ^ lower, FNV_PRIME);
    for (; ; i++) {
      const next = text[i]!;
      const nextLook = looks[next]!;
      if (nextLook >> CLASS_SHIFT !== kind) {
        const inner = kind === DIGIT ? next === 0x2e || next === 0x2c || next === 0x3a : next === APOSTROPHE;
        if (!inner || looks[text[i + 1]!]! >> CLASS_SHIFT !== kind) break;
      }
      h = Math.imul(h ^ (nextLook & 0xff), FNV_PRIME);
    }
    hashes[count] = mix(h);
    lengths[count] = Math.min(255, i - start);
    flags[count] = opens | (kind === DIGIT ? WORD_NUMBER : 0) | (lower === first ? 0 : WORD_CAPITAL);
    if (withEndings) {
      let value = 0;
      for (let k = Math.max(start, i - 3); k < i; k++) value = value * 0x10000 + (looks[text[k]!]! & 0xff);
      endings[count] = value;
    }
    count++;
    opens = 0;
  }
  return { count, hashes, lengths, flags, endings };
}

function gatherUnits(text: string): Words {
  const lower = text.toLowerCase();
  // A few characters change length in lower case; places then no longer correspond, and capitals are given up.
  const sameLength = lower.length === text.length;
  if (lower.length > room.count) room = roomFor(2 * lower.length);
  const { hashes, lengths, flags, endings } = room;
  let count = 0;
  let opens = WORD_OPENS;
  let i = 0;
  while (i < lower.length) {
    const code = lower.charCodeAt(i);
    const kind = CLASSES[code]!;
    if (kind === OTHER) {
      if (code === 0x0a || code === 0x2e || code === 0x21 || code === 0x3f) opens = WORD_OPENS;
      i++;
      continue;
    }
    const start = i++;
    let h = Math.imul(FNV_BASIS ^ code, FNV_PRIME);
    if (kind !== ALONE)
      for (; i < lower.length; i++) {
        const next = lower.charCodeAt(i);
        if (CLASSES[next] !== kind && !joins(lower, i, kind, next)) break;
        h = Math.imul(h ^ next, FNV_PRIME);
      }
    let flag = opens | (kind === DIGIT ? WORD_NUMBER : 0);
    if (sameLength && text.charCodeAt(start) !== code) flag |= WORD_CAPITAL;
    hashes[count] = mix(h);
    lengths[count] = Math.min(255, i - start);
    flags[count] = flag;
    endings[count] = ending(lower, start, i);
    count++;
    opens = 0;
  }
  return { count, hashes, lengths, flags, endings };
}

/** Whether a unit of another class stands within a word of this kind: 1,000.5 and don't are one word each. */
function joins(text: string, i: number, kind: number, code: number): boolean {
  const inner = kind === DIGIT ? code === 0x2e || code === 0x2c || code === 0x3a : code === APOSTROPHE;
  return inner && i + 1 < text.length && CLASSES[text.charCodeAt(i + 1)] === kind;
}

function ending(text: string, start: number, end: number): number {
  let value = 0;
  for (let i = Math.max(start, end - 3); i < end; i++) value = value * 0x10000 + text.charCodeAt(i);
  return value;
}

/** What `endings` holds for a word that ends so; up to three units. */
export function endingOf(suffix: string): number {
  return ending(suffix, 0, suffix.length);
}

/** 32-bit FNV-1a over UTF-16 units with MurmurHash3's finaliser, so that near values land far apart. */
export function hashText(text: string, seed = 0): number {
  let h = (FNV_BASIS ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), FNV_PRIME);
  return mix(h);
}

/** The hash of a sequence from the hashes of its parts. */
export function hashPair(a: number, b: number): number {
  return mix((Math.imul(a, 0x9e3779b1) + b) | 0);
}

function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
