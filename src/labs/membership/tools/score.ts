/**
 * `assay membership score`: a model's log-likelihoods of the texts of a plan, from an endpoint, or a GGUF file or
 * an ONNX folder run here. Texts
 * come under ids that do not say which was published. What was scored is on disk at once, and a second start goes on.
 */
import { appendFile, readFile, rename } from "node:fs/promises";
import { Command, InvalidArgumentError } from "commander";
import { fromUtf8 } from "../../../base/bytes.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { assertFreeFile, readSmallFile } from "../../../host/small-file.js";
import { completionsUrl, type Score, scoreText } from "../host/endpoint-scores.js";
import { PLAN_BYTES_MAX, TEXT_CHARACTERS_MAX } from "../method.js";

interface TextToScore {
  id: string;
  text: string;
}

interface Scoring {
  texts: readonly TextToScore[];
  score: (text: string) => Promise<Score>;
  /** A new file; beside it the part that is done, until all is. */
  out: string;
  /** What makes a part that is done this one's: digest of the texts, endpoint and model. */
  of: string;
  concurrency: number;
}

/** @returns how many have a score, and why others have none @throws USAGE where the part that is done is of something else */
export async function scoreTexts({ texts, score, out, of, concurrency }: Scoring) {
  await assertFreeFile(out);
  const partial = `${out}.part`;
  const head = JSON.stringify({ scores: of });
  const before = await readFile(partial, "utf8").catch(() => null);
  const lines = before === null ? [] : before.split("\n").slice(0, -1);
  if (before === null) await appendFile(partial, `${head}\n`);
  else if (lines[0] !== head)
    throw new AssayError("USAGE", `membership score: ${quoted(partial)} was begun for other texts or another model`);
  const done = new Set(lines.slice(1).map((line) => String((JSON.parse(line) as { id: unknown }).id)));
  // A line that was cut off while it was written is written again.
  if (before !== null && !before.endsWith("\n")) await rewrite(partial, lines);
  const waiting = texts.filter(({ id }) => !done.has(id));
  const refused: string[] = [];
  let at = 0;
  const worker = async () => {
    while (at < waiting.length) {
      const { id, text } = waiting[at++]!;
      const given = await score(text);
      if ("refused" in given) {
        refused.push(`${id}: ${given.refused}`);
        // A server that scores nothing is told once, not for each text.
        if (done.size === 0 && refused.length >= 5) at = waiting.length;
        continue;
      }
      done.add(id);
      await appendFile(partial, `${JSON.stringify({ id, ...given })}\n`, { flush: true });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  if (done.size === 0)
    throw new AssayError("UNAVAILABLE", `membership score: no text was scored; ${refused[0] ?? "there was none"}`);
  const whole = await readFile(partial, "utf8");
  await rewrite(partial, whole.split("\n").slice(1, -1));
  await rename(partial, out);
  return { scored: done.size, refused };
}

async function rewrite(path: string, lines: readonly string[]): Promise<void> {
  const { writeWhole } = await import("../../../host/whole-file.js");
  await writeWhole(path, new TextEncoder().encode(lines.map((line) => `${line}\n`).join("")));
}

/** `{"id", "text"}` a line, each id once. @throws FORMAT naming the line, LIMIT */
export function readTexts(bytes: Uint8Array, what: string): TextToScore[] {
  const seen = new Set<string>();
  return fromUtf8(bytes, what)
    .split("\n")
    .flatMap((line, i) => {
      if (line.trim() === "") return [];
      const where = `${what}, line ${i + 1}`;
      const row = parseStrictJson(line, where) as Partial<Record<"id" | "text", unknown>> | null;
      const { id, text } = row ?? {};
      if (typeof id !== "string" || typeof text !== "string" || id.length > 100 || text.length > TEXT_CHARACTERS_MAX)
        throw new AssayError("FORMAT", `${where}: expected {"id", "text"}, as \`assay membership texts\` writes them`);
      if (seen.has(id)) throw new AssayError("FORMAT", `${where}: expected each id once, got ${quoted(id)} twice`);
      seen.add(id);
      return [{ id, text }];
    });
}

interface Typed {
  endpoint: string;
  model?: string;
  keyEnv?: string;
  concurrency: number;
  out: string;
}

/** The command below `assay membership`. */
export function scoreCommand(): Command {
  return new Command("score")
    .description(
      "Scores of a plan's texts: natural log-likelihoods by an endpoint, or by a GGUF or ONNX model run here.",
    )
    .argument("<texts>", "what `assay membership texts` wrote")
    .requiredOption(
      "--endpoint <url>",
      "address of completions that return prompts with log-probabilities, or gguf:FILE, or onnx:FOLDER",
    )
    .option("--model <name>", "as the endpoint calls it")
    .option("--key-env <variable>", "environment variable that holds the key")
    .option("--concurrency <n>", "requests under way at once", atOnce, 4)
    .requiredOption("--out <file>", "a new file for the scores")
    .addHelpText(
      "after",
      `
Example:
  $ assay membership score texts.jsonl --endpoint http://localhost:8000/v1 --model served --out scores.jsonl

The endpoint has to speak OpenAI's completions and return the prompt's own log-probabilities ("echo" with "logprobs", as
vLLM does). Chat completions return none of the prompt, and cannot be used. Any file of {"id", "logprob"} lines is
taken by \`assay examine membership\`. Texts that the server or the model refuses stay without a score, and count against
the claim. gguf: needs node-llama-cpp, onnx: needs @huggingface/transformers; neither is installed with Assay.`,
    )
    .action(async (path: string, { endpoint, model, keyEnv, concurrency, out }: Typed) => {
      const bytes = await readSmallFile(path, PLAN_BYTES_MAX);
      const texts = readTexts(bytes, path);
      const told = (scored: number, refused: readonly string[]) =>
        process.stderr.write(
          `${scored} of ${texts.length} texts scored${refused.length > 0 ? `; ${refused.length} not: ${refused.slice(0, 3).join("; ")}` : ""}\n`,
        );
      const of = (name: string) => `${sha256Digest(bytes)} ${name}`;
      if (endpoint.startsWith("gguf:")) {
        const { openLocalStepper } = await import("../../../host/answers/local-stepper.js");
        const { scoreBySteps } = await import("../host/local-scores.js");
        const local = await openLocalStepper(endpoint.slice("gguf:".length));
        try {
          const score = (text: string) => scoreBySteps(local, text);
          const done = await scoreTexts({ texts, score, out, of: of(local.name), concurrency: 1 });
          told(done.scored, done.refused);
        } finally {
          await local.close();
        }
        return;
      }
      if (endpoint.startsWith("onnx:")) {
        const { openOnnxLogits } = await import("../../../host/answers/onnx-model.js");
        const { scoreByLogits } = await import("../host/local-scores.js");
        const local = await openOnnxLogits(endpoint);
        try {
          const score = (text: string) => scoreByLogits(local, text);
          const done = await scoreTexts({ texts, score, out, of: of(local.name), concurrency: 1 });
          told(done.scored, done.refused);
        } finally {
          await local.close();
        }
        return;
      }
      if (model === undefined) throw new AssayError("USAGE", "membership score: expected --model with an endpoint");
      const key = keyEnv === undefined ? null : (process.env[keyEnv] ?? null);
      if (keyEnv !== undefined && key === null)
        throw new AssayError("USAGE", `--key-env: expected a key in ${quoted(keyEnv)}, got none`);
      const url = completionsUrl(endpoint).href;
      const score = (text: string) => scoreText({ url, model, key }, text);
      const done = await scoreTexts({ texts, score, out, of: of(`${url} ${model}`), concurrency });
      told(done.scored, done.refused);
    });
}

function atOnce(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 64) return value;
  throw new InvalidArgumentError(`expected a whole number from 1 to 64, got ${quoted(text)}`);
}
