/**
 * Which format a log is in: the mapping of which the largest share of telling paths is there in the first records.
 * Nothing is guessed: below half of the paths the log is refused with the list of formats and the way to map it.
 */
import { AssayError } from "../../../base/error.js";
import { firstIdentifier } from "./canonical-row.js";
import anthropicProxy from "./formats/anthropic-proxy.json" with { type: "json" };
import bedrock from "./formats/bedrock-invocation.json" with { type: "json" };
import cloudflare from "./formats/cloudflare-ai-gateway.json" with { type: "json" };
import cloudflareLogpush from "./formats/cloudflare-logpush.json" with { type: "json" };
import datadog from "./formats/datadog-llm-spans.json" with { type: "json" };
import helicone from "./formats/helicone.json" with { type: "json" };
import langfuseEvents from "./formats/langfuse-events.json" with { type: "json" };
import langfuseObservations from "./formats/langfuse-observations.json" with { type: "json" };
import litellmPayload from "./formats/litellm-payload.json" with { type: "json" };
import litellmSpend from "./formats/litellm-spend.json" with { type: "json" };
import openaiProxy from "./formats/openai-proxy.json" with { type: "json" };
import openrouter from "./formats/openrouter.json" with { type: "json" };
import otel from "./formats/otel-genai.json" with { type: "json" };
import otelEvents from "./formats/otel-genai-events.json" with { type: "json" };
import plain from "./formats/plain.json" with { type: "json" };
import portkey from "./formats/portkey.json" with { type: "json" };
import sglang from "./formats/sglang.json" with { type: "json" };
import { at, first, type Mapping, parseMapping } from "./mapping.js";
import { askedFirst } from "./messages.js";
import { itemsOf, recordsOf } from "./requests.js";

/** In order of preference where two fit equally well. */
export const FORMATS: readonly Mapping[] = [
  litellmSpend,
  litellmPayload,
  langfuseEvents,
  langfuseObservations,
  helicone,
  otel,
  otelEvents,
  cloudflare,
  cloudflareLogpush,
  bedrock,
  portkey,
  openrouter,
  sglang,
  datadog,
  anthropicProxy,
  openaiProxy,
  plain,
].map((value) => parseMapping(value, `labs.traffic.FORMATS ${value.id}`));

/** Records looked at. */
export const SNIFFED_MAX = 50;

/** @param records the first records of the log that are JSON */
export function sniff(records: readonly unknown[], what: string): Mapping {
  const all = records.flatMap(recordsOf).slice(0, SNIFFED_MAX);
  // Records that name nobody are read all the same, so that it is said of each of them.
  for (const withAccount of [true, false]) {
    let best: { mapping: Mapping; score: number } | null = null;
    for (const mapping of FORMATS) {
      const score = all.reduce<number>((sum, record) => sum + presence(mapping, record, withAccount), 0);
      if (score > (best?.score ?? 0)) best = { mapping, score };
    }
    if (best !== null) return best.mapping;
  }
  throw new AssayError(
    "UNSUPPORTED",
    `expected a log of a known format (${FORMATS.map((f) => f.id).join(", ")}), got ${what}; --mapping FILE tells where its fields are`,
  );
}

/** What a prompt that is really there counts beside the share of telling paths: a format is where its prompts are. */
const PROMPT_COUNTS = 0.5;
/** What a fallback counts without telling paths. */
const FALLBACK_COUNTS = 0.05;
/** What the file's own format counts for before the others: a sparse record is not of another format. */
const OWN_COUNTS = 0.2;
/** Shapes of records remembered; a log of random names only costs time. */
const SHAPES_MAX = 5000;
/** Names that a shape is told by. */
const NAMES_MAX = 200;

const shapes = new Map<string, Mapping>();

/** The format of one record: it depends on the record, and in doubt on what the file's first records were. */
export function mappingOf(record: unknown, own: Mapping): Mapping {
  const shape = `${own.id} ${shapeOf(record)}`;
  let best = shapes.get(shape);
  if (best) return best;
  best = own;
  let score = presence(own, record, true);
  if (score > 0) score += OWN_COUNTS;
  for (const mapping of FORMATS) {
    if (mapping.id === own.id) continue;
    const other = presence(mapping, record, true);
    if (other > score) {
      best = mapping;
      score = other;
    }
  }
  if (shapes.size >= SHAPES_MAX) shapes.clear();
  shapes.set(shape, best);
  return best;
}

/** Names at the top and one level below, and whether anything stands there. */
function shapeOf(record: unknown): string {
  if (typeof record !== "object" || record === null || Array.isArray(record)) return "";
  let out = "";
  let names = 0;
  for (const name in record) {
    if (++names > NAMES_MAX) break;
    const value = (record as Record<string, unknown>)[name];
    if (value === null || value === "" || value === "{}" || value === "[]") continue;
    out += ` ${name}`;
    if (typeof value !== "object") continue;
    let inner = "";
    for (const below in value as object) {
      if (++names > NAMES_MAX) break;
      inner += `,${below}`;
    }
    // An empty object says nothing: `messages: {}`.
    out += inner === "" ? "~" : Array.isArray(value) ? "[]" : inner;
  }
  return out;
}

/** Share of telling paths present, and more where the prompt is; 0 where the record would not even give a time and an account. */
function presence(mapping: Mapping, record: unknown, withAccount: boolean): number {
  const [item] = itemsOf(record, mapping);
  if (first(item, mapping.time) === undefined) return 0;
  if (withAccount && firstIdentifier(item, mapping.account) === null && firstIdentifier(item, mapping.key) === null)
    return 0;
  const share =
    mapping.detect.filter((path) => at(record, path) !== undefined || at(item, path) !== undefined).length /
    mapping.detect.length;
  if (share === 0 && !mapping.fallback) return 0;
  return (
    Math.max(share, FALLBACK_COUNTS) +
    (askedFirst(
      mapping.prompt.map((path) => at(item, path)),
      undefined,
    ).prompt === null
      ? 0
      : PROMPT_COUNTS)
  );
}
