/**
 * A source text as tokens with every name hidden: names are one token, numbers one, strings one; keywords and operators
 * stay. Comments, docstrings and imports are skipped; a comma before a closing bracket and the semicolons of TypeScript
 * are no tokens, since formatters add and remove them. The head of a function is one token, and a function whose body is no
 * longer than a print is none: what others' interfaces dictate (methods of a trait, accessors, forwarders) is made of
 * those. The parser says where strings and units stand; what lies between is cut by one regular expression, which is many
 * times faster than asking the parser for each leaf.
 */
import { KEYWORDS, type Language } from "./languages.js";

/** What a parser found, by position in the text (UTF-16 units), in order of start, the longer first. */
export interface Capture {
  /** "error": what the parser read by nothing. */
  what: "skip" | "string" | "unit" | "function" | "error";
  start: number;
  end: number;
  /** Of a unit or function. */
  name: string;
  /** Of a function: where its body starts; its own start where it has none. */
  body: number;
}

export interface Tokens {
  /** One 32-bit value a token. */
  values: Uint32Array;
  /** Where each token starts in the text. */
  starts: Uint32Array;
  /** Functions and classes, nested ones too; the file itself is the first. */
  units: readonly TokenUnit[];
  /** Share of the text that the parser could not read. */
  errorShare: number;
}

interface TokenUnit {
  /** Empty for the file. */
  name: string;
  /** First line, from 1. */
  line: number;
  /** Tokens [from, to). */
  from: number;
  to: number;
}

const TOKEN =
  /[\p{L}_$][\p{L}\p{N}_$]*|(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?|\.\d[\d_]*(?:[eE][+-]?\d+)?)\w*|<<<|>>>|\.\.\.|\*\*=|\/\/=|>>=|<<=|===|!==|->|=>|::|:=|\*\*|\/\/|<<|>>|&&|\|\||\+\+|--|\?\?|\?\.|\.\.|[-+*/%&|^=!<>@]=|\S/gu;
/** A body that one print of the longer length covers holds no run of its own. */
const BODY_TOKENS_MIN = 24;
/** Units inside units that are kept: each level holds the text of all below it once more (CWE-770). People write ten or so. */
const UNITS_DEEP_MAX = 64;
const NAME_START = /[\p{L}_$]/u;

const HIDDEN = {
  name: tokenValue("\u0001name"),
  number: tokenValue("\u0001number"),
  string: tokenValue("\u0001string"),
  head: tokenValue("\u0001function"),
};
const COMMA = tokenValue(",");
const SEMICOLON = tokenValue(";");
const CLOSING = new Set([")", "]", "}"].map(tokenValue));
const known = new Map<string, number>();

/**
 * @param captures of the language's query, in the order of the text @returns token values, and where each starts in the
 * text
 */
export function tokensOf(text: string, captures: readonly Capture[], language: Language): Tokens {
  const keywords = KEYWORDS[language];
  const values: number[] = [];
  const starts: number[] = [];
  const put = (value: number, start: number): void => {
    if (value === SEMICOLON && language === "typescript") return;
    if (CLOSING.has(value) && values.at(-1) === COMMA) {
      values.pop();
      starts.pop();
    }
    values.push(value);
    starts.push(start);
  };
  let errors = 0;
  let errorEnd = 0;
  let at = 0;
  const lex = (end: number): void => {
    if (end <= at) return;
    TOKEN.lastIndex = at;
    for (let found = TOKEN.exec(text); found && found.index < end; found = TOKEN.exec(text)) {
      const word = found[0];
      put(classOf(word, keywords), found.index);
    }
    at = end;
  };
  for (const { what, start, end } of captures) {
    if (what === "error") {
      errors += Math.max(0, end - Math.max(start, errorEnd));
      errorEnd = Math.max(errorEnd, end);
    }
    if ((what !== "skip" && what !== "string") || start < at) continue;
    lex(start);
    if (what === "string") put(HIDDEN.string, start);
    at = end;
  }
  lex(text.length);
  const kept = withoutHeads(captures, values, starts);
  return {
    values: Uint32Array.from(kept.values),
    starts: Uint32Array.from(kept.starts),
    units: unitsOf(text, captures, kept.starts),
    errorShare: text.length === 0 ? 0 : errors / text.length,
  };
}

/** Heads as one token each, short functions as none. */
function withoutHeads(
  captures: readonly Capture[],
  values: number[],
  starts: number[],
): { values: number[]; starts: number[] } {
  const gone = new Uint8Array(values.length);
  for (const { what, start, end, body } of captures) {
    if (what !== "function" || body <= start) continue;
    const [from, inside, to] = [start, body, end].map((at) => lowerBound(starts, at)) as [number, number, number];
    if (from >= to) continue;
    if (to - inside <= BODY_TOKENS_MIN) gone.fill(1, from, to);
    else if (inside > from) {
      values[from] = HIDDEN.head;
      gone.fill(1, from + 1, inside);
    }
  }
  const stays = (_: number, i: number): boolean => gone[i] === 0;
  return { values: values.filter(stays), starts: starts.filter(stays) };
}

function unitsOf(text: string, captures: readonly Capture[], starts: readonly number[]): TokenUnit[] {
  const units: TokenUnit[] = [{ name: "", line: 1, from: 0, to: starts.length }];
  let line = 1;
  let counted = 0;
  const open: number[] = [];
  for (const { what, start, end, name } of captures) {
    if (what !== "unit" && what !== "function") continue;
    while (open.length > 0 && open.at(-1)! <= start) open.pop();
    open.push(end);
    if (open.length > UNITS_DEEP_MAX) continue;
    for (; counted < start; counted++) if (text.charCodeAt(counted) === 10) line++;
    units.push({ name, line, from: lowerBound(starts, start), to: lowerBound(starts, end) });
  }
  return units;
}

function classOf(word: string, keywords: ReadonlySet<string>): number {
  const held = known.get(word);
  if (NAME_START.test(word)) return keywords.has(word) ? (held ?? remember(word)) : HIDDEN.name;
  if (/^\.?\d/.test(word)) return HIDDEN.number;
  return held ?? remember(word);
}

function remember(word: string): number {
  const value = tokenValue(word);
  known.set(word, value);
  return value;
}

/** FNV-1a, 32 bits, over UTF-16 units: a public constant of the method, so that anyone can make the same prints. */
function tokenValue(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function lowerBound(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
