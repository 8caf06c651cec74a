/**
 * Parsers of the languages: tree-sitter's WebAssembly with grammars that ship their own .wasm, loaded when first needed.
 * A text is bounded in length before it comes here, and in how deep it is nested once it is parsed, before any query.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import {
  Language as Loaded,
  type Node,
  Parser,
  Query,
  type QueryCapture,
  type Tree,
  type TreeCursor,
} from "web-tree-sitter";
import { AssayError, quoted } from "../../../base/error.js";
import { SITE_QUERIES, type Site, sitesOf } from "../copies/sites.js";
import { PARSE_ERROR_MAX } from "../method.js";
import { isDictated } from "../tokens/dictated.js";
import { type Grammar, languageOf, QUERIES } from "../tokens/languages.js";
import { type Capture, type Tokens, tokensOf } from "../tokens/tokens.js";

const require = createRequire(import.meta.url);

/**
 * Levels of a syntax tree, some three for each bracket: more costs every later walk over it (CWE-674). Whether any
 * printed file of the study has as many was not counted; its units lie at most ten deep.
 */
const LEVELS_MAX = 2000;
/** Places looked at lie so many characters apart: what is deep for longer than that is seen. */
const LEVELS_STEP = 1024;

/** Processor seconds for one file: a megabyte that someone wrote takes one or two, a made one may take hours (CWE-400). */
const PARSE_SECONDS_MAX = 20;

interface Reader {
  parser: Parser;
  query: Query;
  sites: Query;
}

let started: Promise<void> | null = null;
const readers = new Map<Grammar, Promise<Reader>>();

/**
 * Places that can be written in two ways (copies/sites.ts); null where the parser gave up or the text is too deep. What is
 * written anew must be understood: an error counts with all it spans.
 * @throws AssayError LIMIT, FORMAT as `queried`
 */
export async function readSites(text: string, grammar: Grammar, path = "a text"): Promise<Site[] | null> {
  const { parser, sites } = await readerOf(grammar);
  return queried(parser, sites, text, path, errorsWhole, (found) => sitesOf(text, found, grammar));
}

/**
 * Null where the parser gave up or the text is nested too deep.
 * @param flat every token of every function, its head and what may be dictated included
 * @throws AssayError LIMIT, FORMAT as `queried`
 */
export async function readTokens(
  text: string,
  grammar: Grammar,
  path = "a text",
  flat = false,
): Promise<Tokens | null> {
  const { parser, query } = await readerOf(grammar);
  return queried(parser, query, text, path, errorsAtTop, (found) => {
    const language = languageOf(grammar);
    const captures = found.flatMap(({ name: what, node }): Capture[] => {
      if (what === "error") return runsIn(node).map(([start, end]) => ({ what, start, end, name: "", body: start }));
      const [start, end] = [node.startIndex, node.endIndex];
      const named = what === "unit" || what === "function";
      const name = named ? nameOf(node.childForFieldName("name")?.text, node.type) : "";
      const body = what === "function" ? (node.childForFieldName("body")?.startIndex ?? start) : start;
      if (flat && what !== "string" && node.type !== "comment" && !node.type.endsWith("_comment")) return [];
      if (what === "data") return hasFunction(node) ? [] : [{ what: "string", start, end, name: "", body: start }];
      if (what !== "perhaps" && what !== "function")
        return [{ what: what as Exclude<Capture["what"], "function">, start, end, name, body }];
      if (isDictated(language, name, text, start)) return [{ what: "skip", start, end, name: "", body: start }];
      return what === "function" ? [{ what, start, end, name, body }] : [];
    });
    captures.sort((a, b) => a.start - b.start || b.end - a.end);
    return tokensOf(text, captures, language);
  });
}

/**
 * What a query makes of a parsed text; null where the parser gave up, or where the text is nested too deep or mostly no
 * source, on which queries take the square of its length. A file that holds the parser up or breaks it is named, so that
 * whoever asks can leave it out and say so: leaving it out unasked would let the machine's speed into a finding.
 * @throws AssayError LIMIT beyond PARSE_SECONDS_MAX, FORMAT where the parser broke down
 */
function queried<T>(
  parser: Parser,
  query: Query,
  text: string,
  path: string,
  errorsOf: (tree: Tree) => number,
  make: (found: QueryCapture[]) => T,
): T | null {
  const began = process.cpuUsage();
  let late = false;
  const progressCallback = () => {
    const { user, system } = process.cpuUsage(began);
    late ||= user + system > PARSE_SECONDS_MAX * 1e6;
    return late;
  };
  const tree = unbroken(path, () => parser.parse(text, null, { progressCallback }));
  try {
    const read = tree && !isTooDeep(tree, text.length) && errorsOf(tree) <= PARSE_ERROR_MAX * text.length;
    const found = read ? unbroken(path, () => query.captures(tree.rootNode, { progressCallback })) : null;
    if (late) {
      parser.reset();
      throw new AssayError(
        "LIMIT",
        `code: expected files that are parsed in ${PARSE_SECONDS_MAX} s, got one that takes more: ${quoted(path)}`,
      );
    }
    return found && make(found);
  } finally {
    tree?.delete();
  }
}

/** @throws AssayError FORMAT for whatever the parser throws: its memory is at an end, or its own assertion failed */
function unbroken<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch {
    throw new AssayError(
      "FORMAT",
      `code: expected files that can be parsed, got one that breaks the parser: ${quoted(path)}`,
    );
  }
}

/**
 * Where an error was read by nothing. A parser that loses its way goes on: one bracket that a branch of the preprocessor
 * opens makes one error of all that follows, and every statement, function and class in it is read all the same, as a
 * child of the error. What was read by nothing are its tokens of its own, neighbours as one run with what lies between.
 * Errors among its children are captures of their own.
 */
function runsIn(error: Node): [number, number][] {
  const cursor = error.walk();
  try {
    if (!cursor.gotoFirstChild()) return [[error.startIndex, error.endIndex]];
    const runs: [number, number][] = [];
    let open = false;
    do {
      const isToken = cursor.nodeType !== "ERROR" && !cursor.nodeType.includes("comment") && !hasChild(cursor);
      if (isToken && open) runs.at(-1)![1] = cursor.endIndex;
      else if (isToken) runs.push([cursor.startIndex, cursor.endIndex]);
      open = isToken;
    } while (cursor.gotoNextSibling());
    return runs;
  } finally {
    cursor.delete();
  }
}

function hasChild(cursor: TreeCursor): boolean {
  const has = cursor.gotoFirstChild();
  if (has) cursor.gotoParent();
  return has;
}

/** Characters that were read by nothing and lie in no statement. */
function errorsAtTop({ rootNode }: Tree): number {
  if (!rootNode.hasError) return 0;
  const unread = (error: Node): number => runsIn(error).reduce((sum, [start, end]) => sum + end - start, 0);
  let characters = rootNode.isError ? unread(rootNode) : 0;
  const cursor = rootNode.walk();
  try {
    for (let more = cursor.gotoFirstChild(); more; more = cursor.gotoNextSibling())
      if (cursor.nodeType === "ERROR") characters += unread(cursor.currentNode);
    return characters;
  } finally {
    cursor.delete();
  }
}

/** All that errors span, wherever they lie. */
function errorsWhole({ rootNode }: Tree): number {
  const spanned = (node: Node): number => {
    if (node.isError) return node.endIndex - node.startIndex;
    return node.hasError ? node.children.reduce((sum, child) => sum + spanned(child), 0) : 0;
  };
  return spanned(rootNode);
}

function isTooDeep(tree: Tree, characters: number): boolean {
  const cursor = tree.walk();
  try {
    let levels = 0;
    for (let at = 0; at < characters; at += LEVELS_STEP) {
      while (cursor.endIndex <= at && cursor.gotoParent()) levels--;
      while (cursor.gotoFirstChildForIndex(at)) if (++levels > LEVELS_MAX) return true;
    }
    return false;
  } finally {
    cursor.delete();
  }
}

/**
 * Whether a literal of Go's holds a function. What stands in the braces of one that holds none is data: an interface's
 * schemas, resources and commands are such literals, of few words in any order, whoever fills them in.
 */
function hasFunction(literal: Node): boolean {
  return literal.descendantsOfType("func_literal").length > 0;
}

function nameOf(name: string | undefined, type: string): string {
  return (name ?? `(${type})`).slice(0, 100);
}

function readerOf(grammar: Grammar): Promise<Reader> {
  const held = readers.get(grammar);
  if (held) return held;
  const made = (async () => {
    started ??= start();
    await started;
    const language = await Loaded.load(await readFile(wasmOf(grammar)));
    return {
      parser: new Parser().setLanguage(language),
      query: new Query(language, QUERIES[grammar]),
      sites: new Query(language, SITE_QUERIES[grammar]),
    };
  })();
  readers.set(grammar, made);
  return made;
}

async function start(): Promise<void> {
  const wasmBinary = await readFile(require.resolve("web-tree-sitter/web-tree-sitter.wasm"));
  // Its own words on standard error would be a second line.
  await Parser.init({ wasmBinary, printErr: () => {} });
}

function wasmOf(grammar: Grammar): string {
  return require.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${grammar}.wasm`);
}
