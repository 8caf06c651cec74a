/**
 * What no maker wrote: files that a generator leaves without a word are known by its names, a mention is not enough; data in
 * Go's literals is one token; Flow's types do not leave a file out.
 */
import { expect, test } from "vitest";
import { utf8 } from "../../../src/base/bytes.js";
import { sha256Digest } from "../../../src/base/digest.js";
import { readTokens } from "../../../src/labs/code/host/grammars.js";
import { printTree } from "../../../src/labs/code/host/printed-tree.js";
import { treeOf } from "../../../src/labs/code/host/source-tree.js";

const seen = async (files: Record<string, string>) =>
  (
    await printTree(
      treeOf(
        "tree",
        Object.entries(files).map(([path, text]) => ({ path, bytes: utf8(text), digest: sha256Digest(utf8(text)) })),
      ),
      "units",
      () => {},
    )
  ).seen;

const WRITTEN: Record<string, string> = {
  "tables.py": "_lr_action_items = {}\n_lr_goto_items = {}\n",
  "get_berth.py": "def _get_kwargs(id):\n    return {}\ndef _build_response(of):\n    return of\n",
  "glue.js": "let wasm;\nexport function __wbindgen_throw(a, b) { throw new Error(take(a, b)); }\n",
  "messages.rs":
    "#[derive(Clone, PartialEq, ::prost::Message)]\npub struct Berth { #[prost(string)] pub id: String }\n",
  "reader.go": "package a\ntype yyParserImpl struct{}\nvar yyToknames = []string{}\n",
  "parser.c": "static const char *ts_symbol_names[] = {};\nstatic const TSLanguage language = {};\n",
  "src/tree_sitter/array.h": "int of(int a) { return a; }\n",
};

test.each(Object.entries(WRITTEN))("%s is left out, and a mention of it is not", async (path, text) => {
  const { files, leftOut } = await seen({ [path]: text, "own.py": "x = 1\n" });
  expect(files).toBe(1);
  expect(leftOut.map(({ files }) => files)).toEqual([1]);
  if (path.includes("/")) return;
  const half = text.slice(0, text.indexOf("\n", text.indexOf("\n") - 1) + 1);
  if (half !== text && !path.endsWith(".js")) expect((await seen({ [path]: half })).files).toBe(1);
});

test("what stands in a literal of Go's is one token, unless a function stands in it", async () => {
  const values = async (of: string) => [...(await readTokens(`package a\nvar x = ${of}\n`, "go"))!.values];
  const schema = await values('Schema{"name": {Type: String, Required: true}, "size": {Type: Int, Default: 3}}');
  expect(schema).toEqual(await values("Schema{}"));
  const command = await values('Command{Use: "run", Run: func(a int) int { return a }}');
  expect(command.length).toBeGreaterThan(schema.length + 5);
});

test("a file of JavaScript's with Flow's types is read", async () => {
  const text = `// @flow
import type { Berth } from "./berth";
type Of = { id: string, berths: Map<string, Berth>, tide?: number };
export default class Harbour {
  berths: Map<string, Berth>;
  tide: ?number;
  constructor({ id, berths, tide }: Of) { this.id = id; this.berths = berths; this.tide = tide; }
  free(length: number, draught: number): Array<Berth> {
    let found: Array<Berth> = [];
    for (let berth of this.berths.values()) if (berth.length >= length && berth.depth > draught) found.push(berth);
    return found;
  }
}
`;
  const alone = await readTokens(text, "javascript");
  expect(alone === null || alone.errorShare > 0).toBe(true);
  const { files, languages } = await seen({ "harbour.js": text.replaceAll("?number", "number | null") });
  expect(files).toBe(1);
  expect(languages.typescript!.tokens).toBeGreaterThan(40);
});
