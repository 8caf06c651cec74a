/**
 * Files that a parser loses its way in: what stands beside the fault is read as it would be without it, in each language,
 * and what is not read is said by file and share.
 */
import { expect, test } from "vitest";
import { utf8 } from "../../../src/base/bytes.js";
import { sha256Digest } from "../../../src/base/digest.js";
import { readTokens } from "../../../src/labs/code/host/grammars.js";
import { printTree } from "../../../src/labs/code/host/printed-tree.js";
import { treeOf } from "../../../src/labs/code/host/source-tree.js";
import { PARSE_ERROR_MAX, PRINT_TOKENS } from "../../../src/labs/code/method.js";
import { printsInOrder } from "../../../src/labs/code/prints/prints.js";
import { type Grammar, languageOf } from "../../../src/labs/code/tokens/languages.js";

const BRACES = "if (w > h) { w = w - h * 2; h = h + w; } while (w > 0) { w = w - 1; h = h * w + 3; }";
const SPACES = "if w > h { w = w - h * 2; h = h + w }\n\tfor w > 0 { w = w - 1; h = h * w + 3 }";
const FUNCTION: Record<Exclude<Grammar, "tsx">, (name: string) => string> = {
  python: (name) =>
    `def ${name}(w, h):\n    if w > h:\n        w = w - h * 2\n        h = h + w\n    while w > 0:\n        w = w - 1\n        h = h * w + 3\n    return w * h\n`,
  typescript: (name) => `function ${name}(w: number, h: number): number {\n  ${BRACES}\n  return w * h;\n}\n`,
  javascript: (name) => `function ${name}(w, h) {\n  ${BRACES}\n  return w * h;\n}\n`,
  rust: (name) =>
    `fn ${name}(w: u32, h: u32) -> u32 {\n    if w > h { w = w - h * 2; h = h + w; }\n    while w > 0 { w = w - 1; h = h * w + 3; }\n    w * h\n}\n`,
  go: (name) => `func ${name}(w int, h int) int {\n\t${SPACES}\n\treturn w * h\n}\n`,
  cpp: (name) => `int ${name}(int w, int h) {\n  ${BRACES}\n  return w * h;\n}\n`,
};

/** What stands before the functions, between the first and the second, and after them. */
const FAULTS: [Exclude<Grammar, "tsx">, string, string, string?, string?][] = [
  [
    "cpp",
    "two heads of one function, one for each branch",
    "#ifdef WIDE\nint cut(int a) {\n#else\nint cut(long a) {\n#endif\n  return a;\n}\n",
  ],
  ["cpp", "two heads of one class, one for each branch", "#if WIDE\nclass A {\n#else\nclass B {\n#endif\n"],
  ["cpp", "a template's tags", "{{#each classes as |c|}}\n", "{{/each}}\n{% if x %}\n", "{% endif %}\n"],
  ["cpp", "a string without its end", "", 'const char *x = "a;\n'],
  ["rust", "a block without its end", "fn cut(a: u32) {\n    if a > 1 {\n"],
  ["rust", "a block without its end between functions", "", "fn cut(a: u32) {\n    if a > 1 {\n"],
  ["rust", "a template's tags", "{{#each classes as |c|}}\n", "{{/each}}\n", "{{~/if~}}\n"],
  ["go", "a string without its end", "package a\n", 'const x = "a;\n'],
  ["go", "C's guard around it", "package a\n#ifndef A_H\n#define A_H\nnamespace a {\n", "", "}\n"],
  ["go", "a template's tags", "package {{.Name}}\n", "{{range .Kinds}}\n", "{{end}}\n"],
  ["typescript", "a call without its end", 'define(["a"], function (a) {\n'],
  ["typescript", "an object without its end", "var x = {\n a: 1,\n"],
  ["typescript", "dots for what was left out", "...\n", "...\n", "...\n"],
  ["javascript", "a class without its end", "class A {\n"],
  ["javascript", "a call without its end", 'define(["a"], function (a) {\n'],
  [
    "javascript",
    "types that it has not",
    "type Of<P: string> = {| +a: P, b?: () => P |};\n",
    "opaque type To: string = string;\n",
  ],
  ["python", "a list without its end", "x = [\n"],
  ["python", "a template's tags", "{% if x %}\n", "{% endif %}\n", "{{ tail }}\n"],
  ["python", "a notebook's commands", "%load_ext a\n", "!ls -la\n", "%timeit area(1, 2)\n"],
];

const print = (grammar: Grammar, values: Uint32Array): Set<string> => {
  const pairs = printsInOrder(values, PRINT_TOKENS[0], languageOf(grammar));
  return new Set(Array.from({ length: pairs.length >> 1 }, (_, i) => `${pairs[2 * i]} ${pairs[2 * i + 1]}`));
};

test.each(FAULTS)("%s: %s", async (grammar, _, before, between = "", after = "") => {
  const [first, second, third] = ["area", "size", "room"].map((name) => FUNCTION[grammar](name)) as [
    string,
    string,
    string,
  ];
  const healthy = (await readTokens(`${first}\n${second}\n${third}`, grammar))!;
  const faulty = await readTokens(`${before}${first}\n${between}${second}\n${third}${after}`, grammar);
  expect(faulty!.errorShare).toBeGreaterThan(0);
  expect(faulty!.errorShare).toBeLessThanOrEqual(PARSE_ERROR_MAX);
  const [whole, seen] = [print(grammar, healthy.values), print(grammar, faulty!.values)];
  const kept = [...whole].filter((each) => seen.has(each)).length;
  expect(kept / whole.size).toBeGreaterThan(0.5);
});

test("what is no source is left out as before, and both are named with their shares", async () => {
  const prose = "Of the things that are said here none is a statement; and so it goes on, line by line.\n".repeat(40);
  const fault = FAULTS[0]!;
  const functions = ["area", "size", "room"].map((name) => FUNCTION.cpp(name)).join("\n");
  const files = [
    { path: "a.cpp", text: `${fault[2]}${functions}` },
    { path: "b.cpp", text: functions },
    { path: "c.cpp", text: prose },
    { path: "d.ts", text: "([{\n".repeat(3000) },
  ].map(({ path, text }) => ({ path, bytes: utf8(text), digest: sha256Digest(utf8(text)) }));
  const { seen } = await printTree(treeOf("tree", files), "units", () => {});
  expect(seen.files).toBe(2);
  expect(seen.leftOut).toEqual([{ why: "could not be parsed", files: 2 }]);
  const { files: named, more } = seen.unread!;
  expect(named.map(({ path }) => path)).toEqual(["c.cpp", "d.ts", "a.cpp"]);
  expect(named.map(({ share }) => share).slice(0, 2)).toEqual([1, 1]);
  expect(named[2]!.share).toBeLessThan(0.05);
  expect(more).toBe(0);
});
