/**
 * A plan of tests, fixed and logged before anything is tested: which runs, on which slots, by which methods; what lies in
 * the slots beside the suspect, and who made it; how the labels will be drawn. Its digest is what laboratories are given
 * with `--plan`, so that each bundle says under which plan it was made.
 */
import { z } from "zod";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { type FactsOf, SLOT_CONTENTS } from "../pack/facts.js";

const PLAN_TYPE = "assay/test-plan/v1";
const LABELS_RULE = "fisher-yates/hmac-sha256/v1";
const sha256 = z.string().regex(/^sha256:[0-9a-f]{64}$/, "expected sha256: and 64 hexadecimal digits");
const word = z.string().min(1).max(100);

const schema = z.strictObject({
  type: z.literal(PLAN_TYPE),
  case: word,
  runs: z
    .array(
      z.strictObject({
        id: word,
        proposition: word,
        methods: z.array(word).min(1).max(8).describe("the stages that may answer, each as id, space, version"),
        slot: z.int().min(0).max(199),
        settings: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .min(1)
    .max(200),
  contents: z
    .array(z.strictObject({ kind: z.enum(SLOT_CONTENTS), maker: z.string().min(1).max(500) }))
    .min(1)
    .max(200)
    .describe("what lies in the slots before they are drawn, and where it comes from"),
  labels: z.strictObject({
    beacon: z.strictObject({ chain: word, round: z.int().min(1) }),
    secret: sha256.describe("SHA-256 of the custodian's 32 bytes"),
    rule: z.literal(LABELS_RULE),
  }),
  software: z.strictObject({ name: word, version: word, commit: word }),
});
export type TestPlan = z.infer<typeof schema>;

/** @throws SCHEMA with the place in the plan, or for a run listed twice */
export function readPlan(value: unknown, what = "plan"): TestPlan {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
  }
  const { runs } = parsed.data;
  // Propositions of one laboratory answer for each other nowhere: each is a run of its own and is counted.
  if (new Set(runs.map(({ id }) => id)).size !== runs.length)
    throw new AssayError("SCHEMA", `${what}: expected each run once`);
  return parsed.data;
}

/** Canonical JSON, checked as it is when read. */
export function encodePlan(plan: TestPlan): Uint8Array {
  return canonicalJsonBytes(readPlan(plan));
}

/** What `examine … --under` names. */
export function digestOfPlan(plan: TestPlan): Digest {
  return sha256Digest(encodePlan(plan));
}

/** What the entry that adopts a plan states of it. */
export function factsOfPlan(plan: TestPlan): FactsOf<"plan.adopted"> {
  return {
    plan: digestOfPlan(plan),
    runs: plan.runs.map(({ id, proposition, methods, slot }) => ({ id, proposition, methods, slot })),
    contents: plan.contents.map(({ kind }) => kind),
    round: plan.labels.beacon.round,
    secret: plan.labels.secret,
  };
}
