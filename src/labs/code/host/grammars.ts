/**
 * Parsers of the languages: tree-sitter's WebAssembly with grammars that ship their own .wasm, loaded when first needed.
 * A text is bounded before it comes here; nesting is the parser's own affair (20,000 open brackets give an error tree).
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { Language as Loaded, Parser, Query } from "web-tree-sitter";
import { SITE_QUERIES, type Site, sitesOf } from "../copies/sites.js";
import { isDictated } from "../tokens/dictated.js";
import { type Grammar, languageOf, QUERIES } from "../tokens/languages.js";
import { type Capture, type Tokens, tokensOf } from "../tokens/tokens.js";

const require = createRequire(import.meta.url);

interface Reader {
  parser: Parser;
  query: Query;
  sites: Query;
}

let started: Promise<void> | null = null;
const readers = new Map<Grammar, Promise<Reader>>();

/** Places that can be written in two ways (copies/sites.ts); null where the parser gave up. */
export async function readSites(text: string, grammar: Grammar): Promise<Site[] | null> {
  const { parser, sites } = await readerOf(grammar);
  const tree = parser.parse(text);
  if (!tree) return null;
  try {
    return sitesOf(text, sites.captures(tree.rootNode), grammar);
  } finally {
    tree.delete();
  }
}

/**
 * Null where the parser gave up.
 * @param flat every token of every function, its head and what may be dictated included
 */
export async function readTokens(text: string, grammar: Grammar, flat = false): Promise<Tokens | null> {
  const { parser, query } = await readerOf(grammar);
  const tree = parser.parse(text);
  if (!tree) return null;
  try {
    const language = languageOf(grammar);
    const captures = query.captures(tree.rootNode).flatMap(({ name: what, node }): Capture[] => {
      const [start, end] = [node.startIndex, node.endIndex];
      const named = what === "unit" || what === "function";
      const name = named ? nameOf(node.childForFieldName("name")?.text, node.type) : "";
      const body = what === "function" ? (node.childForFieldName("body")?.startIndex ?? start) : start;
      if (flat && what !== "string" && node.type !== "comment" && !node.type.endsWith("_comment")) return [];
      if (what !== "perhaps" && what !== "function")
        return [{ what: what as Exclude<Capture["what"], "function">, start, end, name, body }];
      if (isDictated(language, name, text, start)) return [{ what: "skip", start, end, name: "", body: start }];
      return what === "function" ? [{ what, start, end, name, body }] : [];
    });
    captures.sort((a, b) => a.start - b.start || b.end - a.end);
    return tokensOf(text, captures, language);
  } finally {
    tree.delete();
  }
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
  await Parser.init({ wasmBinary });
}

function wasmOf(grammar: Grammar): string {
  return require.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${grammar}.wasm`);
}
