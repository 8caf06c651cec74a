/**
 * Which format a log is in: the mapping of which the largest share of telling paths is there in the first records.
 * Nothing is guessed: below half of the paths the log is refused with the list of formats and the way to map it.
 */
import { AssayError } from "../../../base/error.js";
import anthropicProxy from "./formats/anthropic-proxy.json" with { type: "json" };
import cloudflare from "./formats/cloudflare-ai-gateway.json" with { type: "json" };
import datadog from "./formats/datadog-llm-spans.json" with { type: "json" };
import helicone from "./formats/helicone.json" with { type: "json" };
import langfuseEvents from "./formats/langfuse-events.json" with { type: "json" };
import langfuseObservations from "./formats/langfuse-observations.json" with { type: "json" };
import litellmPayload from "./formats/litellm-payload.json" with { type: "json" };
import litellmSpend from "./formats/litellm-spend.json" with { type: "json" };
import openaiProxy from "./formats/openai-proxy.json" with { type: "json" };
import otel from "./formats/otel-genai.json" with { type: "json" };
import plain from "./formats/plain.json" with { type: "json" };
import { at, first, type Mapping, parseMapping } from "./mapping.js";

/** In order of preference where two fit equally well. */
export const FORMATS: readonly Mapping[] = [
  litellmSpend,
  litellmPayload,
  langfuseEvents,
  langfuseObservations,
  helicone,
  otel,
  cloudflare,
  datadog,
  anthropicProxy,
  openaiProxy,
  plain,
].map((value) => parseMapping(value, `labs.traffic.FORMATS ${value.id}`));

/** Records looked at. */
export const SNIFFED_MAX = 50;

/** @param records the first records of the log that are JSON */
export function sniff(records: readonly unknown[], what: string): Mapping {
  let best: { mapping: Mapping; score: number } | null = null;
  for (const mapping of FORMATS) {
    const score =
      records.reduce<number>((sum, record) => sum + presence(mapping, record), 0) / Math.max(1, records.length);
    if (score > (best?.score ?? 0)) best = { mapping, score };
  }
  if (best === null)
    throw new AssayError(
      "UNSUPPORTED",
      `traffic.sniff: expected a log of a known format (${FORMATS.map((f) => f.id).join(", ")}), got ${what}; --mapping FILE tells where its fields are`,
    );
  return best.mapping;
}

/** Share of telling paths present; 0 where the record would not even give a time and an account. */
function presence(mapping: Mapping, record: unknown): number {
  const list = mapping.each ? at(record, mapping.each) : undefined;
  const item = Array.isArray(list) && typeof list[0] === "object" ? { ...(record as object), ...list[0] } : record;
  if (first(item, mapping.time) === undefined) return 0;
  if (first(item, mapping.account) === undefined && first(item, mapping.key) === undefined) return 0;
  return mapping.detect.filter((path) => at(record, path) !== undefined).length / mapping.detect.length;
}
