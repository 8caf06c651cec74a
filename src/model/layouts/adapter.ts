/**
 * A LoRA adapter over the model it was trained on (Hugging Face PEFT: adapter_config.json, adapter_model.safetensors;
 * Hu et al., ICLR 2022): W + factor · B A, factor = alpha / rank, or alpha / √rank (rsLoRA). Tensors that an adapter
 * brings whole replace the base's. What it does beyond that (DoRA, other methods, patterns that are no plain names) is
 * refused by name. Only places are computed; rows are added up as they are read (kernels/low-rank.ts).
 */
import { z } from "zod";
import { AssayError, quoted } from "../../base/error.js";
import { isReadDType } from "../../kernels/dtypes.js";
import type { Addition, StoredMatrix } from "../../kernels/stored-matrix.js";
import type { Entry } from "../entries.js";
import { parseBoundedJson } from "../formats/json-bounds.js";

export const ADAPTER_CONFIG_NAME = "adapter_config.json";
export const ADAPTER_WEIGHTS_NAME = "adapter_model.safetensors";
export const ADAPTER_CONFIG_BYTES_MAX = 1024 * 1024;
const BOUNDS = { sizeBytesMax: ADAPTER_CONFIG_BYTES_MAX, valuesMax: 1 << 16, containersMax: 1 << 12 };
/** Ranks in use end at some hundreds; one factor is held whole while rows stream (CWE-770). */
const RANK_MAX = 4096;

const pattern = z.record(z.string(), z.number().positive().max(1e6)).nullish();
const configSchema = z.looseObject({
  peft_type: z.string().max(100).nullish(),
  lora_alpha: z.number().positive().max(1e6).nullish(),
  r: z.int().min(1).nullish(),
  use_rslora: z.boolean().nullish(),
  use_dora: z.boolean().nullish(),
  alpha_pattern: pattern,
});

interface AdapterConfig {
  method: string;
  alpha: number | null;
  rankStabilised: boolean;
  dora: boolean;
  /** Module (or the end of its name) to its own alpha. */
  alphas: ReadonlyMap<string, number>;
}

/** An adapter's tensors, with the files they lie in, and its configuration. */
export interface Adapter {
  config: AdapterConfig;
  entries: readonly Entry[];
}

/** @throws AssayError FORMAT or LIMIT */
export function parseAdapterConfig(bytes: Uint8Array, what = ADAPTER_CONFIG_NAME): AdapterConfig {
  const at = what;
  const parsed = configSchema.safeParse(parseBoundedJson(bytes, BOUNDS, at));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("FORMAT", `${at}: ${issue.path.join(".") || "document"}: ${issue.message}`);
  }
  const { peft_type, lora_alpha, use_rslora, use_dora, alpha_pattern } = parsed.data;
  return {
    method: peft_type ?? "LORA",
    alpha: lora_alpha ?? null,
    rankStabilised: use_rslora ?? false,
    dora: use_dora ?? false,
    alphas: new Map(Object.entries(alpha_pattern ?? {})),
  };
}

/** @returns the base's entries with the adapter's part in them, or why the adapter cannot be read */
export function withAdapter(base: readonly Entry[], { config, entries }: Adapter): Entry[] | string {
  if (config.method !== "LORA") return `an adapter of type ${quoted(config.method)}; LoRA adapters are read`;
  const odd = [...config.alphas.keys()].find((key) => !/^[\w.]+$/.test(key));
  if (odd !== undefined) return `an adapter whose alpha_pattern ${quoted(odd)} is no plain name`;
  const modules = new Map<string, Partial<Record<Factor, Entry>>>();
  const whole = new Map<string, Entry>();
  for (const entry of entries) {
    const name = entry.name.replace(/^base_model\.model\./, "");
    if (config.dora || /lora_magnitude_vector/.test(name)) return "a DoRA adapter; merge it into its base model first";
    const match = /^(.+)\.(lora_A|lora_B|lora_embedding_A|lora_embedding_B)(\.default)?(\.weight)?$/.exec(name);
    if (!match) whole.set(name.replace(/\.(modules_to_save(\.default)?|base_layer)(?=\.)/, ""), entry);
    else modules.set(match[1]!, { ...modules.get(match[1]!), [match[2] as Factor]: entry });
  }
  const out = new Map(base.map((e) => [e.name, e]));
  for (const [name, entry] of whole) {
    const target = baseOf(name, base);
    if (!target) return `the adapter's ${quoted(entry.name)} has no counterpart in the base model`;
    if (`${target.shape}` !== `${entry.shape}`)
      return `the adapter's ${quoted(entry.name)} [${entry.shape.join(", ")}] replaces [${target.shape.join(", ")}]`;
    out.set(target.name, { ...entry, name: target.name });
  }
  for (const [module, factors] of modules) {
    const target = baseOf(`${module}.weight`, base);
    if (!target) return `the adapter's ${quoted(module)} has no counterpart in the base model`;
    const added = additionOf(module, factors, target, config);
    if (typeof added === "string") return added;
    out.set(target.name, { ...out.get(target.name)!, added });
  }
  return [...out.values()];
}

type Factor = "lora_A" | "lora_B" | "lora_embedding_A" | "lora_embedding_B";

/** The base's tensor of this name, or the only one whose name ends so: makers nest models differently. */
function baseOf(name: string, base: readonly Entry[]): Entry | null {
  const exact = base.find((e) => e.name === name);
  if (exact) return exact;
  const ending = base.filter((e) => e.name.endsWith(`.${name}`) || name.endsWith(`.${e.name}`));
  return ending.length === 1 ? ending[0]! : null;
}

function additionOf(
  module: string,
  factors: Partial<Record<Factor, Entry>>,
  target: Entry,
  config: AdapterConfig,
): Addition | string {
  const embedding = factors.lora_embedding_A !== undefined;
  const [a, b] = embedding ? [factors.lora_embedding_A, factors.lora_embedding_B] : [factors.lora_A, factors.lora_B];
  if (!a || !b) return `the adapter's ${quoted(module)} has one factor of two`;
  for (const { name, dtype, shape } of [a, b]) {
    if (shape.length !== 2) return `${quoted(name)}: expected a matrix, got shape [${shape.join(", ")}]`;
    if (!isReadDType(dtype)) return `${quoted(name)} is stored as ${dtype}`;
  }
  const [rank, wide] = [a.shape[0]!, a.shape[1]!];
  const [tall, rankOfB] = [b.shape[0]!, b.shape[1]!];
  // An embedding is looked up by A's columns; its rows are the tokens.
  const [rows, columns] = embedding ? [wide, tall] : [tall, wide];
  const fits = `${target.shape}` === `${[rows, columns]}` || (!embedding && `${target.shape}` === `${[columns, rows]}`);
  if (rank !== rankOfB || rank === 0 || rank > RANK_MAX || !fits)
    return `the adapter's ${quoted(module)}: A [${a.shape.join(", ")}] and B [${b.shape.join(", ")}] do not fit [${target.shape.join(", ")}]`;
  const alpha = alphaOf(module, config);
  if (alpha === null) return "an adapter without lora_alpha in its configuration";
  const factor = alpha / (config.rankStabilised ? Math.sqrt(rank) : rank);
  const [left, right] = [placeOf(b), placeOf(a)];
  if (!embedding) return { a: right, b: left, factor };
  return { a: turned(left), b: turned(right), factor };
}

/** The longest name that the module ends with. */
function alphaOf(module: string, { alpha, alphas }: AdapterConfig): number | null {
  const keys = [...alphas.keys()].filter((key) => module === key || module.endsWith(`.${key}`));
  const longest = keys.sort((x, y) => y.length - x.length)[0];
  return longest === undefined ? alpha : alphas.get(longest)!;
}

function placeOf({ file, offsetBytes, dtype, shape }: Entry): StoredMatrix {
  return { file, offsetBytes, dtype: dtype as StoredMatrix["dtype"], rows: shape[0]!, columns: shape[1]! };
}

function turned(m: StoredMatrix): StoredMatrix {
  return { ...m, rows: m.columns, columns: m.rows, order: { kind: "columns", stride: m.columns } };
}
