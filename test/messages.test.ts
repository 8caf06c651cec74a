/** What a user is told names files, flags and things, never functions and modules of this program. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** What makes a message, or the beginning of one that a reader goes on from. */
const MADE =
  /(?:AssayError\(|asAssayError\(|fromUtf8\(|fromHex\(|fromBase64\(|parseStrictJson\(|expectLength\(|(?:what|where|at) = )/;
const QUOTED = /["`]([^"`\n]*)["`]/g;
/** `room.function` alone or before a colon, or `someFunction:`; files that a user sees look alike. */
const INTERNAL = /^(?:[a-z][a-z-]*\.(?!json|txt|html|md|sig|age|tsv)[a-z]\w*(?:$|: )|[a-z]+[A-Z]\w*: )/;

/** What of a source text looks like a name of this program in a message. */
function named(text: string): string[] {
  const plain = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  return plain.split(/;\n/).flatMap((statement) => {
    if (!MADE.test(statement) || /\bassert\(|^\s*import /.test(statement)) return [];
    const from = statement.slice(statement.search(MADE));
    return [...from.matchAll(QUOTED)].map(([, said]) => said!).filter((said) => INTERNAL.test(said));
  });
}

test("a planted one is found", () => {
  const planted = [
    `throw new AssayError("FORMAT", \`marks.readMarks: \${what}: expected a mark\`);\n`,
    'const text = fromUtf8(bytes, "bag.readBagInfo");\n',
    'throw new AssayError(\n  "LIMIT",\n  `decodeBundle: expected less`,\n);\n',
    `const at = \`gguf.header: \${what}\`;\n`,
  ];
  for (const text of planted) expect(named(text), text).toHaveLength(1);
  expect(named('throw new AssayError("LIMIT", `panel.json: expected less`);\n')).toEqual([]);
});

test("no message begins with one", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter(
    (name) => /\.tsx?$/.test(name) && !/generated|assembly/.test(name),
  );
  const found = files.flatMap((name) =>
    named(readFileSync(join("src", name), "utf8")).map((said) => `${name}: ${said}`),
  );
  expect(found).toEqual([]);
});
