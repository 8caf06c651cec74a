/** The zoo's own rule, pair by pair, through the command's verb: derived pairs support hp, others never. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { examine } from "../../src/app/examine.js";
import { loadWeightsStudies } from "../../src/app/validation-data.js";
import { ComputePool } from "../../src/host/compute-pool.js";
import { SEED_DEFAULT } from "../../src/labs/weights/method.js";
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
      const studies = await loadWeightsStudies();
      expect(studies[0]).toBeDefined();
      for (const suspect of names) {
        const { findings } = await examine({
          reference: join(folder, reference),
          suspect: join(folder, suspect),
          settings: { seed: SEED_DEFAULT, rows: "sampled" },
          studies,
          home: null,
          pool,
          onProgress: () => {},
        });
        const finding = findings[0]!;
        const derived = ancestors(reference).some((a) => ancestors(suspect).includes(a));
        const disguised = [reference, suspect].filter((n) => n === "disguised").length === 1;
        if (disguised && derived) expect(["inconclusive", "supports-hp"]).toContain(finding.outcome);
        else expect(finding.outcome, `${reference} and ${suspect}`).toBe(derived ? "supports-hp" : "inconclusive");
      }
    });
});
