/** JSON read strictly: where strings end, which keys are equal, and that a long text costs no more a byte than a short one. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseStrictJson } from "../../src/base/strict-json.js";
import { processorMs } from "../processor-time.js";

test("what is written out is read back, whatever quotes and escapes stand in it", () => {
  const strings = fc.string({ unit: fc.constantFrom("\\", '"', "a", "\n", "{", "[", ",", ":") });
  fc.assert(
    fc.property(fc.array(fc.uniqueArray(strings)), (rows) => {
      const objects = rows.map((keys) => Object.fromEntries(keys.map((key, i) => [key, `${key}${i}`])));
      expect(JSON.stringify(parseStrictJson(JSON.stringify(objects), "x"))).toBe(JSON.stringify(objects));
    }),
  );
});

test("where keys have escapes, whatever stands in and around them is read as written", () => {
  const key = fc.string({ unit: fc.constantFrom("\\", '"', "a", "\n", "\u2028", "[") });
  const { tree } = fc.letrec((tie) => ({
    leaf: fc.oneof(
      key,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ),
    tree: fc.oneof(
      { maxDepth: 4 },
      tie("leaf"),
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(key, tie("tree"), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(tree, fc.constantFrom(undefined, 1, "\t"), (value, blanks) => {
      const text = JSON.stringify([{ '"': value, "\\": 0 }], null, blanks);
      expect(JSON.stringify(parseStrictJson(text, "x"), null, blanks)).toBe(text);
    }),
    { numRuns: 1000 },
  );
});

test("a key twice is refused however it is written, beside escapes as without", () => {
  for (const text of [
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"x":"\\\\","a":"\\"","a":2}',
    '["\\"",{"\\\\":1,"\\\\":2}]',
  ])
    expect(() => parseStrictJson(text, "x"), text).toThrow(/unique keys/);
  for (const text of ['{"a', '{"a\\', '{"a\\"', '["a\\\\", "'])
    expect(() => parseStrictJson(text, "x"), text).toThrow(/expected JSON/);
});

test("four times the text takes four times the time, not sixteen, with and without an escape far behind", async () => {
  const text = (strings: number, last: string) => `[${'"abc",'.repeat(strings)}"${last}"]`;
  const least = async (strings: number, last: string) => {
    const made = text(strings, last);
    const times: number[] = [];
    for (let i = 0; i < 3; i++) times.push(await processorMs(() => parseStrictJson(made, "x")));
    return Math.min(...times);
  };
  for (const last of ["", "\\n"]) {
    await least(10_000, last);
    expect((await least(160_000, last)) / (await least(40_000, last))).toBeLessThan(9);
  }
});
