/**
 * Samples of lm-evaluation-harness (`samples_*.jsonl`, written with --log_samples): generated text only. Read:
 * `doc_id`, the request's context as the prompt, its generation settings, the first response. Tasks scored by
 * log-likelihood carry numbers, not answers, and are refused.
 */
import { AssayError } from "../base/error.js";
import { checkedPromptId, expected, isObject, type JsonObject, readSettings } from "./record.js";
import type { UnnumberedRecord } from "./transcript.js";

export function isLmEvalSample(object: JsonObject): boolean {
  return "doc_id" in object && "resps" in object && object.text === undefined;
}

export function readLmEvalSample(object: JsonObject, what: string): UnnumberedRecord {
  const request = firstRequest(object.arguments);
  const text = firstText(object.resps);
  if (text === null)
    throw new AssayError(
      "UNSUPPORTED",
      `transcript.read: ${what}: expected generated text in "resps", got scores; run the task with generate_until`,
    );
  if (object.doc_id === undefined) throw expected(what, '"doc_id"', undefined);
  return {
    promptId: checkedPromptId(object.doc_id, what),
    prompt: typeof request[0] === "string" ? request[0] : null,
    text,
    ids: null,
    promptIds: null,
    logprob: null,
    sample: null,
    settings: isObject(request[1]) ? readSettings(request[1], what) : null,
  };
}

/** `[[context, settings], …]` in earlier versions, `{gen_args_0: {arg_0: context, arg_1: settings}}` in later ones. */
function firstRequest(given: unknown): readonly unknown[] {
  if (Array.isArray(given)) return Array.isArray(given[0]) ? given[0] : [];
  if (!isObject(given)) return [];
  const first = given.gen_args_0;
  return isObject(first) ? [first.arg_0, first.arg_1] : [];
}

/** `[["text", …], …]`: the first response to the first request. */
function firstText(given: unknown): string | null {
  const first = Array.isArray(given) ? given[0] : undefined;
  const response = Array.isArray(first) ? first[0] : first;
  return typeof response === "string" ? response : null;
}
