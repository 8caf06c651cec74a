/**
 * config.json of a model, as far as it is used: a field read is what it should be or left aside by name; all others are
 * passed over (format: Hugging Face transformers, `PretrainedConfig`; multimodal models nest the language model under
 * `text_config`). It is a claim of whoever made the folder; shapes come from the tensors.
 */
import { fromUtf8, utf8 } from "../../base/bytes.js";
import { AssayError, quoted } from "../../base/error.js";
import { isJsonObject, parseBoundedJson, withoutByteOrderMark } from "../formats/json-bounds.js";
import type { ModelConfig, OddField, QuantizationConfig } from "../model.js";

/** Label maps make the largest real ones some hundred kilobytes (CWE-770). */
export const CONFIG_BYTES_MAX = 4 * 1024 * 1024;
const CONFIG_BOUNDS = { sizeBytesMax: CONFIG_BYTES_MAX, valuesMax: 1 << 18, containersMax: 1 << 16 };

/** Sizes are 32-bit in every framework; products of two stay exact in f64. */
const SIZE_MAX = 2 ** 31;
const WORD_LENGTH_MAX = 200;
/** Of an odd value, in a sentence. */
const SHOWN_LENGTH_MAX = 40;

type Fields = Record<string, unknown>;

/** What is known without a config.json. */
export const NO_CONFIG: ModelConfig = {
  modelType: null,
  hiddenSize: null,
  intermediateSize: null,
  experts: null,
  expertsPerToken: null,
  expertIntermediateSize: null,
  layers: null,
  heads: null,
  keyValueHeads: null,
  headDim: null,
  vocabularySize: null,
  hiddenAct: null,
  ropeTheta: null,
  normEpsilon: null,
  maxPositions: null,
  tiedEmbeddings: null,
  quantization: null,
  odd: [],
};

/**
 * A field of another kind than expected is left aside and named in `odd`: what it says is only shown, and a list, a
 * fraction or a missing number of whoever made the folder must not keep the tensors from being examined. Python's
 * `Infinity` and `NaN` (transformers writes them) and a byte-order mark are read past.
 * @throws AssayError FORMAT or LIMIT where the whole is no JSON object
 */
export function parseConfig(bytes: Uint8Array, what = "config.json"): ModelConfig {
  const at = what;
  const json = parseBoundedJson(plainJson(bytes), CONFIG_BOUNDS, at);
  if (!isJsonObject(json)) throw new AssayError("FORMAT", `${at}: expected an object, got ${quoted(json)}`);
  const odd: OddField[] = [];
  const nested = objectOf(json, "text_config", "", odd);
  const reader = new FieldReader(nested ? [nested, json] : [json], odd);
  const { size, positive, share, word } = reader;
  const quantization = quantizationOf(reader, odd);
  return {
    modelType: word("model_type"),
    hiddenSize: size("hidden_size", "n_embd"),
    intermediateSize: size("intermediate_size", "n_inner"),
    // Mixtures of experts: Qwen and OLMoE, DeepSeek and GLM, Mixtral, Llama 4 and GPT-OSS.
    experts: size("num_experts", "n_routed_experts", "num_local_experts"),
    expertsPerToken: size("num_experts_per_tok"),
    expertIntermediateSize: size("moe_intermediate_size"),
    layers: size("num_hidden_layers", "n_layer"),
    // Further names: T5, DistilBERT and XLM, Bart and its kin.
    heads: size("num_attention_heads", "n_head", "num_heads", "n_heads", "encoder_attention_heads"),
    keyValueHeads: size("num_key_value_heads"),
    headDim: size("head_dim", "d_kv"),
    vocabularySize: size("vocab_size"),
    hiddenAct: word("hidden_act", "activation_function"),
    ropeTheta: positive("rope_theta") ?? ropeThetaOf(reader, odd),
    normEpsilon: share("rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon"),
    maxPositions: size("max_position_embeddings", "n_positions"),
    tiedEmbeddings: reader.truth("tie_word_embeddings"),
    quantization,
    odd,
  };
}

/** Fields of the language model's own object first, then of the whole; null where silent or odd. */
class FieldReader {
  readonly #objects: readonly Fields[];
  readonly #odd: OddField[];
  constructor(objects: readonly Fields[], odd: OddField[]) {
    this.#objects = objects;
    this.#odd = odd;
  }

  /** The first of these names that says something. A list of equal numbers, one a layer, says that number. */
  size = (...names: readonly string[]): number | null =>
    this.#first(names, "a whole number from 1 to 2^31", (value) => {
      const one = Array.isArray(value) && value.length > 0 && value.every((v) => v === value[0]) ? value[0] : value;
      // No experts, no window: 0 is how a dense model says "none".
      if (one === 0) return null;
      return Number.isInteger(one) && (one as number) >= 1 && (one as number) <= SIZE_MAX ? (one as number) : undefined;
    });

  positive = (...names: readonly string[]): number | null =>
    this.#first(names, "a number above 0", (v) => (typeof v === "number" && v > 0 ? v : undefined));

  share = (...names: readonly string[]): number | null =>
    this.#first(names, "a number from 0 to 1", (v) => (typeof v === "number" && v >= 0 && v <= 1 ? v : undefined));

  word = (...names: readonly string[]): string | null =>
    this.#first(names, `a text of 1 to ${WORD_LENGTH_MAX} characters`, (v) =>
      typeof v === "string" && v.length > 0 && v.length <= WORD_LENGTH_MAX ? v : undefined,
    );

  truth = (name: string): boolean | null =>
    this.#first([name], "true or false", (v) => (typeof v === "boolean" ? v : undefined));

  object(name: string): Fields | null {
    for (const fields of this.#objects) {
      const found = objectOf(fields, name, "", this.#odd);
      if (found) return found;
    }
    return null;
  }

  /** @param read undefined where the value is of no use, null where it says "none" */
  #first<T>(names: readonly string[], expected: string, read: (value: unknown) => T | null | undefined): T | null {
    for (const name of names)
      for (const fields of this.#objects) {
        const value = fields[name];
        if (value === undefined || value === null) continue;
        const found = read(value);
        if (found === undefined) this.#odd.push({ field: name, got: shown(value), expected });
        else if (found !== null) return found;
      }
    return null;
  }
}

/** Null where it is not there, or no object. */
function objectOf(fields: Fields, name: string, under: string, odd: OddField[]): Fields | null {
  const value = fields[name];
  if (value === undefined || value === null) return null;
  if (isJsonObject(value)) return value;
  odd.push({ field: `${under}${name}`, got: shown(value), expected: "an object" });
  return null;
}

function ropeThetaOf(reader: FieldReader, odd: OddField[]): number | null {
  const parameters = reader.object("rope_parameters");
  return parameters && new FieldReader([parameters], odd).positive("rope_theta");
}

/** Hugging Face `quantization_config`, of several libraries (compressed-tensors' `compression_config` is the same). */
function quantizationOf(reader: FieldReader, odd: OddField[]): QuantizationConfig | null {
  const given = reader.object("quantization_config") ?? reader.object("compression_config");
  if (!given) return null;
  const { size, word } = new FieldReader([given], odd);
  const groups = Object.values(objectOf(given, "config_groups", "", odd) ?? {});
  const bits = new Set(
    groups.flatMap((group) => {
      const weights = isJsonObject(group) ? objectOf(group, "weights", "config_groups.", odd) : null;
      return weights ? (new FieldReader([weights], odd).size("num_bits") ?? []) : [];
    }),
  );
  return {
    method: word("quant_method"),
    format: word("checkpoint_format", "format"),
    bits: size("bits") ?? (bits.size === 1 ? [...bits][0]! : null),
    blockSize: blockSizeOf(given.weight_block_size, odd),
  };
}

function blockSizeOf(value: unknown, odd: OddField[]): [number, number] | null {
  if (value === undefined || value === null) return null;
  const isSize = (n: unknown) => Number.isInteger(n) && (n as number) >= 1 && (n as number) <= 65_536;
  if (Array.isArray(value) && value.length === 2 && value.every(isSize)) return [value[0], value[1]];
  odd.push({ field: "weight_block_size", got: shown(value), expected: "two whole numbers from 1 to 65536" });
  return null;
}

function shown(value: unknown): string {
  return quoted(value).slice(0, SHOWN_LENGTH_MAX);
}

/** Strings are matched first, so that nothing inside them is touched. */
const PYTHON_CONSTANTS = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/gs;

/** Without a byte-order mark, and with `null` for the three numbers that JSON has no words for. */
function plainJson(bytes: Uint8Array): Uint8Array {
  if (bytes.length > CONFIG_BYTES_MAX) return bytes;
  const rest = withoutByteOrderMark(bytes);
  const text = fromUtf8(rest, "config.json");
  return utf8(text.replace(PYTHON_CONSTANTS, (token) => (token.startsWith('"') ? token : "null")));
}
