/** The shard index names files and tensors: it must be a plain map that the shards confirm. */
import { describe, expect, test } from "vitest";
import { utf8 } from "../../src/base/bytes.js";
import { parseSafetensorsHeader, type SafetensorsHeader } from "../../src/model/formats/safetensors.js";
import { writeSafetensors } from "../../src/model/formats/safetensors-writer.js";
import { checkShards, INDEX_NAME, parseShardIndex } from "../../src/model/formats/shard-index.js";
import { tensor } from "./tiny-llama.js";

const present = new Set(["a.safetensors", "b.safetensors", "x.bin", INDEX_NAME]);
const parse = (weightMap: unknown) =>
  parseShardIndex(utf8(JSON.stringify({ metadata: { total_size: 1 }, weight_map: weightMap })), present);

function header(...names: string[]): SafetensorsHeader {
  const bytes = writeSafetensors(names.map((n) => tensor(n, "F32", [1])));
  return parseSafetensorsHeader(bytes, bytes.length, "shard");
}

describe("names of shards", () => {
  test.each([
    ["a path upwards", "../a.safetensors", /same folder/],
    ["a path upwards with a backslash", "..\\a.safetensors", /same folder/],
    ["a folder", "sub/a.safetensors", /same folder/],
    ["an absolute path", "/etc/a.safetensors", /same folder/],
    ["a drive", "C:a.safetensors", /same folder/],
    ["two dots", "..", /same folder/],
    ["a control character", "a\u0000.safetensors", /same folder/],
    ["an empty name", "", /\.safetensors file/],
    ["a pickle", "x.bin", /\.safetensors file/],
    ["the index itself", INDEX_NAME, /naming itself/],
    ["a missing file", "c.safetensors", /no such file/],
    ["a number", 1, /file name/],
    ["a list", ["a.safetensors"], /file name/],
  ])("%s is an error", (_, file, words) => {
    expect(() => parse({ t: file })).toThrow(words);
    expect(() => parse({ t: file })).toThrow(expect.objectContaining({ name: "AssayError" }));
  });
});

describe("the document", () => {
  test.each([
    ["no map", "{}", /weight_map/],
    ["a list", "[]", /weight_map/],
    ["an empty map", `{"weight_map":{}}`, /got none/],
    ["duplicate tensors", `{"weight_map":{"t":"a.safetensors","t":"b.safetensors"}}`, /twice/],
    ["50 MB of [", "[".repeat(5e7), /lists/],
    ["deep nesting", `{"weight_map":${"[".repeat(40)}`, /nesting/],
  ])("%s is an error", (_, text, words) => {
    expect(() => parseShardIndex(utf8(text), present)).toThrow(words);
  });
});

describe("map and shards agree", () => {
  const index = parse({ t: "a.safetensors", u: "b.safetensors" });
  const check = (a: SafetensorsHeader, b: SafetensorsHeader) => () =>
    checkShards(
      index,
      new Map([
        ["a.safetensors", a],
        ["b.safetensors", b],
      ]),
    );
  test("as they should", () => {
    expect(check(header("t"), header("u"))).not.toThrow();
    expect(index.shards).toEqual(["a.safetensors", "b.safetensors"]);
  });
  test("a tensor missing from its shard", () => expect(check(header(), header("u"))).toThrow(/no such tensor/));
  test("a tensor in two shards", () => expect(check(header("t"), header("t", "u"))).toThrow(/in one shard/));
  test("a tensor that the map puts elsewhere", () =>
    expect(check(header("u"), header("t"))).toThrow(/under that file/));
  test("a tensor beside the map", () => expect(check(header("t", "v"), header("u"))).toThrow(/got no entry/));
});
