/** GGUF headers: what the reference writer wrote, the bounds, and what is an error of the input. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { concatBytes, utf8 } from "../../src/base/bytes.js";
import { isReadDType } from "../../src/kernels/dtypes.js";
import { Kernel } from "../../src/kernels/kernel.js";
import { GGUF_TENSORS_MAX, parseGgufHeader } from "../../src/model/formats/gguf.js";
import { readGguf } from "../../src/model/read-gguf.js";
import { asGguf, type GgufEntry, type GgufTensorToWrite, u32, u64, writeGguf } from "./gguf-writer.js";
import { tinyLlama } from "./tiny-llama.js";

const vectors = JSON.parse(readFileSync("test/model/gguf-vectors.json", "utf8")).file as {
  bytes: string;
  tensors: Record<string, { type: string; shape: number[]; first: number; last: number }>;
};
const golden = new Uint8Array(Buffer.from(vectors.bytes, "base64"));

const llama: GgufEntry[] = [
  ["general.architecture", "llama"],
  ["llama.attention.head_count", 4],
  ["llama.attention.head_count_kv", 2],
  ["llama.attention.key_length", 4],
];
const tensors = asGguf(tinyLlama({ dtype: "BF16" }), () => null, 4);
function read(entries: readonly GgufEntry[] = llama, stored: readonly GgufTensorToWrite[] = tensors) {
  const bytes = writeGguf(entries, stored);
  return readGguf(parseGgufHeader(bytes, bytes.length, "f")!, "f");
}
function model(entries?: readonly GgufEntry[], stored?: readonly GgufTensorToWrite[]) {
  const { reading } = read(entries, stored);
  if (reading.kind === "refused") throw new Error(reading.reason);
  return reading.model;
}
function reason(entries?: readonly GgufEntry[], stored?: readonly GgufTensorToWrite[]): string {
  const { reading } = read(entries, stored);
  if (reading.kind === "refused") return reading.reason;
  return ["read", ...reading.model.leftOut.map(({ part, why }) => `${part}: ${why}`)].join("\n");
}
const parse = (bytes: Uint8Array) => parseGgufHeader(bytes, bytes.length, "f");

describe("a file of the reference writer", () => {
  const header = parseGgufHeader(golden, golden.length, "tiny.gguf")!;
  test("tensors: names, types, shapes, and values where the offsets say", () => {
    const kernel = new Kernel();
    expect(header.tensors.map((t) => t.name).sort()).toEqual(Object.keys(vectors.tensors).sort());
    for (const { name, type, shape, offsetBytes, sizeBytes } of header.tensors) {
      const want = vectors.tensors[name]!;
      expect([type!.name, shape]).toEqual([want.type, want.shape]);
      if (!isReadDType(type!.name)) throw new Error(name);
      const values = kernel.decode(type!.name, golden.subarray(offsetBytes, offsetBytes + sizeBytes!));
      expect([values[0], values.at(-1)]).toEqual([want.first, want.last]);
    }
  });
  test("configuration and vocabulary come from its metadata", () => {
    const { reading, vocabulary } = readGguf(header, "f");
    expect(reading).toMatchObject({
      kind: "model",
      model: { layers: 1, hidden: 64, mlpHidden: 96, keyValueHeads: 2, headDim: 16, vocabulary: 8, tied: false },
    });
    if (reading.kind !== "model") return;
    expect(reading.model.config).toMatchObject({ modelType: "llama", heads: 4, ropeTheta: 10000, maxPositions: 16 });
    expect([...vocabulary!.keys()].slice(0, 4)).toEqual(["<s>", "</s>", "\u0120the", "\u00e9"]);
  });
  test("any part of the header asks for more; no part of the file passes for the whole", () => {
    for (let length = 0; length < header.dataOffsetBytes - 32; length += 7) {
      expect(parseGgufHeader(golden.subarray(0, length), golden.length, "f")).toBeNull();
      expect(() => parse(golden.subarray(0, length))).toThrow(expect.objectContaining({ code: "FORMAT" }));
    }
  });
});

describe("read", () => {
  test("versions 2 and 3 are alike", () => {
    const two = parse(writeGguf(llama, tensors, 2))!;
    expect({ ...two, version: 3 }).toEqual(parse(writeGguf(llama, tensors, 3)));
  });
  test("Llama's queries and keys get the order of Hugging Face files; others keep theirs or are left aside", () => {
    const q = (architecture: string) => {
      const entries = llama.map(
        ([k, v]) => [k.replace("llama", architecture), v === "llama" ? architecture : v] as const,
      );
      const m = model(entries);
      return { matrix: m.tensors.get("layers.0.attention.q")?.matrix, others: m.others.length };
    };
    expect(q("llama").matrix!.order).toEqual({ kind: "halves", count: 4 });
    expect(q("qwen2").matrix!.order).toBeUndefined();
    expect(q("minicpm")).toEqual({ matrix: undefined, others: 4 });
  });
  test("without known heads Llama's queries and keys are left aside", () => {
    const m = model(llama.slice(0, 1));
    expect(m.tensors.has("layers.0.attention.k")).toBe(false);
    expect(m.tensors.has("layers.0.attention.v")).toBe(true);
    expect(m.keyValueHeads).toBe(0);
  });
  test("pieces that are no text, or stand twice, stand for no string", () => {
    const { vocabulary } = read([...llama, ["tokenizer.ggml.tokens", ["a", "b", "a", "\uFFFD", "c"]]]);
    expect([...vocabulary!]).toEqual([
      ["b", 1],
      ["c", 4],
    ]);
  });
});

describe("refused, with what was found", () => {
  test.each<[string, GgufEntry[], RegExp]>([
    ["a part of a split model", [...llama, ["split.count", 3]], /one of 3 files of a split GGUF model; join them/],
    ["an adapter", [...llama, ["general.type", "adapter"]], /LoRA adapter.*merge it into its base model first/],
    ["a projector", [...llama, ["general.type", "mmproj"]], /type "mmproj", which is no model/],
  ])("%s", (_, entries, words) => expect(reason(entries)).toMatch(words));
  test("types that are not read, by name, and numbers that are not known", () => {
    const as = (type: number, size: number) =>
      tensors.map((t) =>
        t.name === "blk.0.ffn_up.weight" ? { ...t, shape: [12, 256], type, data: new Uint8Array(size) } : t,
      );
    expect(reason(llama, as(23, 12 * 136))).toMatch(/stored as IQ4_XS; F64/);
    expect(reason(llama, as(24, 12 * 256))).toMatch(/stored as I8; F64/);
    expect(reason(llama, as(777, 640))).toMatch(/stored as GGUF type 777/);
  });
  test("a mixture of experts", () => {
    const experts = tensors.map((t) => ({ ...t, name: t.name.replace("ffn_up", "ffn_up_exps") }));
    expect(reason(llama, experts)).toMatch(/blk\.0\.ffn_up_exps\.weight: .*expected rank 3/);
  });
});

describe("errors of the input", () => {
  const good = writeGguf(llama, tensors);
  const edited = (at: number, bytes: Uint8Array) => {
    const out = good.slice();
    out.set(bytes, at);
    return out;
  };
  const head = (entries: number, ...parts: Uint8Array[]) =>
    concatBytes([utf8("GGUF"), u32(3), u64(0), u64(entries), ...parts]);
  const key = concatBytes([u64(1), utf8("k")]);
  test.each<[string, Uint8Array, string, RegExp]>([
    ["nothing", new Uint8Array(0), "FORMAT", /got the end/],
    ["another magic", edited(0, utf8("GGML")), "FORMAT", /begins with GGUF/],
    ["version 1", edited(4, u32(1)), "FORMAT", /expected version 2 or 3, little-endian, got 1/],
    ["big-endian", edited(4, u32(3 << 24)), "FORMAT", /version 2 or 3/],
    ["too many tensors", edited(8, u64(GGUF_TENSORS_MAX + 1)), "LIMIT", /at most 65536 tensors/],
    ["more tensors than there are", edited(8, u64(1000)), "FORMAT", /./],
    ["too many entries", edited(16, u64(2 ** 40)), "LIMIT", /metadata entries/],
    ["a count beyond 2^53", edited(16, new Uint8Array(8).fill(255)), "LIMIT", /less than 2\^53/],
    ["a key without end", head(1, u64(2 ** 33)), "LIMIT", /bytes in a key/],
    ["an unknown value type", head(1, key, u32(13), u32(0)), "FORMAT", /expected a known type for "k", got type 13/],
    ["an array of arrays", head(1, key, u32(9), u32(9), u64(1), u32(9)), "FORMAT", /got type 9/],
    ["an array of 2^40", head(1, key, u32(9), u32(4), u64(2 ** 40)), "LIMIT", /items in "k"/],
    ["one key twice", writeGguf([...llama, llama[0]!], tensors), "FORMAT", /unique keys/],
    ["one name twice", writeGguf(llama, [...tensors, tensors[0]!]), "FORMAT", /unique names/],
    ["an odd alignment", writeGguf([...llama, ["general.alignment", 24]], tensors), "FORMAT", /power of two/],
    ["an alignment of 2^31", writeGguf([["general.alignment", 2 ** 31]], []), "FORMAT", /power of two/],
    [
      "another alignment than the layout has",
      writeGguf([...llama, ["general.alignment", 64]], tensors),
      "FORMAT",
      /side by side|bytes/,
    ],
    ["a path upwards", writeGguf(llama, [{ ...tensors[0]!, name: "a/../b" }]), "FORMAT", /path upwards/],
    ["rank 5", writeGguf(llama, [{ ...tensors[0]!, shape: [1, 1, 1, 10, 8] }]), "LIMIT", /rank at most 4/],
    ["sizes that overflow", writeGguf(llama, [{ ...tensors[0]!, shape: [2 ** 30, 2 ** 30] }]), "LIMIT", /2\^53/],
    [
      "a row of half a block",
      writeGguf(llama, [{ ...tensors[0]!, type: 8, shape: [10, 16] }]),
      "FORMAT",
      /whole blocks of 32/,
    ],
    ["truncated data", good.subarray(0, good.length - 64), "FORMAT", /truncated/],
    ["bytes behind the data", concatBytes([good, new Uint8Array(32)]), "FORMAT", /after the last tensor/],
  ])("%s", (_, bytes, code, words) => {
    expect(() => parse(bytes)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(words) }));
  });
  test("an empty tensor under a name that is read is left out", () => {
    const empty = tensors.map((t) =>
      t.name === "output_norm.weight" ? { ...t, shape: [0], data: new Uint8Array(0) } : t,
    );
    expect(reason(llama, empty)).toMatch(/output_norm\.weight: a tensor without values/);
  });
});
