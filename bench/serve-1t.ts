/**
 * Serves models of a trillion weights that do not exist: headers are written out, values are made from a seed and their
 * address when they are asked for (BF16, ± 2⁻⁷ to 2⁻⁵). Sizes of a public mixture: 61 layers, the first dense, 384 experts of
 * 2,048 × 7,168 and a shared one, latent attention. `node bench/serve-1t.ts` prints its port; GET /sent gives bytes sent by model.
 *   /1/… the reference · /1n/… the same with noise in the last bits: derived · /2/… another seed: independent
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const [LAYERS, EXPERTS, UNITS, HIDDEN, VOCABULARY, DENSE] = [61, 384, 2048, 7168, 163_840, 18_432];

type Shapes = [name: string, shape: number[]][];

function layerShapes(n: number): Shapes {
  const at = `model.layers.${n}.`;
  const mlp = (stem: string, units: number): Shapes => [
    [`${at}mlp.${stem}gate_proj.weight`, [units, HIDDEN]],
    [`${at}mlp.${stem}up_proj.weight`, [units, HIDDEN]],
    [`${at}mlp.${stem}down_proj.weight`, [HIDDEN, units]],
  ];
  const mixture: Shapes = [
    [`${at}mlp.gate.weight`, [EXPERTS, HIDDEN]],
    ...Array.from({ length: EXPERTS }, (_, k) => mlp(`experts.${k}.`, UNITS)).flat(),
    ...mlp("shared_experts.", UNITS),
  ];
  return [
    [`${at}input_layernorm.weight`, [HIDDEN]],
    [`${at}post_attention_layernorm.weight`, [HIDDEN]],
    [`${at}self_attn.q_a_proj.weight`, [1536, HIDDEN]],
    [`${at}self_attn.q_a_layernorm.weight`, [1536]],
    [`${at}self_attn.q_b_proj.weight`, [12_288, 1536]],
    [`${at}self_attn.kv_a_proj_with_mqa.weight`, [576, HIDDEN]],
    [`${at}self_attn.kv_a_layernorm.weight`, [512]],
    [`${at}self_attn.kv_b_proj.weight`, [16_384, 512]],
    [`${at}self_attn.o_proj.weight`, [HIDDEN, 8192]],
    ...(n === 0 ? mlp("", DENSE) : mixture),
  ];
}

interface Shard {
  name: string;
  header: Uint8Array;
  sizeBytes: number;
  tensors: string[];
}

function shardOf(name: string, shapes: Shapes): Shard {
  let end = 0;
  const entries = shapes.map(([tensor, shape]) => {
    const start = end;
    end += 2 * shape.reduce((n, m) => n * m, 1);
    return [tensor, { dtype: "BF16", shape, data_offsets: [start, end] }];
  });
  const text = JSON.stringify(Object.fromEntries(entries));
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8);
  const header = new Uint8Array(8 + padded.length);
  new DataView(header.buffer).setBigUint64(0, BigInt(padded.length), true);
  header.set(new TextEncoder().encode(padded), 8);
  return { name, header, sizeBytes: header.length + end, tensors: shapes.map(([tensor]) => tensor) };
}

const shards = [
  ...Array.from({ length: LAYERS }, (_, n) => shardOf(`model-${n + 1}-of-${LAYERS + 1}.safetensors`, layerShapes(n))),
  shardOf(`model-${LAYERS + 1}-of-${LAYERS + 1}.safetensors`, [
    ["model.embed_tokens.weight", [VOCABULARY, HIDDEN]],
    ["model.norm.weight", [HIDDEN]],
    ["lm_head.weight", [VOCABULARY, HIDDEN]],
  ]),
];
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const small = new Map([
  [
    "config.json",
    json({
      model_type: "deepseek_v3",
      hidden_size: HIDDEN,
      intermediate_size: DENSE,
      moe_intermediate_size: UNITS,
      n_routed_experts: EXPERTS,
      num_experts_per_tok: 8,
      num_hidden_layers: LAYERS,
      num_attention_heads: 64,
      vocab_size: VOCABULARY,
      tie_word_embeddings: false,
    }),
  ],
  [
    "model.safetensors.index.json",
    json({ weight_map: Object.fromEntries(shards.flatMap((s) => s.tensors.map((t) => [t, s.name]))) }),
  ],
]);

/** 32 bits from a counter (splitmix-like finaliser). */
function mixed(x: number): number {
  let h = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Values of a shard from byte `start` on; `start` may be odd. */
function values(seed: number, noisy: boolean, shard: number, start: number, length: number): Uint8Array {
  const first = Math.floor(start / 2);
  const out = new Uint16Array(Math.ceil((start + length) / 2) - first);
  // An address of more than 32 bits: the upper part goes into the key.
  for (let i = 0; i < out.length; i++) {
    const at = first + i;
    const key = mixed(seed * 0x9e37 + shard * 131 + Math.floor(at / 2 ** 32) * 7919);
    const h = mixed((at ^ key) >>> 0);
    const bits = (h & 0x8000) | 0x3c00 | (h & 0x00ff);
    out[i] = noisy ? bits ^ (mixed((at ^ key ^ 0x5bd1e995) >>> 0) & 0x000f) : bits;
  }
  return new Uint8Array(out.buffer, start % 2, length);
}

const sent: Record<string, number> = {};
const server = createServer((request, response) => {
  const path = new URL(request.url ?? "/", "http://x").pathname;
  if (path === "/sent") return void response.end(JSON.stringify(sent));
  const match = /^\/(\d+)(n?)\/([\w.-]+)$/.exec(path);
  const file = small.get(match?.[3] ?? "");
  const index = shards.findIndex((s) => s.name === match?.[3]);
  if (!match || (!file && index < 0)) return void response.writeHead(404).end();
  const shard = shards[index];
  const size = file?.length ?? shard!.sizeBytes;
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
  if (!range) return void response.writeHead(200, { "content-length": String(size) }).end(file);
  const [start, end] = [Number(range[1]), Math.min(Number(range[2]), size - 1)];
  const body = new Uint8Array(end - start + 1);
  if (file) body.set(file.subarray(start, end + 1));
  else {
    const head = shard!.header.subarray(start, end + 1);
    body.set(head);
    if (head.length < body.length) {
      const from = Math.max(0, start - shard!.header.length);
      body.set(values(Number(match[1]), match[2] === "n", index, from, body.length - head.length), head.length);
    }
  }
  sent[match[1]! + match[2]!] = (sent[match[1]! + match[2]!] ?? 0) + body.length;
  const headers = { etag: `"${path}"`, "content-range": `bytes ${start}-${end}/${size}` };
  response.writeHead(206, { ...headers, "content-length": String(body.length) }).end(body);
});
server.listen(0, "127.0.0.1", () => {
  const bytes = shards.reduce((n, s) => n + s.sizeBytes, 0);
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port, bytes, tensors: small.size }));
});
