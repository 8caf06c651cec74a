/** Zstandard by the platform and by the decoder for older ones: the same bytes, within the same bounds. */
import { zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { prng } from "../../src/base/prng.js";
import { unzstd, unzstdChunks } from "../../src/host/zstd.js";

const draw = prng("assay/zstd-test", "1");
const words = Array.from({ length: 500 }, () => draw.below(2 ** 30).toString(36));
const text = (bytes: number) => {
  let out = "";
  while (out.length < bytes) out += `${words[draw.below(words.length)]} `;
  return Buffer.from(out);
};
const inputs = [Buffer.alloc(0), text(10), text(100_000), text(3_000_000), Buffer.alloc(2_000_000)];

test.each(inputs.map((input) => [input.length, input] as const))("%i bytes", async (size, input) => {
  const packed = zstdCompressSync(input);
  expect(Buffer.from(unzstd(packed, Math.max(1, size))).equals(input)).toBe(true);
  expect(Buffer.from(unzstd(packed, Math.max(1, size), null)).equals(input)).toBe(true);
  const whole: Buffer[] = [];
  for await (const part of unzstdChunks(inTurn(packed))) whole.push(part);
  expect(Buffer.concat(whole).equals(input)).toBe(true);
});

test("two frames, one behind the other", async () => {
  const packed = Buffer.concat([zstdCompressSync(inputs[1]!), zstdCompressSync(inputs[2]!)]);
  const whole: Buffer[] = [];
  for await (const part of unzstdChunks(inTurn(packed))) whole.push(part);
  expect(Buffer.concat(whole).equals(Buffer.concat([inputs[1]!, inputs[2]!]))).toBe(true);
});

test("more than the bound, cut short, and what is none", async () => {
  const packed = zstdCompressSync(inputs[3]!);
  for (const native of [undefined, null]) {
    expect(() => unzstd(packed, 1000, native)).toThrow();
    expect(() => unzstd(packed.subarray(0, packed.length / 2), 4_000_000, native)).toThrow();
    expect(() => unzstd(Buffer.from("not packed at all"), 1000, native)).toThrow();
  }
  await expect(async () => {
    for await (const _ of unzstdChunks(inTurn(packed.subarray(0, 1000))));
  }).rejects.toThrow();
});

async function* inTurn(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 70_000) yield bytes.subarray(at, at + 70_000);
}
