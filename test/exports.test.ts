/** What tools/exports.ts catches, planted in a small house. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { complaints, exportsIn, exportsOf } from "../tools/exports.js";

const roots: string[] = [];
afterAll(() => roots.forEach((root) => void rmSync(root, { recursive: true })));

function complaintsAbout(files: Record<string, string>): string[] {
  const root = mkdtempSync(join(tmpdir(), "assay-exports-"));
  roots.push(root);
  const all = { "package.json": '{ "exports": { "./open": "./dist/open.js" } }', ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return complaints(exportsOf(root));
}

test("an export that nobody uses, and a function without a docstring, are told", () => {
  const said = complaintsAbout({
    "src/a.ts": "/** Told. */\nexport function used() {}\nexport const LEFT = 1;\nexport interface Alone {}\n",
    "src/b.ts": 'import { used } from "./a.js";\n\nexport const bare = (n: number) => used() ?? n;\n',
    "test/b.test.ts": 'import { bare } from "../src/b.js";\nbare(1);\n',
  });
  expect(said).toEqual([
    "src/a.ts:3: no other file uses LEFT: take `export` off",
    "src/a.ts:4: no other file uses Alone: take `export` off",
    "src/b.ts:3: bare has no docstring",
  ]);
});

test("a file of the same name elsewhere is no user", () => {
  const said = complaintsAbout({
    "src/a.ts": "export const N = 1;\n",
    "src/c/a.ts": "export const N = 1;\n",
    "src/c/b.ts": 'import { N } from "./a.js";\nconsole.log(N);\n',
  });
  expect(said).toEqual(["src/a.ts:1: no other file uses N: take `export` off"]);
});

test("users are whoever names it: through dist, renamed, a dynamic import, a path handed over; the public files have users", () => {
  const said = complaintsAbout({
    "src/a.ts": "export const A = 1;\nexport const B = 1;\nexport const C = 1;\nexport type D = 1;\n",
    "src/open.ts": "export const E = 1;\n",
    "validation/a.study.ts": 'import {\n  A as a,\n} from "../dist/a.js";\na;\n',
    "bench/a.ts": 'const { B } = await import("../src/a.js");\nB;\n',
    "src/b.ts": 'pool.run("./a.js", (m) => m.C);\ntype X = import("./a.js").D;\n',
  });
  expect(said).toEqual([]);
});

test("what is a function and what is documented is read from the text", () => {
  const text = [
    "/** Over overloads. */",
    "export function over(a: string): string;",
    "export function over(a: number): number;",
    "export const long = async (",
    "  a: number,",
    ") => a;",
    "/** Told. */",
    "// biome-ignore lint: a reason",
    "export async function* told() {}",
    "export const schema = z.array(z.string());",
    "export const sum = (1 + 2) * 3;",
    "export const one = <T>(t: T): T => t;",
  ].join("\n");
  expect(exportsIn(text).map(({ name, kind, documented }) => [name, kind, documented])).toEqual([
    ["over", "function", true],
    ["long", "function", false],
    ["told", "function", true],
    ["schema", "value", false],
    ["sum", "value", false],
    ["one", "function", false],
  ]);
});

test("the house itself has none", () => {
  expect(complaints(exportsOf(resolve(".")))).toEqual([]);
});
