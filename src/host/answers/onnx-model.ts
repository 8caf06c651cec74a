/**
 * A causal language model exported to ONNX, in a folder as Hugging Face lays it out (config.json, tokenizer.json,
 * onnx/model.onnx), run here by Transformers.js, an optional peer, on ONNX Runtime's processor backend. Nothing is
 * fetched: files are taken from the folder or the model is refused. The model's own chat template is used where it has
 * one; without, the prompt is given as it is. Encoder-decoder models and models of images are not run.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { canonicalJson } from "../../base/canonical-json.js";
import { AssayError, quoted } from "../../base/error.js";
import type { ChatSettings } from "../../transcript/chat-protocol.js";
import { asAssayError } from "../files.js";
import { chatCompletion, type LocalModel, oneAfterAnother } from "./local-model.js";

export const ONNX_SCHEME = "onnx:";

/** Files of a folder that are looked at: a model has some ten. */
const FILES_MAX = 1_000;
/** Which precision a file's name says, as Transformers.js names them (utils/dtypes.js, version 4). */
const PRECISIONS = new Map([
  ["model.onnx", "fp32"],
  ["model_fp16.onnx", "fp16"],
  ["model_int8.onnx", "int8"],
  ["model_uint8.onnx", "uint8"],
  ["model_quantized.onnx", "q8"],
  ["model_q4.onnx", "q4"],
  ["model_q4f16.onnx", "q4f16"],
  ["model_bnb4.onnx", "bnb4"],
]);
const NEEDED = ["config.json", "tokenizer.json", "tokenizer_config.json"];
/** What the runtime reads beside the graph. */
const READ = /\.(?:json|jinja|model|txt)$/;

/** As much of Transformers.js 4 as is used. */
interface Transformers {
  env: { allowRemoteModels: boolean; allowLocalModels: boolean; useFSCache: boolean };
  AutoTokenizer: { from_pretrained(folder: string, options: object): Promise<Tokenizer> };
  AutoModelForCausalLM: { from_pretrained(folder: string, options: object): Promise<Model> };
  InterruptableStoppingCriteria: new () => { interrupt(): void };
  Tensor: new (type: "int64", data: BigInt64Array, dims: number[]) => Tensor;
}
interface Tensor {
  dims: number[];
  data: Float32Array;
  to(type: "float32"): Tensor;
  tolist(): (number | bigint)[][];
}
interface Tokenizer {
  (text: string, options: object): { input_ids: Tensor };
  chat_template: unknown;
  apply_chat_template(messages: object[], options: object): string;
  decode(ids: (number | bigint)[], options: object): string;
}
interface Model {
  (inputs: { input_ids: Tensor; attention_mask: Tensor }): Promise<{ logits: Tensor }>;
  config: { is_encoder_decoder?: boolean };
  generation_config?: { eos_token_id?: number | number[] | null };
  generate(options: object): Promise<Tensor>;
  dispose(): Promise<unknown>;
}

/** What a whole text is given in one pass. */
export interface LogitModel {
  name: string;
  /** Ids of a text as it is, without marks of beginning and end. */
  encode(text: string): number[];
  /** One row of logits a token, in order; each is what the model says of the token after it. */
  logits(ids: readonly number[]): Promise<readonly Float32Array[]>;
  close(): Promise<void>;
}

/** The same model, asked for logits. @throws as `openOnnxModel` */
export async function openOnnxLogits(address: string): Promise<LogitModel> {
  const { name, tokenizer, model } = await load(address);
  return {
    name,
    encode: (text) => {
      const [ids] = tokenizer(text, { add_special_tokens: false }).input_ids.tolist();
      return (ids ?? []).map(Number);
    },
    logits: async (ids) => {
      const { Tensor } = await peer();
      const whole = (values: readonly bigint[]) => new Tensor("int64", BigInt64Array.from(values), [1, ids.length]);
      const { logits } = await model({
        input_ids: whole(ids.map(BigInt)),
        attention_mask: whole(ids.map(() => 1n)),
      });
      const { dims, data } = logits.to("float32");
      const [batch, tokens, vocabulary] = dims;
      if (batch !== 1 || tokens !== ids.length || data.length !== tokens * vocabulary!)
        throw new AssayError(
          "FORMAT",
          `${ONNX_SCHEME} expected logits of ${ids.length} tokens, got ${dims.join(" by ")}`,
        );
      return ids.map((_, i) => data.subarray(i * vocabulary!, (i + 1) * vocabulary!));
    },
    close: async () => void (await model.dispose()),
  };
}

/** @param address `onnx:FOLDER` @throws AssayError UNAVAILABLE without the peer, NOT_FOUND, FORMAT or LIMIT */
export async function openOnnxModel(address: string): Promise<LocalModel> {
  const { name, tokenizer, model, InterruptableStoppingCriteria } = await load(address);
  let number = 0;
  const ask = async (settings: ChatSettings, prompt: string, signal: AbortSignal): Promise<string> => {
    signal.throwIfAborted();
    const stopping = new InterruptableStoppingCriteria();
    const onAbort = () => stopping.interrupt();
    signal.addEventListener("abort", onAbort);
    try {
      const inputs = tokenizer(written(tokenizer, settings, prompt), {
        add_special_tokens: typeof tokenizer.chat_template !== "string",
      });
      const given = inputs.input_ids.dims.at(-1)!;
      const temperature = settings.temperature ?? 0;
      const generated = await model.generate({
        ...inputs,
        max_new_tokens: settings.maxTokens,
        ...(temperature > 0 ? { do_sample: true, temperature, top_k: 0 } : { do_sample: false }),
        stopping_criteria: stopping,
      });
      signal.throwIfAborted();
      const ids = generated.tolist()[0]!.slice(given);
      const text = tokenizer.decode(ids, { skip_special_tokens: true });
      return chatCompletion(name, number++, text, ids.length >= settings.maxTokens ? "length" : "stop");
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  };
  return { name, answer: oneAfterAnother(ask), close: async () => void (await model.dispose()) };
}

async function load(address: string) {
  const folder = resolve(address.slice(ONNX_SCHEME.length));
  const { files, dtype } = await filesOf(folder);
  const name = `${ONNX_SCHEME}${await digestOf(folder, files)}`;
  const { env, AutoTokenizer, AutoModelForCausalLM, InterruptableStoppingCriteria } = await peer();
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.useFSCache = false;
  const fault = (error: unknown) =>
    new AssayError(
      "FORMAT",
      `${ONNX_SCHEME} expected a causal language model that ONNX Runtime runs in ${quoted(folder)}: ${String((error as Error).message)}`,
    );
  const options = { local_files_only: true };
  const tokenizer = await AutoTokenizer.from_pretrained(folder, options).catch((error: unknown) => {
    throw fault(error);
  });
  const model = await AutoModelForCausalLM.from_pretrained(folder, { ...options, dtype, device: "cpu" }).catch(
    (error: unknown) => {
      throw fault(error);
    },
  );
  return { name, tokenizer, model, InterruptableStoppingCriteria };
}

function written(tokenizer: Tokenizer, { system }: ChatSettings, prompt: string): string {
  const messages = [
    ...(system === null ? [] : [{ role: "system", content: system }]),
    { role: "user", content: prompt },
  ];
  return typeof tokenizer.chat_template === "string"
    ? tokenizer.apply_chat_template(messages, { tokenize: false, add_generation_prompt: true })
    : messages.map(({ content }) => content).join("\n\n");
}

async function peer(): Promise<Transformers> {
  // Named by a variable: the compiler must not ask for what may not be installed.
  const name: string = "@huggingface/transformers";
  try {
    return (await import(name)) as Transformers;
  } catch {
    throw new AssayError(
      "UNAVAILABLE",
      "onnx: expected @huggingface/transformers to run an ONNX model, got none; install it with `npm install --ignore-scripts @huggingface/transformers@4`, or serve the model and give its address",
    );
  }
}

/** The files that make the model what it is, ascending, and the precision of its graph. */
async function filesOf(folder: string): Promise<{ files: string[]; dtype: string }> {
  const list = async (at: string) => {
    const names = await readdir(join(folder, at)).catch((error: unknown) => {
      throw asAssayError(error, join(folder, at), "--endpoint");
    });
    if (names.length > FILES_MAX)
      throw new AssayError("LIMIT", `--endpoint: expected at most ${FILES_MAX} files in ${quoted(folder)}`);
    return names;
  };
  const top = await list("");
  const missing = NEEDED.find((file) => !top.includes(file));
  if (missing !== undefined)
    throw new AssayError("NOT_FOUND", `--endpoint: expected ${missing} in ${quoted(folder)}, got none`);
  const inner = await list("onnx");
  // The least altered first, in the order above.
  const graph = [...PRECISIONS.keys()].find((file) => inner.includes(file));
  if (graph === undefined)
    throw new AssayError(
      "NOT_FOUND",
      `--endpoint: expected onnx/model.onnx (or model_fp16, _int8, _uint8, _quantized, _q4, _q4f16, _bnb4) in ${quoted(folder)}, got none`,
    );
  const files = [
    ...top.filter((file) => READ.test(file)),
    ...inner.filter((f) => f.startsWith(graph)).map((f) => `onnx/${f}`),
  ];
  const regular: string[] = [];
  for (const file of files.sort()) if ((await stat(join(folder, file))).isFile()) regular.push(file);
  return { files: regular, dtype: PRECISIONS.get(graph)! };
}

/** Over the names and digests of the files: the same wherever the folder lies. */
async function digestOf(folder: string, files: readonly string[]): Promise<string> {
  const digests: Record<string, string> = {};
  for (const file of files) {
    const hash = createHash("sha256");
    try {
      for await (const part of createReadStream(join(folder, file))) hash.update(part as Buffer);
    } catch (error) {
      throw asAssayError(error, join(folder, file), "--endpoint");
    }
    digests[file] = hash.digest("hex");
  }
  return `sha256:${createHash("sha256").update(canonicalJson(digests)).digest("hex")}`;
}
