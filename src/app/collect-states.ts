/**
 * What models' inner states are like over a fixed set of prompts, in the file that `examine preferences --states` takes: by
 * layer the prompts' inner products, and neither states nor weights. Prompts are read in the set's own order, all of them.
 */
import { AssayError, quoted } from "../base/error.js";
import type { Progress } from "../base/progress.js";
import { GGUF_SCHEME } from "../host/answers/gguf-model.js";
import { ONNX_SCHEME } from "../host/answers/onnx-folder.js";
import { openOnnxStates } from "../host/answers/onnx-states.js";
import { assertFreeFile, writeNewFile } from "../host/small-file.js";
import type { Prompt } from "../transcript/prompt-set.js";
import {
  centredGram,
  promptsDigestOf,
  STATES_BYTES_MAX,
  STATES_LAYERS_MAX,
  STATES_PROMPTS_MAX,
  STATES_PROMPTS_MIN,
  writeStates,
} from "../transcript/states-file.js";

interface StatesOptions {
  /** `onnx:FOLDER`, and where its file goes. */
  endpoints: readonly { url: string; out: string }[];
  prompts: readonly Prompt[];
  chat: boolean;
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

const TYPE = "assay/states-collection/v1";

export interface StatesCollection {
  type: typeof TYPE;
  out: string;
  endpoint: string;
  prompts: number;
  /** Points along the residual stream, and dimensions of a state. */
  layers: number;
  width: number;
  /** Whether it was stopped before all was read: then nothing was written. */
  complete: boolean;
}

/** One file a model, in the order given. @throws AssayError USAGE for what is no ONNX folder, LIMIT, FORMAT, UNAVAILABLE */
export async function collectStates({
  endpoints,
  prompts,
  chat,
  signal,
  onProgress,
}: StatesOptions): Promise<StatesCollection[]> {
  for (const { url, out } of endpoints) {
    if (!url.startsWith(ONNX_SCHEME)) throw notOnnx(url);
    await assertFreeFile(out);
  }
  const n = prompts.length;
  if (n < STATES_PROMPTS_MIN || n > STATES_PROMPTS_MAX)
    throw new AssayError(
      "LIMIT",
      `collect: expected ${STATES_PROMPTS_MIN} to ${STATES_PROMPTS_MAX} prompts with --score states, got ${n}`,
    );
  const done: StatesCollection[] = [];
  for (const { url, out } of endpoints) {
    const model = await openOnnxStates(url, chat);
    try {
      const states: Float64Array[][] = [];
      for (const [i, { text }] of prompts.entries()) {
        if (signal.aborted) break;
        states.push(await model.states(text));
        onProgress({ stage: "reading prompts", done: i + 1, total: n });
      }
      if (signal.aborted) {
        done.push({ type: TYPE, out, endpoint: model.name, prompts: n, layers: 0, width: 0, complete: false });
        return done;
      }
      const layers = states[0]!.length;
      const width = states[0]![0]!.length;
      if (layers > STATES_LAYERS_MAX || layers * 3 * n * n > STATES_BYTES_MAX)
        throw new AssayError("LIMIT", `collect: expected a model of fewer layers for ${n} prompts, got ${layers}`);
      if (states.some((of) => of.some((state) => state.some((value) => !Number.isFinite(value)))))
        throw new AssayError("FORMAT", `collect: expected finite states from ${quoted(url)}`);
      const grams = states[0]!.map((_, l) => centredGram(states.map((of) => of[l]!)));
      const purposes = prompts.map(({ purpose }) => purpose);
      const file = { model: model.name, promptsDigest: promptsDigestOf(prompts), purposes, chat, width, grams };
      await writeNewFile(out, writeStates(file));
      done.push({ type: TYPE, out, endpoint: model.name, prompts: n, layers, width, complete: true });
    } finally {
      await model.close();
    }
  }
  return done;
}

function notOnnx(url: string): AssayError {
  const why = url.startsWith(GGUF_SCHEME)
    ? "llama.cpp gives out the states of its last layer alone; export the model to ONNX"
    : "a served model gives out no states";
  return new AssayError("USAGE", `collect: --score states expected onnx:FOLDER, got ${quoted(url)}: ${why}`);
}
