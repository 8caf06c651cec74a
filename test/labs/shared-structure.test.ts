/**
 * Innocents that share a structure and no weights: each construction that ever accused somebody, and its kin. Of most,
 * labels alone (version 2 of the method) would have accused; nobody is now. The study runs a thousand of each.
 */
import { describe, expect, test } from "vitest";
import {
  CONSTRUCTIONS,
  type Construction,
  type Made,
  make,
  makePair,
  readerOf,
  TINY,
} from "../../materials/weights/structured.ts";
import { LocalCompute } from "../../src/kernels/compute.js";
import { examineAncestry } from "../../src/labs/weights/examine.js";
import { weightsObservationsSchema } from "../../src/labs/weights/observations.js";
import { logSignE } from "../../src/stats/sign-evidence.js";

const PAIRS = 2;

async function examined(a: Made, b: Made) {
  const side = ({ model }: Made) => ({
    reading: { kind: "model" as const, model },
    vocabulary: null,
    identity: Promise.resolve({
      artefact: { name: "m", kind: "model" as const, root: `sha256:${"0".repeat(64)}` as const },
      evidence: [],
    }),
  });
  const finding = await examineAncestry({
    reference: side(a),
    suspect: side(b),
    settings: { seed: "s", rows: "sampled" },
    validations: [],
    software: { name: "assay", version: "0", commit: "0" },
    compute: new LocalCompute(readerOf(a, b)),
    work: { concurrency: 1, onProgress: () => {} },
  });
  const seen = weightsObservationsSchema.parse(finding.observations);
  return {
    reason: finding.reason,
    log10P: finding.tests.find((t) => t.id === "combined")!.log10P,
    labels: Math.min(...seen.axes.map((x) => x.labelsLog10P ?? 0)),
    embeddings: seen.tensors.find((t) => t.tensor === "embed")!.relation,
  };
}

const pairOf = (c: Construction, i: number) => examined(...makePair(c, `test ${i}`, [`a ${i}`, `b ${i}`]));

describe("one structure, no common weights", () => {
  test.each(CONSTRUCTIONS.map((c) => [c.id, c] as const))("%s", async (_id, construction) => {
    for (let i = 0; i < PAIRS; i++) expect((await pairOf(construction, i)).log10P).toBeGreaterThan(-4);
  });

  // Accused at 10^−8.5 by version 7: where columns are few, gains tip all rows alike by more than they take them apart.
  test.each([
    ["weights that lean", 0],
    ["none below nought", 2],
  ] as const)("one default seed of a narrow model, %s, trained apart", async (kind, i) => {
    const start = CONSTRUCTIONS.find((c) => c.id === `one default seed, ${kind}, trained apart by 0.03`)!;
    const name = `half ${start.id} ${i}`;
    const shape = { ...TINY, hidden: 32, units: 64, heads: 1, headDim: 16, vocabulary: 64 };
    expect((await examined(...makePair(start, name, [`${name} a`, `${name} b`], shape))).log10P).toBeGreaterThan(-4);
  });

  // Accused at 10^−17.5 by a draft of version 8: the one layer, without a gate, looks trained by chance, and its scale makes the slope.
  test("one default seed at two scales, where one layer without a gate is all that answers", async () => {
    const start = CONSTRUCTIONS.find(
      (c) => c.id === "one default seed, matrices at one scale or 1.3 of it, MLP without a gate",
    )!;
    const name = `narrow 32x64x1 ${start.id} 96`;
    const shape = { ...TINY, hidden: 32, units: 64, layers: 1, heads: 1, headDim: 16, vocabulary: 64 };
    expect((await examined(...makePair(start, name, [`${name} a`, `${name} b`], shape))).log10P).toBeGreaterThan(-4);
  });

  test("a draw that has a strong direction by chance is a draw all the same: gate and up both have to show training", async () => {
    const frozen = CONSTRUCTIONS.find((c) => c.id === "one layer frozen at a public draw")!;
    const name = `study ${frozen.id} 2`;
    const shape = { ...TINY, heads: 1, headDim: 32, vocabulary: 64 };
    const found = await examined(...makePair(frozen, name, [`${name} a`, `${name} b`], shape));
    expect(found.log10P).toBe(0);
  });

  test("labels alone would have accused, and the first page says why they were not counted", async () => {
    for (const id of ["one random mask, 10 % kept", "sliding windows of 8 inputs", "circulant"]) {
      const found = await pairOf(CONSTRUCTIONS.find((c) => c.id === id)!, 0);
      expect(found.labels).toBeLessThan(-6);
      expect(found.reason).toContain("by number alone");
    }
  });

  test("frozen public embeddings are named as the common part", async () => {
    const found = await pairOf(CONSTRUCTIONS.find((c) => c.id === "frozen public embeddings")!, 0);
    expect(found.embeddings).toBe("identical");
    expect(found.reason).toContain("input embeddings (identical)");
  });
});

describe("a copy is found through the same structure", () => {
  const kinds = [
    "one random mask, 10 % kept",
    "MLPs in 7 groups",
    "sliding windows of 8 inputs",
    "butterfly",
    "circulant",
  ];
  test.each(kinds)("%s", async (id) => {
    // With gains of its own: a draw that nobody trained would be anybody's (common-start.test.ts).
    const construction = { ...CONSTRUCTIONS.find((c) => c.id === id)!, gainsShared: 0 };
    const [parent, child] = [make(construction, "test", "parent"), make(construction, "test", "other")];
    // Three parts of the parent and one of a stranger of the same structure: alike at 0.95.
    for (const [name, values] of child.tensors)
      for (const [i, x] of parent.tensors.get(name)!.entries()) values[i] = x + values[i]! / 3;
    expect((await examined(parent, child)).log10P).toBeLessThan(-6);
  });
});

describe("evidence from signs", () => {
  test("is an e-value: its mean over all signs is one", () => {
    const sizes = [3, 0.1, 1, 2, 0, 5, 0.7, 1.3];
    let sum = 0;
    for (let bits = 0; bits < 256; bits++)
      sum += Math.exp(logSignE(sizes.map((x, i) => ((bits >> i) & 1 ? x : -x)))) / 256;
    expect(sum).toBeCloseTo(1, 10);
  });

  test("n alike numbers reach 2^n and no more; noughts say nothing", () => {
    const most = logSignE(new Array<number>(40).fill(0.3)) / Math.LN2;
    expect(most).toBeGreaterThan(37);
    expect(most).toBeLessThanOrEqual(40);
    expect(logSignE([0, 0])).toBe(0);
    expect(logSignE([])).toBe(0);
  });
});
