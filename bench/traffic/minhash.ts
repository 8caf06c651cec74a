/**
 * Signatures of sets as templates have them, in WASM and by the same arithmetic in plain JavaScript, in one run: whether
 * they are equal, and processor microseconds a set.
 *
 *   npm run build && node bench/traffic/minhash.ts
 */
import { signatures } from "../../dist/labs/traffic/templates/minhash.js";

const SETS = 20_000;
const K = 64;
let state = 20261130;
const draw = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state;
};
const starts = new Uint32Array(SETS + 1);
for (let i = 0; i < SETS; i++) starts[i + 1] = starts[i]! + (i % 50 === 0 ? 0 : 20 + (draw() % 110));
const values = Uint32Array.from({ length: starts[SETS]! }, draw);
const { a, b } = permutations();

for (let round = 0; round < 3; round++) {
  const plain = timed(() => plainly());
  const kernel = timed(() => signatures({ starts, values }));
  const equal = plain.made.every((value, i) => value === kernel.made[i]);
  console.log(
    `${SETS} sets of ${values.length} values: ${equal ? "equal" : "NOT equal"}; plain ${plain.micros} µs a set, WASM ${kernel.micros}, ${(plain.micros / kernel.micros).toFixed(1)} times`,
  );
}

function timed(make: () => Uint32Array): { made: Uint32Array; micros: number } {
  const before = process.cpuUsage();
  const made = make();
  const { user, system } = process.cpuUsage(before);
  return { made, micros: Math.round((100 * (user + system)) / SETS) / 100 };
}

/** As the laboratory drew them before the kernel: least values one at a time. */
function plainly(): Uint32Array {
  const out = new Uint32Array(SETS * K).fill(0xffffffff);
  for (let i = 0; i < SETS; i++)
    for (let v = starts[i]!; v < starts[i + 1]!; v++)
      for (let p = 0; p < K; p++) {
        let h = Math.imul(values[v]!, a[p]!) + b[p]!;
        h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
        h = (h ^ (h >>> 13)) >>> 0;
        if (h < out[i * K + p]!) out[i * K + p] = h;
      }
  return out;
}

/** SplitMix32, as src/labs/traffic/templates/minhash.ts draws its permutations. */
function permutations(): { a: Uint32Array; b: Uint32Array } {
  const drawn = { a: new Uint32Array(K), b: new Uint32Array(K) };
  let at = 0x61737361;
  const next = () => {
    at = (at + 0x9e3779b9) >>> 0;
    let z = at;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  for (let p = 0; p < K; p++) {
    drawn.a[p] = next() | 1;
    drawn.b[p] = next();
  }
  return drawn;
}
