/** A form's fields as a file of answers: empty fields keep "not stated"; every kind is checked before it is handed out. */
import { AssayError } from "../../base/error.js";
import { type Drafts, draft, hubModel } from "../../office/register/declarations/draft.js";
import { answered, QUESTIONS } from "../../office/register/declarations/questions.js";
import { checkedPredicate } from "../../office/register/declarations/statement.js";
import { idOfUri, MODEL_NAME } from "../../office/register/declarations/vocabulary.js";
import { fieldOf, NAME_FIELD } from "./form-pages.js";

const FIELDS_MAX = 200;
const KINDS = ["derivation", "origin", "training-content", "training-run"] as const;

/** At most FIELDS_MAX fields, each trimmed and cut; of a field twice the last. */
export function formOf(body: Uint8Array): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [key, value] of new URLSearchParams(Buffer.from(body).toString("utf8"))) {
    if (fields.size >= FIELDS_MAX) break;
    fields.set(key, value.trim().slice(0, 4000));
  }
  return fields;
}

/** Faults in words for the form; with any, answers are not handed out. */
export function answersOf(form: ReadonlyMap<string, string>): { answers: Record<string, unknown>; faults: string[] } {
  const name = form.get(NAME_FIELD) ?? "";
  if (!MODEL_NAME.test(name)) return { answers: {}, faults: ["Name: expected maker/model in ASCII"] };
  const now = `${new Date().toISOString().slice(0, 19)}Z`;
  const bases = (form.get("base") ?? "")
    .split(",")
    .map((base) => base.trim())
    .filter(Boolean)
    .slice(0, 64);
  const drafts = draft({
    subject: { name, id: idOfUri(name), uri: null },
    now,
    card: null,
    config: null,
    datasets: [],
  });
  const refs = bases.map(hubModel);
  let answers: Record<string, unknown> = {
    ...drafts,
    derivation: { ...drafts.derivation, bases: refs, relation: refs.length > 0 ? "finetune" : "pretrained" },
    "training-content": {
      ...drafts["training-content"],
      general: { ...drafts["training-content"].general, dependencies: refs },
    },
  };
  for (const question of QUESTIONS) {
    const given = form.get(fieldOf(question)) ?? "";
    if (given !== "") answers = answered(answers, [question.kind, ...question.at], question.read(given));
  }
  const faults = KINDS.flatMap((kind: keyof Drafts) => {
    try {
      checkedPredicate(kind, answers[kind], kind);
      return [];
    } catch (error) {
      if (error instanceof AssayError) return [error.message];
      throw error;
    }
  });
  return { answers, faults };
}
