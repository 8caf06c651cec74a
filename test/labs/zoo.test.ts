/**
 * The zoo's own rule, pair by pair, through the command's verb: derived pairs support hp, others never. Disguised kin
 * go through the second stage; the other silent pairs only with SLOW=1 (test/labs/aligned-stage.test.ts holds a few).
 * Each two models once, with SLOW=1 in both orders: that the p does not ask which is called the reference, weights.test.ts says.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ComputePool } from "../../src/host/model/compute-pool.js";
import { examineModels } from "../../src/labs/weights/desk/examine-models.js";
import { SEED_DEFAULT } from "../../src/labs/weights/method.js";
import { studiesOf } from "../asked.js";
import { HAS_SHARED, SHARED } from "../shared-material.js";

const pool = new ComputePool();
afterAll(() => pool.close());

describe.skipIf(!HAS_SHARED)("every pair of the zoo", () => {
  const folder = join(SHARED, "zoo/models");
  const names = HAS_SHARED ? readdirSync(folder).sort() : [];
  const manifest: Record<string, { parents: string[] }> = HAS_SHARED
    ? JSON.parse(readFileSync(join(SHARED, "zoo/manifest.json"), "utf8"))
    : {};
  const ancestors = (name: string): string[] => [name, ...manifest[name]!.parents.flatMap(ancestors)];

  for (const reference of names)
    test(reference, { timeout: 120_000 }, async () => {
      const all = await studiesOf("examine weights");
      const exact = all.filter((study) => study.summary.page === "validation/weights-unit-labels.md");
      expect(exact[0]).toBeDefined();
      for (const suspect of process.env.SLOW ? names : names.slice(names.indexOf(reference))) {
        const derived = ancestors(reference).some((a) => ancestors(suspect).includes(a));
        const studies = derived || process.env.SLOW ? all : exact;
        const { findings } = await examineModels({
          reference: join(folder, reference),
          suspect: join(folder, suspect),
          settings: { seed: SEED_DEFAULT, rows: "sampled" },
          studies,
          home: null,
          pool,
          onProgress: () => {},
        });
        const finding = findings[0]!;
        expect(finding.outcome, `${reference} and ${suspect}`).toBe(derived ? "supports-hp" : "inconclusive");
      }
    });
});
