/**
 * Copies for the study of code: a file of one maker's, edited, cut to a part, split or padded, and printed as it would be in
 * the tree it is put into. What is made is a text of its language: functions are taken whole, methods of JavaScript in a
 * class, and public files stand between whole declarations, without clauses that a file has once. A text that the
 * parser cannot read is left out of any tree, so that a copy made so would say nothing of the rule.
 */
import { execFileSync } from "node:child_process";
import { utf8 } from "../../dist/base/bytes.js";
import { sha256Hex } from "../../dist/base/digest.js";
import { prng } from "../../dist/base/prng.js";
import { readSource } from "../../dist/labs/code/host/printed-tree.js";
import { PRINT_TOKENS, RUN_TOKENS, VARIED_MIN } from "../../dist/labs/code/method.js";
import { printsInOrder, variedPlaces } from "../../dist/labs/code/prints/prints.js";
import { grammarOf, type Language } from "../../dist/labs/code/tokens/languages.js";
import { editLines } from "../../materials/code/edit-lines.ts";
import type { Copied, PrintedFile, PrintedMaker } from "./shared-prints.ts";

export interface Copying {
  rate: number;
  /** Of the file: whole functions up to so much of it. */
  share?: number;
  /** Into four files. */
  split?: boolean;
  /** Among other makers' files in one, so many times its own tokens. */
  padding?: number;
}

interface Source {
  language: Language;
  text: string;
  file: PrintedFile;
  seed: string;
}

/** A function of fewer tokens leaves next to nothing. */
const FUNCTION_TOKENS_MIN = 40;
const byDigest = (name: string): string => sha256Hex(utf8(`assay-code-study ${name}`));

/**
 * @param padding whole files of other makers, drawn by the seed: the texts that go between
 * @returns null where the edits left nothing; no files where nothing of it can be read
 */
export async function makeCopy(
  source: Source,
  { rate, share, split, padding }: Copying,
  paddingOf: (tokens: number) => string[],
): Promise<Copied | null> {
  const { file } = source;
  const extension = /\.\w+$/.exec(file.path)![0];
  const edited = await edit(source, extension, rate, share ?? 1);
  if (edited === null) return null;
  const pieces = split
    ? piecesOf(edited, 4)
    : padding
      ? [await padded(source, extension, edited, paddingOf(padding * file.tokens))]
      : [edited];
  return printed(source.language, pieces, extension);
}

async function printed(language: Language, pieces: readonly string[], extension: string): Promise<Copied> {
  const made: Copied = { files: [], prints: [], varied: new Uint8Array(0) };
  const varied: Uint8Array[] = [];
  const ordered: Uint32Array[][] = PRINT_TOKENS.map(() => []);
  let at = 0;
  for (const [i, piece] of pieces.entries()) {
    const path = `copied/part${i}${extension}`;
    const read = await readText(piece, path);
    if (!read) continue;
    PRINT_TOKENS.forEach((tokens, k) => {
      const prints = new Uint32Array(2 * read.values.length);
      prints.set(printsInOrder(read.values, tokens, language));
      ordered[k]!.push(prints);
    });
    varied.push(variedPlaces(read.values, RUN_TOKENS, VARIED_MIN));
    const tokens = read.values.length;
    const said = { bytes: 0, lines: 0, attribution: [], licences: [], heads: [], holders: [] };
    const units = read.units.map(({ name, line, from, to }): [string, number, number, number] => [
      name,
      line,
      from,
      to,
    ]);
    made.files.push({ path, at, tokens, units, ...said });
    at += tokens;
  }
  made.prints = ordered.map((each) => {
    const all = new Uint32Array(2 * at);
    let place = 0;
    for (const one of each) {
      all.set(one, place);
      place += one.length;
    }
    return new BigUint64Array(all.buffer);
  });
  made.varied = new Uint8Array(Buffer.concat(varied));
  return made;
}

async function readText(text: string, path: string) {
  const bytes = utf8(text);
  return (await readSource({ path, bytes, digest: `sha256:${sha256Hex(bytes)}` })).read;
}

/** Null where it cannot be edited. With a share, whole functions up to that share of the file, in a drawn order. */
async function edit(
  { language, text, file, seed }: Source,
  extension: string,
  rate: number,
  share: number,
): Promise<string | null> {
  if (language === "python")
    try {
      const args = ["materials/code/edit.py", seed, String(rate), String(share)];
      const out = execFileSync("python3", args, { input: text, stdio: ["pipe", "pipe", "ignore"] }).toString();
      return out.length > 300 ? out : null;
    } catch {
      return null;
    }
  if (share === 1) return editLines(text, language, seed, rate);
  const read = await readText(text, `whole${extension}`);
  if (!read) return null;
  const functions = read.units
    .filter(
      ({ name, from, to }) => name !== "" && to - from >= FUNCTION_TOKENS_MIN && to - from <= 2 * share * file.tokens,
    )
    .sort((x, y) => (byDigest(seed + x.line) < byDigest(seed + y.line) ? -1 : 1));
  const kept: typeof functions = [];
  let tokens = 0;
  for (const one of functions) {
    if (tokens >= share * file.tokens) break;
    // One that holds another, or lies in it, would be taken twice.
    if (kept.some(({ from, to }) => one.from < to && from < one.to)) continue;
    kept.push(one);
    tokens += one.to - one.from;
  }
  if (kept.length === 0) return null;
  // The last token of a function is its closing brace.
  const texts = kept.map(({ from, to }, i) =>
    declared(language, text.slice(read.starts[from]!, read.starts[to - 1]! + 1), i),
  );
  return editLines(texts.join("\n"), language, seed, rate);
}

/** A function or class as a statement of its own. */
export function declared(language: Language, text: string, i: number): string {
  if (language === "cpp") return `${text};`;
  if (language !== "typescript" || /^(abstract\s+)?class\b|^(async\s+)?function\b\s*\*?\s*\w/.test(text)) return text;
  const isValue = /^(async\b\s*)?(function\b|\(|[\w$]+\s*=>)/.test(text);
  return isValue ? `const kept${i} = ${text};` : `class Kept${i} {\n${text}\n}`;
}

/** The text in up to four pieces, cut where no bracket is open, with the other texts between and after them. */
async function padded(
  { language }: Source,
  extension: string,
  text: string,
  others: readonly string[],
): Promise<string> {
  const between = ["", "", ""];
  others.forEach((other, i) => {
    between[i % between.length] += `\n${other}\n`;
  });
  const pieces = await wholePieces(text, extension, 4);
  const all = Array.from({ length: 4 }, (_, i) => [pieces[i] ?? "", between[i] ?? ""]).flat();
  if (language !== "go") return all.join("\n");
  // Clauses that a file of Go has once, at its head; what they say is no token of the method's.
  const bare = all.map((part) =>
    part
      .replace(/^package .*$/gm, "")
      .replace(/^import \([^)]*\)/gm, "")
      .replace(/^import .*$/gm, ""),
  );
  return `package padded\n${bare.join("\n")}`;
}

/** Cut at the lines nearest to even shares of which no bracket of the text before is open; fewer where there are none. */
async function wholePieces(text: string, extension: string, count: number): Promise<string[]> {
  const read = await readText(text, `whole${extension}`);
  if (!read) return [text];
  const cuts = [0];
  let depth = 0;
  for (const at of read.starts) {
    const character = text[at]!;
    const next = (cuts.length * text.length) / count;
    if (depth === 0 && at >= next && cuts.length < count && begins(text, at)) cuts.push(at);
    if ("([{".includes(character)) depth++;
    else if (")]}".includes(character)) depth--;
  }
  return cuts.map((from, i) => text.slice(from, cuts[i + 1] ?? text.length));
}

/** Whether a line of no indent begins a statement there, none that goes on from the one before. */
function begins(text: string, at: number): boolean {
  if (at > 0 && text[at - 1] !== "\n") return false;
  const before = text.slice(text.lastIndexOf("\n", at - 2) + 1, at);
  return (
    /^(?!(else|elif|except|catch|finally|while)\b)[\w$@#]/.test(text.slice(at, at + 20)) && !before.startsWith("@")
  );
}

/** Cut at lines that begin at no indent. */
function piecesOf(text: string, count: number): string[] {
  const lines = text.split("\n");
  const cuts = [0];
  for (let i = 1; i < count; i++) {
    let at = Math.floor((i * lines.length) / count);
    while (at < lines.length && !/^(def|class|async|@|func|fn|pub|static|function|export|\w+ )/.test(lines[at]!)) at++;
    cuts.push(Math.max(at, cuts.at(-1)!));
  }
  return cuts
    .map((from, i) => lines.slice(from, cuts[i + 1] ?? lines.length).join("\n"))
    .filter((piece) => piece.trim());
}

/**
 * Whole files of other makers of the index than the claimant, until they hold so many tokens; of the grammar of the file
 * that they go into, since types are no text of a file of JavaScript.
 */
export function drawnFiles(
  makers: readonly PrintedMaker[],
  claimant: number,
  into: PrintedFile,
  tokens: number,
  seed: string,
  textOf: (maker: PrintedMaker, path: string) => string,
): string[] {
  const files = makers
    .flatMap((maker, m) => (m === claimant ? [] : maker.files.map((file) => ({ maker, file }))))
    .filter(({ file }) => file.tokens >= 300 && file.tokens <= 5000 && grammarOf(file.path) === grammarOf(into.path));
  const draw = prng("code-study-padding", seed);
  const texts: string[] = [];
  for (let held = 0; held < tokens; ) {
    const { maker, file } = files[draw.below(files.length)]!;
    texts.push(textOf(maker, file.path));
    held += file.tokens;
  }
  return texts;
}
