import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromUtf8, utf8 } from "../../src/base/bytes.js";
import { BAG_FILES_MAX, checkBag, checkPath, packBag, readBagInfo } from "../../src/evidence/bag.js";

const NAME = fc.stringMatching(/^[a-z][a-z0-9_-]{0,7}z$/);
const PATH = fc.array(NAME, { minLength: 1, maxLength: 3 }).map((parts) => `${parts.join("/")}.bin`);
const PAYLOAD = fc
  .array(fc.tuple(PATH, fc.uint8Array({ maxLength: 64 })), { minLength: 1, maxLength: 6 })
  .map((entries) => new Map(entries));

const bag = () =>
  packBag(
    new Map([
      ["b.txt", utf8("bee\n")],
      ["a/c.txt", utf8("sea\n")],
    ]),
    { "Source-Organization": "Fictional Office" },
  );
const text = (files: ReadonlyMap<string, Uint8Array>, path: string) => fromUtf8(files.get(path)!, path);

describe("packBag", () => {
  test("writes the canonical text of RFC 8493", () => {
    const files = bag();
    expect([...files.keys()]).toEqual([
      ...["bag-info.txt", "bagit.txt", "data/a/c.txt", "data/b.txt"],
      ...["manifest-sha256.txt", "tagmanifest-sha256.txt"],
    ]);
    expect(text(files, "bagit.txt")).toBe("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
    expect(text(files, "bag-info.txt")).toBe("Payload-Oxum: 8.2\nSource-Organization: Fictional Office\n");
    expect(text(files, "manifest-sha256.txt")).toMatch(
      /^[0-9a-f]{64} {2}data\/a\/c\.txt\n[0-9a-f]{64} {2}data\/b\.txt\n$/,
    );
  });
  test("what is packed holds, and the order of the input does not show", () => {
    fc.assert(
      fc.property(PAYLOAD, (payload) => {
        const files = packBag(payload, {});
        checkBag(files);
        expect(packBag(new Map([...payload].reverse()), {})).toEqual(files);
        for (const [path, bytes] of payload) expect(files.get(`data/${path}`)).toEqual(bytes);
      }),
    );
  });
  test.each([
    ["Label", "two\nlines"],
    ["Label", " padded"],
    ["Label", ""],
    ["label: x", "value"],
    ["__proto__", "value"],
  ])("refuses the entry %j: %j", (label, value) => {
    expect(() => packBag(new Map([["a", utf8("")]]), Object.fromEntries([[label, value]]))).toThrow(/bag-info\.txt/);
  });
  test("keeps the labels it was given, and adds the octet count", () => {
    expect(readBagInfo(bag()).get("Source-Organization")).toBe("Fictional Office");
    expect(() => packBag(new Map([["a", utf8("")]]), { "Contact-Name": "A", "Contact-name": "B" })).toThrow(
      /none twice/,
    );
  });
});

describe("checkPath", () => {
  test.each([
    ...["", "/etc/passwd", "../x", "data/../x", "data/./x", "data//x", "data/", "data\\x", "c:/x", "a\nb", "a\u0000"],
    ...[
      "data/%41",
      "data/%0A",
      "data/é",
      "data/e\u0301",
      ".hidden",
      "-rf",
      "data/a b",
      "data/con",
      "data/NUL.txt",
      "a.",
    ],
    ...["__proto__", "a\u202eb", "data/x\n", "x".repeat(201)],
  ])("refuses %j", (path) => {
    expect(() => checkPath(path)).toThrow(/plain relative path/);
  });
  test.each(["bagit.txt", "data/figures/evidence-map.svg", "data/constant", "A/b.tar.gz"])("accepts %j", (path) => {
    checkPath(path);
  });
});

describe("checkBag names the first thing that does not hold", () => {
  const changed = (path: string, bytes: Uint8Array | null) => {
    const files = bag();
    if (bytes) files.set(path, bytes);
    else files.delete(path);
    return files;
  };
  test.each<[string, string, Uint8Array | null, RegExp]>([
    [
      "an altered file",
      "data/b.txt",
      utf8("Bee\n"),
      /data\/b\.txt: expected sha256 [0-9a-f]{64} by manifest-sha256\.txt/,
    ],
    ["a missing file", "data/b.txt", null, /"data\/b\.txt", which manifest-sha256\.txt lists, got no such file/],
    ["a file not listed", "data/d.txt", utf8(""), /expected data\/d\.txt to be listed in manifest-sha256\.txt/],
    ["a tag file not listed", "notes.txt", utf8(""), /expected only the tag files of this form, got "notes\.txt"/],
    ["no declaration", "bagit.txt", null, /expected a file bagit\.txt, got none/],
    ["another version", "bagit.txt", utf8("BagIt-Version: 0.97\n"), /declare BagIt 1\.0/],
    ["an altered info file", "bag-info.txt", utf8("A: b\n"), /bag-info\.txt: expected sha256/],
    ["a name twice but for case", "data/B.txt", utf8("bee\n"), /differ in more than case/],
    ["a file that is a folder too", "data/a", utf8(""), /to be a file or a folder, got both/],
    ["a path outside", "../b.txt", utf8(""), /plain relative path/],
  ])("%s", (_what, path, bytes, message) => {
    expect(() => checkBag(changed(path, bytes))).toThrow(message);
  });
  test("a manifest in other words, even where the tag manifest agrees", () => {
    const files = bag();
    const twisted = utf8(text(files, "manifest-sha256.txt").replaceAll("  data", " *data"));
    const tags = text(files, "tagmanifest-sha256.txt");
    files.set("manifest-sha256.txt", twisted);
    const again = packBag(new Map([["manifest", twisted]]), {});
    const digest = text(again, "manifest-sha256.txt").slice(0, 64);
    files.set("tagmanifest-sha256.txt", utf8(tags.replace(/[0-9a-f]{64} {2}manifest/, `${digest}  manifest`)));
    expect(() => checkBag(files)).toThrow(/listed in manifest-sha256\.txt/);
  });
  test("too many files", () => {
    const files = new Map(Array.from({ length: BAG_FILES_MAX + 1 }, (_, i) => [`data/f${i}`, new Uint8Array(0)]));
    expect(() => checkBag(files)).toThrow(/at most 4096 files/);
  });
  test("an empty map, and one without payload", () => {
    expect(() => checkBag(new Map())).toThrow(/expected a file bag-info\.txt/);
    expect(() => packBag(new Map(), {})).toThrow(/at least one payload file/);
  });
});
