/**
 * Part-of-speech templates without a dictionary: closed-class English words by list, the rest by ending. Coarse on
 * purpose: templates (runs of tags) carry a writer's habits where the words differ (after Wadhwa et al., Findings of
 * ACL 2025). It sees English only; other languages give one tag and so no templates of weight.
 */
import { endingOf, hashText, WORD_NUMBER, type Words } from "../../../transcript/words.js";

const CLOSED: readonly string[] = [
  "a an the this that these those each every some any no all both either neither another such",
  "in on at by for with about against between into through during before after above below to from up down of off over under within without across along around among toward towards upon via per",
  "and or but nor so yet because although though while if unless since whereas than",
  "i you he she it we they me him her us them myself yourself itself ourselves themselves one someone anyone everyone something anything everything nothing",
  "my your his its our their",
  "can could may might must shall should will would",
  "is are was were be been being am isn't aren't wasn't weren't",
  "have has had having do does did doing don't doesn't didn't haven't hasn't",
  "who whom whose which what when where why how",
  "not never",
  "also however therefore thus very too just only even still already often always usually sometimes here there then now well first second third finally additionally furthermore moreover overall",
];
/** Tags: 1.. for the closed classes, then numbers, endings and the rest. */
const NUMBER = CLOSED.length + 1;
const ENDINGS = [
  "ly",
  "ing",
  "ed",
  "ion",
  "ent",
  "ess",
  "ity",
  "nce",
  "ism",
  "ous",
  "ful",
  "ive",
  "ble",
  "al",
  "ic",
  "er",
  "or",
  "est",
  "s",
];
const REST = NUMBER + ENDINGS.length + 1;

const TAGS: ReadonlyMap<number, number> = new Map(
  CLOSED.flatMap((words, i) => words.split(" ").map((word) => [hashText(word), i + 1] as const)),
);
const THREE = new Map(ENDINGS.flatMap((e, i) => (e.length === 3 ? [[endingOf(e), NUMBER + 1 + i] as const] : [])));
const TWO = new Map(ENDINGS.flatMap((e, i) => (e.length === 2 ? [[endingOf(e), NUMBER + 1 + i] as const] : [])));
const ONE = new Map(ENDINGS.flatMap((e, i) => (e.length === 1 ? [[endingOf(e), NUMBER + 1 + i] as const] : [])));
const UNIT = 0x10000;

/** Tags of words met before, by the low bits of their hash; everything a tag depends on is compared. */
const MET = 1 << 14;
const metHashes = new Uint32Array(MET);
const metEndings = new Float64Array(MET);
const metKinds = new Uint8Array(MET);
const metTags = new Uint8Array(MET);

/** The tag of the word at place `i`: 1 to 31. */
export function speechTag(words: Words, i: number): number {
  const hash = words.hashes[i]!;
  const ending = words.endings[i]!;
  const kind = (words.flags[i]! & WORD_NUMBER) | (words.lengths[i]! < 4 ? SHORT : 0);
  const slot = hash & (MET - 1);
  if (metHashes[slot] === hash && metEndings[slot] === ending && metKinds[slot] === kind && metTags[slot] !== 0)
    return metTags[slot]!;
  const tag = tagOf(hash, ending, kind);
  metHashes[slot] = hash;
  metEndings[slot] = ending;
  metKinds[slot] = kind;
  metTags[slot] = tag;
  return tag;
}

/** Beside WORD_NUMBER: too short for an ending to tell. */
const SHORT = 1;

function tagOf(hash: number, ending: number, kind: number): number {
  const closed = TAGS.get(hash);
  if (closed !== undefined) return closed;
  if (kind & WORD_NUMBER) return NUMBER;
  if (kind & SHORT) return REST;
  return THREE.get(ending) ?? TWO.get(ending % (UNIT * UNIT)) ?? ONE.get(ending % UNIT) ?? REST;
}
