/**
 * A model's folder as Hugging Face lays it out (config.json, tokenizer.json, onnx/model.onnx), and Transformers.js, an
 * optional peer, that runs it on ONNX Runtime's processor backend. Nothing is fetched: files are taken from the folder or
 * the model is refused.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { canonicalJson } from "../../base/canonical-json.js";
import { AssayError, quoted } from "../../base/error.js";
import { asAssayError } from "../files.js";

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
  /** Runs any graph on what its inputs are called. */
  PreTrainedModel: { from_pretrained(folder: string, options: object): Promise<GraphModel> };
  AutoModelForCausalLM: { from_pretrained(folder: string, options: object): Promise<CausalModel> };
  InterruptableStoppingCriteria: new () => { interrupt(): void };
  Tensor: new (type: "int64", data: BigInt64Array, dims: number[]) => Tensor;
}
export interface Tensor {
  dims: number[];
  data: Float32Array;
  to(type: "float32"): Tensor;
  tolist(): (number | bigint)[][];
}
export interface Tokenizer {
  (text: string, options: object): { input_ids: Tensor };
  chat_template: unknown;
  apply_chat_template(messages: object[], options: object): string;
  decode(ids: (number | bigint)[], options: object): string;
}
interface CausalModel {
  (inputs: { input_ids: Tensor; attention_mask: Tensor }): Promise<{ logits: Tensor } & Record<string, Tensor>>;
  config: { is_encoder_decoder?: boolean };
  generation_config?: { eos_token_id?: number | number[] | null };
  generate(options: object): Promise<Tensor>;
  dispose(): Promise<unknown>;
}

export interface GraphModel {
  (inputs: Record<string, Tensor>): Promise<Record<string, Tensor>>;
  config: Record<string, unknown>;
  dispose(): Promise<unknown>;
}

interface OnnxFolder {
  /** `onnx:sha256:…` over the names and digests of its files. */
  name: string;
  folder: string;
  /** Its files, and which of them is the graph. */
  files: readonly string[];
  graph: string;
  peer: Transformers;
  tokenizer: Tokenizer;
  /** What a model is loaded with. */
  options: { local_files_only: true; dtype: string; device: "cpu" };
}

/** @param address `onnx:FOLDER` @throws AssayError UNAVAILABLE without the peer, NOT_FOUND, FORMAT or LIMIT */
export async function openOnnxFolder(address: string): Promise<OnnxFolder> {
  const folder = resolve(address.slice(ONNX_SCHEME.length));
  const { files, graph, dtype } = await filesOf(folder);
  const name = `${ONNX_SCHEME}${await digestOf(folder, files)}`;
  const loaded = await peer();
  const { env, AutoTokenizer } = loaded;
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.useFSCache = false;
  const options = { local_files_only: true } as const;
  const tokenizer = await AutoTokenizer.from_pretrained(folder, options).catch((error: unknown) => {
    throw notRun("a model", folder, error);
  });
  return { name, folder, files, graph, peer: loaded, tokenizer, options: { ...options, dtype, device: "cpu" } };
}

/** @param what of a model was expected */
export function notRun(what: string, folder: string, error: unknown): AssayError {
  return new AssayError(
    "FORMAT",
    `${ONNX_SCHEME} expected ${what} that ONNX Runtime runs in ${quoted(folder)}: ${String((error as Error).message)}`,
  );
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
async function filesOf(folder: string): Promise<{ files: string[]; graph: string; dtype: string }> {
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
  return { files: regular, graph: `onnx/${graph}`, dtype: PRECISIONS.get(graph)! };
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
