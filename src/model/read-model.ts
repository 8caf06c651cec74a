/**
 * Headers and configuration to a `Reading`: a model with canonical tensors, or the sentence why it is refused. Nothing
 * is read from the tensors; whether an output embedding equals the input one, and whether values are finite, is found
 * out later by whoever reads them.
 */

import { quoted } from "../base/error.js";
import type { DType } from "../kernels/dtypes.js";
import type { StoredMatrix } from "../kernels/stored-matrix.js";
import type { Entry, FileTensors } from "./entries.js";
import { FAMILIES_READ, familyOfTensors } from "./families.js";
import { fitting } from "./fitting.js";
import { type Adapter, withAdapter } from "./layouts/adapter.js";
import { cut } from "./layouts/fused.js";
import { isRead, joinQuantised } from "./layouts/quantised.js";
import { cutStack, type ExpertPart, orientationOf, type StoredStack } from "./layouts/stacks.js";
import type { CanonicalTensor, LeftOut, ModelConfig, Reading, Role, SpareTensor } from "./model.js";
import { llamaNaming } from "./names/names.js";
import { GPT_NEOX, GPT2 } from "./names/names-gpt.js";
import { canonicalName, type Fused, holdingOf, type Naming, type Place, placesOf, type Stack } from "./names/naming.js";
import { blockPlaces } from "./names/stacks-of-blocks.js";
import { dimensionsOf } from "./shapes.js";

const DTYPES_READ =
  "F64, F32, F16, BF16 and F8 are read, I8 and 4-bit weights with their scales (LLM.int8, compressed-tensors, GPTQ, AWQ, MXFP4), and GGUF's Q4_0 to Q8_0, Q2_K to Q6_K and MXFP4; others have to be dequantised first (transformers: model.dequantize(), then save_pretrained)";

/** Of safetensors files. */
export function readModel(files: readonly FileTensors[], config: ModelConfig, adapter: Adapter | null = null): Reading {
  const entries = files.flatMap(({ file, tensors }) => tensors.map((t) => ({ ...t, file })));
  return readEntries(entries, config, [llamaNaming(entries.map((e) => e.name)), GPT2, GPT_NEOX], adapter);
}

/** What is odd is left out by name and the rest is read; a refusal where no part of a model is left. */
export function readEntries(
  stored: readonly Entry[],
  config: ModelConfig,
  namings: readonly Naming[],
  adapter: Adapter | null = null,
): Reading {
  const { entries: joined, unread } = joinQuantised(stored, config);
  const entries = adapter ? withAdapter(joined, adapter) : joined;
  const found = stored.map((e) => e.name);
  if (typeof entries === "string") return refused(familySentence(found, entries));
  const names = entries.map((e) => e.name);
  const first = unread[0]?.why;
  const taken = largest(placesOf(names, namings), entries);
  const read = mostRead(taken, entries, config);
  if (read === undefined) return refused(familySentence(found, first ?? "no layers under names that are read"));

  const { collected, fitted } = read;
  if (typeof fitted === "string") return refused(familySentence(found, first ?? collected.leftOut[0]?.why ?? fitted));
  const { tensors, leftOut, spare, ...sizes } = fitted;
  const { others } = collected;
  const without = new Set(others);
  const beside = entries.filter((e) => without.has(e.name) && !CUSTOMARY.test(e.name));
  const dimensions = dimensionsOf(fitted, config, collected.uncut);
  let parameters = 0;
  for (const { matrix } of tensors.values()) parameters += matrix.rows * matrix.columns;
  const left = [
    ...config.odd.map(({ field, got, expected }) => ({
      part: `config.json: ${field}`,
      why: `expected ${expected}, got ${got}`,
      values: 0,
    })),
    ...unread.map(({ entry, why }) => ({ part: entry.name, why, values: entry.elements })),
    ...collected.leftOut,
    ...leftOut,
    ...withoutPlace(beside),
  ];
  const tied = !tensors.has("output") || config.tiedEmbeddings === true;
  return {
    kind: "model",
    model: {
      config,
      ...sizes,
      ...dimensions,
      tied,
      tensors,
      others,
      leftOut: left,
      spare: [...spare, ...[...collected.left, ...beside].flatMap(spareOf)],
      parameters,
    },
  };
}

/** Tables that frameworks save beside the weights and anyone can compute. */
const CUSTOMARY = /(inv_freq|rotary_emb|masked_bias|attn\.bias|attention\.bias|position_ids)/;
/** Kinds of name said of what has no place, the largest first; a kind is a name whatever its numbers. */
const KINDS_MAX = 32;

function withoutPlace(entries: readonly Entry[]): LeftOut[] {
  const kinds = new Map<string, { name: string; tensors: number; values: number }>();
  for (const { name, elements } of entries) {
    const kind = name.replace(/\d+/g, "N");
    const seen = kinds.get(kind);
    if (seen) {
      seen.tensors++;
      seen.values += elements;
    } else kinds.set(kind, { name, tensors: 1, values: elements });
  }
  const ranked = [...kinds].sort(([a, x], [b, y]) => y.values - x.values || (a < b ? -1 : 1));
  const why = "under names that have no place in a model that is read";
  const listed = ranked.slice(0, KINDS_MAX).map(([kind, { name, tensors, values }]) => ({
    part: tensors === 1 ? quoted(name) : `${tensors} tensors ${quoted(kind)}`,
    why,
    values,
  }));
  const rest = ranked.slice(KINDS_MAX).map(([, kind]) => kind);
  if (rest.length === 0) return listed;
  const count = rest.reduce((sum, { tensors }) => sum + tensors, 0);
  return [...listed, { part: `${count} further tensors`, why, values: rest.reduce((sum, k) => sum + k.values, 0) }];
}

function spareOf(entry: Entry): SpareTensor[] {
  const columns = entry.shape.at(-1);
  if (!isRead(entry) || columns === undefined || entry.elements === 0 || entry.byColumns) return [];
  return [{ name: entry.name, matrix: { ...placeOf(entry), rows: entry.elements / columns, columns } }];
}

/** The place that holds most values: a model may carry a smaller one under another prefix. */
function largest(places: readonly Place[], entries: readonly Entry[]): Place | undefined {
  return places.map((place) => ({ place, size: sizeOf(place, entries) })).sort((a, b) => b.size - a.size)[0]?.place;
}

function sizeOf(place: Place, entries: readonly Entry[]): number {
  return entries.reduce((sum, e) => sum + (holdingOf(e.name, place)?.layer == null ? 0 : e.elements), 0);
}

/** What names of one place give, and what of it fits together. */
interface Read {
  collected: Collected;
  fitted: ReturnType<typeof fitting>;
}

/**
 * By the tables of known families, unless a generic reading (stacks-of-blocks.ts) keeps more values in layers that fit
 * together. One whose largest stack holds no more than what is known is not tried: a second model in the same files
 * is no part of the first.
 */
function mostRead(known: Place | undefined, entries: readonly Entry[], config: ModelConfig): Read | undefined {
  const read = (place: Place): Read => {
    const collected = collect(entries, place, config);
    return { collected, fitted: fitting(collected.tensors) };
  };
  const kept = ({ fitted }: Read) =>
    typeof fitted === "string"
      ? 0
      : [...fitted.tensors.values()].reduce(
          (sum, { layer, matrix }) => sum + (layer === null ? 0 : matrix.rows * matrix.columns),
          0,
        );
  const size = known ? sizeOf(known, entries) : 0;
  let best = known && read(known);
  for (const place of blockPlaces(entries)) {
    const largest = { ...place, stacks: [{ prefix: place.prefix, first: 0 }] };
    if (best && kept(best) > 0 && sizeOf(largest, entries) <= size) continue;
    const other = read(place);
    if (best === undefined || kept(other) > kept(best)) best = other;
  }
  return best;
}

interface Collected {
  tensors: Map<string, CanonicalTensor>;
  others: string[];
  leftOut: LeftOut[];
  /** The same as they are stored. */
  left: Entry[];
  /** Some attention weights are there but could not be cut apart. */
  uncut: boolean;
}

function collect(entries: readonly Entry[], place: Place, config: ModelConfig): Collected {
  const tensors = new Map<string, CanonicalTensor>();
  const others: string[] = [];
  const leftOut: LeftOut[] = [];
  const fusedOnes: { entry: Entry; fused: Fused; layer: number | null; matrix: StoredMatrix }[] = [];
  const stackedOnes: StackedEntry[] = [];
  let uncut = false;
  const left: Entry[] = [];
  const leave = (entry: Entry, why: string) => {
    leftOut.push({ part: entry.name, why, values: entry.elements });
    left.push(entry);
  };
  const add = (entry: Entry, role: Role, layer: number | null, matrix: StoredMatrix) => {
    const name = canonicalName(role, layer);
    if (tensors.has(name)) leave(entry, `a second tensor for ${name}, beside ${quoted(tensors.get(name)!.sourceName)}`);
    else tensors.set(name, { name, sourceName: entry.name, role, layer, matrix });
  };
  for (const entry of entries) {
    const holding = holdingOf(entry.name, place);
    if (!holding) {
      others.push(entry.name);
      continue;
    }
    if (entry.elements === 0) {
      leave(entry, "a tensor without values");
      continue;
    }
    if ("stack" in holding) {
      stackedOnes.push({ entry, stack: holding.stack, layer: holding.layer });
      continue;
    }
    const role = "role" in holding ? holding.role : holding.fused.parts[0]!;
    const matrix = storedMatrix(entry, role, place.naming.transposed === true && holding.layer !== null);
    if (typeof matrix === "string") leave(entry, matrix);
    else if ("role" in holding) add(entry, holding.role, holding.layer, matrix);
    else fusedOnes.push({ entry, fused: holding.fused, layer: holding.layer, matrix });
  }
  // The fused ones last: how many of their rows are queries, the output projection says.
  for (const { entry, fused, layer, matrix } of fusedOnes) {
    const reader = fused.layout === "mixer" ? "mlp.shared.down" : "attention.o";
    const parts = cut(matrix, fused, tensors.get(`layers.${layer}.${reader}`)?.matrix.columns ?? null, config);
    if (typeof parts !== "string") for (const part of parts) add(entry, part.role, layer, part.matrix);
    else if (fused.layout !== "heads") leave(entry, `${quoted(entry.name)}: ${parts}`);
    else {
      others.push(entry.name);
      // A bias interleaved by head is left aside, no more: the tests do not need it.
      uncut ||= matrix.rows > 1;
    }
  }
  for (const { entry, layer, parts } of unstack(stackedOnes, place, tensors.get("embed")?.matrix.columns ?? 0, leave))
    if (parts === null) others.push(entry.name);
    else for (const { expert, part, matrix } of parts) add(entry, `mlp.experts.${expert}.${part}`, layer, matrix);
  return { tensors, others, leftOut, left, uncut };
}

interface StackedEntry {
  entry: Entry;
  stack: Stack;
  layer: number | null;
}

/** Stacks of the same layer stand or fall alone; how they lie, those that can be read settle together. */
function unstack(
  entries: readonly StackedEntry[],
  place: Place,
  hidden: number,
  leave: (entry: Entry, why: string) => void,
): (StackedEntry & { parts: ExpertPart[] | null })[] {
  const asStored = ({ entry, stack }: StackedEntry): StoredStack => {
    return { stack, name: quoted(entry.name), shape: entry.shape };
  };
  // One that fits neither way says nothing about the others.
  const oriented = entries.filter((one) => {
    const alone = orientationOf([asStored(one)], hidden);
    const fits = alone === "plain" || alone === "transposed" || alone === "either";
    if (!fits) leave(one.entry, alone);
    return fits;
  });
  if (oriented.length === 0) return [];
  const found = orientationOf(oriented.map(asStored), hidden);
  const orientation = place.naming.stacksPlain && found !== "transposed" ? "plain" : found;
  if (orientation !== "plain" && orientation !== "transposed") {
    const why =
      orientation === "either" ? "nothing settles whether stacked experts lie by outputs or by inputs" : orientation;
    for (const { entry } of oriented) leave(entry, why);
    return [];
  }
  return oriented.flatMap((stacked) => {
    const { entry } = stacked;
    const parts = isRead(entry) ? cutStack(asStored(stacked), placeOf(entry), orientation) : unreadDType(entry);
    if (typeof parts !== "string") return [{ ...stacked, parts }];
    leave(entry, parts);
    return [];
  });
}

function storedMatrix(entry: Entry, role: Role, transposed: boolean): StoredMatrix | string {
  const { name, shape } = entry;
  if (!isRead(entry)) return unreadDType(entry);
  if (entry.byColumns && entry.coding && (entry.coding.kind !== "scaled" || dtypeBits(entry) < 8))
    return `${quoted(name)}: packed weights are read where they lie row by row`;
  const place = placeOf(entry);
  const vector = /bias|norm/.test(role) || (role === "mlp.shared.router" && shape.length === 1);
  if (shape.length !== (vector ? 1 : 2))
    return `${quoted(name)}: expected a ${vector ? "vector" : "matrix"}, got shape [${shape.join(", ")}]`;
  if (vector) return { ...place, rows: 1, columns: shape[0]! };
  const [rows, columns] = [shape[0]!, shape[1]!];
  if (!transposed)
    return {
      ...place,
      rows,
      columns,
      ...(entry.byColumns ? { order: { kind: "columns", stride: rows } as const } : {}),
    };
  if (entry.byColumns) return { ...place, rows: columns, columns: rows };
  if (entry.coding) return `${quoted(name)}: quantised weights are not read where matrices are stored by inputs`;
  return { ...place, rows: columns, columns: rows, order: { kind: "columns", stride: columns } };
}

const dtypeBits = ({ dtype }: Entry) => (dtype === "U4" ? 4 : 8);

function placeOf({ file, offsetBytes, dtype, coding, added }: Entry): Omit<StoredMatrix, "rows" | "columns"> {
  const more = { ...(coding ? { coding } : {}), ...(added ? { added } : {}) };
  return { file, offsetBytes, dtype: dtype as DType, ...more };
}

function unreadDType({ name, dtype }: Entry): string {
  return `${quoted(name)} is stored as ${dtype}; ${DTYPES_READ}`;
}

/** What the names look like explains a refusal better than what is missing. */
function familySentence(names: readonly string[], reason: string): string {
  const found = familyOfTensors(names);
  return `${found ? `found ${found}: ` : ""}${reason}; ${FAMILIES_READ}`;
}

function refused(reason: string): Reading {
  return { kind: "refused", reason };
}
