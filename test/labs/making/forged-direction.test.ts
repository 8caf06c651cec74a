/**
 * Directions that anyone can forge from a public release: none is supported, whichever side is named first. The first of
 * these was named the origin, at a likelihood ratio of 10^1.29, by version 1 of the method.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { examineStored } from "../../../materials/weights/examine-stored.ts";
import { drawer, readStored, type StoredModel, writeStored } from "../../../materials/weights/odd-parts.ts";
import type { Digest } from "../../../src/base/digest.js";
import type { Finding } from "../../../src/finding/finding.js";
import { examineDirection } from "../../../src/labs/weights/making/direction.js";
import { studiesOf } from "../../asked.js";

const root = mkdtempSync(join(tmpdir(), "assay-forged-"));
afterAll(() => rmSync(root, { recursive: true }));
const studies = await studiesOf("examine weights");
const release = readStored("fixtures/demo/base");

type Change = (x: number, uniform: () => number) => number;
function forged(change: Change): StoredModel {
  const draw = drawer(7);
  const uniform = () => draw(1 << 20) / (1 << 20);
  return {
    ...release,
    tensors: release.tensors.map((t) => ({ ...t, values: Float32Array.from(t.values, (x) => change(x, uniform)) })),
  };
}
const halfStep = (x: number) => 2 ** (Math.floor(Math.log2(Math.abs(x) || 1e-30)) - 8);
const f16 = (x: number) => Float16Array.of(x)[0]!;

const FORGED: [string, Change][] = [
  ["dither below half a step of BF16", (x, u) => x + 0.9 * (2 * u() - 1) * halfStep(x)],
  ["dither of one sign", (x, u) => x + 0.9 * u() * halfStep(x)],
  ["a constant share of half a step", (x) => x + 0.5 * halfStep(x)],
  ["noise of a hundredth of the size", (x, u) => x + 2e-4 * (2 * u() - 1)],
  ["a cast to F16", (x) => f16(x)],
  ["a truncation of the last bits", (x) => (x === 0 ? 0 : Math.trunc(x / (4 * halfStep(x))) * 4 * halfStep(x))],
  ["small values cut", (x) => (Math.abs(x) < 0.005 ? 0 : x)],
  ["small values filled in", (x, u) => (Math.abs(x) < 1e-4 ? x + 2e-5 * (2 * u() - 1) : x)],
  ["half precision renormalised", (x) => f16(x * 1.0001) / 1.0001],
  ["8-bit codes of a fixed step", (x) => Math.round(x * 2048) / 2048],
];

describe("a forged origin is not named", () => {
  test.each(FORGED)("%s", { timeout: 60_000 }, async (name, change) => {
    const [a, b] = ["fixtures/demo/base", join(root, name.replaceAll(" ", "-"))];
    writeStored(b, forged(change));
    for (const [reference, suspect] of [
      [a, b],
      [b, a],
    ] as const) {
      const [ancestry, direction] = await examineStored({ reference, suspect, studies });
      expect(ancestry!.outcome).toBe("supports-hp");
      expect(direction).toMatchObject({ outcome: "inconclusive", strength: null, errorRate: null, tests: [] });
      expect(direction!.reason).toMatch(/no dated commitment of a side was shown/);
    }
  });
});

describe("a dated commitment says what the date shows, and no more", () => {
  const [reference, suspect] = ["a", "b"].map((c) => `sha256:${c.repeat(64)}` as Digest);
  const side = (name: string, of: Digest) => ({ name, kind: "model" as const, root: of });
  const ancestry = {
    outcome: "inconclusive",
    subject: { kind: "pair", reference: side("r", reference!), suspect: side("s", suspect!) },
    evidence: [reference, suspect],
    observations: null,
  } as unknown as Finding;
  const commitment = (of: Digest, time: number) => ({
    root: of,
    time,
    by: "a log",
    evidence: `sha256:${"c".repeat(64)}` as Digest,
  });

  test("of one side, of both, of the earliest", () => {
    const one = examineDirection(ancestry, [commitment(suspect!, 1_700_000_000), commitment(suspect!, 1_600_000_000)]);
    expect(one.reason).toMatch(
      /suspect is shown to have existed at 2020-09-13T12:26:40.000Z, by a log; since when the reference/,
    );
    const both = examineDirection(ancestry, [
      commitment(reference!, 1_600_000_000),
      commitment(suspect!, 1_700_000_000),
    ]);
    expect(both.reason).toMatch(
      /reference is shown.*2020.*suspect is shown.*2023.*does not show which was made from which/,
    );
    for (const finding of [one, both]) expect(finding).toMatchObject({ outcome: "inconclusive", strength: null });
    expect(one.evidence).toContain(`sha256:${"c".repeat(64)}`);
  });
});
