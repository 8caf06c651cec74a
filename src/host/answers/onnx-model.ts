/**
 * A causal language model exported to ONNX, in a folder as Hugging Face lays it out (config.json, tokenizer.json,
 * onnx/model.onnx), run here by Transformers.js, an optional peer, on ONNX Runtime's processor backend. Nothing is
 * fetched: files are taken from the folder or the model is refused. The model's own chat template is used where it has
 * one; without, the prompt is given as it is. Encoder-decoder models and models of images are not run.
 */
import { AssayError } from "../../base/error.js";
import type { ChatSettings } from "../../transcript/chat-protocol.js";
import { chatCompletion, type LocalModel, oneAfterAnother } from "./local-model.js";
import { notRun, ONNX_SCHEME, openOnnxFolder, type Tokenizer } from "./onnx-folder.js";

/** What a whole text is given in one pass. */
export interface LogitModel {
  name: string;
  /** Ids of a text as it is, without marks of beginning and end. */
  encode(text: string): number[];
  /** A prompt as one turn of the model's chat template; without one, as it is. */
  turn(prompt: string): string;
  /** One row of logits a token, in order; each is what the model says of the token after it. */
  logits(ids: readonly number[]): Promise<readonly Float32Array[]>;
  close(): Promise<void>;
}

/** The same model, asked for logits. @throws as `openOnnxModel` */
export async function openOnnxLogits(address: string): Promise<LogitModel> {
  const { name, tokenizer, model, peer } = await load(address);
  const { Tensor } = peer;
  return {
    name,
    turn: (prompt) => written(tokenizer, { system: null }, prompt),
    encode: (text) => {
      const [ids] = tokenizer(text, { add_special_tokens: false }).input_ids.tolist();
      return (ids ?? []).map(Number);
    },
    logits: async (ids) => {
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
  const { name, tokenizer, model, peer } = await load(address);
  let number = 0;
  const ask = async (settings: ChatSettings, prompt: string, signal: AbortSignal): Promise<string> => {
    signal.throwIfAborted();
    const stopping = new peer.InterruptableStoppingCriteria();
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
  const { name, folder, peer, tokenizer, options } = await openOnnxFolder(address);
  const model = await peer.AutoModelForCausalLM.from_pretrained(folder, options).catch((error: unknown) => {
    throw notRun("a causal language model", folder, error);
  });
  return { name, tokenizer, model, peer };
}

function written(tokenizer: Tokenizer, { system }: Pick<ChatSettings, "system">, prompt: string): string {
  const messages = [
    ...(system === null ? [] : [{ role: "system", content: system }]),
    { role: "user", content: prompt },
  ];
  return typeof tokenizer.chat_template === "string"
    ? tokenizer.apply_chat_template(messages, { tokenize: false, add_generation_prompt: true })
    : messages.map(({ content }) => content).join("\n\n");
}
