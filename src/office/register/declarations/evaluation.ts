/**
 * Evaluation results with the field names of in-toto's proposed eval-result v0.1 (pull request 575, not merged: the
 * predicate type is ours until it is). `passed` is worked out again from value, comparator and threshold.
 */
import { z } from "zod";
import { head, LIST_ITEMS_MAX, moment, sha256, text, webAddress } from "./vocabulary.js";

const COMPARATORS = [">=", ">", "<=", "<", "=="] as const;
/** A string, so that no reader's floating point changes it. */
const decimal = z.string().regex(/^-?[0-9]{1,20}(\.[0-9]{1,20})?$/);

const claim = z
  .strictObject({
    metric: text,
    value: decimal,
    comparator: z.enum(COMPARATORS).optional(),
    threshold: decimal.optional(),
    passed: z.boolean().optional(),
  })
  .refine(
    (c) => [c.comparator, c.threshold, c.passed].every((part) => (part === undefined) === (c.passed === undefined)),
    {
      message: "expected comparator, threshold and passed together or none of them",
    },
  )
  .refine((c) => c.passed === undefined || c.passed === compares(c.value, c.comparator!, c.threshold!), {
    message: "expected passed to follow from value, comparator and threshold",
  });

export const evaluationSchema = z.strictObject({
  ...head,
  verifier: z.strictObject({ id: text }),
  evaluatedAt: moment,
  suite: z.strictObject({ name: text, version: text.nullable() }),
  claims: z.array(claim).min(1).max(LIST_ITEMS_MAX),
  sampleSize: z.int().positive().nullable(),
  assuranceLevel: z.enum(["self_attested", "third_party", "reproduced", "enclave_attested"]),
  harness: z.strictObject({ name: text, version: text.nullable(), digest: sha256.optional() }).nullable(),
  log: z.strictObject({ uri: webAddress.optional(), digest: sha256 }).optional(),
});
export type Evaluation = z.infer<typeof evaluationSchema>;

/**
 * What will count as passed, entered before anything was run: the suite, its metrics and the bound that each must reach.
 * That it came first is shown by the log's order, and by no date in it.
 */
export const evaluationCriteriaSchema = z.strictObject({
  ...head,
  suite: z.strictObject({ name: text, version: text.nullable() }),
  criteria: z
    .array(
      z.strictObject({
        metric: text,
        lower95: decimal.describe("least 95 % lower bound of the rate of distinct samples that pass"),
        samples: z.int().positive().nullable().describe("least number of distinct samples; null: none stated"),
      }),
    )
    .min(1)
    .max(LIST_ITEMS_MAX),
});
export type EvaluationCriteria = z.infer<typeof evaluationCriteriaSchema>;

function compares(value: string, comparator: (typeof COMPARATORS)[number], threshold: string): boolean {
  const sign = compareDecimals(value, threshold);
  if (comparator === ">=") return sign >= 0;
  if (comparator === ">") return sign > 0;
  if (comparator === "<=") return sign <= 0;
  if (comparator === "<") return sign < 0;
  return sign === 0;
}

/** Exact: both are brought to whole numbers of one scale. */
function compareDecimals(a: string, b: string): number {
  const places = Math.max(...[a, b].map((t) => t.split(".")[1]?.length ?? 0));
  const [x, y] = [a, b].map((t) => {
    const [whole, part = ""] = t.split(".");
    return BigInt(whole + part.padEnd(places, "0"));
  }) as [bigint, bigint];
  return x < y ? -1 : x > y ? 1 : 0;
}
