/** Schemes against vectors/watermark.json, bit for bit: both SynthID forms, KGW's lists, the repetition mask. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TokenDraws } from "../../../src/kernels/token-draws.js";
import { schemeOf } from "../../../src/labs/marks/schemes/make-scheme.js";
import { type Mark, parseMark } from "../../../src/labs/marks/schemes/mark-file.js";
import { pcg64Words, shuffle } from "../../../src/labs/marks/schemes/pcg64.js";
import { seedingOf } from "../../../src/labs/marks/schemes/seeding.js";
import { initialValue, type SynthIdMark, samplingTable } from "../../../src/labs/marks/schemes/synthid-scheme.js";
import { scoreTexts } from "../../../src/labs/marks/text/score-texts.js";
import { HAS_SHARED, SHARED } from "../../shared-material.js";

const draws = new TokenDraws();
const mark = (value: object): Mark => parseMark({ type: "assay/mark/v1", ...value }, "test");
/** The reference repository's default keys, which its vectors use. */
const KEYS = [
  654, 400, 836, 123, 340, 443, 597, 160, 57, 29, 590, 639, 13, 715, 468, 990, 966, 226, 324, 585, 118, 504, 421, 521,
  129, 669, 732, 225, 90, 960,
];

describe.skipIf(!HAS_SHARED)("vectors/watermark.json", () => {
  const v = HAS_SHARED ? JSON.parse(readFileSync(join(SHARED, "vectors/watermark.json"), "utf8")) : null;
  const windows = () => {
    const ids: number[] = v.ids;
    return Uint32Array.from({ length: (ids.length - 4) * 5 }, (_, i) => ids[Math.floor(i / 5) + (i % 5)]!);
  };
  const bitsOf = (words: Uint32Array) =>
    Array.from({ length: words.length / 2 }, (_, i) => KEYS.map((_, l) => (words[2 * i]! >>> l) & 1));

  for (const [variant, name] of [
    ["transformers", "synthid_hf_g"],
    ["reference", "synthid_dm_g"],
  ] as const)
    it(`g-values, ${variant}`, () => {
      const m = mark({ scheme: "synthid", variant, key: KEYS, vocabulary: 262_144 }) as SynthIdMark;
      const table = samplingTable(m, draws);
      const found = draws.synthId(windows(), 5, BigInt64Array.from(KEYS, BigInt), initialValue(m), table);
      expect(bitsOf(found)).toEqual(v[name]);
    });

  it("the reference's initial value", () => {
    const m = mark({ scheme: "synthid", variant: "reference", key: KEYS, vocabulary: 262_144 }) as SynthIdMark;
    expect(String(initialValue(m))).toBe(v.dm_iv);
  });

  it("the layer keys of the first window", () => {
    const state = draws.synthIdNames(windows().slice(0, 5), Int32Array.of(4), 5, 1n, 2n ** 64n - 1n);
    const h = BigInt(state[1]!) | (BigInt(state[0]!) << 32n);
    const keys = KEYS.map((k) => String(BigInt.asIntN(64, (h + BigInt(k)) * 6364136223846793005n + 1n)));
    expect(keys).toEqual(v.synthid_hf_keys_first);
  });

  it("contexts that come again in a text are left out, as the library's mask leaves them out", () => {
    const m = mark({ scheme: "synthid", variant: "transformers", key: KEYS, vocabulary: 262_144 });
    const text = { id: "1", ids: Uint32Array.from(v.ids as number[]), promptIds: new Uint32Array(0) };
    const scored = scoreTexts(schemeOf(m, draws), [text], { vocabulary: 262_144 });
    const kept: number[] = (v.synthid_hf_mask as number[]).flatMap((on, i) => (on ? [i + 4] : []));
    expect([...scored.position]).toEqual(kept);
  });

  it("KGW of transformers: lefthash and selfhash lists", () => {
    const common = { scheme: "kgw", variant: "transformers", key: 15_485_863, vocabulary: 50_257 };
    const left = seedingOf(mark(common), draws).seed([5000]);
    const list = draws.randperm(50_257, left).slice(0, v.kgw_glen);
    expect([...list.slice(0, 16)]).toEqual(v.kgw_hf_lefthash_5000_head);
    expect(
      createHash("sha256")
        .update(new Uint8Array(list.buffer, 0, list.byteLength))
        .digest("hex"),
    ).toBe(v.kgw_hf_lefthash_5000_sha256);
    const twenty = seedingOf(mark({ ...common, vocabulary: 20 }), draws).seed([10]);
    expect([...draws.randperm(20, twenty).slice(0, 5)]).toEqual(v.kgw_hf_test_v20_tok10);
  });
});

it("Unigram's mask is NumPy's shuffle (numpy 2.4.6, default_rng(12345), 50 of 200)", () => {
  const mask = Uint8Array.from({ length: 200 }, (_, i) => Number(i < 50));
  shuffle(mask, pcg64Words(12_345));
  expect(mask.join("")).toBe(
    "00011101000000000010001000011100000001000000010010001000000000000010100100000000100010101010000010100000001010100000000001001110100000100000000000000001000001000100101001000010110100101010101001010100",
  );
});
