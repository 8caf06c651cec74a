/**
 * How a log format maps to canonical fields: data with a version, one file a format under formats/. A path is a list
 * of keys; of several paths the first that holds something wins. Names that conventions changed stand side by side.
 */
import { z } from "zod";
import { AssayError } from "../../../base/error.js";
import { parseExactly } from "./exact-json.js";

const path = z.array(z.string().min(1).max(200)).min(1).max(12);
const paths = z.array(path).max(40).default([]);

const mappingSchema = z.strictObject({
  type: z.literal("assay/log-mapping/v1"),
  id: z.string().min(1).max(60),
  version: z.string(),
  /** Where the field names were read. */
  source: z.string(),
  /** Paths of which most must be there for the format to be recognised. */
  detect: z.array(path).min(1).max(12),
  /** Taken where no other format fits, without telling paths. */
  fallback: z.boolean().default(false),
  /** Lists inside a record whose items are the rows (OTLP's resourceSpans, scopeSpans, spans); what holds them stays visible. */
  each: path.optional(),
  /** What a record must be to count as one request; others are skipped and counted, by kind. The first value present is asked. */
  only: z
    .array(
      z.strictObject({
        paths,
        in: z.array(z.string()).max(60).optional(),
        notIn: z.array(z.string()).max(60).optional(),
        /** Set where the value must be there. */
        present: z.literal(true).optional(),
        /** What a record that does not pass is called. */
        says: z.string().max(100),
      }),
    )
    .max(8)
    .default([]),
  /** Fields of a record that say nothing about who sent it: not kept. */
  ignore: z.array(z.string()).max(60).default([]),
  time: paths,
  /** The request's own id: rows that share it, their account and their time are one event. */
  request: paths,
  /** Id of the request that this one was made within, where traces nest them: of two that ask the same, one is the request. */
  within: paths,
  account: paths,
  /** Whom the request's own body names: to be held against the account, which a gateway may have got wrong. */
  caller: paths,
  /** API key, hashed by the gateway or not. */
  key: paths,
  org: paths,
  payment: paths,
  address: paths,
  client: paths,
  session: paths,
  model: paths,
  input: paths,
  output: paths,
  /** Messages, a message list as JSON text, or plain text. */
  prompt: paths,
  system: paths,
  /** Which terms the account has accepted, and when it did, where a gateway writes that beside its requests. */
  terms: paths,
  termsAccepted: paths,
  /** Request settings: an object in which logprobs, logit_bias and max_tokens are looked for. */
  parameters: paths,
});
export type Mapping = z.infer<typeof mappingSchema>;

/** @throws SCHEMA with the place in the mapping */
export function parseMapping(value: unknown, what: string): Mapping {
  const parsed = mappingSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AssayError("SCHEMA", `${what}: expected a log mapping, got ${issue.path.join(".")}: ${issue.message}`);
}

/** The value at a path; undefined where there is none. Attribute lists of OTLP ({key, value}) are looked through. */
export function at(record: unknown, keys: readonly string[]): unknown {
  let value = record;
  for (const key of keys) {
    if (typeof value === "string") value = unfolded(value);
    if (typeof value !== "object" || value === null) return undefined;
    value = Array.isArray(value)
      ? item(value, key)
      : Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined;
  }
  return value;
}

/** JSON held as text, as tables and queues carry it; anything else as it is. */
export function unfolded(value: string): unknown {
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return parseExactly(value);
  } catch {
    return value;
  }
}

/** OTLP writes `{"key": k, "value": {"stringValue": …}}` and a span's events under their names, Datadog writes tags as "name:value". */
function item(list: readonly unknown[], key: string): unknown {
  if (/^\d{1,3}$/.test(key)) return list[Number(key)];
  for (const entry of list.slice(0, ATTRIBUTES_MAX)) {
    if (typeof entry === "string" && entry.startsWith(`${key}:`)) return entry.slice(key.length + 1);
    if (typeof entry !== "object" || entry === null) continue;
    const { key: name, name: event, value, attributes } = entry as Record<string, unknown>;
    if (name === key) return anyValue(value);
    if (event === key && attributes !== undefined) return entry;
  }
  return undefined;
}

/**
 * A value as OTLP's JSON writes it: `stringValue` and its like hold it, `arrayValue` and `kvlistValue` a list of such values
 * or a list of pairs, as messages are written that are no text (opentelemetry-proto, common.proto, AnyValue).
 */
export function anyValue(value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { arrayValue, kvlistValue } = value as { arrayValue?: unknown; kvlistValue?: unknown };
  if (arrayValue === undefined && kvlistValue === undefined) return Object.values(value)[0];
  const list = ((arrayValue ?? kvlistValue) as { values?: unknown } | null)?.values;
  if (depth >= NESTED_MAX || !Array.isArray(list)) return [];
  if (arrayValue !== undefined) return list.map((inner) => anyValue(inner, depth + 1));
  const out: Record<string, unknown> = Object.create(null);
  for (const entry of list) {
    const { key, value: inner } = (entry ?? {}) as { key?: unknown; value?: unknown };
    if (typeof key === "string") out[key] = anyValue(inner, depth + 1);
  }
  return out;
}

/** A message has parts with contents: some six levels. Deeper is no message (CWE-674). */
const NESTED_MAX = 20;

/** Attributes looked through in a list; a longer list is no log line (CWE-400). */
const ATTRIBUTES_MAX = 200;

/**
 * @param options paths in order of preference @returns undefined where none holds anything; an empty text holds nothing
 */
export function first(record: unknown, options: readonly (readonly string[])[]): unknown {
  for (const keys of options) {
    const value = at(record, keys);
    if (value !== undefined && value !== null && value !== "") return value;
  }
  return undefined;
}
