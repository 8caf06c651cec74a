/**
 * The facts of a kind as questions, one a page, made from the same closed schema that the fold reads them by. Lists are asked
 * member by member, and after each whether there is another; what names something of the case is chosen among it.
 */
import { faultOfFacts, schemaOfFacts } from "../../../office/docket/pack/facts.js";
import { type EntryKind, ROLES, TIERS, type Tier } from "../../../office/docket/pack/names.js";
import type { CaseView } from "../../../office/docket/view/case-view.js";
import { ROLE_WORDS, TIER_WORDS } from "../../../office/docket/view/kind-words.js";
import { candidatesFor } from "./candidates.js";
import { type Choice, type Field, fieldOf, linesOf, type Typed, YES_NO } from "./field.js";
import { labelOf } from "./labels.js";
import { type Chosen, makerOf } from "./makers.js";

interface Schema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
}

/** Digests of what the filer holds as a file; of these the file goes with the entry. */
const ATTACHED: ReadonlySet<string> = new Set([
  ...["undertaking.given.terms", "settlement.offered.terms", "inspection.ordered.terms"],
  ...["recomputed.report", "dissent.reasons"],
]);
const HINTS: Readonly<Record<string, string>> = {
  "issues.*.answers.*.alternative": "A finding numbers the alternatives that it names from 0.",
};

/** @returns the pages as they follow from what was answered so far */
export function fieldsOf(kind: EntryKind, view: CaseView, typed: Typed): Field[] {
  const maker = makerOf(kind);
  const asked = walked(kind, view, typed).fields;
  const more = maker?.fields(view, typed) ?? [];
  return maker?.first ? [...more, ...asked] : [...asked, ...more];
}

interface Answered {
  facts: Record<string, unknown>;
  attachments: { name: string; bytes: Uint8Array }[];
  /** What stands against it, in sentences. */
  against: string[];
}

/** What the answers come to. @param given files by the path of their field; who may read the entry; now, in Unix seconds */
export function answered(
  kind: EntryKind,
  view: CaseView,
  typed: Typed,
  given: { chosen: Chosen; tier: Tier; now: number },
): Answered {
  const fields = fieldsOf(kind, view, typed);
  const against = fields
    .filter(({ path, required }) => required && (typed[path] ?? "").trim() === "")
    .map(({ label }) => `${label}: not answered`);
  const facts = (walked(kind, view, typed).value ?? {}) as Record<string, unknown>;
  const attachments: Answered["attachments"] = [];
  const maker = makerOf(kind);
  if (maker && against.length === 0)
    try {
      const made = maker.make({ ...given, view, typed, facts });
      Object.assign(facts, made.facts);
      attachments.push(...(made.attachments ?? []));
    } catch (error) {
      against.push((error as Error).message);
    }
  const fault = against.length === 0 ? faultOfFacts(kind, facts) : null;
  if (fault !== null) {
    const [, place = "", says = fault] = /^at (\S+): (.*)$/s.exec(fault) ?? [];
    const field = fields.filter(({ path }) => `${place}.`.startsWith(`${path}.`)).at(-1);
    against.push(`${field?.label ?? "Facts"}: ${says}`);
  }
  return { facts, attachments, against };
}

interface Walked {
  fields: Field[];
  /** Undefined where nothing was answered. */
  value: unknown;
}

function walked(kind: EntryKind, view: CaseView, typed: Typed): Walked {
  const made = makerOf(kind)?.made ?? [];
  const asked = (name: string) => !made.includes("*") && !made.includes(name);
  /** @param at before a label: which member of which list it is of */
  const walk = (schema: Schema, path: string, required: boolean, at: string): Walked => {
    const generic = path.replace(/\.[0-9]+(?=\.|$)/g, ".*");
    const label = `${at}${labelOf(kind, generic) ?? path}`;
    const base = { path, label, required, hint: HINTS[generic] ?? schema.description ?? null };
    const given = (typed[path] ?? "").trim();
    const bare = schema.anyOf?.filter(({ type }) => type !== "null");
    if (bare && bare.length < schema.anyOf!.length) {
      const one = walk(bare.length === 1 ? bare[0]! : { ...schema, anyOf: bare }, path, false, at);
      return { ...one, value: one.value ?? null };
    }
    const choices = choicesOf(schema);
    if (choices) {
      const value = choices.values.find(
        (each) => String(each) === given || (typeof each === "boolean" && given === (each ? "yes" : "no")),
      );
      return { fields: [fieldOf({ ...base, input: "choice", choices: choices.choices })], value };
    }
    if (schema.type === "object") {
      if (required || path === "") {
        const parts = Object.entries(schema.properties ?? {})
          .filter(([name]) => path !== "" || asked(name))
          .filter(([name]) => !made.includes(`${path}.${name}`))
          .map(([name, of]) => ({
            name,
            ...walk(of, path === "" ? name : `${path}.${name}`, (schema.required ?? []).includes(name), at),
          }));
        const value = Object.fromEntries(
          parts.filter((part) => part.value !== undefined).map((part) => [part.name, part.value]),
        );
        return { fields: parts.flatMap(({ fields }) => fields), value };
      }
      const more = fieldOf({ ...base, required: true, input: "more", choices: YES_NO });
      if (given !== "yes") return { fields: [more], value: undefined };
      const inner = walk(schema, path, true, at);
      return { fields: [more, ...inner.fields], value: inner.value };
    }
    if (schema.type === "array") return list(schema, path, base, at);
    const among = candidatesFor(kind, generic, view);
    if (among.length > 0)
      return {
        fields: [fieldOf({ ...base, input: "choice", choices: among })],
        value: given === "" ? undefined : given,
      };
    const digest = /sha256/.test(schema.pattern ?? "");
    const attached = ATTACHED.has(`${kind}.${generic}`);
    const field = fieldOf({ ...base, input: digest ? "digest" : "line", attached });
    if (given === "") return { fields: [field], value: undefined };
    return { fields: [field], value: schema.type === "integer" ? Number(given) : given };
  };
  const list = (
    schema: Schema,
    path: string,
    base: Pick<Field, "path" | "label" | "required" | "hint">,
    at: string,
  ): Walked => {
    const { items = {}, minItems = 0, maxItems = 200 } = schema;
    const generic = path.replace(/\.[0-9]+(?=\.|$)/g, ".*");
    if (items.type === "object") {
      const noun = labelOf(kind, generic) ?? path;
      const fields: Field[] = [];
      const value: unknown[] = [];
      for (let n = 0; n < maxItems; n++) {
        const place = `${path}.${n}`;
        if (n >= minItems) {
          const label = `${at}${n === 0 ? `Is there an ${noun}?`.replace(/an ([^aeiou])/, "a $1") : `Is there another ${noun}, after ${n}?`}`;
          fields.push(fieldOf({ path: place, label, input: "more", choices: YES_NO }));
          if (typed[place] !== "yes") break;
        }
        const name = `${noun[0]!.toUpperCase()}${noun.slice(1)} ${n + 1}`;
        const one = walk(items, place, true, `${at}${name}. `);
        fields.push(...one.fields);
        value.push(one.value);
      }
      return { fields, value: value.length === 0 && !base.required ? undefined : value };
    }
    const several = linesOf(typed[path] ?? "");
    const value = several.length > 0 ? several : base.required && minItems === 0 ? [] : undefined;
    const among = choicesOf(items)?.choices ?? candidatesFor(kind, `${generic}.*`, view);
    const required = base.required && minItems > 0;
    const input = among.length > 0 ? ("choices" as const) : ("lines" as const);
    return { fields: [fieldOf({ ...base, required, input, choices: among })], value };
  };
  return walk(schemaOfFacts(kind) as Schema, "", true, "");
}

/** Of a closed list; null where it is none. */
function choicesOf(schema: Schema): { values: unknown[]; choices: Choice[] } | null {
  if (schema.type === "boolean") return { values: [true, false], choices: YES_NO };
  const values = schema.enum ?? schema.anyOf?.map((each) => each.const);
  if (!values?.every((each) => typeof each === "string" || typeof each === "number")) return null;
  return { values, choices: values.map((each) => ({ value: String(each), text: textOf(String(each)) })) };
}

function textOf(value: string): string {
  if ((TIERS as readonly string[]).includes(value)) return TIER_WORDS[value as keyof typeof TIER_WORDS];
  if ((ROLES as readonly string[]).includes(value)) return ROLE_WORDS[value as keyof typeof ROLE_WORDS];
  return value.replaceAll("-", " ");
}
