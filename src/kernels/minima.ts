/**
 * Least values of sets of 32-bit integers under permutations (MinHash, Broder 1997), in WASM, some thousand sets a call.
 * Arithmetic: assembly/minhash.ts. Nothing here knows what the numbers mean.
 */
import { assert } from "../base/error.js";
import { MINHASH_WASM_BASE64 } from "./generated/minhash-wasm.js";

interface Exports {
  minima(...args: [number, number, number, number, number, number, number]): void;
}

const PAGE = 65_536;
/** The compiler's own data lies below. */
const BASE = 1024;
/** Permutations a step of the kernel looks at. */
const STEP = 16;
/** Values handed over at a time: a megabyte, which a processor's second cache holds with what is made of it. */
const VALUES_A_CALL = 262_144;
const SETS_A_CALL = 4_096;

/**
 * @param starts of each set and the end of the last, as places in `values`
 * @param permutations h → mix(h·a + b), as many factors as summands, a multiple of 16
 * @returns for each set the least value under each permutation; 0xffffffff throughout for an empty one
 */
export function minima(
  starts: Uint32Array,
  values: Uint32Array,
  { a, b }: { a: Uint32Array; b: Uint32Array },
): Uint32Array {
  const k = a.length;
  assert(b.length === k && k % STEP === 0, "minima: expected as many summands as factors, a multiple of 16");
  const sets = starts.length - 1;
  const out = new Uint32Array(sets * k);
  const memory = new WebAssembly.Memory({ initial: 16 });
  const module = new WebAssembly.Module(Uint8Array.from(atob(MINHASH_WASM_BASE64), (c) => c.charCodeAt(0)));
  const abort = () => {
    throw new Error("kernel aborted");
  };
  const kernel = new WebAssembly.Instance(module, { env: { memory, abort } }).exports as unknown as Exports;
  const [factors, summands] = [BASE, BASE + 4 * k];
  const places = summands + 4 * k;
  const made = places + 4 * (SETS_A_CALL + STEP);
  const given = made + 4 * k * SETS_A_CALL;
  for (let from = 0; from < sets; ) {
    let to = from + 1;
    while (to < sets && to - from < SETS_A_CALL && starts[to + 1]! - starts[from]! <= VALUES_A_CALL) to++;
    const own = values.subarray(starts[from]!, starts[to]!);
    const missing = given + own.byteLength - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    const words = new Uint32Array(memory.buffer);
    words.set(a, factors / 4);
    words.set(b, summands / 4);
    for (let i = from; i <= to; i++) words[places / 4 + i - from] = starts[i]! - starts[from]!;
    words.set(own, given / 4);
    kernel.minima(places, to - from, given, factors, summands, k, made);
    out.set(words.subarray(made / 4, made / 4 + (to - from) * k), from * k);
    from = to;
  }
  return out;
}
