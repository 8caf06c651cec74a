/**
 * States along the residual stream of a model in an ONNX folder, as it reads a text. The folder stays as it is: a copy of
 * the graph that gives the stream's values out is run from a temporary folder, which is removed. Which values these are is
 * said by the graph (`model/formats/onnx-stream.ts`), and that they are states by their shape, one row of one width a token.
 */
import { appendFile, constants, copyFile, link, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { AssayError, quoted } from "../../base/error.js";
import { type OnnxGraph, readOnnx } from "../../model/formats/onnx.js";
import { moreOutputs, residualStream } from "../../model/formats/onnx-stream.js";
import { openToRead } from "../files.js";
import { type GraphModel, notRun, ONNX_SCHEME, openOnnxFolder, type Tensor } from "./onnx-folder.js";

/** Of one prompt: states of every layer are held at once. */
const TOKENS_MAX = 2048;

interface StatesModel {
  name: string;
  /** By layer the mean over the text's tokens. @throws AssayError FORMAT where the model does not take it */
  states(text: string): Promise<Float64Array[]>;
  close(): Promise<void>;
}

/** @param address `onnx:FOLDER` @param chat prompts as turns of the model's chat template @throws AssayError */
export async function openOnnxStates(address: string, chat: boolean): Promise<StatesModel> {
  const { name, folder, files, graph, peer, tokenizer, options } = await openOnnxFolder(address);
  const template = typeof tokenizer.chat_template === "string";
  if (chat && !template)
    throw new AssayError("USAGE", `--chat: expected a model with a chat template, got none in ${quoted(folder)}`);
  const read = await graphOf(join(folder, graph), `${quoted(folder)} ${graph}`);
  const stream = residualStream(read, `${quoted(folder)} ${graph}`);
  const copy = await mkdtemp(join(tmpdir(), "assay-states-"));
  const remove = () => rm(copy, { recursive: true, force: true });
  let model: GraphModel;
  try {
    for (const file of files) await placed(join(folder, file), join(copy, file), file === graph ? stream : null);
    // A model that was exported to write on keeps what it read before; Transformers.js gives it an empty past.
    const keeps = read.nodes.some(({ inputs }) => inputs.some((input) => input.startsWith("past_key_values")));
    const kind = keeps ? peer.AutoModelForCausalLM : peer.PreTrainedModel;
    model = (await kind.from_pretrained(copy, options).catch((error: unknown) => {
      throw notRun("a model whose residual stream can be given out, and", folder, error);
    })) as GraphModel;
  } catch (error) {
    await remove();
    throw error;
  }
  let kept: readonly string[] | null = null;
  return {
    name,
    states: async (text) => {
      const written = chat
        ? tokenizer.apply_chat_template([{ role: "user", content: text }], {
            tokenize: false,
            add_generation_prompt: true,
          })
        : text;
      // Marks of beginning and end as the tokenizer sets them, unless the template has.
      const asked = { add_special_tokens: !chat, return_token_type_ids: true };
      const inputs = { ...tokenizer(written, asked) } as Record<string, Tensor>;
      const tokens = inputs.input_ids!.dims.at(-1)!;
      if (tokens === 0 || tokens > TOKENS_MAX)
        throw new AssayError("LIMIT", `collect: expected prompts of 1 to ${TOKENS_MAX} tokens, got ${tokens}`);
      const places = new peer.Tensor(
        "int64",
        BigInt64Array.from({ length: tokens }, (_, i) => BigInt(i)),
        [1, tokens],
      );
      const outputs = await model({ position_ids: places, ...inputs }).catch((error: unknown) => {
        throw notRun("a model that takes the prompts, and", folder, error);
      });
      kept ??= ofOneWidth(stream, outputs, tokens, folder);
      return kept.map((value) => meanOver(outputs[value]!, tokens));
    },
    close: async () => {
      await model.dispose();
      await remove();
    },
  };
}

async function graphOf(path: string, what: string): Promise<OnnxGraph> {
  const handle = await openToRead(path);
  try {
    const { size } = await handle.stat();
    const read = async (offset: number, length: number) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset);
      return bytes.subarray(0, bytesRead);
    };
    return await readOnnx(read, size, what);
  } finally {
    await handle.close();
  }
}

/** A file of the model in the copy: linked where the file system can, else copied; the graph with more outputs. */
async function placed(from: string, to: string, more: readonly string[] | null): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  if (more !== null) {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    await appendFile(to, moreOutputs(more));
  } else await link(from, to).catch(() => copyFile(from, to, constants.COPYFILE_FICLONE));
}

/** Values with one row a token, of the width that most have: masks and biases that are added have other shapes. */
function ofOneWidth(
  stream: readonly string[],
  outputs: Readonly<Record<string, Tensor>>,
  tokens: number,
  folder: string,
): string[] {
  const widths = new Map<number, string[]>();
  for (const value of stream) {
    const [batch, rows, width, ...rest] = outputs[value]?.dims ?? [];
    if (batch !== 1 || rows !== tokens || width === undefined || rest.length > 0) continue;
    widths.set(width, [...(widths.get(width) ?? []), value]);
  }
  const [most] = [...widths.values()].sort((a, b) => b.length - a.length);
  if (!most || most.length < 2)
    throw new AssayError(
      "FORMAT",
      `${ONNX_SCHEME} expected a residual stream in ${quoted(folder)}, found none that runs through it`,
    );
  return most;
}

function meanOver(values: Tensor, tokens: number): Float64Array {
  const { dims, data } = values.to("float32");
  const width = dims.at(-1)!;
  const mean = new Float64Array(width);
  for (let t = 0; t < tokens; t++) for (let k = 0; k < width; k++) mean[k]! += data[t * width + k]! / tokens;
  return mean;
}
