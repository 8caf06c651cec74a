/** A folder as older `save_pretrained` left it (torch.save 2.8, two shards, a transposed view, tied embeddings, one NaN). */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { FileReader } from "../../src/host/files.js";
import { intake } from "../../src/host/model/intake.js";
import { openModel } from "../../src/host/model/open-model.js";
import { LocalCompute } from "../../src/kernels/compute.js";

const FOLDER = "test/model/torch/tiny";
const home = mkdtempSync(join(tmpdir(), "assay-torch-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test("is read as a model; what trainers leave beside it is none; nothing is asked of what it names", async () => {
  const { reading, weightFiles } = await openModel(FOLDER);
  if (reading.kind !== "model") throw new Error(reading.reason);
  const { model } = reading;
  expect(weightFiles.map(({ name }) => name)).toEqual([
    "pytorch_model-00001-of-00002.bin",
    "pytorch_model-00002-of-00002.bin",
  ]);
  expect(model).toMatchObject({ layers: 2, mlpHidden: 12, leftOut: [] });
  const reader = new FileReader();
  const compute = new LocalCompute((file, offset, into) => reader.readInto(file, offset, into));
  const values = async (name: string) => [...(await compute.load(model.tensors.get(name)!.matrix))];
  // Values count up through the tensors, in the order in which they were made; the second layer's up matrix was turned.
  const from = 16 * 8 + 4 * 64 + 3 * 96 + 16 + 4 * 64 + 96;
  const counted = Array.from({ length: 96 }, (_, i) => (((from + i) % 97) - 48) / 64);
  expect(await values("layers.1.mlp.up")).toEqual(counted);
  expect(await values("output")).toEqual(await values("embed"));
  await reader.close();
  const { notFinite } = await intake(FOLDER, { home: null });
  expect(notFinite).toEqual([{ tensor: "model.layers.0.mlp.down_proj.weight", values: 1, first: 2 * 12 + 3 }]);
});

test("shards that the index does not name so, files of other kinds under these names", async () => {
  const folder = join(home, "other");
  cpSync(FOLDER, folder, { recursive: true });
  writeFileSync(join(folder, "pytorch_model.bin.index.json"), JSON.stringify({ weight_map: { a: "x.safetensors" } }));
  await expect(openModel(folder)).rejects.toThrow(/expected a .bin file/);
  rmSync(join(folder, "pytorch_model.bin.index.json"));
  await expect(openModel(folder)).rejects.toThrow(/its index or one such file, got 2/);
  rmSync(join(folder, "pytorch_model-00002-of-00002.bin"));
  writeFileSync(join(folder, "ggml-model.bin"), "lmgg");
  const { reading } = await openModel(folder);
  expect(reading.kind).toBe("model");
});
