/**
 * `assay membership score`: a model's log-likelihoods of the texts of a plan, from an endpoint, or a GGUF file or
 * an ONNX folder run here. Texts
 * come under ids that do not say which was published. What was scored is on disk at once, and a second start goes on.
 */
import { Command, InvalidArgumentError } from "commander";
import { fromUtf8 } from "../../../base/bytes.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { completionsUrl, type Score, scoreText } from "../../../host/answers/endpoint-scores.js";
import { keepScores } from "../../../host/answers/kept-scores.js";
import { readSmallFile } from "../../../host/small-file.js";
import { PLAN_BYTES_MAX, TEXT_CHARACTERS_MAX } from "../method.js";

interface TextToScore {
  id: string;
  text: string;
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
      const kept = async (name: string, score: (text: string) => Promise<Score>, atOnce = 1) => {
        const done = await keepScores({
          who: "membership score",
          items: texts,
          score: ({ text }) => score(text),
          line: ({ id }, given) => JSON.stringify({ id, ...given }),
          out,
          of: `${sha256Digest(bytes)} ${name}`,
          concurrency: atOnce,
          refusalsKept: false,
        });
        told(done.scored, done.refused);
      };
      if (endpoint.startsWith("gguf:")) {
        const { openLocalStepper } = await import("../../../host/answers/local-stepper.js");
        const { scoreBySteps } = await import("../../../host/answers/local-scores.js");
        const local = await openLocalStepper(endpoint.slice("gguf:".length));
        try {
          await kept(local.name, (text) => scoreBySteps(local, text));
        } finally {
          await local.close();
        }
        return;
      }
      if (endpoint.startsWith("onnx:")) {
        const { openOnnxLogits } = await import("../../../host/answers/onnx-model.js");
        const { scoreByLogits } = await import("../../../host/answers/local-scores.js");
        const local = await openOnnxLogits(endpoint);
        try {
          await kept(local.name, (text) => scoreByLogits(local, text));
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
      await kept(`${url} ${model}`, (text) => scoreText({ url, model, key }, text), concurrency);
    });
}

function atOnce(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 64) return value;
  throw new InvalidArgumentError(`expected a whole number from 1 to 64, got ${quoted(text)}`);
}
