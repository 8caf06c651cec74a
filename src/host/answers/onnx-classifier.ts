/**
 * A sequence-classification model in an ONNX folder, as reward models and judges with a head are published: one row of
 * logits for a prompt with its answer. Where the model has a chat template, prompt and answer are its user's and its
 * assistant's turn; without one they are the tokenizer's pair of texts (BERT and its kin). What the graph calls its inputs
 * decides what it is given; it cannot see how the model's maker wrapped the two in training.
 */
import { AssayError, quoted } from "../../base/error.js";
import { notRun, ONNX_SCHEME, openOnnxFolder, type Tensor } from "./onnx-folder.js";

/** Of one pass: attention over more takes gigabytes. */
const TOKENS_MAX = 8192;

interface Classifier {
  name: string;
  /** In the order of the logits; empty where the model names none. */
  labels: readonly string[];
  /** Refused where the model does not take the text, such as its length. */
  logits(prompt: string, answer: string): Promise<readonly number[] | { refused: string }>;
  close(): Promise<void>;
}

/** @param address `onnx:FOLDER` @throws AssayError UNAVAILABLE without the peer, NOT_FOUND, FORMAT or LIMIT */
export async function openOnnxClassifier(address: string): Promise<Classifier> {
  const { name, folder, peer, tokenizer, options } = await openOnnxFolder(address);
  const model = await peer.PreTrainedModel.from_pretrained(folder, options).catch((error: unknown) => {
    throw notRun("a sequence-classification model", folder, error);
  });
  const labels = Object.entries((model.config.id2label ?? {}) as Record<string, unknown>)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, label]) => String(label));
  const encoded = (prompt: string, answer: string): Record<string, Tensor> => {
    // Which text a token is of: left out for some classes of tokenizers, and a graph that asks for it gets noughts then.
    if (typeof tokenizer.chat_template !== "string")
      return { ...tokenizer(prompt, { text_pair: answer, return_token_type_ids: true }) };
    const turns = [
      { role: "user", content: prompt },
      { role: "assistant", content: answer },
    ];
    return { ...tokenizer(tokenizer.apply_chat_template(turns, { tokenize: false }), { add_special_tokens: false }) };
  };
  return {
    name,
    labels,
    logits: async (prompt, answer) => {
      const inputs = encoded(prompt, answer);
      const tokens = inputs.input_ids!.dims.at(-1)!;
      if (tokens > TOKENS_MAX) return { refused: `the text has more than ${TOKENS_MAX} tokens` };
      const places = new peer.Tensor(
        "int64",
        BigInt64Array.from({ length: tokens }, (_, i) => BigInt(i)),
        [1, tokens],
      );
      let outputs: Record<string, Tensor>;
      try {
        outputs = await model({ position_ids: places, ...inputs });
      } catch (error) {
        return { refused: `the model does not take the text: ${(error as Error).message.slice(0, 200)}` };
      }
      const row = outputs.logits?.to("float32");
      if (row?.dims.length !== 2 || row.dims[0] !== 1)
        throw new AssayError(
          "FORMAT",
          `${ONNX_SCHEME} expected one row of logits for a text from ${quoted(folder)}, got ${row ? row.dims.join(" by ") : Object.keys(outputs).join(", ")}; a causal model is scored by its log-odds`,
        );
      return [...row.data];
    },
    close: async () => void (await model.dispose()),
  };
}
