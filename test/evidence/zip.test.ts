import fc from "fast-check";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { utf8 } from "../../src/base/bytes.js";
import { sha256Hex } from "../../src/base/digest.js";
import { unzipStrict, ZIP_LIMITS, zip } from "../../src/evidence/zip.js";

const FILES = new Map([
  ["b/two.txt", utf8("two\n")],
  ["a.txt", utf8("")],
  ["b/one.txt", utf8("one\n")],
]);
const MTIME = new Date(1980, 0, 1);
const foreign = (files: Record<string, Uint8Array>, options = {}) =>
  zipSync(files, { level: 0, mtime: MTIME, ...options });

describe("zip", () => {
  test("the same bytes whatever the order, for ever (a release of fflate that differs must not pass unseen)", () => {
    const bytes = zip(FILES);
    expect(zip(new Map([...FILES].reverse()))).toEqual(bytes);
    expect(sha256Hex(bytes)).toBe("17c6cc19fa39575bdca239fc492291e32d4ec0fa0c7494af08f1cf09cad76fda");
  });
  test("unzipping gives the files back, sorted", () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,6}z$/);
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
    fc.assert(
      fc.property(fc.array(fc.tuple(path, fc.uint8Array({ maxLength: 99 })), { maxLength: 8 }), (entries) => {
        const files = new Map(entries.filter(([p]) => !entries.some(([q]) => q.startsWith(`${p}/`))));
        expect(new Map(unzipStrict(zip(files)))).toEqual(files);
      }),
    );
  });
  test("every flipped bit is caught, as is every cut and every byte more", () => {
    const bytes = zip(FILES);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => unzipStrict(flipped), `bit ${bit}`).toThrow(/^zip: |^bundle: expected a plain relative path/);
    }
    for (let n = 0; n < bytes.length; n++) expect(() => unzipStrict(bytes.slice(0, n))).toThrow(/^zip: /);
    expect(() => unzipStrict(Uint8Array.from([...bytes, 0]))).toThrow(/^zip: /);
    expect(() => unzipStrict(Uint8Array.from([0, ...bytes]))).toThrow(/^zip: /);
  });
  test.each<[string, Uint8Array, RegExp]>([
    ["compressed entries", foreign({ "a.txt": utf8("a".repeat(99)) }, { level: 9 }), /stored, not compressed/],
    ["another date", foreign({ "a.txt": utf8("a") }, { mtime: new Date(1999, 0, 1) }), /same bytes|zipped again/],
    ["another order", foreign({ "b.txt": utf8("b"), "a.txt": utf8("a") }), /zipped again/],
    ["a comment", foreign({ "a.txt": [utf8("a"), { comment: "hi" }] as never }), /^zip: /],
    ["an extra field", foreign({ "a.txt": [utf8("a"), { extra: { 1: utf8("x") } }] as never }), /^zip: /],
    ["a path outside", foreign({ "../a.txt": utf8("a") }), /plain relative path/],
    ["an absolute path", foreign({ "/a.txt": utf8("a") }), /plain relative path/],
    ["a folder entry", foreign({ "a/": new Uint8Array(0) }), /plain relative path/],
    ["nothing", new Uint8Array(0), /end record/],
  ])("refuses %s", (_what, bytes, message) => {
    expect(() => unzipStrict(bytes)).toThrow(message);
  });
  test("refuses by its limits before it copies", () => {
    const bytes = zip(FILES);
    expect(() => unzipStrict(bytes, { ...ZIP_LIMITS, entriesMax: 2 })).toThrow(/at most 2 entries, got 3/);
    expect(() => unzipStrict(bytes, { ...ZIP_LIMITS, fileBytesMax: 3 })).toThrow(/at most 3 bytes, got 4/);
    expect(() => unzipStrict(bytes, { ...ZIP_LIMITS, zipBytesMax: 100 })).toThrow(/at most 100 bytes/);
    const declared = bytes.slice();
    const central = new DataView(declared.buffer).getUint32(declared.length - 6, true);
    declared.set([0xff, 0xff, 0xff, 0x7f], central + 24);
    expect(() => unzipStrict(declared)).toThrow(/files of at most/);
  });
  test("one name twice is refused", () => {
    const bytes = foreign({ "a.txt": utf8("x"), "b.txt": utf8("y") });
    const twice = bytes.map((byte) => (byte === 0x62 ? 0x61 : byte));
    expect(() => unzipStrict(twice)).toThrow(/names that differ/);
  });
  test("random bytes never give anything but an AssayError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        const end = Uint8Array.from([0x50, 0x4b, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0, ...noise.slice(0, 10)]);
        for (const bytes of [noise, Uint8Array.from([...noise, ...end])])
          expect(() => unzipStrict(bytes)).toThrow(/^(zip|bundle): /);
      }),
    );
  });
});
