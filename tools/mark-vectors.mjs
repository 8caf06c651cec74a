// Writes docs/mark-vectors.json from dist/: node tools/mark-vectors.mjs (after npm run build)
import { writeFileSync } from "node:fs";
import { fromHex, hex } from "../dist/base/bytes.js";
import { TokenDraws } from "../dist/kernels/token-draws.js";
import { contextWords, greenBelow } from "../dist/labs/marks/schemes/assay-scheme.js";
import { keyCommitment } from "../dist/labs/marks/schemes/commitment.js";
import { derivedKey } from "../dist/labs/marks/schemes/mark-keys.js";

const master = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const key = derivedKey(fromHex(master, "master"), "acme", "2026-11");
const draws = new TokenDraws();
const contexts = [[0], [128_255], [5, 9, 1, 4], [4_294_967_295, 0, 1, 2]].map((ids) => {
  const { a, b } = contextWords(key)(ids);
  const tokens = Uint32Array.of(0, 1, 7, 128_255);
  const bits = draws.tokenBits(a, b, tokens);
  const words = Array.from(tokens, (_, k) =>
    (BigInt(bits[2 * k]) | (BigInt(bits[2 * k + 1]) << 32n)).toString(16).padStart(16, "0"),
  );
  return {
    ids,
    a: a.toString(16).padStart(16, "0"),
    b: b.toString(16).padStart(16, "0"),
    tokens: [...tokens],
    bits: words,
    greenAtQuarter: [...tokens].map((_, k) => bits[2 * k] < greenBelow(0.25)),
  };
});
const vectors = {
  master,
  customer: "acme",
  period: "2026-11",
  key: hex(key),
  commitment: keyCommitment(key),
  contexts,
};
writeFileSync(new URL("../docs/mark-vectors.json", import.meta.url), `${JSON.stringify(vectors, null, 1)}\n`);
