/** LoRA adapters over their base, against what PEFT merges them into (test/model/makers/adapter-vectors.py). */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FileReader } from "../../src/host/files.js";
import { intake } from "../../src/host/model/intake.js";
import { openModel } from "../../src/host/model/open-model.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import { examineModels } from "../../src/labs/weights/desk/examine-models.js";
import { SEED_DEFAULT } from "../../src/labs/weights/method.js";
import { writeSafetensors } from "../../src/model/formats/safetensors-writer.js";
import type { Model } from "../../src/model/model.js";
import { temporary } from "./temporary.js";

const inTemporary = temporary();
const at = (name: string) => `test/model/adapter-vectors/${name}`;

async function modelOf(path: string): Promise<Model> {
  const { reading } = await openModel(path);
  if (reading.kind !== "model") throw new Error(reading.reason);
  return reading.model;
}

describe("values are PEFT's", () => {
  test.each([
    ["base", "plain", ["q", "up", "down"]],
    ["base", "patterned", ["gate", "v", "embed", "output"]],
    ["gpt2", "gpt2-adapter", ["attention.q", "attention.v", "mlp.down"]],
  ])("%s+%s", async (base, adapter, changed) => {
    const [plain, merged, wanted] = await Promise.all(
      [at(base), `${at(base)}+${at(adapter)}`, at(`${adapter}-merged`)].map(modelOf),
    );
    const files = new FileReader();
    const compute = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));
    const different = new Set<string>();
    for (const [name, { matrix, role }] of merged!.tensors) {
      const [got, want, before] = [
        await compute.load(matrix),
        await compute.load(wanted!.tensors.get(name)!.matrix),
        await compute.load(plain!.tensors.get(name)!.matrix),
      ];
      // PEFT multiplies in f32; here the product is summed in f64 and rounded once.
      for (const [i, x] of got.entries()) expect(Math.abs(x - want[i]!), name).toBeLessThan(1e-6);
      if (got.some((x, i) => x !== before[i])) different.add(role);
    }
    for (const part of changed)
      expect(
        [...different].some((role) => role.endsWith(part)),
        part,
      ).toBe(true);
    await files.close();
  });
});

test("base and adapter are one artefact: files of both, one root", async () => {
  const path = `${at("base")}+${at("plain")}`;
  const opened = await openModel(path);
  expect(opened.name).toBe("base+plain");
  const taken = await intake(path, { home: null });
  expect(taken.files.map((f) => f.name)).toEqual([
    "adapter/adapter_config.json",
    "adapter/adapter_model.safetensors",
    "base/config.json",
    "base/model.safetensors",
  ]);
  const other = await intake(`${at("base")}+${at("patterned")}`, { home: null });
  expect(other.root).not.toBe(taken.root);
});

describe("refused, or faulty", () => {
  const reason = async (path: string) => {
    const { reading } = await openModel(path);
    return reading.kind === "refused" ? reading.reason : "read";
  };
  test("alone", async () => expect(await reason(at("plain"))).toMatch(/together with their base: BASE\+ADAPTER/));
  test("DoRA", async () => expect(await reason(`${at("base")}+${at("dora")}`)).toMatch(/a DoRA adapter/));
  test("over another base", async () =>
    expect(await reason(`${at("gpt2")}+${at("plain")}`)).toMatch(/no counterpart in the base model/));
  test("other methods, patterns that are no names, no alpha, a pickle", async () => {
    const folder = inTemporary("adapters");
    mkdirSync(folder);
    const change = (name: string, config: unknown) => {
      const to = join(folder, name);
      mkdirSync(to);
      cpSync(at("plain"), to, { recursive: true });
      writeFileSync(join(to, "adapter_config.json"), JSON.stringify(config));
      return `${at("base")}+${to}`;
    };
    expect(await reason(change("ia3", { peft_type: "IA3" }))).toMatch(/adapter of type "IA3"/);
    expect(await reason(change("regex", { lora_alpha: 1, alpha_pattern: { "(a+)+$": 2 } }))).toMatch(/no plain name/);
    expect(await reason(change("none", { r: 4 }))).toMatch(/without lora_alpha/);
    await expect(openModel(change("odd", { lora_alpha: "x" }))).rejects.toThrow(/adapter_config.json: lora_alpha/);
    const pickled = join(folder, "pickled");
    mkdirSync(pickled);
    writeFileSync(join(pickled, "adapter_config.json"), "{}");
    await expect(openModel(`${at("base")}+${pickled}`)).rejects.toThrow(/a pickle \(\.bin\) is never opened/);
  });
  test("a folder whose name has a plus in it stays one folder", async () => {
    const to = inTemporary("a+b");
    cpSync(at("base"), to, { recursive: true });
    expect((await openModel(to)).name).toBe("a+b");
    await expect(openModel(`${to}x+${to}`)).rejects.toThrow(/got nothing at/);
  });
});

test("a model with an adapter over it is derived from the model", async () => {
  const base = "fixtures/demo/base";
  const folder = inTemporary("adapter");
  mkdirSync(folder);
  const { tensors, hidden } = await modelOf(base);
  const factor = (rows: number, columns: number, salt: number) =>
    new Uint8Array(Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i * 1.3 + salt) * 0.01).buffer);
  const up = tensors.get("layers.0.mlp.up")!;
  const module = `base_model.model.${up.sourceName.replace(/\.weight$/, "")}`;
  const a = { name: `${module}.lora_A.weight`, dtype: "F32" as const, shape: [4, hidden], data: factor(4, hidden, 1) };
  const rows = up.matrix.rows;
  const b = { name: `${module}.lora_B.weight`, dtype: "F32" as const, shape: [rows, 4], data: factor(rows, 4, 2) };
  writeFileSync(join(folder, "adapter_model.safetensors"), writeSafetensors([a, b]));
  writeFileSync(join(folder, "adapter_config.json"), JSON.stringify({ peft_type: "LORA", lora_alpha: 8, r: 4 }));
  const { findings } = await examineModels({
    reference: base,
    suspect: `${base}+${folder}`,
    settings: { seed: SEED_DEFAULT, rows: "sampled" },
    studies: [],
    home: null,
    threads: 2,
    onProgress: () => undefined,
  });
  expect(findings[0]!.tests.find((t) => t.id === "combined")!.log10P).toBeLessThan(-6);
});
