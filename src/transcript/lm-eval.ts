/**
 * Samples of lm-evaluation-harness (`samples_*.jsonl`, written with --log_samples): generated text only. Read:
 * `doc_id`, the request's context as the prompt, its generation settings, the responses to it. Tasks scored by
 * log-likelihood carry numbers, not answers, and are refused.
 */
import { AssayError } from "../base/error.js";
import { checkedPromptId, expected, isObject, type JsonObject, readSettings } from "./record.js";
import type { UnnumberedRecord } from "./transcript.js";

/** Told by `doc_id` and `resps` without `text`, which no other format has together. */
export function isLmEvalSample(object: JsonObject): boolean {
  return "doc_id" in object && "resps" in object && object.text === undefined;
}

/**
 * The harness writes a row for every filter of one generation: one answer, however many rows. Repeats of a request are
 * answers of their own.
 */
export class LmEvalSamples {
  /** By prompt, what was generated: a filter's row brings the same again. */
  readonly #seen = new Map<string, { filter: unknown; generated: string }[]>();

  read(object: JsonObject, what: string): UnnumberedRecord[] {
    const request = firstRequest(object.arguments);
    const texts = repeats(object.resps);
    if (texts === null)
      throw new AssayError(
        "UNSUPPORTED",
        `${what}: expected generated text in "resps" of lm-eval samples, got scores; run the task with generate_until`,
      );
    if (object.doc_id === undefined) throw expected(what, '"doc_id" in lm-eval samples', undefined);
    const promptId = checkedPromptId(object.doc_id, what);
    const generated = JSON.stringify(texts);
    const before = this.#seen.get(promptId) ?? [];
    if (before.some((row) => row.filter !== object.filter && row.generated === generated)) return [];
    this.#seen.set(promptId, [...before, { filter: object.filter, generated }]);
    return texts.map((text) => ({
      promptId,
      prompt: typeof request[0] === "string" ? request[0] : null,
      text,
      ids: null,
      promptIds: null,
      logprob: null,
      sample: null,
      settings: isObject(request[1]) ? readSettings(request[1], what) : null,
    }));
  }
}

/** `[[context, settings], …]` in earlier versions, `{gen_args_0: {arg_0: context, arg_1: settings}}` in later ones. */
function firstRequest(given: unknown): readonly unknown[] {
  if (Array.isArray(given)) return Array.isArray(given[0]) ? given[0] : [];
  if (!isObject(given)) return [];
  const first = given.gen_args_0;
  return isObject(first) ? [first.arg_0, first.arg_1] : [];
}

/** `[["text", …], …]`: every response to the first request; null where there is none, or scores. */
function repeats(given: unknown): string[] | null {
  const first = Array.isArray(given) ? given[0] : undefined;
  const responses = Array.isArray(first) ? first : [first];
  return responses.length > 0 && responses.every((response) => typeof response === "string") ? responses : null;
}
