/** The safetensors header as hostile input: each case of an attack by its name, within two seconds. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes, utf8 } from "../../src/base/bytes.js";
import { AssayError, type AssayErrorCode } from "../../src/base/error.js";
import { parseSafetensorsHeader, safetensorsHeaderLength } from "../../src/model/formats/safetensors.js";
import { SAFETENSORS_DTYPE_BITS, type SafetensorsDType } from "../../src/model/formats/safetensors-dtypes.js";
import { safetensorsHeaderBytes, writeSafetensors } from "../../src/model/formats/safetensors-writer.js";

const WITHIN_MS = 2_000;

/** A header text and so many data bytes. */
function file(header: string | object, dataBytes: number): Uint8Array {
  const text = typeof header === "string" ? header : JSON.stringify(header);
  return concatBytes([safetensorsHeaderBytes(text), new Uint8Array(dataBytes)]);
}

function parse(bytes: Uint8Array) {
  return parseSafetensorsHeader(bytes, bytes.length, "t.safetensors");
}

function expectError(run: () => unknown, code: AssayErrorCode, words: RegExp) {
  const cpu = process.cpuUsage();
  let got: unknown;
  try {
    run();
  } catch (error) {
    got = error;
  }
  const { user, system } = process.cpuUsage(cpu);
  // Parallel collection of what earlier tests left counts here too: the bound has room for it.
  expect((user + system) / 1000).toBeLessThan(WITHIN_MS);
  expect(got).toBeInstanceOf(AssayError);
  expect(got).toMatchObject({ code });
  expect((got as Error).message).toMatch(words);
  expect((got as Error).message).not.toContain("\n");
  expect((got as Error).message.length).toBeLessThan(700);
}

const f32 = (begin: number, end: number, ...shape: number[]) => ({ dtype: "F32", shape, data_offsets: [begin, end] });

/** A header that claims a length. */
function claims(length: bigint, rest = 100): Uint8Array {
  const bytes = new Uint8Array(8 + rest).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  bytes[8] = 0x7b;
  return bytes;
}

describe("hostile header lengths", () => {
  test.each([
    ["2^63", 2n ** 63n, "LIMIT"],
    ["2^64 - 1", 2n ** 64n - 1n, "LIMIT"],
    ["just over 100 MB", 100_000_001n, "LIMIT"],
    ["beyond the file", 101n, "FORMAT"],
    ["zero", 0n, "FORMAT"],
  ] as const)("%s", (_, length, code) => {
    expectError(() => parse(claims(length)), code, /expected a .*header/);
    expectError(() => safetensorsHeaderLength(claims(length), 108, "t"), code, /expected a .*header/);
  });
  test("a file of fewer than 8 bytes", () => {
    for (let n = 0; n < 8; n++) expectError(() => parse(new Uint8Array(n)), "FORMAT", /at least 8 bytes/);
  });
  test("a buffer shorter than the header", () => {
    const bytes = file({ a: f32(0, 4, 1) }, 4);
    expectError(() => parseSafetensorsHeader(bytes.subarray(0, 20), bytes.length, "t"), "FORMAT", /truncated/);
  });
});

describe("hostile header texts", () => {
  test.each<[string, string | object, number, AssayErrorCode, RegExp]>([
    ["an array", "[1,2]", 0, "FORMAT", /begins with {/],
    ["leading white space", ` {"a":1}`, 0, "FORMAT", /begins with {/],
    ["broken JSON", `{"a":`, 0, "FORMAT", /expected JSON/],
    ["two documents", "{}{}", 0, "FORMAT", /expected JSON/],
    [
      "duplicate keys",
      `{"a":${JSON.stringify(f32(0, 4, 1))},"a":${JSON.stringify(f32(0, 4, 1))}}`,
      4,
      "FORMAT",
      /"a" twice/,
    ],
    [
      "duplicate keys by escape",
      `{"a":${JSON.stringify(f32(0, 4, 1))},"\\u0061":${JSON.stringify(f32(0, 4, 1))}}`,
      4,
      "FORMAT",
      /twice/,
    ],
    [
      "duplicate keys inside a tensor",
      `{"a":{"dtype":"F32","dtype":"F16","shape":[1],"data_offsets":[0,4]}}`,
      4,
      "FORMAT",
      /twice/,
    ],
    ["__proto__", `{"__proto__":${JSON.stringify(f32(0, 4, 1))}}`, 4, "FORMAT", /__proto__/],
    ["unknown dtype", { a: { ...f32(0, 4, 1), dtype: "F31" } }, 4, "FORMAT", /known dtype/],
    ["dtype of a prototype", { a: { ...f32(0, 4, 1), dtype: "constructor" } }, 4, "FORMAT", /known dtype/],
    ["negative dimension", { a: f32(0, 4, -1) }, 4, "FORMAT", /non-negative integers/],
    ["two negative dimensions", { a: f32(0, 4, -1, -1) }, 4, "FORMAT", /non-negative integers/],
    ["fractional dimension", { a: f32(0, 4, 0.5, 2) }, 4, "FORMAT", /non-negative integers/],
    ["minus zero", `{"a":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}`, 0, "FORMAT", /non-negative integers/],
    ["text dimension", { a: { ...f32(0, 4), shape: ["1"] } }, 4, "FORMAT", /non-negative integers/],
    ["null shape", { a: { ...f32(0, 4), shape: null } }, 4, "FORMAT", /expected a shape/],
    ["one offset", { a: { ...f32(0, 4, 1), data_offsets: [0] } }, 4, "FORMAT", /data_offsets/],
    ["three offsets", { a: { ...f32(0, 4, 1), data_offsets: [0, 4, 8] } }, 4, "FORMAT", /data_offsets/],
    ["reversed offsets", { a: f32(4, 0, 1) }, 4, "FORMAT", /data_offsets/],
    ["fractional offsets", { a: f32(0.5, 4.5, 1) }, 8, "FORMAT", /data_offsets/],
    ["negative offsets", { a: f32(-4, 0, 1) }, 4, "FORMAT", /data_offsets/],
    [
      "offsets over 2^53",
      `{"a":{"dtype":"F32","shape":[1],"data_offsets":[9007199254740992,9007199254740996]}}`,
      4,
      "FORMAT",
      /data_offsets/,
    ],
    ["size too small for the shape", { a: f32(0, 4, 2) }, 4, "FORMAT", /expected 8 bytes/],
    ["size too large for the shape", { a: f32(0, 8, 1) }, 8, "FORMAT", /expected 4 bytes/],
    ["half a byte", { a: { dtype: "F4", shape: [1], data_offsets: [0, 1] } }, 1, "FORMAT", /expected 0.5 bytes/],
    ["overlapping offsets", { a: f32(0, 8, 2), b: f32(4, 12, 2) }, 12, "FORMAT", /overlapping/],
    ["the same bytes twice", { a: f32(0, 4, 1), b: f32(0, 4, 1) }, 4, "FORMAT", /overlapping/],
    ["holed offsets", { a: f32(0, 4, 1), b: f32(8, 12, 1) }, 12, "FORMAT", /hole of 4/],
    ["a hole at the start", { a: f32(4, 8, 1) }, 8, "FORMAT", /hole of 4/],
    ["data beyond the file", { a: f32(0, 8, 2) }, 7, "FORMAT", /truncated/],
    ["trailing bytes", { a: f32(0, 8, 2) }, 9, "FORMAT", /after the last tensor/],
    ["data without tensors", {}, 1, "FORMAT", /after the last tensor/],
    ["metadata that is a list", { __metadata__: [] }, 0, "FORMAT", /__metadata__/],
    ["metadata with a number", { __metadata__: { a: 1 } }, 0, "FORMAT", /string in __metadata__/],
    ["metadata with an object", { __metadata__: { a: {} } }, 0, "FORMAT", /string in __metadata__/],
    ["an unknown field", { a: { ...f32(0, 4, 1), path: "/etc" } }, 4, "FORMAT", /expected exactly/],
    ["a missing field", { a: { dtype: "F32", shape: [1] } }, 4, "FORMAT", /expected exactly/],
    ["a tensor that is a list", { a: [] }, 0, "FORMAT", /expected exactly/],
    ["an empty name", { "": f32(0, 4, 1) }, 4, "FORMAT", /empty/],
    ["a path upwards", { "../a": f32(0, 4, 1) }, 4, "FORMAT", /path upwards/],
    ["a path upwards inside", { "a/../../b": f32(0, 4, 1) }, 4, "FORMAT", /path upwards/],
    ["a path upwards with backslashes", { "a\\..\\b": f32(0, 4, 1) }, 4, "FORMAT", /path upwards/],
    ["a line break in a name", { "a\nb": f32(0, 4, 1) }, 4, "FORMAT", /printable/],
    ["a terminal escape in a name", { "\u001b[2J": f32(0, 4, 1) }, 4, "FORMAT", /printable/],
    ["a lone surrogate in a name", `{"\\ud800":${JSON.stringify(f32(0, 4, 1))}}`, 4, "FORMAT", /printable/],
    ["a name of a million characters", { ["a".repeat(1e6)]: f32(0, 4, 1) }, 4, "LIMIT", /512 characters/],
    ["rank 10^5", { a: f32(0, 4, ...new Array(1e5).fill(1)) }, 4, "LIMIT", /rank/],
    ["a shape product over 2^53", { a: f32(0, 4, 2 ** 30, 2 ** 30) }, 4, "LIMIT", /2\^53/],
    ["a shape product that wraps to 4 in 64 bits", { a: f32(0, 4, 2 ** 33, 2 ** 31) }, 4, "LIMIT", /2\^53/],
    ["a size over 2^53 bits", { a: f32(0, 4, 2 ** 50) }, 4, "LIMIT", /2\^53/],
  ])("%s", (_, header, dataBytes, code, words) => {
    expectError(() => parse(file(header, dataBytes)), code, words);
  });

  test("rank 10^6", () => {
    expectError(
      () => parse(file(`{"a":{"dtype":"F32","shape":[${"1,".repeat(999_999)}1],"data_offsets":[0,4]}}`, 4)),
      "LIMIT",
      /values/,
    );
  });
  test("malformed UTF-8", () => {
    const bytes = file({ aaaa: f32(0, 4, 1) }, 4);
    bytes[11] = 0xff;
    expectError(() => parse(bytes), "FORMAT", /UTF-8/);
  });
  test("a byte order mark", () => {
    expectError(() => parse(file(`\ufeff{}`, 0)), "FORMAT", /begins with {/);
  });
  test("deep nesting", () => {
    expectError(() => parse(file(`{"a":${"[".repeat(40)}${"]".repeat(40)}}`, 0)), "LIMIT", /nesting/);
  });
  test("50 MB of [", () => {
    expectError(() => parse(file("[".repeat(5e7), 0)), "FORMAT", /begins with {/);
    expectError(() => parse(file(`{"a":${"[".repeat(5e7)}`, 0)), "LIMIT", /lists/);
  });
  test("50 MB of empty lists and of commas", () => {
    expectError(() => parse(file(`{"a":[${"[],".repeat(16e6)}[]]}`, 0)), "LIMIT", /lists/);
    expectError(() => parse(file(`{"a":[${",".repeat(5e7)}]}`, 0)), "LIMIT", /values/);
  });
  test("50 MB in one string", () => {
    expectError(() => parse(file(`{"a":"${"x".repeat(5e7)}"}`, 0)), "FORMAT", /expected exactly/);
    expectError(() => parse(file(`{"a":"${"\\".repeat(5e7)}`, 0)), "FORMAT", /JSON/);
  });
  test("more tensors than the limit", () => {
    const header = `{${Array.from({ length: 140_000 }, (_, i) => `"${i}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`).join()}}`;
    expectError(() => parse(file(header, 0)), "LIMIT", /at most/);
  });
  test("as many lists, and as many values, as the bounds let through", { timeout: 30_000 }, () => {
    expectError(() => parse(file(`{"a":[${"[],".repeat(196_000)}[]]}`, 0)), "FORMAT", /expected exactly/);
    expectError(() => parse(file(`{"a":[${"1,".repeat(650_000)}1]}`, 0)), "FORMAT", /expected exactly/);
  });
  test("truncation at every byte", () => {
    const bytes = file({ a: f32(0, 8, 2), b: f32(8, 12, 1) }, 12);
    for (let n = 0; n < bytes.length; n++) expectError(() => parse(bytes.subarray(0, n)), "FORMAT", /expected/);
  });
});

describe("laws", () => {
  test("zero-size tensors lie where they like between others", () => {
    const header = parse(file({ a: f32(0, 4, 1), z: f32(4, 4, 0, 7), b: f32(4, 8, 1), y: f32(0, 0, 0) }, 8));
    expect(header.tensors.map((t) => t.name)).toEqual(["y", "a", "z", "b"]);
    expect(header.tensors[0]).toMatchObject({ elements: 0, sizeBytes: 0 });
  });
  test("a scalar has one element", () => {
    expect(parse(file({ a: f32(0, 4) }, 4)).tensors[0]).toMatchObject({ elements: 1, shape: [] });
  });
  test("[0, 2^52, 2^52] is empty, not too large", () => {
    expect(parse(file({ a: f32(0, 0, 0, 2 ** 52, 2 ** 52) }, 0)).tensors[0]).toMatchObject({ elements: 0 });
  });
  test("what is written is read back, and writing is deterministic", () => {
    const dtypes = Object.keys(SAFETENSORS_DTYPE_BITS).filter((d) => !/^F[46]/.test(d)) as SafetensorsDType[];
    const tensors = fc.uniqueArray(
      fc.record({
        name: fc
          .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
          .filter((s) => !/[\p{Cc}\p{Cs}]|\.\.|^__/u.test(s)),
        dtype: fc.constantFrom(...dtypes),
        shape: fc.array(fc.nat(4), { maxLength: 4 }),
      }),
      { selector: (t) => t.name, maxLength: 8 },
    );
    fc.assert(
      fc.property(
        tensors,
        fc.dictionary(
          fc.string().filter((k) => k !== "__proto__"),
          fc.string(),
        ),
        (list, metadata) => {
          const written = list.map((t) => {
            const bytes = t.shape.reduce((n, m) => n * m, SAFETENSORS_DTYPE_BITS[t.dtype] / 8);
            return { ...t, data: Uint8Array.from({ length: bytes }, (_, i) => i) };
          });
          const bytes = writeSafetensors(written, metadata);
          expect(writeSafetensors(written, metadata)).toEqual(bytes);
          const header = parse(bytes);
          expect({ ...header.metadata }).toEqual({ ...metadata });
          expect(header.tensors.length).toBe(list.length);
          for (const w of written) {
            const t = header.tensors.find((h) => h.name === w.name)!;
            expect(t).toMatchObject({ dtype: w.dtype, shape: w.shape });
            expect(bytes.subarray(t.offsetBytes, t.offsetBytes + t.sizeBytes)).toEqual(w.data);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
  test("the header text does not depend on the platform", () => {
    const bytes = writeSafetensors([{ name: "a", dtype: "U8", shape: [2], data: Uint8Array.of(1, 2) }]);
    expect(bytes.subarray(8, bytes.length - 2)).toEqual(
      utf8(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}   `),
    );
  });
});
