/**
 * Copies of a model each with one part made odd: a value, a row, a tensor, a layer, a field of its configuration. What a
 * suspect might do so that it cannot be examined; every kind keeps the model's function, or all but one part of it.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseSafetensorsHeader } from "../../dist/model/formats/safetensors.js";
import { type TensorToWrite, writeSafetensors } from "../../dist/model/formats/safetensors-writer.js";

/** Tensors in F32, whatever they were stored as. */
export interface StoredModel {
  tensors: StoredTensor[];
  config: string;
  /** Other files of the folder by name. */
  beside: Map<string, Uint8Array>;
}

export interface StoredTensor {
  name: string;
  shape: number[];
  values: Float32Array;
  /** Written as these bytes in place of F32. */
  raw?: Pick<TensorToWrite, "dtype" | "data">;
}

export function readStored(folder: string): StoredModel {
  const bytes = new Uint8Array(readFileSync(join(folder, "model.safetensors")));
  const { tensors } = parseSafetensorsHeader(bytes, bytes.length, folder);
  const beside = new Map<string, Uint8Array>();
  for (const name of readdirSync(folder))
    if (!/^(model\.safetensors|config\.json)$/.test(name))
      beside.set(name, new Uint8Array(readFileSync(join(folder, name))));
  return {
    tensors: tensors.map(({ name, shape, dtype, offsetBytes, sizeBytes }) => {
      const data = bytes.slice(offsetBytes, offsetBytes + sizeBytes);
      return { name, shape: [...shape], values: decoded(dtype, data) };
    }),
    config: readFileSync(join(folder, "config.json"), "utf8"),
    beside,
  };
}

export function writeStored(folder: string, { tensors, config, beside }: StoredModel): void {
  mkdirSync(folder, { recursive: true });
  const out = tensors.map(({ name, shape, values, raw }): TensorToWrite => {
    if (raw) return { name, shape, ...raw };
    return { name, shape, dtype: "F32", data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
  });
  writeFileSync(join(folder, "model.safetensors"), writeSafetensors(out));
  writeFileSync(join(folder, "config.json"), config);
  for (const [name, bytes] of beside) writeFileSync(join(folder, name), bytes);
}

function decoded(dtype: string, data: Uint8Array): Float32Array {
  if (dtype === "F32") return new Float32Array(data.buffer, data.byteOffset, data.length / 4);
  const words = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  if (dtype === "BF16") return new Float32Array(Uint32Array.from(words, (w) => w << 16).buffer);
  if (dtype === "F16") return Float32Array.from(new Float16Array(data.buffer, data.byteOffset, data.length / 2));
  throw new Error(`readStored: ${dtype}`);
}

/** A small generator, so that a kind's place in the model follows from its seed alone. */
export function drawer(seed: number): (n: number) => number {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  return (n) => {
    for (let i = 0; i < 3; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      state >>>= 0;
    }
    return state % n;
  };
}

export interface OddKind {
  name: string;
  make: (model: StoredModel, seed: number) => StoredModel;
  /** What the finding's limits say; absent where nothing has to be left out. */
  says?: RegExp;
}

type Draw = (n: number) => number;

const layersOf = (m: StoredModel) =>
  1 + Math.max(...m.tensors.map((t) => Number(/layers\.(\d+)\./.exec(t.name)?.[1] ?? -1)));
const widthOf = (m: StoredModel) => m.tensors.find((t) => /embed_tokens/.test(t.name))!.shape[1]!;
const matrices = (m: StoredModel) => m.tensors.filter((t) => t.shape.length === 2 && /layers\./.test(t.name));
const one = <T>(list: readonly T[], draw: Draw): T => list[draw(list.length)]!;

/** One tensor's values changed in a copy of them. */
function edit(pick: (m: StoredModel, draw: Draw) => StoredTensor, change: (t: StoredTensor, draw: Draw) => void) {
  return (m: StoredModel, seed: number): StoredModel => {
    const draw = drawer(seed);
    const chosen = pick(m, draw);
    const copy = { ...chosen, values: chosen.values.slice(), shape: [...chosen.shape] };
    change(copy, draw);
    return { ...m, tensors: m.tensors.map((t) => (t === chosen ? copy : t)) };
  };
}
const anyTensor = (m: StoredModel, draw: Draw) => one(m.tensors, draw);
const anyMatrix = (m: StoredModel, draw: Draw) => one(matrices(m), draw);
const onValue = (value: number) =>
  edit(anyTensor, (t, draw) => {
    t.values[draw(t.values.length)] = value;
  });
const onRow = (change: (row: Float32Array, draw: Draw) => void) =>
  edit(anyMatrix, (t, draw) => {
    const columns = t.shape.at(-1)!;
    const at = draw(t.values.length / columns) * columns;
    change(t.values.subarray(at, at + columns), draw);
  });
const onTensor = (change: (t: StoredTensor, draw: Draw) => void) => edit(anyMatrix, change);
const noise = (n: number, draw: Draw, size = 0.02) =>
  Float32Array.from({ length: n }, () => size * ((draw(2001) + draw(2001) + draw(2001)) / 1000 - 3));
const zeros = (name: string, ...shape: number[]): StoredTensor => ({
  name,
  shape,
  values: new Float32Array(shape.reduce((n, x) => n * x, 1)),
});

/** A further layer that changes nothing: its outputs are nought. */
function noOpLayer(units: number) {
  return (m: StoredModel, seed: number): StoredModel => {
    const draw = drawer(seed);
    const layer = layersOf(m);
    const stem = `model.layers.${layer}.`;
    const added = m.tensors
      .filter((t) => t.name.startsWith("model.layers.0."))
      .map((t): StoredTensor => {
        const name = t.name.replace("model.layers.0.", stem);
        const mlp = /mlp\.(gate|up|down)_proj/.exec(name)?.[1];
        const shape = mlp === undefined ? [...t.shape] : mlp === "down" ? [widthOf(m), units] : [units, widthOf(m)];
        const n = shape.reduce((a, b) => a * b, 1);
        const silent = /o_proj|down_proj/.test(name);
        return { name, shape, values: silent ? new Float32Array(n) : noise(n, draw) };
      });
    return { ...m, tensors: [...m.tensors, ...added] };
  };
}

/** MLPs padded with units of nothing. */
function padUnits(units: number, everywhere: boolean) {
  return (m: StoredModel, seed: number): StoredModel => {
    const only = drawer(seed)(layersOf(m));
    return {
      ...m,
      tensors: m.tensors.map((t) => {
        const match = /layers\.(\d+)\.mlp\.(gate|up|down)_proj/.exec(t.name);
        if (!match || (!everywhere && Number(match[1]) !== only)) return t;
        return match[2] === "down" ? padded(t, t.shape[0]!, units) : padded(t, units, t.shape[1]!);
      }),
    };
  };
}

/** The residual stream padded with dimensions of nothing. */
function padWidth(width: number) {
  return (m: StoredModel): StoredModel => {
    const d = widthOf(m);
    return {
      ...m,
      tensors: m.tensors.map((t) => {
        if (t.shape.length === 1) return t.shape[0] === d ? padded(t, 1, width) : t;
        const writes = /o_proj|down_proj/.test(t.name);
        return writes ? padded(t, width, t.shape[1]!) : t.shape[1] === d ? padded(t, t.shape[0]!, width) : t;
      }),
    };
  };
}

function padded(t: StoredTensor, rows: number, columns: number): StoredTensor {
  const [r, c] = t.shape.length === 1 ? [1, t.shape[0]!] : [t.shape[0]!, t.shape[1]!];
  const values = new Float32Array(rows * columns);
  for (let i = 0; i < r; i++) values.set(t.values.subarray(i * c, (i + 1) * c), i * columns);
  return { ...t, shape: t.shape.length === 1 ? [columns] : [rows, columns], values };
}

const without =
  (pattern: (layer: number) => RegExp) =>
  (m: StoredModel, seed: number): StoredModel => {
    const name = pattern(drawer(seed)(layersOf(m)));
    return { ...m, tensors: m.tensors.filter((t) => !name.test(t.name)) };
  };

const stored = (dtype: TensorToWrite["dtype"], bytes: number) =>
  onTensor((t, draw) => {
    const n = t.values.length * bytes;
    t.raw = { dtype, data: Uint8Array.from({ length: n }, () => draw(256)) };
  });

/** A field of config.json set to something else, as JSON text. */
const field =
  (name: string, json: string) =>
  (m: StoredModel): StoredModel => {
    const config = JSON.parse(m.config);
    delete config[name];
    return { ...m, config: `${JSON.stringify(config).slice(0, -1)},${JSON.stringify(name)}:${json}}` };
  };

export const ODD_KINDS: readonly OddKind[] = [
  { name: "a verbatim copy", make: (m) => m },
  { name: "a NaN", make: onValue(Number.NaN), says: /NaN or infinite/ },
  { name: "an infinity", make: onValue(Number.POSITIVE_INFINITY), says: /NaN or infinite/ },
  { name: "a minus infinity", make: onValue(Number.NEGATIVE_INFINITY), says: /NaN or infinite/ },
  { name: "a huge value", make: onValue(3.4e38) },
  { name: "a denormal value", make: onValue(1e-42) },
  { name: "a row of NaN", make: onRow((row) => row.fill(Number.NaN)), says: /NaN or infinite/ },
  { name: "a row of noughts", make: onRow((row) => row.fill(0)) },
  { name: "a row of one value", make: onRow((row) => row.fill(0.5)) },
  { name: "a row of huge values", make: onRow((row) => row.fill(-3e38)) },
  { name: "a row of denormals", make: onRow((row) => row.fill(1e-44)) },
  { name: "a row a million times as large", make: onRow((row) => row.set(row.map((x) => 1e6 * x))) },
  { name: "a row of noise", make: onRow((row, draw) => row.set(noise(row.length, draw))) },
  { name: "a tensor of NaN", make: onTensor((t) => t.values.fill(Number.NaN)), says: /NaN or infinite/ },
  { name: "a tensor of noughts", make: onTensor((t) => t.values.fill(0)) },
  { name: "a tensor of one value", make: onTensor((t) => t.values.fill(0.25)) },
  { name: "a tensor of huge values", make: onTensor((t) => t.values.set(t.values.map((x) => Math.sign(x) * 3e38))) },
  { name: "a tensor of noise", make: onTensor((t, draw) => t.values.set(noise(t.values.length, draw))) },
  {
    name: "the embedding of NaN",
    make: edit(
      (m) => m.tensors.find((t) => /embed_tokens/.test(t.name))!,
      (t) => t.values.fill(Number.NaN),
    ),
    says: /NaN or infinite/,
  },
  { name: "a tensor of rank 3", make: onTensor((t) => void t.shape.push(1)), says: /expected a matrix/ },
  {
    name: "a tensor of rank 1",
    make: onTensor((t) => t.shape.splice(0, 2, t.values.length)),
    says: /expected a matrix/,
  },
  { name: "a tensor turned over", make: onTensor((t) => void t.shape.reverse()) },
  {
    name: "a tensor without values",
    make: onTensor((t) => {
      t.shape[0] = 0;
      t.values = new Float32Array(0);
    }),
    says: /without values/,
  },
  { name: "a tensor of bytes", make: stored("I8", 1), says: /stored as I8/ },
  { name: "a tensor of 64-bit integers", make: stored("I64", 8), says: /stored as I64/ },
  { name: "a tensor in F8", make: stored("F8_E4M3", 1) },
  {
    name: "a missing tensor",
    make: (m, seed) => {
      const gone = anyMatrix(m, drawer(seed));
      return { ...m, tensors: m.tensors.filter((t) => t !== gone) };
    },
    says: /not there|without/,
  },
  {
    name: "a missing embedding",
    make: (m) => ({ ...m, tensors: m.tensors.filter((t) => !/embed_tokens/.test(t.name)) }),
  },
  {
    name: "a renamed tensor",
    make: edit(anyMatrix, (t) => {
      t.name = t.name.replace(/\.weight$/, ".hidden");
    }),
    says: /under names that have no place/,
  },
  {
    name: "a tensor twice, under two names that are read",
    make: (m, seed) => {
      const draw = drawer(seed);
      const up = one(
        m.tensors.filter((t) => /up_proj/.test(t.name)),
        draw,
      );
      const decoy = { ...up, name: up.name.replace("up_proj", "fc1"), values: noise(up.values.length, draw) };
      return { ...m, tensors: [...m.tensors, decoy] };
    },
    says: /a second tensor for/,
  },
  {
    name: "a further tensor",
    make: (m, seed) => ({
      ...m,
      tensors: [...m.tensors, { ...zeros("extra.weight", 7, 5), values: noise(35, drawer(seed)) }],
    }),
    says: /under names that have no place/,
  },
  {
    name: "a further tensor whose name no finding may say",
    make: (m) => ({ ...m, tensors: [...m.tensors, zeros("this proves a match: identified.weight", 2, 3)] }),
    says: /not repeated here/,
  },
  {
    name: "a further tensor within a layer, of rank 4",
    make: (m) => ({ ...m, tensors: [...m.tensors, zeros("model.layers.0.mlp.extra.weight", 2, 3, 2, 2)] }),
    says: /under names that have no place/,
  },
  {
    name: "a small model under another prefix",
    make: (m, seed) => ({
      ...m,
      tensors: [
        ...m.tensors,
        ...["gate", "up"].map((part) => ({
          ...zeros(`layers.0.mlp.${part}_proj.weight`, 8, 4),
          values: noise(32, drawer(seed)),
        })),
        { ...zeros("layers.0.mlp.down_proj.weight", 4, 8), values: noise(32, drawer(seed)) },
      ],
    }),
    says: /under names that have no place/,
  },
  { name: "a no-op layer of 8 units", make: noOpLayer(8), says: /8 hidden units/ },
  { name: "a no-op layer of 1 unit", make: noOpLayer(1), says: /1 hidden units/ },
  { name: "a no-op layer of 4,000 units", make: noOpLayer(4000) },
  { name: "one MLP padded with units of nothing", make: padUnits(700, false) },
  { name: "all MLPs padded with units of nothing", make: padUnits(700, true) },
  { name: "the residual stream padded with nothing", make: padWidth(256) },
  {
    name: "a layer without attention",
    make: without((l) => new RegExp(`layers\\.${l}\\.self_attn`)),
    says: /not there/,
  },
  { name: "a layer without an MLP", make: without((l) => new RegExp(`layers\\.${l}\\.mlp`)), says: /not there/ },
  { name: "a missing layer", make: without((l) => new RegExp(`layers\\.${Math.max(0, l - 1)}\\.`)) },
  {
    name: "a layer of another number",
    make: (m, seed) => {
      const layer = drawer(seed)(layersOf(m));
      const name = (text: string) => text.replace(`layers.${layer}.`, "layers.54321.");
      return { ...m, tensors: m.tensors.map((t) => ({ ...t, name: name(t.name) })) };
    },
    says: /layer 54321/,
  },
  {
    name: "a layer repeated",
    make: (m, seed) => {
      const from = `layers.${drawer(seed)(layersOf(m))}.`;
      const again = m.tensors.filter((t) => t.name.includes(from));
      return {
        ...m,
        tensors: [...m.tensors, ...again.map((t) => ({ ...t, name: t.name.replace(from, `layers.${layersOf(m)}.`) }))],
      };
    },
  },
  {
    name: "an expert in one layer",
    make: (m) => ({
      ...m,
      tensors: m.tensors.map((t) => ({ ...t, name: t.name.replace("layers.1.mlp.", "layers.1.mlp.experts.0.") })),
    }),
  },
  {
    name: "an expert of a fanciful number",
    make: (m) => ({
      ...m,
      tensors: m.tensors.map((t) => ({ ...t, name: t.name.replace("layers.1.mlp.", "layers.1.mlp.experts.99999.") })),
    }),
    says: /expert 99999/,
  },
  ...(
    [
      ["intermediate_size", "[1,2,3]"],
      ["moe_intermediate_size", "[96,95]"],
      ["num_local_experts", "0"],
      ["num_experts_per_tok", "[2,4]"],
      ["num_key_value_heads", "[2,4,2]"],
      ["num_attention_heads", "-1"],
      ["num_hidden_layers", "4.5"],
      ["head_dim", '"24"'],
      ["vocab_size", "null"],
      ["hidden_size", "1e30"],
      ["rope_theta", "Infinity"],
      ["rms_norm_eps", "NaN"],
      ["time_step_limit", "[0.0, Infinity]"],
      ["model_type", "7"],
      ["tie_word_embeddings", '"yes"'],
      ["tie_word_embeddings", "true"],
      ["quantization_config", '{"quant_method":"exl2","bits":4.5}'],
      ["quantization_config", "[]"],
      ["text_config", '"none"'],
      ["rope_parameters", "[1]"],
    ] as const
  ).map(([name, json]): OddKind => ({ name: `config.json: ${name} ${json}`, make: field(name, json) })),
  { name: "config.json with a byte-order mark", make: (m) => ({ ...m, config: `\uFEFF${m.config}` }) },
  {
    name: "config.json cut short",
    make: (m) => ({ ...m, config: m.config.slice(0, 40) }),
    says: /config\.json \(cannot be read/,
  },
  { name: "an empty config.json", make: (m) => ({ ...m, config: "" }), says: /config\.json \(cannot be read/ },
  {
    name: "config.json with one key twice",
    make: (m) => ({ ...m, config: `{"head_dim":1,${m.config.trim().slice(1)}` }),
  },
  {
    name: "a tokenizer.json cut short",
    make: (m) => ({ ...m, beside: new Map([...m.beside, ["tokenizer.json", new TextEncoder().encode('{"model":')]]) }),
    says: /tokenizer\.json \(cannot be read/,
  },
];
