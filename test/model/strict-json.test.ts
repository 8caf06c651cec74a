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
