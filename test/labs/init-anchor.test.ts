/** The init anchor on models whose initial weights are known. Needs ../shared. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { FileReader } from "../../src/host/files.js";
import { openModel } from "../../src/host/open-model.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import { type Dense, transpose } from "../../src/kernels/rotation/dense.js";
import { type CanonicalModel, canonicalModel } from "../../src/labs/weights/alignment/canonical.js";
import { type InitLayer, initAnchor } from "../../src/labs/weights/init-anchor.js";
import { parseSafetensorsHeader, safetensorsHeaderLength } from "../../src/model/safetensors.js";
import { HAS_SHARED, SHARED } from "../shared-material.js";

const files = new FileReader();
const compute = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));
afterAll(() => files.close());

async function canonical(path: string): Promise<CanonicalModel> {
  const { reading } = await openModel(join(SHARED, "zoo", path));
  if (reading.kind !== "model") throw new Error(reading.reason);
  return canonicalModel(reading.model, (tensor) => compute.load(tensor.matrix));
}

/** Rows of the initial MLPs; sd from the values themselves, and held against what the recipe says. */
async function initRows(path: string, layers: number): Promise<InitLayer[]> {
  const file = join(SHARED, "zoo", path);
  const { size } = await stat(file);
  const length = safetensorsHeaderLength(await files.readExactly(file, 0, 8), size, path);
  const { tensors } = parseSafetensorsHeader(await files.readExactly(file, 0, 8 + length), size, path);
  const read = async (name: string): Promise<Dense> => {
    const tensor = tensors.find((t) => t.name.endsWith(name))!;
    const [rows, columns] = [tensor.shape[0]!, tensor.shape[1]!];
    const dtype = tensor.dtype as "F32" | "BF16";
    const values = await compute.load({ file, offsetBytes: tensor.offsetBytes, dtype, rows, columns });
    return { rows, columns, data: Float64Array.from(values) };
  };
  const sd = (a: Dense) => Math.sqrt(a.data.reduce((s, x) => s + x * x, 0) / a.data.length);
  const out: InitLayer[] = [];
  for (let l = 0; l < layers; l++) {
    const gate = await read(`layers.${l}.mlp.gate_proj.weight`);
    const up = await read(`layers.${l}.mlp.up_proj.weight`);
    const down = transpose(await read(`layers.${l}.mlp.down_proj.weight`));
    out.push({ rows: { gate, up, down }, sd: { gate: sd(gate), up: sd(up), down: sd(down) } });
  }
  return out;
}

describe.skipIf(!HAS_SHARED)("init anchor", () => {
  const anchored = async (claimant: string, init: string, suspect: string) => {
    const reference = await canonical(claimant);
    return initAnchor({
      reference,
      suspect: await canonical(suspect),
      init: await initRows(init, reference.layers.length),
      seed: "s",
      seedBits: 64,
    });
  };

  test("the initial draws have the standard deviations that the recipe states", async () => {
    for (const { sd } of await initRows("inits/base.safetensors", 6)) {
      expect(sd.gate).toBeCloseTo(0.02, 3);
      expect(sd.up).toBeCloseTo(0.02, 3);
      expect(sd.down).toBeCloseTo(0.02 / Math.sqrt(12), 3);
    }
  });

  test("base's own draw shows in what was made from base, disguised or not", { timeout: 240_000 }, async () => {
    for (const suspect of ["disguised", "continued", "shallower"]) {
      const found = await anchored("models/base", "inits/base.safetensors", `models/${suspect}`);
      expect(found.log10P).toBeLessThan(-1000);
      expect(found.meanCosine).toBeGreaterThan(0.3);
    }
  });

  test("negative control: it does not show in independents, nor another's draw in base", {
    timeout: 240_000,
  }, async () => {
    for (const [claimant, init, suspect] of [
      ["models/base", "inits/base.safetensors", "models/independent-finetuned"],
      ["models/independent-same-data", "inits/independent-same-data.safetensors", "models/disguised"],
      ["bank/a00", "bank/a00/init.safetensors", "bank/a01"],
    ] as const)
      expect((await anchored(claimant, init, suspect)).log10P).toBe(0);
  });

  test("a model of the bank shows its own draw", { timeout: 120_000 }, async () => {
    expect((await anchored("bank/a00", "bank/a00/init.safetensors", "bank/a00")).log10P).toBeLessThan(-1000);
  });
});
