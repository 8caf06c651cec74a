/**
 * The law of the readers: how a model is stored does not reach the outcome. The demo's base, rewritten in each layout,
 * is found again in its fine-tuned child and not in its independent twin.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { encodeFinding } from "../../src/finding/codec.js";
import type { Validation } from "../../src/finding/validation.js";
import { FileReader } from "../../src/host/files.js";
import { openModel } from "../../src/host/model/open-model.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import { examineAncestry, type Side } from "../../src/labs/weights/examine.js";
import { METHOD_VERSION } from "../../src/labs/weights/method.js";
import { weightsObservationsSchema } from "../../src/labs/weights/observations.js";
import { type TensorToWrite, writeSafetensors } from "../../src/model/formats/safetensors-writer.js";
import { temporary } from "../host/temporary.js";
import { asGguf, type GgufEntry, type Quantised, writeGguf } from "../model/gguf-writer.js";
import { asGemma, asGpt2, asNeoX, asPhi3, storedTensors } from "../model/layouts.js";
import { storedAs } from "../model/reformat.js";

const at = temporary();
const files = new FileReader();
const compute = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));
afterAll(() => files.close());

const study: Validation = {
  digest: `sha256:${"1".repeat(64)}`,
  summary: {
    type: "assay/validation/v1",
    method: "weights/unit-labels",
    methodVersion: METHOD_VERSION,
    page: "validation/weights-unit-labels.md",
    nulls: { pairs: 1000, families: 100, accusedPairs: 0, accusedFamilies: 0 },
    positives: { pairs: 100, families: 50, foundPairs: 100, foundFamilies: 50 },
  },
};

const DEMO = "fixtures/demo";
const stored = (name: string) => storedTensors(`${DEMO}/${name}/model.safetensors`);
const base = stored("base");
const configOf = (name: string) => JSON.parse(readFileSync(`${DEMO}/${name}/config.json`, "utf8"));

/** A folder with the demo's tokenizer. */
function folder(name: string, tensors: TensorToWrite[], config: object): string {
  mkdirSync(at(name));
  writeFileSync(at(name, "model.safetensors"), writeSafetensors(tensors));
  writeFileSync(at(name, "config.json"), JSON.stringify(config));
  copyFileSync(`${DEMO}/base/tokenizer.json`, at(name, "tokenizer.json"));
  return at(name);
}

async function side(path: string): Promise<Side> {
  const { reading, vocabulary } = await openModel(path);
  if (reading.kind === "refused") throw new Error(reading.reason);
  const artefact = { name: path, kind: "model" as const, root: `sha256:${"0".repeat(64)}` as const };
  return { reading, vocabulary, identity: Promise.resolve({ artefact, evidence: [] }) };
}

async function examined(reference: string, suspect: string) {
  const finding = await examineAncestry({
    reference: await side(reference),
    suspect: await side(suspect),
    settings: { seed: "layouts", rows: "sampled" },
    validations: [study],
    software: { name: "assay", version: "0", commit: "0" },
    compute,
    work: { concurrency: 2, onProgress: () => {} },
  });
  encodeFinding(finding);
  const { tests, outcome } = finding;
  const log10P = (id: string) => tests.find((t) => t.id === id)?.log10P ?? null;
  return { outcome, log10P, seen: weightsObservationsSchema.parse(finding.observations) };
}

const gpt2 = { model_type: "gpt2", n_embd: 96, n_head: 4, n_layer: 6 };
const neoX = { model_type: "gpt_neox", hidden_size: 96, num_attention_heads: 4 };
const layouts: [string, () => TensorToWrite[], object][] = [
  ["Gemma", () => asGemma(base), configOf("base")],
  ["Phi-3", () => asPhi3(base), configOf("base")],
  ["GPT-2", () => asGpt2(base), gpt2],
  ["GPT-NeoX", () => asNeoX(base, 4), neoX],
  ["F64", () => storedAs(base, "F64"), configOf("base")],
  ["F8_E4M3", () => storedAs(base, "F8_E4M3"), configOf("base")],
  ["F8_E5M2", () => storedAs(base, "F8_E5M2"), configOf("base")],
];

describe("how a model is stored does not reach the outcome", () => {
  test.each(layouts)("%s", { timeout: 60_000 }, async (name, rewrite, config) => {
    const path = folder(name, rewrite(), config);
    const child = await examined(path, `${DEMO}/finetune`);
    expect(child.outcome).toBe("supports-hp");
    expect(child.log10P("combined")).toBeLessThan(-20);
    const twin = await examined(path, `${DEMO}/independent-twin`);
    expect(twin.outcome).toBe("inconclusive");
    expect(twin.log10P("combined")).toBeGreaterThan(-2);
  });

  test("where nothing is lost, not one number changes", async () => {
    const plain = await examined(`${DEMO}/base`, `${DEMO}/finetune`);
    for (const name of ["Gemma", "Phi-3", "F64"]) {
      const other = await examined(at(name), `${DEMO}/finetune`);
      expect(other.seen.blocks).toEqual(plain.seen.blocks);
      const story = (seen: typeof plain.seen) => seen.tensors.filter((t) => !t.tensor.startsWith("norm"));
      expect(story(other.seen)).toEqual(expect.arrayContaining(story(plain.seen)));
    }
  });

  test("two models in one layout: the fused value heads are tested too", async () => {
    const child = folder("NeoX child", asNeoX(stored("finetune"), 4), neoX);
    const found = await examined(at("GPT-NeoX"), child);
    expect(found.log10P("weights/value-dim")).toBeLessThan(-8);
    const twin = folder("NeoX twin", asNeoX(stored("independent-twin"), 4), neoX);
    expect((await examined(at("GPT-NeoX"), twin)).log10P("weights/value-dim")).toBeGreaterThan(-2);
  });

  test("a Conv1D model against its plain self is identical in every matrix both have", async () => {
    const { seen } = await examined(at("GPT-2"), `${DEMO}/base`);
    const matrices = seen.tensors.filter((t) => /^(attention\.[qkvo]|mlp\.(up|down)|embed|output)$/.test(t.tensor));
    expect(matrices.length).toBe(6 * 6 + 2);
    for (const { tensor, relation, equal } of matrices)
      expect([tensor, relation, equal]).toEqual([tensor, "identical", 1]);
  });
});

describe("GGUF", () => {
  const tokens = () => {
    const { vocab } = JSON.parse(readFileSync(`${DEMO}/base/tokenizer.json`, "utf8")).model;
    const list: string[] = [];
    for (const [token, id] of Object.entries(vocab)) list[id as number] = token;
    return Array.from({ length: 1024 }, (_, i) => list[i] ?? `[unused ${i}]`);
  };
  const entries = (): GgufEntry[] => [
    ["general.architecture", "llama"],
    ["llama.block_count", 6],
    ["llama.embedding_length", 96],
    ["llama.attention.head_count", 4],
    ["llama.attention.head_count_kv", 2],
    ["llama.attention.key_length", 24],
    ["tokenizer.ggml.tokens", tokens()],
  ];
  const kinds: [string, (name: string) => Quantised | null][] = [
    ["BF16", () => null],
    ["Q8_0", () => "Q8_0"],
    ["Q4_0", () => "Q4_0"],
    // Rows of 96 values make no blocks of 256: as llama.cpp does, those fall back to another type.
    ["Q6_K", (name) => (name.includes("ffn_down") ? "Q6_K" : "Q8_0")],
  ];
  test.each(kinds)("%s: found in the child, not in the twin", async (name, kind) => {
    const path = at(`${name}.gguf`);
    writeFileSync(path, writeGguf(entries(), asGguf(base, kind, 24)));
    const child = await examined(path, `${DEMO}/finetune`);
    expect(child.outcome).toBe("supports-hp");
    expect(child.log10P("combined")).toBeLessThan(-20);
    expect(child.log10P("weights/value-dim")).toBeLessThan(-8);
    const twin = await examined(path, `${DEMO}/independent-twin`);
    expect(twin.outcome).toBe("inconclusive");
    expect(twin.log10P("combined")).toBeGreaterThan(-2);

    const { seen } = await examined(path, `${DEMO}/base`);
    const matrices = seen.tensors.filter((t) => !t.tensor.startsWith("norm"));
    expect(matrices.length).toBe(6 * 7 + 2);
    const wanted = name === "BF16" ? "identical" : "near";
    // Queries and keys are put back into the order of their halves: out of it they would be unrelated.
    for (const t of matrices) expect([t.tensor, t.relation]).toEqual([t.tensor, wanted]);
    expect(seen.architecture.tokenizer!.sameId).toBeGreaterThan(900);
  });
});
