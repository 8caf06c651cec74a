/** The own mark against its published vectors written out again with BigInt, and its laws: tournament keeps the model. */
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { fromHex, hex, utf8 } from "../../../src/base/bytes.js";
import { TokenDraws } from "../../../src/kernels/token-draws.js";
import { llamaTokenBias, transformersProcessor } from "../../../src/labs/marks/schemes/adapters.js";
import type { AssayMark } from "../../../src/labs/marks/schemes/assay-scheme.js";
import { keyCommitment } from "../../../src/labs/marks/schemes/commitment.js";
import { schemeOf } from "../../../src/labs/marks/schemes/make-scheme.js";
import { parseMark } from "../../../src/labs/marks/schemes/mark-file.js";
import { derivedKey } from "../../../src/labs/marks/schemes/mark-keys.js";
import { markerOf } from "../../../src/labs/marks/schemes/marker.js";
import { testPresence } from "../../../src/labs/marks/text/present.js";

const vectors = JSON.parse(readFileSync(new URL("../../../docs/mark-vectors.json", import.meta.url), "utf8"));
const draws = new TokenDraws();
const own = (variant: string, key: string, parameters = {}, vocabulary = 64) =>
  parseMark({ type: "assay/mark/v1", scheme: "assay", variant, key, vocabulary, parameters }, "test") as AssayMark;
const keyOf = (n: number) => hex(Uint8Array.from({ length: 32 }, (_, i) => (n * 31 + i * 7) & 255));

it("keys and commitment follow the specification", () => {
  const step = (key: Buffer | Uint8Array, text: string) => createHmac("sha256", key).update(text).digest();
  const key = step(
    step(Buffer.from(vectors.master, "hex"), "assay-mark/v1/customer\0acme"),
    "assay-mark/v1/period\x002026-11",
  );
  expect(key.toString("hex")).toBe(vectors.key);
  expect(hex(derivedKey(fromHex(vectors.master, "m"), "acme", "2026-11"))).toBe(vectors.key);
  expect(keyCommitment(fromHex(vectors.key, "k"))).toBe(vectors.commitment);
});

it("bits of tokens follow the specification, written again with BigInt", () => {
  const u64 = (x: bigint) => BigInt.asUintN(64, x);
  const mix = (z0: bigint) => {
    let z = z0;
    z = u64((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = u64((z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  };
  for (const { ids, a, b, tokens, bits } of vectors.contexts) {
    const message = Buffer.alloc(4 + 4 * ids.length);
    message.writeUInt32LE(ids.length);
    for (const [i, id] of ids.entries()) message.writeUInt32LE(id, 4 + 4 * i);
    const d = createHmac("sha256", Buffer.from(vectors.key, "hex"))
      .update(utf8("assay-mark/v1/context\0"))
      .update(message)
      .digest();
    expect([d.readBigUInt64LE(0), d.readBigUInt64LE(8)]).toEqual([BigInt(`0x${a}`), BigInt(`0x${b}`)]);
    const words = draws.tokenBits(BigInt(`0x${a}`), BigInt(`0x${b}`), Uint32Array.from(tokens));
    for (const [k, t] of (tokens as number[]).entries()) {
      const expected = mix(mix(u64(BigInt(`0x${a}`) + BigInt(t + 1) * 0x9e3779b97f4a7c15n)) ^ BigInt(`0x${b}`));
      expect(expected).toBe(BigInt(`0x${bits[k]}`));
      expect(BigInt(words[2 * k]!) | (BigInt(words[2 * k + 1]!) << 32n)).toBe(expected);
    }
  }
});

const softmax = (logits: Float64Array) => {
  const p = logits.map((x) => Math.exp(x));
  const total = p.reduce((a, b) => a + b, 0);
  return p.map((x) => x / total);
};

it("tournament mode keeps the distribution on average over keys, and sums to one under each", () => {
  const logits = Float64Array.from({ length: 64 }, (_, t) => Math.sin(t) * 2);
  const before = softmax(logits);
  const mean = new Float64Array(64);
  const keys = 1500;
  for (let n = 0; n < keys; n++) {
    const key = hex(Uint8Array.from(createHmac("sha256", "k").update(String(n)).digest()));
    const marked = logits.slice();
    expect(markerOf(own("tournament", key, { layers: 4 }), draws)([1, 2, 3, 4], marked)).toBe(true);
    const after = softmax(marked);
    for (let t = 0; t < 64; t++) mean[t]! += after[t]! / keys;
  }
  for (let t = 0; t < 64; t++) expect(Math.abs(mean[t]! - before[t]!)).toBeLessThan(0.012);
});

it("a context that came before is left alone in tournament mode; too short a text always", () => {
  const step = markerOf(own("tournament", keyOf(1)), draws);
  const logits = new Float64Array(64);
  expect(step([1, 2, 3], logits)).toBe(false);
  expect(step([1, 2, 3, 4, 9, 1, 2, 3, 4], logits)).toBe(false);
  expect([...logits].every((x) => x === 0)).toBe(true);
});

it.each(["tournament", "biased"])("%s: what is marked is found, what is not is not (negative control)", (variant) => {
  const mark = own(variant, keyOf(3), variant === "biased" ? { context_width: 2 } : {});
  const step = markerOf(mark, draws);
  let state = 12_345;
  const uniform = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const write = (marked: boolean) => {
    const ids: number[] = [];
    while (ids.length < 400) {
      const logits = Float64Array.from({ length: 64 }, (_, t) => Math.cos(t + ids.length));
      if (marked) step(ids, logits);
      const p = softmax(logits);
      let left = uniform();
      let t = 0;
      for (left -= p[0]!; t < 63 && left >= 0; left -= p[t]!) t++;
      ids.push(t);
    }
    return { id: "1", ids: Uint32Array.from(ids), promptIds: new Uint32Array(0) };
  };
  const scheme = schemeOf(mark, draws);
  expect(testPresence(scheme, [write(true)], 64).log10P).toBeLessThan(-6);
  expect(testPresence(scheme, [write(false)], 64).log10P).toBeGreaterThan(-4);
});

it("adapters mark as the function does", () => {
  const mark = own("biased", keyOf(5));
  const plain = new Float64Array(64);
  markerOf(mark, draws)([7], plain);
  const data = new Float64Array(128);
  transformersProcessor(
    mark,
    draws,
    2,
  )(
    [
      [1n, 2n, 7n],
      [1n, 2n, 7n],
    ],
    { dims: [2, 64], data },
  );
  expect([...data]).toEqual([...plain, ...plain]);
  const bias = llamaTokenBias(
    mark,
    draws,
    () => new Map<number, { logit: number }>(),
    () => [7],
  )();
  expect(Array.from({ length: 64 }, (_, t) => bias.get(t)?.logit ?? 0)).toEqual([...plain]);
});

it("logits that are no numbers are turned down, and where every token is out nothing is marked", () => {
  for (const variant of ["tournament", "biased"]) {
    const step = markerOf(own(variant, keyOf(6)), draws);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => step([1, 2, 3, 4], new Float64Array(64).fill(0).with(9, bad))).toThrow(/at token 9/);
    const out = new Float64Array(64).fill(Number.NEGATIVE_INFINITY);
    expect(step([1, 2, 3, 4], out)).toBe(false);
    expect(out.every((x) => x === Number.NEGATIVE_INFINITY)).toBe(true);
  }
});
