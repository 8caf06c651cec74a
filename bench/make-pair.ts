/**
 * Makes a pair of model folders of a given shape, BF16, in shards with an index: a reference of Gaussian weights and
 * a suspect with the same weights, their low mantissa bits scrambled (about 3 % noise). Rows are windows into a pool
 * of 16 M draws at seeded places: cheap, and as good as independent for what is timed.
 *
 *   node bench/make-pair.ts OUT --shape 7b
 */
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

export interface Shape {
  hidden: number;
  ff: number;
  layers: number;
  heads: number;
  vocabulary: number;
}

/** Llama-like shapes; 7b is Llama 2 7B's. */
export const SHAPES: Record<string, Shape> = {
  // Few layers of a large width, for what grows with the width alone.
  "wide-2048": { hidden: 2048, ff: 5504, layers: 4, heads: 16, vocabulary: 32_000 },
  "wide-4096": { hidden: 4096, ff: 11_008, layers: 4, heads: 32, vocabulary: 32_000 },
  "0.1b": { hidden: 768, ff: 2048, layers: 12, heads: 12, vocabulary: 32_000 },
  "0.5b": { hidden: 1280, ff: 3456, layers: 20, heads: 20, vocabulary: 32_000 },
  "1.6b": { hidden: 2048, ff: 5504, layers: 28, heads: 16, vocabulary: 32_000 },
  "7b": { hidden: 4096, ff: 11_008, layers: 32, heads: 32, vocabulary: 32_000 },
};

const POOL = 2 ** 24;
const SHARD_BYTES = 5e9;

type Tensor = [name: string, rows: number, columns: number];

export function tensors({ hidden: d, ff, layers, vocabulary }: Shape): Tensor[] {
  const out: Tensor[] = [["model.embed_tokens.weight", vocabulary, d]];
  for (let l = 0; l < layers; l++) {
    const at = `model.layers.${l}.`;
    for (const name of ["q", "k", "v", "o"]) out.push([`${at}self_attn.${name}_proj.weight`, d, d]);
    out.push(
      [`${at}mlp.gate_proj.weight`, ff, d],
      [`${at}mlp.up_proj.weight`, ff, d],
      [`${at}mlp.down_proj.weight`, d, ff],
    );
    out.push([`${at}input_layernorm.weight`, 1, d], [`${at}post_attention_layernorm.weight`, 1, d]);
  }
  out.push(["model.norm.weight", 1, d], ["lm_head.weight", vocabulary, d]);
  return out;
}

export function parameters(shape: Shape): number {
  return tensors(shape).reduce((n, [, rows, columns]) => n + rows * columns, 0);
}

/** Makes both folders unless they are there. */
export function makePair(out: string, shape: Shape): void {
  if (existsSync(join(out, "done"))) return;
  const random = xorshift(7);
  const pool = new Uint16Array(POOL);
  const f32 = new Float32Array(1);
  const bits = new Uint32Array(f32.buffer);
  for (let i = 0; i < POOL; i++) {
    f32[0] = 0.02 * Math.sqrt(-2 * Math.log((random() + 1) / 2 ** 32)) * Math.cos((2 * Math.PI * random()) / 2 ** 32);
    pool[i] = bits[0]! >>> 16;
  }
  const noise = Uint16Array.from({ length: POOL }, () => random() & 7);
  for (const side of ["reference", "suspect"] as const)
    writeSide(join(out, side), shape, pool, side === "suspect" ? noise : null);
  writeFileSync(join(out, "done"), "");
}

function writeSide(folder: string, shape: Shape, pool: Uint16Array, noise: Uint16Array | null): void {
  mkdirSync(folder, { recursive: true });
  const { hidden, ff, layers, heads, vocabulary } = shape;
  const config = {
    model_type: "llama",
    hidden_size: hidden,
    intermediate_size: ff,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: heads,
    vocab_size: vocabulary,
    hidden_act: "silu",
    tie_word_embeddings: false,
  };
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  const shards: Tensor[][] = [[]];
  let size = 0;
  for (const t of tensors(shape)) {
    if (size > SHARD_BYTES) {
      shards.push([]);
      size = 0;
    }
    shards.at(-1)!.push(t);
    size += t[1] * t[2] * 2;
  }
  const map: Record<string, string> = {};
  const random = xorshift(11); // the same windows on both sides
  for (const [i, shard] of shards.entries()) {
    const file = `model-${String(i + 1).padStart(5, "0")}-of-${String(shards.length).padStart(5, "0")}.safetensors`;
    const header: Record<string, unknown> = {};
    let at = 0;
    for (const [name, rows, columns] of shard) {
      map[name] = file;
      header[name] = {
        dtype: "BF16",
        shape: rows === 1 ? [columns] : [rows, columns],
        data_offsets: [at, at + rows * columns * 2],
      };
      at += rows * columns * 2;
    }
    const text = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    const fd = openSync(join(folder, file), "w");
    writeSync(fd, Buffer.concat([length, text]));
    for (const [, rows, columns] of shard) writeRows(fd, rows, columns, random, pool, noise);
    closeSync(fd);
  }
  writeFileSync(join(folder, "model.safetensors.index.json"), JSON.stringify({ metadata: {}, weight_map: map }));
}

function writeRows(
  fd: number,
  rows: number,
  columns: number,
  random: () => number,
  pool: Uint16Array,
  noise: Uint16Array | null,
): void {
  const batch = Math.max(1, Math.floor(2 ** 22 / columns));
  const buffer = new Uint16Array(batch * columns);
  for (let r = 0; r < rows; r += batch) {
    const take = Math.min(batch, rows - r);
    for (let i = 0; i < take; i++) {
      const from = random() % (POOL - columns);
      const row = buffer.subarray(i * columns, (i + 1) * columns);
      row.set(pool.subarray(from, from + columns));
      if (noise) for (let c = 0, n = (from * 31) % (POOL - columns); c < columns; c++) row[c]! ^= noise[n + c]!;
    }
    writeSync(fd, new Uint8Array(buffer.buffer, 0, take * columns * 2));
  }
}

function xorshift(seed: number): () => number {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    options: { shape: { type: "string", default: "7b" } },
    allowPositionals: true,
  });
  makePair(positionals[0]!, SHAPES[values.shape]!);
}
