/**
 * What a panel can carry, before a query is paid for: who of it counts as an independent family, on how many prompts,
 * the bounds that follow, how wide a lead will be asked, and what asking two sides costs. It judges no pair.
 */
import { z } from "zod";
import { AssayError } from "../../../base/error.js";
import { log10Cap } from "../../../finding/strength.js";
import type { ValidationSummary } from "../../../finding/validation.js";
import { ORIGIN_FAMILIES_MIN, ORIGIN_PROMPTS_MIN, ORIGIN_PROPOSITION } from "../common-origin/method.js";
import { originBound, originRatio } from "../common-origin/ratio.js";
import { marginAsked } from "../common-origin/rule.js";
import { PANEL_COVERAGE_MIN } from "../method.js";
import { BEHAVIOUR_PROPOSITIONS } from "../propositions.js";

const text = z.string().min(1).max(500);
const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "expected a date as 2026-01-31");

/** `panel.json` beside the transcripts: what whoever contributes a panel says of it. Docs: docs/panels.md. */
const panelStatementSchema = z.strictObject({
  type: z.literal("assay/panel/v1"),
  /** SPDX expression or a sentence; the answers' own terms, not the models'. */
  licence: text,
  collected: z.strictObject({ from: date, to: date }),
  contact: text.optional(),
  /** The same for every transcript: a panel asked in two ways is two panels. */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  models: z
    .array(
      z.strictObject({
        /** File name without extensions. */
        file: text,
        model: text,
        maker: text,
        base: text,
        /** Where the maker says so; null where nobody reachable does. */
        source: text.nullable(),
      }),
    )
    .min(1)
    .max(5000),
});
type PanelStatement = z.infer<typeof panelStatementSchema>;

interface PanelMember {
  name: string;
  /** As seating decided. */
  family: number;
  answered: ReadonlySet<string>;
}

export interface PanelCheck {
  type: "assay/panel-check/v1";
  models: number;
  families: number;
  /** Prompts that PANEL_COVERAGE_MIN of the models answered. */
  prompts: number;
  /** P of an unrelated suspect coming first, at the most, for one try, if exchangeable. */
  bound: number;
  /** The study's cap for one try; what a finding can say with this panel at the most; how many tries leave a ratio above 1. */
  log10Cap: number | null;
  log10Ratio: number | null;
  triesMax: number;
  margin: { prompts: number; lead: number }[];
  cost: { prompts: number; inputTokens: number; outputTokens: number; cost: number | null } | null;
  statement: { licence: string; from: string; to: string } | null;
  faults: string[];
}

/** Numbers of prompts the lead is stated for. */
const STATED = [50, 100, 200, 400, 800];
/** Characters a token, and tokens of an answer, where nothing better is known: for an estimate only. */
const CHARS_PER_TOKEN = 4;
const ANSWER_TOKENS = 300;

/**
 * @param given `planned` prompts, null for all that the panel answered; `prices` per million tokens, null leaves the
 * cost out
 */
export function checkPanel(given: {
  members: readonly PanelMember[];
  labelled: boolean;
  statement: PanelStatement | null;
  prompts: ReadonlyMap<string, string>;
  validation: ValidationSummary | null;
  planned: number | null;
  prices: { input: number; output: number } | null;
}): PanelCheck {
  const { members, labelled, statement, prompts, validation, planned, prices } = given;
  const counts = new Map<string, number>();
  for (const { answered } of members) for (const id of answered) counts.set(id, (counts.get(id) ?? 0) + 1);
  const common = [...counts].filter(([, n]) => n >= PANEL_COVERAGE_MIN * members.length).map(([id]) => id);
  const families = new Set(members.map(({ family }) => family)).size;
  const cap = validation ? log10Cap(BEHAVIOUR_PROPOSITIONS.entries[ORIGIN_PROPOSITION], validation) : null;
  const ratio = validation && families > 0 ? originRatio(validation, families, 1).low : null;
  const asked = Math.min(planned ?? common.length, common.length);
  const chars = common.slice(0, asked).reduce((sum, id) => sum + (prompts.get(id)?.length ?? 0), 0);
  const [inputTokens, outputTokens] = [Math.ceil((2 * chars) / CHARS_PER_TOKEN), 2 * asked * ANSWER_TOKENS];
  return {
    type: "assay/panel-check/v1",
    models: members.length,
    families,
    prompts: common.length,
    bound: Math.round(1e4 * originBound(families, 1)) / 1e4,
    log10Cap: cap,
    log10Ratio: ratio,
    triesMax: ratio === null ? 0 : Math.max(0, Math.ceil(10 ** ratio - 1)),
    margin: STATED.filter((n) => n <= common.length).map((n) => ({
      prompts: n,
      lead: Math.round(100 * marginAsked(n)) / 100,
    })),
    cost:
      asked === 0
        ? null
        : { prompts: asked, inputTokens, outputTokens, cost: prices && costOf(inputTokens, outputTokens, prices) },
    statement: statement && { licence: statement.licence, ...statement.collected },
    faults: [
      ...(families < ORIGIN_FAMILIES_MIN
        ? [`${families} independent families; at least ${ORIGIN_FAMILIES_MIN} are needed`]
        : []),
      ...(common.length < ORIGIN_PROMPTS_MIN
        ? [
            `${common.length} prompts that four in five of its models answered; at least ${ORIGIN_PROMPTS_MIN} are needed`,
          ]
        : []),
      ...(labelled
        ? []
        : ["no lineage.json: models of one base count as families of their own unless they answer alike"]),
      ...(common.every((id) => prompts.has(id))
        ? []
        : ["prompts whose text is not known: echoes of them are not taken out"]),
      ...statementFaults(members, statement),
    ],
  };
}

function costOf(input: number, output: number, prices: { input: number; output: number }): number {
  return Math.round((1e4 * (input * prices.input + output * prices.output)) / 1e6) / 1e4;
}

function statementFaults(members: readonly PanelMember[], statement: PanelStatement | null): string[] {
  if (statement === null) return ["no panel.json: licence, dates and settings are not stated"];
  const stated = new Set(statement.models.map(({ file }) => file));
  const missing = members.filter(({ name }) => !stated.has(name)).map(({ name }) => name);
  const unread = [...stated].filter((file) => members.every(({ name }) => name !== file));
  return [
    ...(missing.length > 0
      ? [`panel.json does not state ${missing.length} models: ${missing.slice(0, 5).join(", ")}`]
      : []),
    ...(unread.length > 0
      ? [`panel.json states ${unread.length} models that are not there: ${unread.slice(0, 5).join(", ")}`]
      : []),
    ...(statement.collected.from > statement.collected.to ? ["panel.json: collected ends before it begins"] : []),
  ];
}

/** @throws AssayError FORMAT, naming the field */
export function readPanelStatement(value: unknown): PanelStatement {
  const read = panelStatementSchema.safeParse(value);
  if (read.success) return read.data;
  const issue = read.error.issues[0]!;
  throw new AssayError("FORMAT", `panel.json: ${issue.path.join(".") || "document"}: ${issue.message}`);
}
