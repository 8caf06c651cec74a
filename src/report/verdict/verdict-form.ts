/**
 * The form of a report's data, for whoever is handed them by another: what is signed may still be no report. It asks for what
 * a page draws, each within bounds; what the data mean is the page's to say.
 */
import { z } from "zod";
import { findingSchema } from "../../finding/finding.js";
import { validationSchema } from "../../finding/validation.js";
import { opinionSchema } from "./opinion.js";
import { VERDICT_TYPE, type Verdict } from "./verdict.js";

const text = z.string().max(100_000);
const texts = z.array(text).max(10_000);
const list = <T extends z.ZodType>(of: T) => z.array(of).max(100_000);
const entry = z.int().min(0);
const moment = z.string().regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/, "expected a time in UTC");
const log10P = z.array(z.number().max(0)).max(1_000_000);

const issue = z.object({
  question: text,
  standard: text,
  findings: texts,
  conduct: texts,
  answers: list(z.object({ finding: text, alternative: entry, answer: text })),
  held: text,
  reasons: text,
});

const schema = z.object({
  type: z.literal(VERDICT_TYPE),
  case: text,
  title: text,
  origin: text,
  rehearsal: z.boolean(),
  asOf: moment,
  head: z.object({ entry, record: text }).nullable(),
  instructions: list(z.object({ entry, received: moment, what: text, text: text.nullable() })),
  parties: list(z.object({ party: text, roles: texts })),
  exhibits: list(
    z.object({
      exhibit: text,
      title: text.nullable(),
      entry,
      kind: text,
      root: text,
      tier: text,
      carried: z.boolean(),
      source: text,
      speaksFor: text,
      custody: list(z.object({ entry, event: text, rehash: text, purpose: text })),
      gaps: texts,
    }),
  ).max(10_000),
  custody: list(
    z.object({
      row: z.int().min(1).max(10_000),
      exhibit: text,
      entry,
      received: moment,
      event: text,
      purpose: text,
      rehash: text,
      same: z.boolean(),
    }),
  ),
  plan: z.object({ plan: text, status: text, labels: texts.nullable(), runs: entry }).nullable(),
  runs: list(z.object({ id: text, proposition: text, slot: entry, done: z.boolean() })),
  findings: list(
    z.object({
      entry,
      run: text.nullable(),
      slot: entry.nullable(),
      about: text,
      standing: text,
      recomputed: entry,
      finding: text,
      bundle: text,
      says: findingSchema.nullable(),
      study: z
        .object({ summary: validationSchema, digest: text, nullLog10P: log10P, positiveLog10P: log10P })
        .nullable(),
    }),
  ),
  unplanned: entry,
  triedBefore: entry.nullable(),
  deadlines: list(
    z.object({
      timer: text,
      of: texts,
      began: moment,
      due: moment,
      day: text,
      status: text,
      computation: texts,
      expiry: text,
    }),
  ),
  decision: z
    .object({ entry, outcome: text, issues: list(issue), text: text.nullable(), appealed: text.nullable() })
    .nullable(),
  log: z
    .object({ size: z.int().min(1), checkpoint: text, proofs: list(z.object({ entry, hashes: texts })) })
    .refine(({ size, proofs }) => proofs.every((proof) => proof.entry < size), "expected proofs of entries of the log")
    .nullable(),
  software: z.object({ name: text, version: text, commit: text }),
  opinion: opinionSchema,
});

/** @returns what is wrong with the data and where, in one line; null where they have the form of a report */
export function faultOfForm(data: unknown): string | null {
  const parsed = schema.safeParse(data);
  if (parsed.success) {
    // Each member of a report is asked for here.
    parsed.data satisfies { [K in keyof Verdict]: unknown };
    return null;
  }
  const issue = parsed.error.issues[0]!;
  return `at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`;
}
