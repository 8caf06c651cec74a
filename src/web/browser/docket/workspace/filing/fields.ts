/** The facts of a kind as questions, one a page: made from the same closed schema that the fold reads them by. */
import { type FactsOf, schemaOfFacts } from "../../../../../office/docket/pack/facts.js";
import type { EntryKind } from "../../../../../office/docket/pack/names.js";
import type { CaseView } from "../../../../../office/docket/view/case-view.js";
import { KIND_WORDS } from "../../../../../office/docket/view/kind-words.js";
import { wordsOf } from "../../../../docket/case/value.js";

export interface Field {
  name: string;
  label: string;
  hint: string | null;
  required: boolean;
  input: "choice" | "line" | "lines" | "json";
  choices: { value: string; text: string }[];
  /** From what was typed. @throws where it is no such value */
  read: (typed: string) => unknown;
}

interface Schema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
}

/** Made from what else is entered, so that nobody types it. */
const MADE: Partial<Record<EntryKind, readonly string[]>> = { exhibit: ["tier", "root", "carried"] };
/** Kinds whose facts are drawn, computed or countersigned: by the command line. */
export const BY_COMMAND: ReadonlySet<EntryKind> = new Set([
  ...(["pack.adopted", "calendar", "key.enrolled", "key.replaced", "panel.drawn", "plan.proposed"] as const),
  ...(["plan.adopted", "beacon", "finding", "blind.opened", "recomputed"] as const),
]);
/** Facts that name an earlier entry. */
const NAMES: Readonly<Record<string, readonly EntryKind[]>> = {
  question: ["question"],
  offer: ["settlement.offered", "undertaking.given"],
  order: ["order", "inspection.ordered"],
};

const LABELS: Readonly<Record<string, string>> = {
  members: "How many members is the panel to have?",
  fee: "Is the fee paid?",
  position: "What does the respondent say to the complaint?",
  reference: "Digest of the model that was copied, as sha256:…",
  suspect: "Digest of the model that is said to be a copy, as sha256:…",
  queryLog: "Commitment to every query that was made before filing, as sha256:…",
  tried: "How many claims were tested and dropped before filing?",
  exhibit: "Number of the exhibit, such as E7",
  title: "Title of the exhibit",
  speaksFor: "For whom does it speak?",
  who: "Name, as the docket shows it",
  tier: "Which circle?",
  employedByParty: "Is this reader employed by a party?",
  because: "For what reason?",
  terms: "Digest of the terms, as sha256:…",
  to: "To whom?",
  roots: "Digests of what is committed to, one a line",
  grounds: "Grounds, one a line",
  urgent: "Is it urgent?",
  prejudice: "Is it for good (with prejudice)?",
};

/** @param view whose entries may be chosen where a fact names one */
export function fieldsOf(kind: EntryKind, { entries }: CaseView): Field[] {
  const { properties = {}, required = [] } = schemaOfFacts(kind) as Schema;
  const made = MADE[kind] ?? [];
  return Object.entries(properties)
    .filter(([name]) => !made.includes(name))
    .map(([name, schema]) => {
      const kinds = NAMES[name] ?? (name === "plan" ? (["plan.proposed"] as const) : undefined);
      const among = kinds && schema.type === "string" ? entries.filter((each) => kinds.includes(each.kind)) : [];
      const choices = among.map(({ seq, statement, facts, kind: of }) => ({
        value: name === "plan" ? (facts as FactsOf<"plan.proposed">).plan : statement,
        text: `Entry ${seq}, ${KIND_WORDS[of]}`,
      }));
      const about = { name, required: required.includes(name), hint: schema.description ?? null };
      const label = LABELS[name] ?? wordsOf(name);
      if (choices.length > 0) return { ...about, label, input: "choice", choices, read: (typed) => typed };
      return { ...about, label, ...inputOf(schema) };
    });
}

function inputOf(schema: Schema): Pick<Field, "input" | "choices" | "read"> {
  const values = schema.enum ?? schema.anyOf?.map((each) => each.const);
  if (values?.every((each) => typeof each === "string" || typeof each === "number")) {
    const choices = values.map((each) => ({ value: String(each), text: String(each) }));
    return { input: "choice", choices, read: (typed) => values.find((each) => String(each) === typed) };
  }
  if (schema.type === "boolean") {
    const choices = [
      { value: "true", text: "Yes" },
      { value: "false", text: "No" },
    ];
    return { input: "choice", choices, read: (typed) => typed === "true" };
  }
  if (schema.type === "integer") return { input: "line", choices: [], read: Number };
  if (schema.type === "string") return { input: "line", choices: [], read: (typed) => typed.trim() };
  if (schema.type === "array" && schema.items?.type === "string") {
    const read = (typed: string) =>
      typed
        .split("\n")
        .map((each) => each.trim())
        .filter((each) => each !== "");
    return { input: "lines", choices: [], read };
  }
  return { input: "json", choices: [], read: (typed) => JSON.parse(typed) };
}
