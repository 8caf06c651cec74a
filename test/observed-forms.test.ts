/** The law of observed-forms.ts holds: a finding that saw what no page reads cannot be made in a test. */
import { expect, test } from "vitest";
import { frameFinding } from "../src/finding/frame.js";
import { DIRECTION, WEIGHTS_PROPOSITIONS } from "../src/labs/weights/propositions.js";

const root = `sha256:${"0".repeat(64)}` as const;
const side = { name: "a", root, of: "files" as const, files: 1, bytes: 1 };

function framed(observations: unknown, id = "weights/unit-labels") {
  return frameFinding({
    list: WEIGHTS_PROPOSITIONS,
    proposition: DIRECTION,
    method: { id, version: "1" },
    validation: null,
    subject: { kind: "pair", reference: side as never, suspect: side as never },
    decision: { outcome: "inconclusive", reason: "None.", strength: null, errorRate: null },
    tests: [],
    observations,
    alternatives: [],
    limits: [],
    evidence: [],
    software: { name: "assay", version: "0", commit: "none" },
  });
}

test("what its laboratory's page does not read is refused, and no observation is none", () => {
  expect(() => framed({ rotations: [1, 2, 3] })).toThrow(/fit no form/);
  expect(framed(null).observations).toBeNull();
});

test("what is shown as a list may be any", () => {
  expect(framed({ values: null, dates: [] }, "weights/direction").observations).toEqual({ values: null, dates: [] });
});
