/** Laws of sketches, on the models that ship with the repository: made, read, set against models and each other. */
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AssayError } from "../../src/base/error.js";
import { leafHash, treeRoot } from "../../src/evidence/chunk-tree.js";
import { chunkLeaves } from "../../src/host/model/chunk-roots.js";
import { Kernel } from "../../src/kernels/kernel.js";
import { heldRuns } from "../../src/kernels/row-order.js";
import { examineModels } from "../../src/labs/weights/desk/examine-models.js";
import { makeSketch } from "../../src/labs/weights/desk/sketch.js";
import { openSide } from "../../src/labs/weights/host/open-side.js";
import { SEED_DEFAULT } from "../../src/labs/weights/method.js";
import type { WeightsObservations } from "../../src/labs/weights/observations.js";
import { HALF_ERROR, halfBytes } from "../../src/labs/weights/sketch/half.js";
import { PREFIX_BYTES } from "../../src/labs/weights/sketch/header.js";
import { temporary } from "../host/temporary.js";

const folder = temporary();
const SEED = "5e".repeat(32);
const quiet = () => {};

async function sketched(name: string, options: { seed?: string; width?: number } = {}): Promise<string> {
  const { seed = SEED, width = null } = options;
  const out = folder(`${name}-${seed.slice(0, 4)}-${width}.sketch`);
  await makeSketch({
    model: `fixtures/demo/${name}`,
    seed,
    width,
    rows: "sampled",
    out,
    home: null,
    threads: 1,
    onProgress: quiet,
  }).catch((error) => {
    if (!/exists/.test(error.message)) throw error;
  });
  return out;
}

async function examined(reference: string, suspect: string, seed = SEED_DEFAULT) {
  const settings = { seed, rows: "sampled" as const };
  const options = { reference, suspect, settings, studies: [], home: null, threads: 1, onProgress: quiet };
  const { findings, settings: used } = await examineModels(options);
  return { finding: findings[0]!, settings: used };
}

const numbers = ({ finding }: Awaited<ReturnType<typeof examined>>) =>
  Object.fromEntries(finding.tests.map((t) => [t.id, t.log10P]));

describe("a sketch in place of a model", () => {
  test("against a model or against its sketch, the counts are the same to a unit", async () => {
    const a = await sketched("base");
    const one = await examined(a, "fixtures/demo/finetune");
    const two = await examined(a, await sketched("finetune"));
    const selves = ({ finding }: typeof one) => (finding.observations as WeightsObservations).blocks.map((b) => b.self);
    expect(selves(one).length).toBe(selves(two).length);
    for (const [at, self] of selves(one).entries()) expect(Math.abs(self - selves(two)[at]!)).toBeLessThanOrEqual(1);
  });

  test("of the default width it still finds the child, on both sides, on either, in either order", async () => {
    const [a, b] = [await sketched("base"), await sketched("finetune")];
    for (const [x, y] of [
      [a, b],
      [a, "fixtures/demo/finetune"],
      ["fixtures/demo/base", b],
      [b, a],
    ] as const)
      expect(numbers(await examined(x, y)).combined).toBeLessThan(-7);
  });

  test("negative control: independents stay unaccused", async () => {
    const a = await sketched("base");
    for (const name of readdirSync("fixtures/demo").filter((n) => n.startsWith("independent"))) {
      expect(numbers(await examined(a, await sketched(name))).combined).toBeGreaterThan(-2);
      expect(numbers(await examined(a, `fixtures/demo/${name}`)).combined).toBeGreaterThan(-2);
    }
  });

  test("the finding says what it is, what stands behind it and what it discloses", async () => {
    const { finding, settings } = await examined(await sketched("base"), "fixtures/demo/finetune");
    expect(settings.seed).toBe(SEED);
    if (finding.subject.kind !== "pair") throw new Error("expected a pair");
    expect(finding.subject.reference.kind).toBe("sketch");
    expect(finding.subject.suspect.kind).toBe("model");
    const { sketches, tensors } = finding.observations as WeightsObservations;
    expect(sketches?.suspect).toBeNull();
    expect(sketches?.reference?.energyShare).toBeLessThanOrEqual(0.5);
    expect(tensors).toEqual([]);
    expect(finding.limits.join(" ")).toContain("discloses linear information");
  });

  test("two seeds do not meet; neither does another --seed; widths do", async () => {
    const a = await sketched("base");
    await expect(examined(a, await sketched("finetune", { seed: "6f".repeat(32) }))).rejects.toThrow(/one seed/);
    await expect(examined(a, "fixtures/demo/finetune", "other")).rejects.toThrow(/own seed/);
    expect(numbers(await examined(a, await sketched("finetune", { width: 16 }))).combined).toBeLessThan(-6);
  });

  test("the same model and seed give the same bytes", async () => {
    const one = readFileSync(await sketched("base"));
    const out = folder("again.sketch");
    await makeSketch({
      model: "fixtures/demo/base",
      seed: SEED,
      width: null,
      rows: "sampled",
      out,
      home: null,
      threads: 2,
      onProgress: quiet,
    });
    expect(readFileSync(out).equals(one)).toBe(true);
  });
});

describe("hostile sketch files", () => {
  test("cut anywhere, or with a byte altered anywhere, they are an AssayError", { timeout: 60_000 }, async () => {
    const bytes = readFileSync(await sketched("base"));
    const path = folder("hostile.sketch");
    const refused = async (altered: Uint8Array) => {
      writeFileSync(path, altered);
      await expect(openSide(path)).rejects.toBeInstanceOf(AssayError);
    };
    for (const length of [8, 11, 12, 13, 400, bytes.length - 1]) await refused(bytes.subarray(0, length));
    await refused(Buffer.concat([bytes, Buffer.of(0)]));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 8, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const altered = Uint8Array.from(bytes);
        altered[at]! ^= by;
        return refusedOrSame(path, altered, at);
      }),
      { numRuns: 150 },
    );
  });

  test("a header cannot state sizes that the file does not hold, nor another root", async () => {
    const bytes = readFileSync(await sketched("base"));
    const length = bytes.readUInt32LE(8);
    const header = bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + length).toString();
    const payload = bytes.subarray(PREFIX_BYTES + length);
    const path = folder("lying.sketch");
    const lies: [RegExp, string][] = [
      [/"mlpHidden":\[\d+/, '"mlpHidden":[999999'],
      [/"hidden":\d+/, '"hidden":0'],
      [/"width":\d+/, '"width":12'],
      [/"keyValueHeads":\d+,"mlpHidden"/, '"keyValueHeads":1000000,"mlpHidden"'],
      [/"root":"sha256:./, '"root":"sha256:f'],
      [/"sizeBytes":\d+\},"rows"/, '"sizeBytes":9007199254740991},"rows"'],
      [/"tied"/, '"__proto__":1,"tied"'],
      [/^\{/, "["],
    ];
    for (const [from, to] of lies) {
      const text = Buffer.from(header.replace(from, to));
      const size = Buffer.alloc(4);
      size.writeUInt32LE(text.length);
      writeFileSync(path, Buffer.concat([bytes.subarray(0, 8), size, text, payload]));
      await expect(openSide(path), String(from)).rejects.toBeInstanceOf(AssayError);
    }
  });
});

/** What the header states of the model may be altered and leave a sketch a sketch; no fold may. */
async function refusedOrSame(path: string, altered: Uint8Array, at: number): Promise<void> {
  writeFileSync(path, altered);
  const result = await openSide(path).catch((error) => error);
  if (result instanceof AssayError) return;
  expect(result.reading?.kind).toBe("model");
  expect(at).toBeLessThan(PREFIX_BYTES + Buffer.from(altered).readUInt32LE(8));
}

describe("parts", () => {
  test("halves round to nearest and decode to what they stand for", () => {
    const kernel = new Kernel();
    const values = [
      0,
      1,
      -1,
      0.5,
      1 / 3,
      2 ** -14,
      2 ** -15,
      2 ** -24,
      2 ** -25,
      3 * 2 ** -25,
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
    ];
    const back = kernel.decode("F16", halfBytes(Float32Array.from(values)));
    expect([...back].slice(0, 4)).toEqual([0, 1, -1, 0.5]);
    expect([...back].slice(5)).toEqual([2 ** -14, 2 ** -15, 2 ** -24, 0, 2 ** -23, 1, 1 + 2 ** -9]);
    fc.assert(
      fc.property(fc.float({ min: -1, max: 1, noNaN: true }), (x) => {
        const [y] = kernel.decode("F16", halfBytes(Float32Array.of(x)));
        expect(Math.abs(y! - x)).toBeLessThanOrEqual(Math.max(Math.abs(x) * HALF_ERROR, 2 ** -25));
      }),
    );
  });

  test("held rows are found where they lie, and rows that are not held are missed", () => {
    const held = [
      { start: 32, count: 16 },
      { start: 0, count: 16 },
    ];
    expect(heldRuns([{ start: 34, count: 2 }], held)).toEqual([{ start: 2, count: 2 }]);
    expect(heldRuns([{ start: 0, count: 16 }], held)).toEqual([{ start: 16, count: 16 }]);
    expect(heldRuns([{ start: 0, count: 17 }], held)).toBeNull();
    expect(heldRuns([{ start: 31, count: 1 }], held)).toBeNull();
    expect(heldRuns([], held)).toEqual([]);
  });

  test("the platform's hash and the tree's own agree", async () => {
    const path = folder("chunks.bin");
    for (const sizeBytes of [0, 1, 16_384, 16_385, 300 * 16_384 + 7]) {
      const bytes = Uint8Array.from({ length: sizeBytes }, (_, i) => i * 7);
      writeFileSync(path, bytes);
      const leaves = await chunkLeaves({ name: "chunks.bin", path, sizeBytes }, quiet);
      const own = Array.from({ length: Math.max(1, Math.ceil(sizeBytes / 16_384)) }, (_, i) =>
        leafHash(bytes.subarray(i * 16_384, (i + 1) * 16_384)),
      );
      expect(treeRoot(leaves)).toEqual(treeRoot(own));
    }
  });

  test("a copy of a model's file under another name has the same folds", async () => {
    const copy = folder("copy.safetensors");
    copyFileSync(join("fixtures/demo/base", "model.safetensors"), copy);
    const { finding } = await examined(copy, await sketched("finetune"));
    expect(finding.tests.find((t) => t.id === "combined")!.log10P).toBeLessThan(-7);
  });
});
