/**
 * What an audit comes to: contradictions and bounds, never a finding. Bounds are exact and always speak of committed
 * rows: what was never committed no opening can show. A unit that was not opened counts as bad in every bound, and as a
 * contradiction in none.
 */
import { z } from "zod";
import { AssayError } from "../../base/error.js";
import { type Level, upperCount } from "../../stats/hypergeometric-bound.js";
import { type Around, type AuditCheck, CHECK_STATUS, checkRows, roundTime } from "./checks.js";
import { breaksRule, judgeRow, ruleInWords } from "./data-rules.js";
import { offDeclared, STEP_RULE_WORDS, stepRulesOf } from "./declared-steps.js";
import { type Drawn, type Opening, shownBy } from "./opening.js";
import type { Row, StepRow } from "./rows.js";
import { checkSummary, type Disclosed, shownLines } from "./summary.js";

const AUDIT_REPORT = "assay/audit-report/v1";
const AUDIT_STATUS = ["no contradiction found", "contradicted", "not opened", "not checkable"] as const;

const count = z.number().int().nonnegative();
const boundSchema = z.strictObject({
  rule: z.string(),
  says: z.string(),
  unit: z.enum(["rows", "tokens"]),
  N: count,
  k: count,
  /** Units that break the rule. */
  bad: count,
  /** Opened units that lack what the rule asks about. */
  absent: count,
  unopened: count,
  upper: z.strictObject({ count, share: z.string() }),
  /** Of this bound; all bounds of a report hold together at 0.95 or more (Bonferroni). */
  level: z.string(),
  method: z.literal("hypergeometric/v1"),
});
type Bound = z.infer<typeof boundSchema>;

const checkSchema = z.strictObject({
  id: z.string(),
  status: z.enum(CHECK_STATUS),
  detail: z.string(),
  cannotSee: z.string(),
});

export const auditReportSchema = z.strictObject({
  type: z.literal(AUDIT_REPORT),
  run: z.strictObject({
    name: z.string(),
    digest: z.string(),
    key: z.string(),
    purpose: z.string(),
    openedAt: z.string(),
  }),
  challenge: z.strictObject({
    digest: z.string(),
    class: z.string(),
    unit: z.string(),
    k: count,
    round: count,
    due: z.string(),
    /** The inspection order under which the challenge was made, where it names one. */
    order: z.string().optional(),
  }),
  committed: z.strictObject({
    size: count,
    root: z.string(),
    tokens: count.nullable(),
    notBefore: z.string(),
    seenBy: z.string().nullable(),
  }),
  answer: z.enum(["opened", "refused", "none"]),
  signature: z.string().nullable(),
  sealed: z.string().nullable(),
  model: z.string().nullable(),
  checked: z.array(checkSchema),
  bounds: z.array(boundSchema),
  status: z.enum(AUDIT_STATUS),
  says: z.array(z.string()),
  cannotSee: z.array(z.string()),
  software: z.strictObject({ name: z.string(), version: z.string(), commit: z.string() }),
});
export type AuditReport = z.infer<typeof auditReportSchema>;

interface ReportInput extends Around {
  /** Null while the round's signature is not known, or nothing was answered. */
  drawn: Drawn | null;
  opening: Opening | null;
  /** Lines of a training summary that its maker shows; null where none are. */
  disclosed: Disclosed | null;
  software: AuditReport["software"];
}

/**
 * From the run's state and what was opened alone; `drawn` null where the round is not out or the challenge was refused,
 * and then every unit counts as not opened.
 */
export function auditReport(input: ReportInput): AuditReport {
  const { state, challenge, drawn, opening, witnessed, software, model, disclosed } = input;
  const { said, target, answered, refused } = challenge;
  const none: Drawn = { rows: [], positions: [] };
  const shown = shownBy(challenge, drawn ?? none, drawn ? opening : null);
  // Nothing drawn, nothing opened: all k units count as not opened.
  const units: (Row | null)[] = drawn ? shown.units : Array.from({ length: said.k }, () => null);
  const checked = [...checkRows(shown, input), ...(disclosed ? summaryChecks(disclosed, state, challenge, units) : [])];
  const bounds = boundsOf(input, units, shown.besideMissing, shown.rows.size);
  const rules = new Map((state.opened!.declared.dataRules ?? []).map((rule) => [rule.id, rule]));
  const broken = bounds.filter((bound) => {
    const rule = rules.get(bound.rule);
    return rule && breaksRule(rule, bound, bounds.length);
  });
  const missing = units.filter((unit) => unit === null).length;
  const status = statusOf(checked, broken.length, missing, said.rules.length);
  const seen = witnessed.get(target.seq);
  return {
    type: AUDIT_REPORT,
    run: {
      name: said.run,
      digest: state.run!,
      key: state.key!.id,
      purpose: state.opened!.purpose,
      openedAt: moment(roundTime(state, state.opened!.first.round)),
    },
    challenge: {
      digest: challenge.digest,
      class: said.class,
      unit: said.unit,
      k: said.k,
      round: said.round,
      due: said.due,
      ...(said.order === undefined ? {} : { order: said.order }),
    },
    committed: {
      size: target.said.size,
      root: target.said.root,
      tokens: target.said.tokens,
      notBefore: moment(roundTime(state, target.said.beacon.round)),
      seenBy: seen === undefined ? null : moment(seen),
    },
    answer: answered ? "opened" : refused ? "refused" : "none",
    signature: answered?.signature ?? null,
    sealed: answered?.sealed ?? null,
    model,
    checked,
    bounds,
    status,
    says: sentences(bounds, broken, checked, missing, said.k),
    cannotSee: blind(input),
    software,
  };
}

/** @throws DIGEST for lines that are not in the summary; USAGE where it came after the challenge, or is of other rows */
function summaryChecks(
  disclosed: Disclosed,
  { summaries }: ReportInput["state"],
  { said, target, seq }: ReportInput["challenge"],
  units: readonly (Row | null)[],
): AuditCheck[] {
  const summary = summaries.get(disclosed.summary);
  if (!summary || summary.seq > seq || summary.said.target !== target.digest)
    throw new AssayError(
      "USAGE",
      "audit report: expected a summary of the challenged commitment, logged before the challenge",
    );
  const population = said.unit === "tokens" ? target.said.tokens! : target.said.size;
  return checkSummary(shownLines(disclosed, summary.said), { unit: said.unit, population, units });
}

function statusOf(
  checked: readonly AuditCheck[],
  broken: number,
  missing: number,
  rules: number,
): AuditReport["status"] {
  if (broken > 0 || checked.some(({ status }) => status === "contradicted")) return "contradicted";
  if (missing > 0) return "not opened";
  // That clocks agree says nothing about rows.
  const about = checked.filter(({ id, status }) => id !== "clocks" && status !== "not checkable");
  return about.length === 0 && rules === 0 ? "not checkable" : "no contradiction found";
}

/** α = 0.05 shared among the bounds of one report. */
function levelOf(bounds: number): Level {
  return { alphaPer: 1n, alphaOf: BigInt(20 * bounds) };
}

function boundsOf(
  { state, challenge }: ReportInput,
  units: readonly (Row | null)[],
  besideMissing: number,
  opened: number,
): Bound[] {
  const { said, target } = challenge;
  const rules = [...rulesOfData(challenge, state), ...rulesOfSteps(challenge, state)];
  const beside = said.unit === "tokens" ? 1 : 0;
  const level = levelOf(Math.max(1, rules.length) + beside);
  const unopened = units.filter((unit) => unit === null).length;
  const N = said.unit === "tokens" ? target.said.tokens! : target.said.size;
  const make = (
    rule: string,
    says: string,
    counts: { unit: "rows" | "tokens"; N: number; k: number; bad: number; absent: number; unopened: number },
  ): Bound => {
    const upper = Number(upperCount(counts.bad + counts.absent + counts.unopened, counts.k, BigInt(counts.N), level));
    return {
      rule,
      says,
      ...counts,
      upper: { count: upper, share: (upper / counts.N).toPrecision(4) },
      level: (1 - 1 / Number(level.alphaOf)).toPrecision(6),
      method: "hypergeometric/v1",
    };
  };
  const k = units.length;
  const bounds = rules.map((rule) => {
    const judged = units.map((unit) => (unit === null ? null : rule.judge(unit)));
    const of = (what: string) => judged.filter((each) => each === what).length;
    return make(rule.id, rule.says, { unit: said.unit, N, k, bad: of("bad"), absent: of("absent"), unopened });
  });
  if (bounds.length === 0)
    bounds.push(
      make("can-be-opened", "the row exists as committed and its maker opens it", {
        unit: said.unit,
        N,
        k,
        bad: 0,
        absent: 0,
        unopened,
      }),
    );
  if (beside) {
    const rowsDrawn = Math.min(said.k, target.said.size);
    bounds.push(
      make("one-chain", "the row can be opened and lies in the one chain of token positions", {
        unit: "rows",
        N: target.said.size,
        k: rowsDrawn,
        bad: 0,
        absent: 0,
        unopened: opened === 0 ? rowsDrawn : besideMissing,
      }),
    );
  }
  return bounds;
}

interface BoundedRule {
  id: string;
  says: string;
  judge: (row: Row) => "good" | "bad" | "absent";
}

function rulesOfData({ said }: ReportInput["challenge"], state: ReportInput["state"]): BoundedRule[] {
  const asked = (state.opened!.declared.dataRules ?? []).filter(({ id }) => said.rules.includes(id));
  return asked.map((rule) => ({ id: rule.id, says: ruleInWords(rule), judge: (row) => judgeRow(rule, row) }));
}

/** What is declared of steps is bounded whenever steps are drawn. A row that is silent differs from nothing. */
function rulesOfSteps({ said }: ReportInput["challenge"], state: ReportInput["state"]): BoundedRule[] {
  const { declared } = state.opened!;
  if (said.class !== "steps") return [];
  return stepRulesOf(declared).map((rule) => ({
    id: `declared/${rule}`,
    says: STEP_RULE_WORDS[rule],
    judge: (row) => (typeof offDeclared(rule, declared, row as StepRow) === "string" ? "bad" : "good"),
  }));
}

/** The bound that its own counts and level give. */
export function upperOf({ bad, absent, unopened, k, N, level }: Bound): number {
  const parts = Math.round(1 / (1 - Number(level)));
  return Number(upperCount(bad + absent + unopened, k, BigInt(N), { alphaPer: 1n, alphaOf: BigInt(parts) }));
}

function sentences(
  bounds: readonly Bound[],
  broken: readonly Bound[],
  checked: readonly AuditCheck[],
  missing: number,
  k: number,
): string[] {
  const says: string[] = [];
  for (const { id, status, detail } of checked)
    if (status === "contradicted") says.push(`Contradicted (${id}): ${detail}.`);
  for (const { rule, bad, k: drawn } of broken)
    says.push(`Contradicted (${rule}): ${bad} of ${drawn} drawn units break it, more than was declared.`);
  if (missing > 0) says.push(`${missing} of ${k} drawn units were not opened; they count as bad in every bound.`);
  for (const { rule, unit, upper, N, level } of bounds)
    says.push(`At most ${upper.count} of the ${N} committed ${unit} (${upper.share}) break "${rule}", at ${level}.`);
  for (const { id, status, detail } of checked)
    if (status === "stands out") says.push(`Stands out (${id}): ${detail}. This contradicts nothing.`);
  return says;
}

function blind({ state, challenge, witnessed }: ReportInput): string[] {
  const out = [
    "material that was never committed: every number here is of committed rows",
    "runs that were never opened in a log",
    "whether what a row says is true of the world; a row is the maker's word at a time",
    "a holder of the beacon's key who lends the maker a round before it is out",
  ];
  if (challenge.said.class !== "data")
    out.push(
      "whether the model was trained by the steps in the log: that takes running segments again, which only refutes",
    );
  if (witnessed.size === 0)
    out.push("whether the log showed others another tree, and when it was written: no witness is known");
  if (state.opened!.beacon.standIn)
    out.push("whether the draw was steered: the beacon is the maker's own stand-in, for rehearsals");
  return out;
}

function moment(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
