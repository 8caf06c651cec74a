/**
 * Dolos on the pairs that peers.ts wrote: its core (winnowing, k 23, window 17, its defaults) over the tokens that its library
 * makes, brackets and types of a syntax tree's named nodes without comments. The trees are web-tree-sitter's, since the
 * library's own parsers build 318 MB of native code. Similarity as Dolos states it.
 *
 *   node validation/code/peers-dolos.mjs PEERS MODULES
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Language, Parser } from "web-tree-sitter";
import { grammarOf } from "../../dist/labs/code/tokens/languages.js";

const [peers, modules] = process.argv.slice(2);
const core = pathToFileURL(join(modules, "@dodona/dolos-core/dist/index.js")).href;
const { FingerprintIndex, TokenizedFile, File, Region } = await import(core);
const require = createRequire(import.meta.url);
await Parser.init({ wasmBinary: readFileSync(require.resolve("web-tree-sitter/web-tree-sitter.wasm")) });
const parsers = new Map();

async function parserOf(grammar) {
  if (!parsers.has(grammar)) {
    const wasm = readFileSync(require.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${grammar}.wasm`));
    parsers.set(grammar, new Parser().setLanguage(await Language.load(wasm)));
  }
  return parsers.get(grammar);
}

async function tokenized(path) {
  const text = readFileSync(path, "utf8");
  const tree = (await parserOf(grammarOf(path))).parse(text);
  const tokens = [];
  // As the library walks: "(", the type, the named children, ")".
  const cursor = tree.walk();
  const visit = () => {
    const named = cursor.nodeIsNamed;
    const counted = named && !cursor.nodeType.includes("comment");
    if (counted) tokens.push("(", cursor.nodeType);
    if (named && cursor.gotoFirstChild()) {
      do visit();
      while (cursor.gotoNextSibling());
      cursor.gotoParent();
    }
    if (counted) tokens.push(")");
  };
  visit();
  tree.delete();
  const nowhere = new Region(0, 0, 0, 1);
  return new TokenizedFile(
    new File(path, text),
    tokens,
    tokens.map(() => nowhere),
  );
}

const rows = [];
for (const language of readdirSync(peers, { withFileTypes: true })) {
  if (!language.isDirectory()) continue;
  const files = new Map();
  for (const kind of ["original", "quarter", "six-tenths"])
    for (const number of readdirSync(join(peers, language.name, kind))) {
      const folder = join(peers, language.name, kind, number);
      files.set(`${kind} ${number}`, await tokenized(join(folder, readdirSync(folder)[0])));
    }
  const index = new FingerprintIndex(23, 17);
  index.addFiles([...files.values()]);
  const n = [...files.keys()].filter((key) => key.startsWith("original")).length;
  const alike = (a, b) => index.getPair(files.get(a), files.get(b)).similarity;
  const put = (kind, i, j, score) => rows.push(["dolos", language.name, kind, i, j, score].join("\t"));
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) put("null", i, j, alike(`original ${i}`, `original ${j}`));
    for (const kind of ["quarter", "six-tenths"]) put(kind, i, i, alike(`original ${i}`, `${kind} ${i}`));
  }
  process.stderr.write(`${language.name}: ${n} files\n`);
}
writeFileSync(join(peers, "dolos.tsv"), `${rows.join("\n")}\n`);
