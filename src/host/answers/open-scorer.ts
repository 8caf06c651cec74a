/**
 * A model run here as a scorer of answers: the logit of a head (`reward`), or the log-odds of the answer itself (`odds`),
 * ln p/(1 − p) of its probability after the prompt. Which runtime runs it is said by the address.
 */
import { AssayError, quoted } from "../../base/error.js";
import type { Score } from "./endpoint-scores.js";
import { GGUF_SCHEME } from "./gguf-model.js";
import { scoreAnswerByLogits, scoreAnswerBySteps } from "./local-scores.js";
import { openLocalStepper } from "./local-stepper.js";
import { openOnnxClassifier } from "./onnx-classifier.js";
import { openOnnxLogits } from "./onnx-model.js";

interface Scorer {
  /** `gguf:sha256:…` or `onnx:sha256:…`. */
  name: string;
  score(prompt: string, answer: string): Promise<{ score: number } | { refused: string }>;
  close(): Promise<void>;
}

interface ScorerSettings {
  /** Of several labels, the one that is good; null where the model has one. */
  label: string | null;
  /** The prompt as a turn of the model's chat template. */
  chat: boolean;
}

/** @throws AssayError UNAVAILABLE without the runtime, NOT_FOUND, FORMAT, LIMIT; USAGE for a label that is not the model's */
export function openScorer(how: "reward" | "odds", address: string, settings: ScorerSettings): Promise<Scorer> {
  const gguf = address.startsWith(GGUF_SCHEME);
  if (how === "odds") return gguf ? oddsOfGguf(address, settings) : oddsOfOnnx(address, settings);
  if (gguf)
    throw new AssayError(
      "FORMAT",
      `collect: --score reward expected an ONNX folder, got ${quoted(address)}: heads of classification in GGUF files are not read; export the model to ONNX`,
    );
  return headOfOnnx(address, settings);
}

async function headOfOnnx(address: string, { label }: ScorerSettings): Promise<Scorer> {
  const { name, labels, logits, close } = await openOnnxClassifier(address);
  const at = label === null ? 0 : labels.indexOf(label);
  const named = labels.map((each) => quoted(each)).join(", ");
  if (at === -1 || (label === null && labels.length > 1)) {
    await close();
    throw new AssayError("USAGE", `--label: expected one of ${named || "none"}, got ${quoted(label ?? "none")}`);
  }
  return {
    name,
    close,
    score: async (prompt, answer) => {
      const row = await logits(prompt, answer);
      if ("refused" in row) return row;
      if (label === null && row.length !== 1)
        throw new AssayError(
          "FORMAT",
          `collect: expected one logit a text, got ${row.length}; the model names no labels`,
        );
      const score = row.length === 1 ? row[0]! : row[at]! - logSumExp(row.filter((_, i) => i !== at));
      return Number.isFinite(score) ? { score } : { refused: "a logit that is not finite" };
    },
  };
}

async function oddsOfOnnx(address: string, { chat }: ScorerSettings): Promise<Scorer> {
  const model = await openOnnxLogits(address);
  const score = async (prompt: string, answer: string) =>
    withOdds(await scoreAnswerByLogits(model, { prompt, answer, chat }));
  return { name: model.name, close: model.close, score };
}

async function oddsOfGguf(address: string, { chat }: ScorerSettings): Promise<Scorer> {
  const model = await openLocalStepper(address.slice(GGUF_SCHEME.length), "collect");
  const score = async (prompt: string, answer: string) =>
    withOdds(await scoreAnswerBySteps(model, { prompt, answer, chat }));
  return { name: model.name, close: () => model.close(), score };
}

/** A probability that rounds to one is held at the largest double below it. */
function withOdds(given: Score): ({ score: number } & Exclude<Score, { refused: string }>) | { refused: string } {
  if ("refused" in given) return given;
  const logprob = Math.min(given.logprob, -Number.EPSILON);
  return { score: logprob - Math.log(-Math.expm1(logprob)), ...given };
}

function logSumExp(values: readonly number[]): number {
  const most = Math.max(...values);
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
}
