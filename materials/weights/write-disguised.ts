/** A model on disk disguised (disguise.ts) and written as another model on disk, after a fine-tune where one is given. */
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ComputePool } from "../../dist/host/model/compute-pool.js";
import { openModel } from "../../dist/host/model/open-model.js";
import { writeSafetensors } from "../../dist/model/formats/safetensors-writer.js";
import type { CanonicalTensor, Model } from "../../dist/model/model.js";
import { disguise } from "./disguise.ts";

async function read(path: string): Promise<Model> {
  const { reading } = await openModel(path);
  if (reading.kind !== "model") throw new Error(reading.reason);
  return reading.model;
}

/**
 * Writes the disguised copy under the names of the Llama layout, tokens in their old order.
 * @param tuning before and after a fine-tune whose difference is added first
 */
export async function writeDisguised(
  model: string,
  out: string,
  seed: string,
  tuning: readonly [string, string] | null,
): Promise<void> {
  const opened = await read(model);
  const [before, after] = tuning ? await Promise.all(tuning.map(read)) : [];
  const pool = new ComputePool(1);
  try {
    const load = async (tensor: CanonicalTensor) => {
      const data = await pool.load(tensor.matrix);
      if (!before || !after) return data;
      const [from, to] = await Promise.all([before, after].map((m) => pool.load(m.tensors.get(tensor.name)!.matrix)));
      return data.map((x, i) => x + to![i]! - from![i]!);
    };
    const made = await disguise(opened, load, seed);
    const tensors = [];
    for (const [name, tensor] of made.model.tensors) {
      const { rows, columns } = tensor.matrix;
      let data = await made.load(tensor);
      let shape = name.includes("norm") ? [columns] : [rows, columns];
      if (name === "embed" || name === "output") {
        const old = new Float32Array(made.tokens.length * columns);
        for (const [token, id] of made.tokens.entries())
          old.set(data.subarray(id * columns, (id + 1) * columns), token * columns);
        data = old;
        shape = [made.tokens.length, columns];
      }
      const sourceName = name === "output" ? "lm_head.weight" : tensor.sourceName;
      tensors.push({ name: sourceName, dtype: "F32" as const, shape, data: new Uint8Array(data.buffer.slice(0)) });
    }
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, "model.safetensors"), writeSafetensors(tensors));
    for (const file of ["config.json", "tokenizer.json"])
      if (existsSync(join(model, file))) copyFileSync(join(model, file), join(out, file));
  } finally {
    await pool.close();
  }
}
