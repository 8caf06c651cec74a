/**
 * Logs of Inspect (UK AI Security Institute): one JSON document with `eval` and `samples`, or an `.eval` file, a zip
 * with `samples/*.json`. Read: the sample's id and epoch, its input as the prompt, the first choice's text as the
 * answer, the generation settings of the run. Not read: tool calls, scores, attachments.
 */
import { unzipSync } from "fflate";
import { fromUtf8 } from "../base/bytes.js";
import { AssayError } from "../base/error.js";
import { checkedPromptId, expected, isObject, type JsonObject, parseObject, readSettings } from "./record.js";
import { type Settings, TRANSCRIPT_LIMITS, type UnnumberedRecord } from "./transcript.js";

/** Entries of an `.eval` file: a sample each and a few summaries. */
const ENTRIES_MAX = TRANSCRIPT_LIMITS.recordsMax;

/** Told by `samples` and `eval`; the samples may still be refused. */
export function isInspectLog(log: JsonObject): boolean {
  return Array.isArray(log.samples) && isObject(log.eval);
}

/** One record a sample and epoch. @throws FORMAT with the number of the sample */
export function readInspectLog(log: JsonObject, what: string): UnnumberedRecord[] {
  const settings = runSettings(log, what);
  return (log.samples as unknown[]).map((sample, i) => readSample(sample, settings, `${what} sample ${i + 1}`));
}

/** @throws AssayError UNSUPPORTED for zips packed by another method than store or deflate */
export function readInspectEval(bytes: Uint8Array, what: string): UnnumberedRecord[] {
  let entries = 0;
  let total = 0;
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter: ({ name, originalSize, compression }) => {
        if (name !== "header.json" && !/^samples\/[^/]+\.json$/.test(name)) return false;
        if (compression !== 0 && compression !== 8)
          throw new AssayError(
            "UNSUPPORTED",
            `${what}: expected entries stored or deflated, got method ${compression}; write the log as JSON first`,
          );
        total += originalSize;
        if (++entries > ENTRIES_MAX || total > TRANSCRIPT_LIMITS.textBytesMax)
          throw new AssayError(
            "LIMIT",
            `${what}: expected at most ${TRANSCRIPT_LIMITS.textBytesMax} bytes after decompression`,
          );
        return true;
      },
    });
  } catch (error) {
    if (error instanceof AssayError) throw error;
    throw new AssayError("FORMAT", `${what}: expected an Inspect log, got a damaged zip`);
  }
  const parse = (name: string) => parseObject(fromUtf8(files[name]!, what), `${what} ${name.slice(0, 100)}`);
  const settings = files["header.json"] ? runSettings(parse("header.json"), what) : null;
  return Object.keys(files)
    .filter((name) => name !== "header.json")
    .sort()
    .map((name) => readSample(parse(name), settings, `${what} ${name.slice(0, 100)}`));
}

function runSettings(log: JsonObject, what: string): Settings | null {
  const run = isObject(log.eval) ? log.eval : {};
  const generate = isObject(run.model_generate_config) ? run.model_generate_config : {};
  return readSettings({ ...(typeof run.model === "string" ? { model: run.model } : {}), ...generate }, what);
}

function readSample(sample: unknown, settings: Settings | null, what: string): UnnumberedRecord {
  if (!isObject(sample)) throw expected(what, "a sample object", sample);
  // A sample that failed has no choice: the model's answer is empty, and that is what is recorded.
  const text = sampleText(sample, what) ?? "";
  const epoch = typeof sample.epoch === "number" && Number.isSafeInteger(sample.epoch) ? sample.epoch : 1;
  if (epoch < 1) throw expected(what, '"epoch" from 1', epoch);
  return {
    promptId: checkedPromptId(sample.id, what),
    prompt: promptText(sample.input, what),
    text,
    ids: null,
    promptIds: null,
    logprob: null,
    sample: epoch - 1,
    settings,
  };
}

/** What the model said: the first choice's message, or `completion`, which later versions write beside it; null for neither. */
export function sampleText(sample: JsonObject, what: string): string | null {
  const output = isObject(sample.output) ? sample.output : null;
  const choices = Array.isArray(output?.choices) ? output.choices : [];
  const message = isObject(choices[0]) && isObject(choices[0].message) ? choices[0].message : null;
  if (message) return contentText(message.content, what);
  return typeof output?.completion === "string" ? output.completion : null;
}

function promptText(input: unknown, what: string): string | null {
  if (typeof input === "string") return input;
  if (!Array.isArray(input)) return null;
  const users = input.filter((m): m is JsonObject => isObject(m) && m.role === "user");
  return users.length > 0 ? users.map((m) => contentText(m.content, what)).join("\n") : null;
}

/** A message's content is a text or a list of parts; parts of type "text" are what was said. */
function contentText(content: unknown, what: string): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) throw expected(what, "message content to be a text or a list", content);
  return content
    .map((part) => (isObject(part) && part.type === "text" && typeof part.text === "string" ? part.text : ""))
    .join("");
}
