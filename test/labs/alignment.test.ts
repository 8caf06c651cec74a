/** The aligned test on the zoo: a disguise is undone, independents stay silent. Needs ../shared. */
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { FileReader } from "../../src/host/files.js";
import { openModel } from "../../src/host/open-model.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import { align } from "../../src/labs/weights/alignment/align.js";
import { type CanonicalModel, canonicalModel } from "../../src/labs/weights/alignment/canonical.js";
import { HAS_SHARED, SHARED } from "../shared-material.js";

const files = new FileReader();
const compute = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));
afterAll(() => files.close());

async function canonical(path: string): Promise<CanonicalModel> {
  const { reading } = await openModel(join(SHARED, "zoo", path));
  if (reading.kind !== "model") throw new Error(reading.reason);
  return canonicalModel(reading.model, (tensor) => compute.load(tensor.matrix));
}

async function aligned(reference: string, suspect: string, seed = "s") {
  return align({
    reference: await canonical(reference),
    suspect: await canonical(suspect),
    tokens: null,
    seed,
    compute,
    onProgress: () => {},
  });
}

describe.skipIf(!HAS_SHARED)("aligned gate-up test, zoo and bank", () => {
  test("the disguised model answers to its kin, unit by unit", { timeout: 120_000 }, async () => {
    for (const kin of ["finetune", "continued", "shallower"]) {
      const result = await aligned(`models/${kin}`, "models/disguised");
      expect(result.mode).toBe("blind");
      expect(result.agreeing).toBeGreaterThan(0.9 * result.labels);
      expect(result.log10P).toBeLessThan(-100);
    }
  });

  test("negative control: independents and text-only students stay silent", { timeout: 240_000 }, async () => {
    for (const [a, b] of [
      ["models/independent-finetuned", "models/disguised"],
      ["models/distilled", "models/disguised"],
      ["bank/a00", "bank/a01"],
      ["bank/b02", "bank/b03"],
    ] as const) {
      const result = await aligned(a, b);
      expect(result.log10P).toBe(0);
      expect(result.log10PUntolerant).toBeGreaterThan(-4);
    }
  });

  test("the same bits again", { timeout: 60_000 }, async () => {
    expect(await aligned("bank/d00", "bank/d01")).toEqual(await aligned("bank/d00", "bank/d01"));
  });
});
