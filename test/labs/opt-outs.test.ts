/**
 * A suspect that made one part of itself odd is examined by what is left, and the odd part is named. Each of these was
 * an error, a refusal or `uncalibrated` before. Ten thousand more: validation/weights-opt-outs.md.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { FileReader } from "../../dist/host/files.js";
import { LocalCompute } from "../../dist/kernels/compute.js";
import { examineSides, side } from "../../materials/weights/examine-stored.ts";
import { ODD_KINDS, readStored, type StoredModel, writeStored } from "../../materials/weights/odd-parts.ts";
import { studiesOf } from "../asked.js";

const root = mkdtempSync(join(tmpdir(), "assay-opt-outs-"));
const files = new FileReader();
afterAll(async () => {
  await files.close();
  rmSync(root, { recursive: true });
});
const compute = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));
/** Opened once: all but its values, which each examination reads. */
const reference = await side("fixtures/demo/base");
const studies = await studiesOf("examine weights");
const base = readStored("fixtures/demo/base");

let count = 0;
async function examined(stored: StoredModel, exhibits = false) {
  const suspect = join(root, `m${count++}`);
  writeStored(suspect, stored);
  const [ancestry] = await examineSides(reference, await side(suspect), { studies, exhibits, compute });
  return ancestry!;
}
const kind = (name: string) => ODD_KINDS.find((k) => k.name === name)!;

describe("a verbatim copy with one odd part is found", () => {
  test.each(ODD_KINDS)("$name", { timeout: 60_000 }, async ({ name, make, says }) => {
    const finding = await examined(make(base, 1));
    expect(finding.outcome, `${name}: ${finding.reason}`).toBe("supports-hp");
    if (says) expect(finding.limits.join("\n")).toMatch(says);
  });
});

test("published likenesses of what has no direction are null, not NaN", { timeout: 60_000 }, async () => {
  for (const name of ["the embedding of NaN", "a no-op layer of 4,000 units", "a no-op layer of 8 units"])
    expect((await examined(kind(name).make(base, 1), true)).outcome).toBe("supports-hp");
});

test("an independent model with one odd part is not accused", { timeout: 240_000 }, async () => {
  const other = readStored("fixtures/demo/independent-twin");
  for (const name of ["a row of NaN", "a no-op layer of 8 units", "the residual stream padded with nothing"])
    expect((await examined(kind(name).make(other, 1))).outcome, name).toBe("inconclusive");
});
