/**
 * Ten thousand copies of a small model, each with one random odd part (materials/weights/odd-parts.ts): is the copy
 * found all the same, or at least the part named, and does nothing crash? Results: weights-opt-outs.json and .md.
 *   node validation/weights-opt-outs.study.ts [copies] [first seed]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askingOf } from "../dist/app/known.js";
import { loadStudies } from "../dist/app/studies.js";
import { LocalCompute } from "../dist/kernels/compute.js";
import { METHOD_ID, METHOD_VERSION } from "../dist/labs/weights/method.js";
import { weightsObservationsSchema } from "../dist/labs/weights/observations.js";
import { examineSides, side } from "../materials/weights/examine-stored.ts";
import { drawer, ODD_KINDS, type StoredModel, type StoredTensor, writeStored } from "../materials/weights/odd-parts.ts";

const [copies, first] = [Number(process.argv[2] ?? 10_000), Number(process.argv[3] ?? 0)];

/** Untrained: whether units answer to each other needs no training. As small as the study's class allows, nearly. */
function smallModel(seed: number): StoredModel {
  const draw = drawer(seed);
  const [d, units, layers, vocabulary] = [64, 72, 4, 160];
  const tensors: StoredTensor[] = [];
  const add = (name: string, ...shape: number[]) => {
    const n = shape.reduce((a, b) => a * b, 1);
    const gain = shape.length === 1;
    const value = () => (gain ? 1 + (draw(2001) - 1000) / 1e4 : (draw(2001) + draw(2001) + draw(2001) - 3000) / 3e4);
    tensors.push({ name, shape, values: Float32Array.from({ length: n }, value) });
  };
  add("model.embed_tokens.weight", vocabulary, d);
  for (let l = 0; l < layers; l++) {
    const at = `model.layers.${l}.`;
    add(`${at}input_layernorm.weight`, d);
    for (const [part, rows] of [
      ["q", 64],
      ["k", 32],
      ["v", 32],
    ] as const)
      add(`${at}self_attn.${part}_proj.weight`, rows, d);
    add(`${at}self_attn.o_proj.weight`, d, 64);
    add(`${at}post_attention_layernorm.weight`, d);
    for (const part of ["gate", "up"]) add(`${at}mlp.${part}_proj.weight`, units, d);
    add(`${at}mlp.down_proj.weight`, d, units);
  }
  add("model.norm.weight", d);
  add("lm_head.weight", vocabulary, d);
  const config = { model_type: "llama", hidden_size: d, intermediate_size: units, num_hidden_layers: layers };
  const heads = { num_attention_heads: 4, num_key_value_heads: 2, head_dim: 16, vocab_size: vocabulary };
  return { tensors, config: JSON.stringify({ ...config, ...heads, tie_word_embeddings: false }), beside: new Map() };
}

const folder = mkdtempSync(join(tmpdir(), "assay-opt-outs-"));
const reference = join(folder, "reference");
const base = smallModel(1);
writeStored(reference, base);
const studies = await loadStudies(askingOf("examine weights").laboratory);
/** Files in memory: opening them again and again would take longer than all else. */
const held = new Map<string, Uint8Array>();
const compute = new LocalCompute(async (file, offset, into) => {
  const bytes = held.get(file) ?? new Uint8Array(readFileSync(file));
  held.set(file, bytes);
  into.set(bytes.subarray(offset, offset + into.length));
});
const known = await side(reference);
const counts = new Map(ODD_KINDS.map(({ name }) => [name, { copies: 0, found: 0, named: 0, neither: 0, crashed: 0 }]));
const odd: { seed: number; kind: string; what: string }[] = [];
for (let i = first; i < first + copies; i++) {
  const kind = ODD_KINDS[i % ODD_KINDS.length]!;
  const count = counts.get(kind.name)!;
  count.copies++;
  const suspect = join(folder, `copy-${i}`);
  writeStored(suspect, kind.make(base, i));
  try {
    const [ancestry] = await examineSides(known, await side(suspect), { studies, exhibits: false, compute });
    const seen = weightsObservationsSchema.safeParse(ancestry!.observations);
    const named = seen.success && seen.data.leftOut?.suspect != null;
    if (ancestry!.outcome === "supports-hp") count.found++;
    else if (named) count.named++;
    else {
      count.neither++;
      odd.push({ seed: i, kind: kind.name, what: `${ancestry!.outcome}: ${ancestry!.reason.slice(0, 200)}` });
    }
  } catch (error) {
    count.crashed++;
    odd.push({ seed: i, kind: kind.name, what: String((error as Error).stack).slice(0, 400) });
  }
  rmSync(suspect, { recursive: true, force: true });
  for (const file of held.keys()) if (file.startsWith(suspect)) held.delete(file);
  if ((i + 1) % 500 === 0) process.stderr.write(`${i + 1} copies, ${odd.length} to look at\n`);
}
rmSync(folder, { recursive: true });
const total = { copies: 0, found: 0, named: 0, neither: 0, crashed: 0 };
for (const count of counts.values())
  for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += count[key];
const result = {
  command: `node validation/weights-opt-outs.study.ts ${copies} ${first}`,
  method: METHOD_ID,
  methodVersion: METHOD_VERSION,
  total,
  kinds: Object.fromEntries(counts),
  odd,
};
writeFileSync("validation/weights-opt-outs.json", `${JSON.stringify(result, null, 1)}\n`);
console.log(JSON.stringify(total), JSON.stringify(odd.slice(0, 5), null, 1));
