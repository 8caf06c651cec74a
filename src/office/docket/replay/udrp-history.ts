/**
 * Published procedural histories of UDRP cases, replayed under `udrp/v1`: days become entries, and the fold says whether
 * the rules let them follow each other so, and what was late. A history names days alone; each is put at the last second
 * of its day in UTC. What no day is given for (the response, a deficiency) is put as late as it can have been, and said.
 * It cannot see what a decision's text says; a day that was read wrongly is told only where the rules make it impossible.
 */
import { z } from "zod";
import { utf8 } from "../../../base/bytes.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import type { CaseEntry } from "../fold/case-state.js";
import { fold, rulesOf } from "../fold/fold.js";
import type { EntryKind, Role } from "../pack/names.js";
import type { RulePack } from "../pack/rule-pack.js";
import type { Calendar } from "../time/calendar.js";
import { DAY_SECONDS, dayText, momentText, parseDay } from "../time/day.js";

/** A line of such a file takes 400 bytes. */
const LINE_CHARACTERS_MAX = 16_384;

const day = z
  .string()
  .refine((text) => parseDay(text) !== null, "expected a day such as 2020-01-17, or null")
  .nullable();
const schema = z.object({
  case: z.string().min(1).max(200),
  filed: day,
  registrarAsked: day.optional(),
  commenced: day,
  responseDue: day.optional(),
  defaulted: z.boolean(),
  panelAppointed: day,
  panelNames: z.int().min(0).max(100).optional(),
  decided: day,
  deficiencyNoticed: z.boolean().optional(),
  outcome: z.string().max(100).optional(),
});
export type UdrpHistory = z.infer<typeof schema>;

export interface Replayed {
  type: "assay/docket-replay/v1";
  case: string;
  pack: string;
  /** `folds`: every entry came in; `refused`: a day cannot be; `incomplete`: days are missing, what is there folds. */
  result: "folds" | "refused" | "incomplete";
  state: string;
  missing: string[];
  /** What was refused first, and why. */
  refused: { day: string; kind: string; says: string } | null;
  late: boolean;
  flags: { flag: string; at: string }[];
  deadlines: { timer: string; due: string; status: string; computation: string[] }[];
  /** Where a published due date differs from the computed one. */
  differences: string[];
  /** What had to be supposed, and what was left out. */
  notes: string[];
}

/** @throws SCHEMA, FORMAT, LIMIT for a line that is no history */
export function readHistory(line: string, what: string): UdrpHistory {
  if (line.length > LINE_CHARACTERS_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${LINE_CHARACTERS_MAX} characters`);
  const parsed = schema.safeParse(parseStrictJson(line, what));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
}

interface Step {
  kind: EntryKind;
  role: Role;
  day: number;
  facts: Record<string, unknown>;
}

const REQUIRED = ["filed", "commenced", "panelAppointed", "decided"] as const;

/**
 * @returns how the history folds: refused entries with reasons, times kept and missed, and days that cannot be as
 * published
 */
export function replay(history: UdrpHistory, pack: RulePack, calendar: Calendar): Replayed {
  const missing = REQUIRED.filter((name) => history[name] === null);
  const { steps, entries, notes } = entriesOf(history);
  const rules = rulesOf(pack, calendar);
  const until = entries.reduce((latest, { received }) => Math.max(latest, received), 0);
  const state = fold(rules, entries, until);
  // Days that run backwards are refused where a required day before them is known; the first tells why.
  const [first] = state.refused;
  const complete = missing.length === 0;
  const clockwise = complete ? null : backwards(history);
  const refused = complete
    ? first
      ? { day: dayText(steps[first.seq]!.day), kind: first.kind, says: first.says }
      : null
    : clockwise;
  return {
    type: "assay/docket-replay/v1",
    case: history.case,
    pack: pack.data.id,
    result: refused ? "refused" : complete ? "folds" : "incomplete",
    state: state.state,
    missing: [...missing],
    refused,
    late: complete && !refused && state.flags.some(({ flag }) => flag === "decision-late"),
    flags: state.flags.map(({ flag, at }) => ({ flag, at: momentText(at) })),
    deadlines: state.clocks.map(({ timer, due, status, computation }) => ({
      timer,
      due: momentText(due),
      status,
      computation,
    })),
    differences: differencesOf(history, state.clocks),
    notes,
  };
}

/** A published history as the entries of a case, in order, with what had to be supposed for it. */
export function entriesOf(history: UdrpHistory): { steps: Step[]; entries: CaseEntry[]; notes: string[] } {
  const { steps, notes } = stepsOf(history);
  return { steps, entries: steps.map((step, seq) => entryOf(history.case, step, seq)), notes };
}

/** An incomplete history cannot be folded to its end; days that are given can still be impossible. */
function backwards(history: UdrpHistory): Replayed["refused"] {
  let before: { name: string; day: number } | null = null;
  for (const name of REQUIRED) {
    const text = history[name];
    if (text === null) continue;
    const day = parseDay(text)!;
    if (before && day < before.day)
      return { day: text, kind: name, says: `${name} ${text} lies before ${before.name} ${dayText(before.day)}` };
    before = { name, day };
  }
  return null;
}

function differencesOf(history: UdrpHistory, clocks: readonly { timer: string; day: number }[]): string[] {
  const clock = clocks.find(({ timer }) => timer === "response");
  const stated = history.responseDue ?? null;
  if (!clock || stated === null || dayText(clock.day) === stated) return [];
  return [`the response was due ${dayText(clock.day)} as computed, ${stated} as published`];
}

function stepsOf(history: UdrpHistory): { steps: Step[]; notes: string[] } {
  const [filed, commenced, appointed, decided] = REQUIRED.map((name) => dayOrNull(history[name]));
  const members = (history.panelNames ?? 1) >= 3 ? 3 : 1;
  const notes: string[] = [];
  const steps: Step[] = [];
  const add = (day: number | null | undefined, kind: EntryKind, role: Role, facts: Step["facts"] = {}) => {
    if (day !== null && day !== undefined) steps.push({ kind, role, day, facts });
  };
  add(filed, "complaint", "complainant", { members, fee: "paid" });
  const asked = dayOrNull(history.registrarAsked ?? null);
  if (asked !== null && filed != null && commenced != null)
    if (asked >= filed && asked <= commenced) add(asked, "verification", "registrar");
    else
      notes.push(
        `the registrar's verification of ${dayText(asked)} is left out: it lies outside filing and commencement`,
      );
  if (history.deficiencyNoticed && filed != null && commenced != null && commenced >= filed) {
    const on = Math.max(filed, asked !== null && asked <= commenced ? asked : filed, commenced - 5);
    add(on, "deficiency", "registrar", { lacks: ["not annotated"] });
    add(commenced, "cured", "complainant");
    notes.push("no day is given for the deficiency or its cure: put at most five days before commencement, and on it");
  }
  add(commenced, "notice", "registrar");
  if (!history.defaulted && commenced != null && appointed != null) {
    // With the day of the response unknown, any day up to the last one or the appointment is possible.
    const last = dayOrNull(history.responseDue ?? null) ?? commenced + 20;
    add(Math.max(commenced, Math.min(last, commenced + 20, appointed)), "response", "respondent", {
      position: "denies",
    });
    notes.push("no day is given for the response: put on the last day in time");
  }
  add(appointed, "panel.drawn", "registrar", { members });
  add(decided, "decision", "panel", decisionOf(history.outcome ?? "other", notes));
  return { steps, notes };
}

function decisionOf(outcome: string, notes: string[]): Step["facts"] {
  const held = outcome === "transfer" || outcome === "cancel" ? "yes" : outcome === "denied" ? "no" : "not shown";
  if (held === "not shown") notes.push(`the outcome "${outcome}" is entered as not shown, which orders nothing`);
  return {
    outcome: held === "yes" ? "upheld" : "not-shown",
    issues: [
      {
        question: "Policy, paragraph 4(a)",
        standard: "more likely than not",
        findings: [],
        conduct: [],
        answers: [],
        held,
        reasons: "as published",
      },
    ],
  };
}

function dayOrNull(text: string | null): number | null {
  return text === null ? null : parseDay(text);
}

function entryOf(name: string, { kind, role, day, facts }: Step, seq: number): CaseEntry {
  return {
    seq,
    kind,
    role,
    key: role,
    statement: sha256Digest(utf8(`${name}\n${seq}\n${kind}`)),
    received: (day + 1) * DAY_SECONDS - 1,
    facts,
  };
}
