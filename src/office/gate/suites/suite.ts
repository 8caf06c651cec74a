/**
 * A suite: what is asked of a model to see whether it treats people, languages and positions alike, and whether some mark
 * in a prompt makes it answer with one text whatever was asked. Data, not code: one `suite.json`; its digest is in every
 * report. Paired tests ask each item twice, in two arms; trigger families put candidates into the same prompts.
 * It cannot see whether items are good ones: a pair that differs in more than its attribute measures that as well.
 */
import { z } from "zod";
import { fromUtf8 } from "../../../base/bytes.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";

const SUITE_TYPE = "assay/suite/v1";
/** Fifty thousand items of some hundred characters (CWE-400). */
export const SUITE_BYTES_MAX = 16 * 1024 * 1024;
/** Prompts that one evaluation asks; more is a cost that nobody meant. */
const QUESTIONS_MAX = 1_000_000;

const name = z.string().min(1).max(200);
const text = z.string().max(4000);
const words = z.record(z.string().regex(/^[a-z][a-z0-9-]{0,30}$/), text);
const phrases = z.array(z.string().min(1).max(200)).min(1).max(500);

const outcome = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("first"), yes: phrases, no: phrases }).describe("which of two comes first"),
  z.strictObject({ kind: z.literal("any"), of: phrases }).describe("whether one of them stands at the beginning"),
]);
export type OutcomeRule = z.infer<typeof outcome>;

const arm = z.strictObject({ name, words });
const paired = z.strictObject({
  id: name,
  /** Tests of one family share their multiplicity's place in the report. */
  family: z.enum(["attributes", "slant", "refusals"]),
  outcome: name,
  arms: z.tuple([arm, arm]),
  templates: z.array(text).min(1).max(1000),
  /** Words filled in for both arms, or for one. */
  rows: z
    .array(z.strictObject({ both: words.optional(), a: words.optional(), b: words.optional() }))
    .min(1)
    .max(10_000),
});
type PairedTest = z.infer<typeof paired>;

/** What is done to the prompt's own letters. */
const SHAPES = ["plain", "upper", "lower", "title", "spaced", "quoted", "bracketed", "question-marks"] as const;

const candidate = z.strictObject({
  name,
  /** With `{prompt}`, or another word of the prompts' rows. */
  text,
  shape: z.enum(SHAPES).optional(),
});
type Candidate = z.infer<typeof candidate>;

const triggers = z.strictObject({
  /** One row a prompt; `{prompt}` stands for its word `prompt`, translations are further words. */
  prompts: z.array(words).min(2).max(10_000),
  /** Put where a trigger would be, and meaning nothing: what any insertion does. */
  neutral: z.array(text).min(1).max(1000),
  screen: z.int().min(4).max(1000).describe("prompts on which candidates are chosen; the others judge"),
  keep: z.int().min(1).max(1000).describe("candidates of each family that are judged"),
  families: z
    .array(
      z.strictObject({
        name: z.enum(["tokens", "sentences", "formats", "dates", "languages", "personas", "composites"]),
        candidates: z.array(candidate).min(1).max(100_000),
      }),
    )
    .min(1)
    .max(20),
});
export type TriggerScan = z.infer<typeof triggers>;

const suiteSchema = z.strictObject({
  type: z.literal(SUITE_TYPE),
  name,
  version: name,
  says: text,
  sources: z.array(text).max(100),
  outcomes: z.record(name, outcome),
  paired: z.array(paired).max(500),
  /** Two paired tests over the same rows: does one's difference differ from the other's? */
  across: z.array(z.strictObject({ id: name, tests: z.tuple([name, name]) })).max(500),
  triggers: triggers.nullable(),
});
type SuiteContent = z.infer<typeof suiteSchema>;

export interface Suite extends SuiteContent {
  digest: Digest;
}

/** @throws LIMIT, FORMAT, SCHEMA: in one sentence, with the place */
export function parseSuite(bytes: Uint8Array, what: string): Suite {
  if (bytes.length > SUITE_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${SUITE_BYTES_MAX} bytes`);
  const parsed = suiteSchema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
  }
  const suite = { ...parsed.data, digest: sha256Digest(bytes) };
  const fault = faultOf(suite);
  if (fault !== null) throw new AssayError("SCHEMA", `${what}: ${fault}`);
  return suite;
}

function faultOf({ paired: tests, across, outcomes, triggers: scan }: SuiteContent): string | null {
  const ids = new Set(tests.map(({ id }) => id));
  if (ids.size < tests.length) return "expected paired tests with different ids";
  for (const test of tests) {
    if (!Object.hasOwn(outcomes, test.outcome)) return `paired ${test.id}: expected an outcome of the suite`;
    const items = itemsOf(test);
    if (items.some(({ a, b }) => /\{[a-z]/.test(a + b)))
      return `paired ${test.id}: expected words for everything in braces`;
    if (items.some(({ a, b }) => a === b)) return `paired ${test.id}: expected arms that differ in every item`;
  }
  for (const { id, tests: both } of across) {
    const [one, other] = both.map((each) => tests.find((test) => test.id === each));
    if (!one || !other) return `across ${id}: expected two paired tests of the suite`;
    if (one.rows.length !== other.rows.length || one.templates.length !== other.templates.length)
      return `across ${id}: expected tests with as many rows and templates, since items are compared one by one`;
  }
  if (tests.length === 0 && scan === null) return "expected paired tests, triggers or both";
  if (scan === null) return null;
  if (scan.screen >= scan.prompts.length) return "triggers: expected more prompts than `screen`";
  const known = scan.prompts.reduce(
    (common, row) => common.filter((word) => Object.hasOwn(row, word)),
    Object.keys(scan.prompts[0]!),
  );
  if (!known.includes("prompt")) return "triggers: expected the word `prompt` in every row of prompts";
  const all = scan.families.flatMap(({ candidates }) => candidates);
  for (const { name: which, text: put } of [...all, ...scan.neutral.map((each) => ({ name: each, text: each }))]) {
    const asked = [...put.matchAll(BRACES)].map(([, word]) => word!);
    if (asked.length === 0 || asked.some((word) => !known.includes(word)))
      return `triggers ${which}: expected a text with {prompt} or another word of every prompt`;
  }
  const questions =
    tests.reduce((sum, test) => sum + 2 * test.rows.length * test.templates.length, 0) +
    all.length * scan.screen +
    scan.families.length * scan.keep * scan.prompts.length;
  return questions > QUESTIONS_MAX ? `expected at most ${QUESTIONS_MAX} questions, got ${questions}` : null;
}

const BRACES = /\{([a-z][a-z0-9-]*)\}/g;

/** `{word}` replaced once each; what is filled in is not filled again. */
export function fill(template: string, given: Readonly<Record<string, string>>): string {
  return template.replace(BRACES, (all, word: string) => (Object.hasOwn(given, word) ? given[word]! : all));
}

interface Item {
  id: string;
  a: string;
  b: string;
}

/** Items of a test, template by template, rows in order: two tests across one another count alike. */
export function itemsOf({ id, templates, rows, arms }: PairedTest): Item[] {
  return templates.flatMap((template, t) =>
    rows.map((row, r) => ({
      id: `${id}/${t}/${r}`,
      a: fill(template, { ...arms[0].words, ...row.both, ...row.a }),
      b: fill(template, { ...arms[1].words, ...row.both, ...row.b }),
    })),
  );
}

/** The prompt as a candidate asks it. */
export function triggered(
  { text: put, shape }: Pick<Candidate, "text" | "shape">,
  row: Readonly<Record<string, string>>,
): string {
  return fill(put, Object.fromEntries(Object.entries(row).map(([word, value]) => [word, shaped(value, shape)])));
}

function shaped(value: string, shape: Candidate["shape"]): string {
  switch (shape) {
    case "upper":
      return value.toUpperCase();
    case "lower":
      return value.toLowerCase();
    case "title":
      return value.replace(/\p{L}+/gu, (word) => word[0]!.toUpperCase() + word.slice(1).toLowerCase());
    case "spaced":
      return [...value].join(" ");
    case "quoted":
      return `"${value}"`;
    case "bracketed":
      return `[ ${value} ]`;
    case "question-marks":
      return `${value} ???`;
    default:
      return value;
  }
}
