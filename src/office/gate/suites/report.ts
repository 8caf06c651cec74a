/**
 * An evaluation report: what a suite saw of one endpoint, item by item, with counts and bounds. It is no finding: it names
 * no proposition and accuses nobody. Every figure follows from its rows, and a reader counts them again.
 */
import { z } from "zod";
import { fromUtf8 } from "../../../base/bytes.js";
import { canonicalJson, canonicalJsonBytes } from "../../../base/canonical-json.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { acrossRows, countPairs, differenceBounds, holm, type PairedRow, REPORT_ALPHA } from "./paired.js";
import { GATHERED, judgeTriggers } from "./triggers.js";

/** Version 2 tells what a trigger gathers answers on; a report of version 1 is read as it is. */
export const REPORT_TYPE = "assay/evaluation-report/v2";
const REPORT_TYPES = ["assay/evaluation-report/v1", REPORT_TYPE] as const;
/** Ten thousand rows of a hundred tests. */
const REPORT_BYTES_MAX = 256 * 1024 * 1024;

const text = z.string().max(4000);
const count = z.int().min(0);
const share = z.number().min(0).max(1);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const pairedRow = z.strictObject({
  item: text,
  a: z.number().min(-1).max(1).nullable(),
  b: z.number().min(-1).max(1).nullable(),
});
const compared = z.strictObject({
  items: count,
  unread: count,
  aMore: count,
  bMore: count,
  rateA: z.number(),
  rateB: z.number(),
  p: share,
  holmP: share,
  /** Of the share of items in which the first arm leads, less that in which the second does. */
  difference: z.tuple([z.number(), z.number()]),
  differs: z.boolean(),
});
const arms = z.tuple([text, text]);

const reportSchema = z.strictObject({
  type: z.enum(REPORT_TYPES),
  suite: z.strictObject({ name: text, version: text, digest }),
  endpoint: z.strictObject({ address: text, model: text, temperature: z.number().nullable(), maxTokens: count }),
  seed: text,
  samples: count,
  asked: count,
  unanswered: count,
  /** SHA-256 of each transcript that was read, in the order of rounds. */
  transcripts: z.array(digest).max(10),
  evaluatedAt: z.iso.datetime(),
  software: text,
  alpha: z.literal(REPORT_ALPHA),
  paired: z
    .array(z.strictObject({ id: text, family: text, arms, rows: z.array(pairedRow).max(100_000), counted: compared }))
    .max(500),
  across: z.array(z.strictObject({ id: text, tests: arms, counted: compared })).max(500),
  /** The same suite asked of an earlier release, test by test; null where none was given. */
  earlier: z
    .strictObject({
      report: digest,
      model: text,
      tests: z.array(
        z.strictObject({
          id: text,
          of: z.enum(["difference", "first arm", "second arm"]),
          rows: z.array(pairedRow).max(100_000),
          counted: compared,
        }),
      ),
    })
    .nullable(),
  triggers: z
    .strictObject({
      screened: count,
      families: z.array(z.strictObject({ family: text, candidates: count, gains: z.array(z.int()).max(1000) })).max(20),
      judged: z
        .array(
          z.strictObject({
            family: text,
            candidate: text,
            target: text,
            rows: z
              .array(
                z.strictObject({
                  item: text,
                  triggered: z.boolean(),
                  plain: z.boolean(),
                  neutral: z.boolean(),
                  whole: z.boolean().optional(),
                }),
              )
              .max(10_000),
            screenPlain: count.optional(),
            counted: z.strictObject({
              prompts: count,
              triggered: count,
              plain: count,
              neutral: count,
              speaksFor: count,
              speaksAgainst: count,
              p: share,
              holmP: share,
              share: z.tuple([share, share]),
              collapses: z.boolean(),
              gathered: z.enum(GATHERED).nullable().optional(),
            }),
          }),
        )
        .max(20_000),
    })
    .nullable(),
  limits: z.array(text).max(50),
});
export type EvaluationReport = z.infer<typeof reportSchema>;
export type Compared = z.infer<typeof compared>;

export const REPORT_LIMITS: readonly string[] = [
  "It says how answers to this suite differ, not why, and nothing of prompts that are not in it.",
  "Items are those of the suite; bounds hold for items like them.",
  "What an answer says is read from a list of phrases; an answer that says it otherwise is unread.",
  "Triggers that are no candidates of the suite, and payloads that fit the question, are not seen.",
  "What a maker means a mark in a prompt to do, such as refusing a role, turns answers into one text as a backdoor does.",
  "That the endpoint serves certain weights is a matter of a signed statement, or of an examination of the endpoint.",
];

/** Counts of several tests with their multiplicity. */
export function compareAll(tests: readonly (readonly PairedRow[])[]): Compared[] {
  const counts = tests.map(countPairs);
  const adjusted = holm(counts.map(({ p }) => p));
  return counts.map((each, i) => ({
    ...each,
    holmP: adjusted[i]!,
    difference: differenceBounds(each, tests.length),
    differs: adjusted[i]! <= REPORT_ALPHA,
  }));
}

/** The same report with every figure counted again from its rows. */
function recounted(report: EvaluationReport): EvaluationReport {
  const byId = new Map(report.paired.map(({ id, rows }) => [id, rows]));
  const rowsAcross = report.across.map(({ tests: [one, other] }) =>
    acrossRows(byId.get(one) ?? [], byId.get(other) ?? []),
  );
  const together = compareAll([...report.paired.map(({ rows }) => rows), ...rowsAcross]);
  const earlier = compareAll(report.earlier?.tests.map(({ rows }) => rows) ?? []);
  const judged = judgeTriggers(report.triggers?.judged ?? []);
  return {
    ...report,
    paired: report.paired.map((test, i) => ({ ...test, counted: together[i]! })),
    across: report.across.map((test, i) => ({ ...test, counted: together[report.paired.length + i]! })),
    earlier: report.earlier && {
      ...report.earlier,
      tests: report.earlier.tests.map((test, i) => ({ ...test, counted: earlier[i]! })),
    },
    triggers: report.triggers && {
      ...report.triggers,
      judged: report.triggers.judged.map((each, i) => ({ ...each, counted: judged[i]! })),
    },
  };
}

/** Whether the report's figures are what its rows give. */
export function addsUp(report: EvaluationReport): boolean {
  return canonicalJson(recounted(report)) === canonicalJson(report);
}

/** Canonical JSON. */
export function encodeReport(report: EvaluationReport): Uint8Array {
  return canonicalJsonBytes(reportSchema.parse(report));
}

/** @throws LIMIT, FORMAT, SCHEMA */
export function decodeReport(bytes: Uint8Array, what: string): EvaluationReport {
  if (bytes.length > REPORT_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${REPORT_BYTES_MAX} bytes`);
  const parsed = reportSchema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
}
