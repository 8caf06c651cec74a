/**
 * What relaxed SIMD would give to products of rows with directions (src/kernels/assembly/rotation.ts): the same 4 × 8 tile
 * in plain SIMD128, with fused multiply-adds (`f32x4.relaxed_madd`), and with bytes (`i32x4.relaxed_dot_i8x16_i7x16_add`).
 * Compiled here for this comparison; the product has none of it. Where a Node refuses the instructions, that is said.
 *
 *   node bench/relaxed-products.ts [--write]
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [K, M, N, RUNS] = [4096, 128, 256, 9];

interface Variant {
  name: string;
  /** Values of a row that one step takes, four bytes together. */
  values: 1 | 4;
  start: string;
  step: (x: string, b: string, c: string) => string;
}

const VARIANTS: Variant[] = [
  {
    name: "f32, plain: multiply, then add",
    values: 1,
    start: "f32x4.splat(0)",
    step: (x, b, c) => `f32x4.add(${c}, f32x4.mul(${x}, ${b}))`,
  },
  {
    name: "f32, `relaxed_madd`",
    values: 1,
    start: "f32x4.splat(0)",
    step: (x, b, c) => `f32x4.relaxed_madd(${x}, ${b}, ${c})`,
  },
  {
    name: "bytes, `relaxed_dot_i8x16_i7x16_add`",
    values: 4,
    start: "i32x4.splat(0)",
    step: (x, b, c) => `i32x4.relaxed_dot_i8x16_i7x16_add_s(${x}, ${b}, ${c})`,
  },
];

function sourceOf({ values, start, step }: Variant): string {
  const at = [0, 1, 2, 3].flatMap((r) => [0, 1].map((q) => [r, q] as const));
  return `export function product(a: usize, n: i32, b: usize, m: i32, k: i32, c: usize): void {
    const steps = k / ${values};
    for (let j = 0; j < m / 8; j++) for (let i = 0; i < n / 4; i++) {
      let x = a + <usize>i * steps * 16, y = b + <usize>j * steps * 32;
      ${at.map(([r, q]) => `let c${r}${q} = ${start};`).join(" ")}
      for (let p = 0; p < steps; p++, x += 16, y += 32) {
        const b0 = v128.load(y), b1 = v128.load(y, 16);
        let s = v128.load32_splat(x);
        ${at.map(([r, q]) => `${r > 0 && q === 0 ? `s = v128.load32_splat(x, ${4 * r});` : ""} c${r}${q} = ${step("s", `b${q}`, `c${r}${q}`)};`).join("\n        ")}
      }
      let to = c + <usize>(i * 4 * m + j * 8) * 4;
      ${at.map(([r, q]) => `v128.store(to + <usize>${r} * m * 4, c${r}${q}, ${16 * q});`).join(" ")}
    }
  }`;
}

type Product = (a: number, n: number, b: number, m: number, k: number, c: number) => void;

/** Null where this Node does not have the instructions. */
function compiled(variant: Variant): Product | null {
  const folder = mkdtempSync(join(tmpdir(), "relaxed-"));
  try {
    const [source, wasm] = [join(folder, "tile.ts"), join(folder, "tile.wasm")];
    writeFileSync(source, sourceOf(variant));
    const how = ["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd", "--enable", "relaxed-simd"];
    execFileSync("npx", [
      "asc",
      "tile.ts",
      "-o",
      wasm,
      "--baseDir",
      folder,
      ...how,
      "--importMemory",
      "--noExportMemory",
    ]);
    const memory = new WebAssembly.Memory({ initial: 256 });
    new Int32Array(memory.buffer).forEach((_, i, all) => {
      all[i] = variant.values === 1 ? 0x3c000000 + ((i * 40503) & 0xffffff) : (i * 40503) & 0x3f3f3f3f;
    });
    const env = { memory, abort: () => {} };
    return new WebAssembly.Instance(new WebAssembly.Module(readFileSync(wasm)), { env }).exports.product as Product;
  } catch (error) {
    if (error instanceof Error && error.name === "CompileError") return null;
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const products = VARIANTS.map((variant) => ({ variant, product: compiled(variant), seconds: [] as number[] }));
for (let run = 0; run < RUNS; run++)
  for (const { product, seconds, variant } of products) {
    if (!product) continue;
    const started = process.cpuUsage();
    const rows = (N * K * 4) / variant.values;
    product(1024, N, 1024 + rows, M, K, 1024 + rows + (M * K * 4) / variant.values);
    const { user, system } = process.cpuUsage(started);
    if (run > 0) seconds.push((user + system) / 1e6);
  }
const rates = products.map(({ seconds }) => {
  const median = seconds.sort((x, y) => x - y)[seconds.length >> 1];
  return median === undefined ? null : (2 * N * K * M) / median / 1e9;
});
const lines = [
  "# Relaxed SIMD for products of rows with directions",
  "",
  `Written by \`node bench/relaxed-products.ts --write\`, Node ${process.version}. Medians of ${RUNS - 1} runs by turns, processor seconds of one thread on a shared machine: read ratios. ${N} rows of ${K} values, ${M} directions, packed beforehand.`,
  "",
  "| tile of 4 × 8 | 10⁹ multiplications and additions a second | of the first |",
  "|---|--:|--:|",
  ...products.map(({ variant: { name } }, at) => {
    const rate = rates[at];
    return `| ${name} | ${rate ? rate.toFixed(1) : "refused"} | ${rate && rates[0] ? `${(rate / rates[0]).toFixed(1)} ×` : "–"} |`;
  }),
  "",
];
process.stdout.write(lines.join("\n"));
if (process.argv.includes("--write")) writeFileSync(new URL("relaxed-products.md", import.meta.url), lines.join("\n"));
