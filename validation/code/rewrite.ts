/**
 * Functions rewritten by a small language model, for validation/code-rewritten.study.ts: of each language pairs of judging
 * makers who have a function of one name and, first, publish for one purpose (materials/code/same-function.tsv); both
 * makers' functions are handed to the model with the same words. Greedy decoding, so that a run can be repeated with the
 * same weights and runtime. A run that is cut short goes on where it stopped.
 *
 *   node validation/code/rewrite.ts PUBLIC PRINTS MODEL.gguf NODE_MODULES ANSWERS MINUTES
 *
 * NODE_MODULES holds node-llama-cpp 3. ANSWERS gets one JSON a function: what it was and what the model wrote.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { utf8 } from "../../dist/base/bytes.js";
import { sha256Digest, sha256Hex } from "../../dist/base/digest.js";
import { readSource } from "../../dist/labs/code/host/printed-tree.js";
import { LANGUAGES, type Language } from "../../dist/labs/code/tokens/languages.js";
import { DOCUMENTED } from "./documented.ts";
import { loadMakers } from "./shared-prints.ts";

/** Tokens of a function: long enough to leave prints, short enough for a small model. */
const [TOKENS_MIN, TOKENS_MAX] = [60, 220];
const ANSWER_TOKENS_MAX = 450;
/** Functions of one maker, so that no style of writing weighs much. */
const PER_MAKER = 2;
/** Letters of a name that says what a function is for; these say it of nothing. */
const NAME_LETTERS_MIN = 5;
const NO_PURPOSE = new Set(["constructor", "operator", "string", "error", "default"]);
const WORD: Readonly<Record<Language, string>> = {
  python: "Python",
  typescript: "JavaScript",
  rust: "Rust",
  go: "Go",
  cpp: "C++",
};

interface Of {
  maker: string;
  path: string;
  line: number;
  name: string;
}
export interface Rewritten extends Of {
  language: Language;
  /** The pair's place in its language, and which of its two. */
  pair: number;
  side: 0 | 1;
  /** Whether the pair's makers publish for one purpose. */
  purpose: boolean;
  /** SHA-256 of the model's file. */
  weights: string;
  source: string;
  answer: string;
  /** Whether the model came to an end of its own. */
  ended: boolean;
  processorS: number;
}

const here = import.meta.dirname;
const table = (name: string): string[][] =>
  readFileSync(join(here, "..", "..", "materials", "code", name), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((row) => row.split("\t"));
const byDigest = (name: string): string => sha256Hex(utf8(`assay-code-rewritten ${name}`));
const order = (a: string, b: string): number => (byDigest(a) < byDigest(b) ? -1 : 1);

const [from, prints, weights, modules, answers, minutes] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  string,
];
const until = Date.now() + Number(minutes) * 60_000;
mkdirSync(answers, { recursive: true });
const digest = sha256Digest(readFileSync(weights));
const plan = LANGUAGES.map(pairsOf);
const ask = await loaded();
// A pair of each language, then the next: what is cut short holds as many of each.
for (let pair = 0; plan.some((of) => pair < of.length); pair++)
  for (const [l, language] of LANGUAGES.entries())
    for (const [side, one] of (plan[l]![pair]?.sides ?? []).entries()) {
      const out = join(answers, `${language}-${String(pair).padStart(3, "0")}-${side}.json`);
      if (existsSync(out)) continue;
      if (Date.now() > until) process.exit(0);
      const source = await sourceOf(language, one);
      if (source === null) throw new Error(`${one.maker}: ${one.path} has no ${one.name}`);
      const began = process.cpuUsage();
      const said = await ask(
        `Rewrite this ${WORD[language]} function so that it does the same in another way: other names, another structure, other statements. Answer with the code alone.\n\n${source}`,
        `\`\`\`${language === "typescript" ? "javascript" : language}\n`,
      );
      const { user, system } = process.cpuUsage(began);
      const row: Rewritten = {
        language,
        pair,
        side: side as 0 | 1,
        purpose: plan[l]![pair]!.purpose,
        ...one,
        weights: digest,
        source,
        ...said,
        processorS: (user + system) / 1e6,
      };
      writeFileSync(`${out}.part`, JSON.stringify(row));
      renameSync(`${out}.part`, out);
      process.stderr.write(`${out} ${row.processorS.toFixed(0)} s\n`);
    }
process.exit(0);

/** Pairs of makers of one purpose first; each pair of makers once. */
function pairsOf(language: Language): { purpose: boolean; sides: [Of, Of] }[] {
  const judging = new Set(
    table("public-code.tsv").flatMap((r) => (r[0] === language && r[5] === "judging" ? [r[1]!] : [])),
  );
  const purposes = table("same-function.tsv").flatMap((r) => (r[0] === language ? [r[2]!.split(" ")] : []));
  const named = new Map<string, Of[]>();
  for (const { maker, files } of loadMakers(join(prints, language)).filter((of) => judging.has(of.maker)))
    for (const { path, units } of files) {
      let lines: string[] | null = null;
      for (const [said, line, first, last] of units) {
        if (said === "" || last - first < TOKENS_MIN || last - first > TOKENS_MAX) continue;
        // The grammar of C++ has a function's name inside its declarator.
        if (language === "cpp") lines ??= readFileSync(join(from, language, maker, path), "utf8").split("\n");
        const head = lines?.slice(line - 1, line + 2).join("\n");
        const name = head === undefined ? said : (/(\w+)\s*\(/.exec(head)?.[1] ?? "");
        const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
        if (name.startsWith("(") || plain.length < NAME_LETTERS_MIN || NO_PURPOSE.has(plain)) continue;
        const of = named.get(plain) ?? [];
        named.set(plain, of);
        of.push({ maker, path, line, name: said });
      }
    }
  const found = [...named].flatMap(([name, of]) => {
    const makers = [...new Set(of.map(({ maker }) => maker))].sort();
    const first = (maker: string): Of =>
      of.filter((each) => each.maker === maker).sort((a, b) => order(`${a.path} ${a.line}`, `${b.path} ${b.line}`))[0]!;
    return makers.flatMap((a, i) =>
      makers.slice(i + 1).flatMap((b) => {
        if (DOCUMENTED[language]!.some((pair) => pair.includes(a) && pair.includes(b))) return [];
        const purpose = purposes.some((of) => of.includes(a) && of.includes(b));
        return [{ name: `${name} ${a} ${b}`, makers: [a, b], purpose, sides: [first(a), first(b)] as [Of, Of] }];
      }),
    );
  });
  found.sort((x, y) => Number(y.purpose) - Number(x.purpose) || order(x.name, y.name));
  const used = new Map<string, number>();
  const taken = new Set<string>();
  return found.filter(({ makers, sides }) => {
    const pair = makers.join(" ");
    if (taken.has(pair) || makers.some((maker) => (used.get(maker) ?? 0) >= PER_MAKER)) return false;
    // A function that stands in an earlier pair is not asked again.
    const keys = sides.map(({ maker, path, line }) => `${maker} ${path} ${line}`);
    if (keys.some((key) => taken.has(key))) return false;
    for (const key of [pair, ...keys]) taken.add(key);
    for (const maker of makers) used.set(maker, (used.get(maker) ?? 0) + 1);
    return true;
  });
}

/** The function's text, its lines' common indent taken off. */
async function sourceOf(language: Language, { maker, path, line, name }: Of): Promise<string | null> {
  const bytes = readFileSync(join(from, language, maker, path));
  const { text, read } = await readSource({ path, bytes, digest: sha256Digest(bytes) });
  const unit = read?.units.find((each) => each.line === line && each.name === name && each.to > each.from);
  if (!unit) return null;
  const start = text!.lastIndexOf("\n", read!.starts[unit.from]! - 1) + 1;
  // The last token of a function is its closing brace; in Python what follows is indented less.
  let end = read!.starts[unit.to - 1]! + 1;
  if (language === "python") end = read!.starts[unit.to] ?? text!.length;
  let lines = text!.slice(start, end).trimEnd().split("\n");
  const indentOf = (each: string): number => /^\s*/.exec(each)![0].length;
  const own = indentOf(lines[0]!);
  if (language === "python")
    while (lines.length > 1 && (lines.at(-1)!.trim() === "" || indentOf(lines.at(-1)!) <= own)) lines.pop();
  const indent = Math.min(...lines.filter((each) => each.trim()).map(indentOf));
  lines = lines.map((each) => each.slice(indent));
  return lines.join("\n");
}

async function loaded(): Promise<(asked: string, opening: string) => Promise<{ answer: string; ended: boolean }>> {
  const { getLlama, LlamaChatSession } = await import(
    pathToFileURL(resolve(modules, "node-llama-cpp", "dist", "index.js")).href
  );
  const llama = await getLlama({ gpu: false, build: "never", maxThreads: 1, logLevel: "error" });
  const model = await llama.loadModel({ modelPath: resolve(weights) });
  const context = await model.createContext({ contextSize: 4096 });
  const session = new LlamaChatSession({ contextSequence: context.getSequence() });
  return async (asked, opening) => {
    session.resetChatHistory();
    const { responseText, stopReason } = await session.promptWithMeta(asked, {
      maxTokens: ANSWER_TOKENS_MAX,
      temperature: 0,
      responsePrefix: opening,
      customStopTriggers: ["\n```"],
    });
    return { answer: codeOf(responseText), ended: stopReason !== "maxTokens" };
  };
}

/** What stands between the first fence and the next, or all of it. */
function codeOf(answer: string): string {
  const fenced = /```[\w+]*\n([\s\S]*?)(?:```|$)/.exec(answer);
  return (fenced?.[1] ?? answer).trimEnd();
}
