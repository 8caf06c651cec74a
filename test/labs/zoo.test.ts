/**
 * The zoo's own rule, pair by pair, through the laboratory's door: derived pairs support hp, others never. Disguised kin
 * go through the second stage; the other silent pairs only with SLOW=1 (test/labs/aligned-stage.test.ts holds a few).
 * Without published likenesses, which decide nothing and take half the time, but with SLOW=1.
 * Each two models once, with SLOW=1 in both orders: that the p does not ask which is called the reference, weights.test.ts says.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { FileReader } from "../../dist/host/files.js";
import { LocalCompute } from "../../dist/kernels/compute.js";
import { examineSides, side } from "../../materials/weights/examine-stored.ts";
import { studiesOf } from "../asked.js";
import { HAS_SHARED, SHARED } from "../shared-material.js";

const files = new FileReader();
afterAll(() => files.close());
const compute = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));
const exhibits = process.env.SLOW !== undefined;

/**
 * Siblings that are not found, for a reason: of one base the one was turned after tuning and the other lost a layer and was
 * healed, so that each lacks half of what the two do not share, as two runs from one start do (weights/aligned-units
 * version 4; validation/weights-aligned-units.md, "What it costs").
 */
const NOT_TOLD = [["disguised", "shallower"]];
const notTold = (a: string, b: string) => NOT_TOLD.some((pair) => pair.includes(a) && pair.includes(b) && a !== b);

describe.skipIf(!HAS_SHARED)("every pair of the zoo", () => {
  const folder = join(SHARED, "zoo/models");
  const names = HAS_SHARED ? readdirSync(folder).sort() : [];
  const manifest: Record<string, { parents: string[] }> = HAS_SHARED
    ? JSON.parse(readFileSync(join(SHARED, "zoo/manifest.json"), "utf8"))
    : {};
  const ancestors = (name: string): string[] => [name, ...manifest[name]!.parents.flatMap(ancestors)];
  /** Each model is read once. */
  const sides = new Map<string, ReturnType<typeof side>>();
  const sideOf = (name: string) => {
    if (!sides.has(name)) sides.set(name, side(join(folder, name)));
    return sides.get(name)!;
  };

  for (const reference of names)
    test(reference, { timeout: 120_000 }, async () => {
      const all = await studiesOf("examine weights");
      const exact = all.filter((study) => study.summary.page === "validation/weights-unit-labels.md");
      expect(exact[0]).toBeDefined();
      for (const suspect of process.env.SLOW ? names : names.slice(names.indexOf(reference))) {
        const derived = ancestors(reference).some((a) => ancestors(suspect).includes(a));
        const studies = derived || process.env.SLOW ? all : exact;
        const options = { studies, exhibits, compute };
        const [finding] = await examineSides(await sideOf(reference), await sideOf(suspect), options);
        expect(finding!.outcome, `${reference} and ${suspect}`).toBe(
          derived && !notTold(reference, suspect) ? "supports-hp" : "inconclusive",
        );
      }
    });
});
