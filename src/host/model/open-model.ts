/**
 * A model folder or a single safetensors or GGUF file, opened: headers and JSON are read and checked, tensors are not
 * touched. A folder is read as Hugging Face transformers reads it (model.safetensors, or its index, or the only
 * .safetensors file; without one, the only .gguf file; without one, what torch.save wrote, as data; without that, the
 * only .onnx file); where two readers could see two models, that is an error. A single file is read without its
 * neighbours, and a GGUF file brings its own configuration and vocabulary. The first two forms are read behind a URL too
 * (remote-files.ts). A config.json or tokenizer.json that cannot be read is left out and said.
 */
import { basename } from "node:path";
import { AssayError, quoted } from "../../base/error.js";
import { CONFIG_BYTES_MAX, NO_CONFIG, parseConfig } from "../../model/beside/config.js";
import { parseVocabulary, TOKENIZER_BYTES_MAX } from "../../model/beside/tokenizer.js";
import type { FileTensors } from "../../model/entries.js";
import { FAMILIES_READ, refusalOfFiles } from "../../model/families.js";
import { GGUF_HEADER_BYTES_MAX, type GgufHeader, parseGgufHeader } from "../../model/formats/gguf.js";
import { type OnnxGraph, type OnnxTensor, readOnnx } from "../../model/formats/onnx.js";
import { type OnnxWeight, weightsOf } from "../../model/formats/onnx-weights.js";
import {
  parseSafetensorsHeader,
  type SafetensorsHeader,
  safetensorsHeaderLength,
} from "../../model/formats/safetensors.js";
import {
  checkShards,
  INDEX_BYTES_MAX,
  INDEX_NAME,
  parseShardIndex,
  TORCH_INDEX_NAME,
} from "../../model/formats/shard-index.js";
import { beginsAsTorch, readTorchState, TORCH_FILE, type TorchState } from "../../model/formats/torch-state.js";
import {
  ADAPTER_CONFIG_BYTES_MAX,
  ADAPTER_CONFIG_NAME,
  ADAPTER_WEIGHTS_NAME,
  type Adapter,
  parseAdapterConfig,
} from "../../model/layouts/adapter.js";
import type { LeftOut, Reading, Vocabulary } from "../../model/model.js";
import { readGguf } from "../../model/read-gguf.js";
import { readModel } from "../../model/read-model.js";
import { FileReader } from "../files.js";
import { isUrl } from "../http/http-pin.js";
import { type AdapterPath, adapterPath, listAll } from "./adapter-path.js";
import { listModelFiles, type ModelFile, type ModelFiles } from "./folder.js";
import { listRemote, type RemoteFiles } from "./remote-files.js";

export interface OpenedModel {
  reading: Reading;
  /** Null without a tokenizer.json, and for a single safetensors file. */
  vocabulary: Vocabulary | null;
  /** Base name of the path, at most 255 printable characters. */
  name: string;
  /** Absolute path. */
  path: string;
  /** All files of the model (what the root digest covers). */
  files: readonly ModelFile[];
  /** The files whose tensors make the model; empty when none was read. */
  weightFiles: readonly ModelFile[];
  /** Present where the model lies behind a URL. */
  remote?: RemoteFiles;
}

/** Exact ranges of files named by their paths. */
interface Bytes {
  readExactly(path: string, offsetBytes: number, length: number): Promise<Uint8Array>;
}

const SINGLE_NAME = "model.safetensors";
/** Holds most headers without a vocabulary; with one they take some megabytes. */
const GGUF_FIRST_BYTES = 1 << 20;

/** @throws AssayError when the path is no model or the files are malformed; what cannot be read is a refused `reading` */
export async function openModel(path: string): Promise<OpenedModel> {
  if (isUrl(path)) {
    const remote = await listRemote(path);
    return { ...(await openFiles({ ...remote, path: remote.url }, remote)), remote };
  }
  const both = await adapterPath(path);
  if (both) return openWithAdapter(path, both);
  const listed = await listModelFiles(path);
  const reader = new FileReader();
  try {
    return await openFiles(listed, reader);
  } finally {
    await reader.close();
  }
}

/** The base as if the adapter had been merged into it. */
async function openWithAdapter(path: string, { base, adapter }: AdapterPath): Promise<OpenedModel> {
  const [all, ofBase, ofAdapter] = await Promise.all([listAll(path), listModelFiles(base), listModelFiles(adapter)]);
  const reader = new FileReader();
  try {
    const opened = await openFiles(ofBase, reader, await readAdapter(ofAdapter, reader));
    return { ...opened, name: all.name, files: all.files };
  } finally {
    await reader.close();
  }
}

async function readAdapter({ files }: ModelFiles, reader: Bytes): Promise<Adapter> {
  const top = new Map(files.map((f) => [f.name, f]));
  const config = (await readWhole(reader, top.get(ADAPTER_CONFIG_NAME), ADAPTER_CONFIG_BYTES_MAX))!;
  const weights = top.get(ADAPTER_WEIGHTS_NAME);
  if (!weights)
    throw new AssayError(
      "NOT_FOUND",
      `open-model: expected ${ADAPTER_WEIGHTS_NAME} beside ${ADAPTER_CONFIG_NAME}; a pickle (.bin) is never opened, save_pretrained of peft writes safetensors`,
    );
  const { tensors } = await readHeader(reader, weights);
  return { config: parseAdapterConfig(config), entries: tensors.map((t) => ({ ...t, file: weights.path })) };
}

async function openFiles(listed: ModelFiles, reader: Bytes, adapter: Adapter | null = null): Promise<OpenedModel> {
  // Only the top of a folder: originals and other exports often lie in folders below.
  const top = new Map(listed.files.filter((f) => !f.name.includes("/")).map((f) => [f.name, f]));
  const whole = (name: string, max: number) => readWhole(reader, top.get(name), max);
  const headers = await readHeaders(reader, top, listed.isFolder);
  const gguf = headers.size === 0 ? onlyGguf([...top.values()]) : null;
  if (gguf && adapter)
    throw new AssayError("UNSUPPORTED", "open-model: expected a base in safetensors under an adapter, got a GGUF file");
  if (gguf) {
    const opened = readGguf(await readGgufHeader(reader, gguf), gguf.path);
    return { ...opened, name: listed.name, path: listed.path, files: listed.files, weightFiles: [gguf] };
  }
  const torch = headers.size === 0 && !isUrl(listed.path) ? await readTorchFiles(reader, top, listed.isFolder) : null;
  const configBytes = listed.isFolder ? await whole("config.json", CONFIG_BYTES_MAX) : null;
  const tokenizerBytes = listed.isFolder ? await whole("tokenizer.json", TOKENIZER_BYTES_MAX) : null;
  const leftOut: LeftOut[] = [];
  const config = orLeftOut("config.json", configBytes, parseConfig, leftOut) ?? NO_CONFIG;
  const vocabulary = orLeftOut("tokenizer.json", tokenizerBytes, parseVocabulary, leftOut);
  const onnx = headers.size === 0 && torch === null && !isUrl(listed.path) ? await readOnnxFile(reader, top) : null;
  const found: ReadonlyMap<string, { tensors: FileTensors["tensors"] }> = torch ?? onnx?.byFile ?? headers;
  const weightFiles = [...found.keys()].map((name) => top.get(name)!);
  for (const [name, { unread }] of torch ?? [])
    for (const each of unread) leftOut.push({ part: `${name}: ${quoted(each.name)}`, why: each.why, values: 0 });
  for (const { name, shape } of onnx?.unread ?? []) {
    const values = shape.reduce((product, each) => product * each, 1);
    leftOut.push({ part: quoted(name), why: "stored as numbers of a type, or with scales, that are not read", values });
  }
  const reading =
    found.size === 0
      ? refusedForm(listed.path, [...top.keys()])
      : readModel(
          [...found].map(([name, h]) => ({ file: top.get(name)!.path, tensors: h.tensors })),
          config,
          adapter,
        );
  const { name, path, files } = listed;
  return { reading: alsoLeftOut(reading, leftOut), vocabulary, name, path, files, weightFiles };
}

/** What stands beside the weights is a claim: where it cannot be read, the weights are examined without it. */
function orLeftOut<T>(
  name: string,
  bytes: Uint8Array | null,
  parse: (bytes: Uint8Array) => T,
  leftOut: LeftOut[],
): T | null {
  if (bytes === null) return null;
  try {
    return parse(bytes);
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    leftOut.push({ part: name, why: `cannot be read: ${error.message}`, values: 0 });
    return null;
  }
}

function alsoLeftOut(reading: Reading, leftOut: readonly LeftOut[]): Reading {
  if (reading.kind === "refused" || leftOut.length === 0) return reading;
  return { kind: "model", model: { ...reading.model, leftOut: [...leftOut, ...reading.model.leftOut] } };
}

/** Header by file name; empty when there is no safetensors file. */
async function readHeaders(
  reader: Bytes,
  top: ReadonlyMap<string, ModelFile>,
  isFolder: boolean,
): Promise<Map<string, SafetensorsHeader>> {
  const candidates = [...top.keys()].filter((name) => name.endsWith(".safetensors"));
  const index = isFolder ? await readWhole(reader, top.get(INDEX_NAME), INDEX_BYTES_MAX) : null;
  if (index) {
    const parsed = parseShardIndex(index, new Set(top.keys()));
    if (top.has(SINGLE_NAME) && (parsed.shards.length > 1 || parsed.shards[0] !== SINGLE_NAME))
      throw new AssayError("FORMAT", `open-model: expected ${SINGLE_NAME} or an index of other shards, got both`);
    const headers = new Map<string, SafetensorsHeader>();
    for (const shard of parsed.shards) headers.set(shard, await readHeader(reader, top.get(shard)!));
    checkShards(parsed, headers);
    return headers;
  }
  const chosen = top.has(SINGLE_NAME) ? [SINGLE_NAME] : candidates;
  if (chosen.length > 1)
    throw new AssayError(
      "FORMAT",
      `open-model: expected ${SINGLE_NAME}, its index or one .safetensors file, got ${chosen.length}`,
    );
  return new Map(
    await Promise.all(chosen.map(async (name) => [name, await readHeader(reader, top.get(name)!)] as const)),
  );
}

/** What trainers save beside a model, in the same form. */
const BESIDE = /^(training_args|optimizer|scheduler|scaler|rng_state.*|adapter_model)\.(bin|pt|pth)$/;
const TORCH_SINGLE_NAME = "pytorch_model.bin";

/** By file name; null where no file of these names begins as torch.save writes. */
async function readTorchFiles(
  reader: Bytes,
  top: ReadonlyMap<string, ModelFile>,
  isFolder: boolean,
): Promise<Map<string, TorchState> | null> {
  const read = async (name: string) => [name, await readTorchFile(reader, top.get(name)!)] as const;
  const index = isFolder ? await readWhole(reader, top.get(TORCH_INDEX_NAME), INDEX_BYTES_MAX) : null;
  if (index) {
    const parsed = parseShardIndex(index, new Set(top.keys()), TORCH_INDEX_NAME, TORCH_FILE);
    const states = new Map<string, TorchState>();
    for (const shard of parsed.shards) states.set(...(await read(shard)));
    const named = [...states].map(
      ([name, { tensors, unread }]) => [name, { tensors: [...tensors, ...unread] }] as const,
    );
    checkShards(parsed, new Map(named), TORCH_INDEX_NAME);
    return states;
  }
  const candidates = [...top.keys()].filter((name) => TORCH_FILE.test(name) && !(isFolder && BESIDE.test(name)));
  const chosen = top.has(TORCH_SINGLE_NAME) ? [TORCH_SINGLE_NAME] : candidates;
  const first = async (name: string) => {
    const { path, sizeBytes } = top.get(name)!;
    return beginsAsTorch(await reader.readExactly(path, 0, Math.min(16, sizeBytes)));
  };
  const written = (await Promise.all(chosen.map(async (name) => ((await first(name)) ? [name] : [])))).flat();
  if (written.length > 1)
    throw new AssayError(
      "FORMAT",
      `open-model: expected ${TORCH_SINGLE_NAME}, its index or one such file, got ${written.length}`,
    );
  return written.length === 0 ? null : new Map([await read(written[0]!)]);
}

/** Of model.onnx or the only .onnx file: weights by the file in which they lie. Null where there is none. */
async function readOnnxFile(
  reader: Bytes,
  top: ReadonlyMap<string, ModelFile>,
): Promise<{ byFile: Map<string, { tensors: OnnxWeight[] }>; unread: readonly OnnxTensor[] } | null> {
  const candidates = [...top.keys()].filter((name) => /\.onnx$/i.test(name));
  const chosen = top.has(ONNX_SINGLE_NAME) ? [ONNX_SINGLE_NAME] : candidates;
  if (chosen.length > 1)
    throw new AssayError(
      "FORMAT",
      `open-model: expected one .onnx file, got ${chosen.length}; name the one that is meant`,
    );
  if (chosen.length === 0) return null;
  const [own] = chosen as [string];
  const { weights, unread } = weightsOf(await readOnnxGraph(reader, top.get(own)!));
  const byFile = new Map<string, { tensors: OnnxWeight[] }>();
  for (const weight of weights) {
    const file = top.get(weight.file ?? own);
    if (!file)
      throw new AssayError("NOT_FOUND", `${own}: expected ${quoted(weight.file)} beside it, which holds its weights`);
    if (weight.offsetBytes + weight.sizeBytes > file.sizeBytes)
      throw new AssayError(
        "FORMAT",
        `${file.name}: expected ${quoted(weight.name)} within its ${file.sizeBytes} bytes`,
      );
    const held = byFile.get(file.name);
    if (held) held.tensors.push(weight);
    else byFile.set(file.name, { tensors: [weight] });
  }
  return { byFile, unread };
}

const ONNX_SINGLE_NAME = "model.onnx";

/** Its graph, without its values; nothing is run. */
export function readOnnxGraph(reader: Bytes, { path, sizeBytes, name }: ModelFile): Promise<OnnxGraph> {
  const read = (at: number, length: number) => reader.readExactly(path, at, Math.min(length, sizeBytes - at));
  return readOnnx(read, sizeBytes, name);
}

/** Where its tensors lie; nothing that the file names is looked up or run. */
export function readTorchFile(reader: Bytes, { path, sizeBytes, name }: ModelFile): Promise<TorchState> {
  const read = (at: number, length: number) => {
    if (at < 0 || at + length > sizeBytes)
      throw new AssayError("FORMAT", `${name}: expected places within the file's ${sizeBytes} bytes`);
    return reader.readExactly(path, at, length);
  };
  return readTorchState(read, sizeBytes, name);
}

/** The header alone, checked against the file's size; no tensor is read. */
export async function readHeader(reader: Bytes, file: ModelFile): Promise<SafetensorsHeader> {
  const first = await reader.readExactly(file.path, 0, Math.min(8, file.sizeBytes));
  const length = safetensorsHeaderLength(first, file.sizeBytes, file.name);
  return parseSafetensorsHeader(await reader.readExactly(file.path, 0, 8 + length), file.sizeBytes, file.name);
}

/** Null without any. */
function onlyGguf(files: readonly ModelFile[]): ModelFile | null {
  const found = files.filter((f) => f.name.endsWith(".gguf"));
  if (found.length > 1)
    throw new AssayError(
      "FORMAT",
      `open-model: expected one .gguf file, got ${found.length}; name the one that is meant`,
    );
  return found[0] ?? null;
}

/** The beginning of the file, more and more of it until the header is whole. */
export async function readGgufHeader(reader: Bytes, file: ModelFile): Promise<GgufHeader> {
  for (let length = GGUF_FIRST_BYTES; ; length = Math.min(length * 8, GGUF_HEADER_BYTES_MAX)) {
    const bytes = await reader.readExactly(file.path, 0, Math.min(length, file.sizeBytes));
    const header = parseGgufHeader(bytes, file.sizeBytes, file.name);
    if (header) return header;
  }
}

async function readWhole(reader: Bytes, file: ModelFile | undefined, max: number): Promise<Uint8Array | null> {
  if (!file) return null;
  if (file.sizeBytes > max)
    throw new AssayError("LIMIT", `open-model: ${file.name}: expected at most ${max} bytes, got ${file.sizeBytes}`);
  return reader.readExactly(file.path, 0, file.sizeBytes);
}

function refusedForm(path: string, names: readonly string[]): Reading {
  const reason = refusalOfFiles(names);
  if (reason === null)
    throw new AssayError("NOT_FOUND", `open-model: expected a model in ${quoted(basename(path))}; ${FAMILIES_READ}`);
  return { kind: "refused", reason };
}
