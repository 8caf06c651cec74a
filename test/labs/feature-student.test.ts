/**
 * A student of features: fixtures/students holds a model that learned a bank model's blocks one by one in half of its layers,
 * from a draw of its own (materials/makers/train_feature_students.py). No weight was copied.
 */
import { join } from "node:path";
import { expect, test } from "vitest";
import { examineStored } from "../../materials/weights/examine-stored.ts";
import { weightsObservationsSchema } from "../../src/labs/weights/observations.js";
import { studiesOf } from "../asked.js";
import { HAS_SHARED, SHARED } from "../shared-material.js";

const studies = await studiesOf("examine weights");

test.skipIf(!HAS_SHARED)("a student of another's blocks with fewer layers is not accused", async () => {
  const asked = { reference: join(SHARED, "zoo/bank/d00"), suspect: "fixtures/students/taught-by-d00", studies };
  const [ancestry] = await examineStored(asked);
  const { aligned } = weightsObservationsSchema.parse(ancestry!.observations);
  // Accused until version 3 of weights/aligned-units, at 10^-49.
  expect(Math.min(...aligned!.layerPairs.map(({ log10P }) => log10P))).toBeLessThan(-30);
  expect(ancestry!.outcome, ancestry!.reason).toBe("inconclusive");
  expect(ancestry!.reason).toContain("trained to another's hidden states");
  expect(aligned!.start).toMatchObject({ explains: true, inPlace: false });
  expect(aligned!.start!.slope).toBeLessThan(0.9);
});
