/** Writes one small mixture of experts as its several makers store it; values are the same throughout. */
import type { TensorToWrite } from "../../src/model/formats/safetensors-writer.js";
import type { GgufTensorToWrite } from "./gguf-writer.js";
import { stacked, transposed } from "./layouts.js";
import { tensor, tinyLlama } from "./tiny-llama.js";

export const EXPERTS = 3;
const [HIDDEN, UNITS, LAYERS] = [8, 6, 2];

/** Under canonical names `layers.N.mlp.…`; the rest of the model is tinyLlama's. */
export interface Mixture {
  rest: TensorToWrite[];
  of(layer: number, role: string): TensorToWrite;
}

export function mixture(): Mixture {
  const held = new Map<string, TensorToWrite>();
  let salt = 0;
  for (let layer = 0; layer < LAYERS; layer++) {
    const add = (role: string, ...shape: number[]) => {
      const t = tensor("", "F32", shape);
      salt++;
      held.set(`${layer}.${role}`, { ...t, data: t.data.map((b, i) => (b * 7 + i + salt * 11) & 0x3f) });
    };
    add("mlp.router", EXPERTS, HIDDEN);
    const stems = [...Array.from({ length: EXPERTS }, (_, k) => `mlp.experts.${k}`), "mlp.shared"];
    for (const stem of stems) {
      add(`${stem}.gate`, UNITS, HIDDEN);
      add(`${stem}.up`, UNITS, HIDDEN);
      add(`${stem}.down`, HIDDEN, UNITS);
    }
    add("mlp.shared.router", 1, HIDDEN);
  }
  const rest = tinyLlama({ hidden: HIDDEN, headDim: 2, layers: LAYERS }).filter((t) => !t.name.includes(".mlp."));
  return { rest, of: (layer, role) => held.get(`${layer}.${role}`)! };
}

/** Each expert for itself: `pattern` holds N for the layer, K for the expert and P for the part. */
export function separate(
  m: Mixture,
  names: { expert: string; parts: Record<"gate" | "up" | "down", string>; router: string; shared?: string },
): TensorToWrite[] {
  const out = [...m.rest];
  for (let layer = 0; layer < LAYERS; layer++) {
    const at = `model.layers.${layer}.`;
    out.push({ ...m.of(layer, "mlp.router"), name: at + names.router });
    for (const part of ["gate", "up", "down"] as const) {
      for (let k = 0; k < EXPERTS; k++) {
        const name = at + names.expert.replace("K", String(k)).replace("P", names.parts[part]);
        out.push({ ...m.of(layer, `mlp.experts.${k}.${part}`), name });
      }
      if (names.shared)
        out.push({ ...m.of(layer, `mlp.shared.${part}`), name: at + names.shared.replace("P", names.parts[part]) });
    }
  }
  return out;
}

/** One tensor of rank 3 for all experts. */
function stack(name: string, parts: readonly TensorToWrite[]): TensorToWrite {
  return { ...stacked(name, parts), name, shape: [parts.length, ...parts[0]!.shape] };
}

function interleaved(a: TensorToWrite, b: TensorToWrite): TensorToWrite {
  const rows = a.shape[0]!;
  const size = a.data.length / rows;
  const row = (t: TensorToWrite, r: number) => {
    return { ...t, shape: [1, ...t.shape.slice(1)], data: t.data.slice(r * size, (r + 1) * size) };
  };
  return stacked(
    "",
    Array.from({ length: 2 * rows }, (_, i) => row(i % 2 === 0 ? a : b, Math.floor(i / 2))),
  );
}

export function fusedStacks(
  m: Mixture,
  options: { transposed: boolean; interleaved: boolean; gateUp: string; down: string; router: string },
): TensorToWrite[] {
  const out = [...m.rest];
  const turn = (t: TensorToWrite) => (options.transposed ? transposed("", t) : t);
  const join = (a: TensorToWrite, b: TensorToWrite) => (options.interleaved ? interleaved(a, b) : stacked("", [a, b]));
  for (let layer = 0; layer < LAYERS; layer++) {
    const at = `model.layers.${layer}.`;
    const of = (k: number, part: string) => m.of(layer, `mlp.experts.${k}.${part}`);
    const all = Array.from({ length: EXPERTS }, (_, k) => k);
    out.push({ ...m.of(layer, "mlp.router"), name: at + options.router });
    out.push(
      stack(
        at + options.gateUp,
        all.map((k) => turn(join(of(k, "gate"), of(k, "up")))),
      ),
    );
    out.push(
      stack(
        at + options.down,
        all.map((k) => turn(of(k, "down"))),
      ),
    );
  }
  return out;
}

const GGUF_REST: readonly [RegExp, string][] = [
  [/^model\.layers\.(\d+)\.self_attn\.([qkv])_proj/, "blk.$1.attn_$2"],
  [/^model\.layers\.(\d+)\.self_attn\.o_proj/, "blk.$1.attn_output"],
  [/^model\.layers\.(\d+)\.input_layernorm/, "blk.$1.attn_norm"],
  [/^model\.layers\.(\d+)\.post_attention_layernorm/, "blk.$1.ffn_norm"],
  [/^model\.embed_tokens/, "token_embd"],
  [/^model\.norm/, "output_norm"],
];

export function ggufStacks(m: Mixture): GgufTensorToWrite[] {
  const plain = ({ shape, data }: TensorToWrite, name: string) => ({ name, type: 0, shape, data });
  const out = m.rest.map((t) => {
    const [from, to] = GGUF_REST.find(([pattern]) => pattern.test(t.name))!;
    return plain(t, t.name.replace(from, to));
  });
  for (let layer = 0; layer < LAYERS; layer++) {
    const at = `blk.${layer}.`;
    out.push(plain(m.of(layer, "mlp.router"), `${at}ffn_gate_inp.weight`));
    const router = m.of(layer, "mlp.shared.router");
    out.push({ ...plain(router, `${at}ffn_gate_inp_shexp.weight`), shape: [router.shape[1]!] });
    for (const part of ["gate", "up", "down"]) {
      const experts = Array.from({ length: EXPERTS }, (_, k) => m.of(layer, `mlp.experts.${k}.${part}`));
      out.push(plain(stack("", experts), `${at}ffn_${part}_exps.weight`));
      out.push(plain(m.of(layer, `mlp.shared.${part}`), `${at}ffn_${part}_shexp.weight`));
    }
  }
  return out;
}
