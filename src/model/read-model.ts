/**
 * Headers and configuration to a `Reading`: a model with canonical tensors, or the sentence why it is refused. Nothing
 * is read from the tensors; whether an output embedding equals the input one, and whether values are finite, is found
 * out later by whoever reads them.
 */

import { AssayError, quoted } from "../base/error.js";
import type { DType } from "../kernels/dtypes.js";
import type { StoredMatrix } from "../kernels/stored-matrix.js";
import type { Entry, FileTensors } from "./entries.js";
import { FAMILIES_READ, familyOfTensors } from "./families.js";
import { type Adapter, withAdapter } from "./layouts/adapter.js";
import { cut } from "./layouts/fused.js";
import { isRead, joinQuantised } from "./layouts/quantised.js";
import { cutStack, type ExpertPart, orientationOf, type StoredStack } from "./layouts/stacks.js";
import type { CanonicalTensor, ModelConfig, Reading, Role } from "./model.js";
import { llamaNaming } from "./names/names.js";
import { GPT_NEOX, GPT2 } from "./names/names-gpt.js";
import { canonicalName, type Fused, holdingOf, type Naming, type Place, placesOf, type Stack } from "./names/naming.js";
import { dimensionsOf } from "./shapes.js";

const DTYPES_READ =
  "F64, F32, F16, BF16 and F8 are read, I8 and 4-bit weights with their scales (LLM.int8, compressed-tensors, GPTQ, AWQ, MXFP4), and GGUF's Q4_0 to Q8_0, Q2_K to Q6_K and MXFP4; others have to be dequantised first (transformers: model.dequantize(), then save_pretrained)";

/** Of safetensors files. Errors as `readEntries`. */
export function readModel(files: readonly FileTensors[], config: ModelConfig, adapter: Adapter | null = null): Reading {
  const entries = files.flatMap(({ file, tensors }) => tensors.map((t) => ({ ...t, file })));
  return readEntries(entries, config, [llamaNaming(entries.map((e) => e.name)), GPT2, GPT_NEOX], adapter);
}

/**
 * @throws AssayError FORMAT when a tensor under a canonical name has no values; anything else that does not fit is a
 *   refusal
 */
export function readEntries(
  stored: readonly Entry[],
  config: ModelConfig,
  namings: readonly Naming[],
  adapter: Adapter | null = null,
): Reading {
  const found = stored.map((e) => e.name);
  const joined = joinQuantised(stored, config);
  const entries = adapter && typeof joined !== "string" ? withAdapter(joined, adapter) : joined;
  if (typeof entries === "string") return refused(familySentence(found, entries));
  const names = entries.map((e) => e.name);
  const places = placesOf(names, namings);
  if (places.length > 1)
    return refused(`layers under more than one prefix: ${places.map((p) => quoted(p.prefix)).join(", ")}`);
  const place = places[0];
  if (place === undefined) return refused(familySentence(names, "no layers under names that are read"));

  const collected = collect(entries, place, config);
  if (typeof collected === "string") return refused(familySentence(names, collected));
  const { tensors, others, uncut } = collected;
  const dimensions = dimensionsOf(tensors, config, uncut);
  if (typeof dimensions === "string") return refused(familySentence(names, dimensions));
  let parameters = 0;
  for (const { matrix } of tensors.values()) parameters += matrix.rows * matrix.columns;
  const tied = !tensors.has("output") || config.tiedEmbeddings === true;
  return { kind: "model", model: { config, ...dimensions, tied, tensors, others, parameters } };
}

interface Collected {
  tensors: Map<string, CanonicalTensor>;
  others: string[];
  /** Some attention weights are there but could not be cut apart. */
  uncut: boolean;
}

function collect(entries: readonly Entry[], place: Place, config: ModelConfig): Collected | string {
  const tensors = new Map<string, CanonicalTensor>();
  const others: string[] = [];
  const fusedOnes: { entry: Entry; fused: Fused; layer: number | null; matrix: StoredMatrix }[] = [];
  const stackedOnes: StackedEntry[] = [];
  let reason: string | null = null;
  let uncut = false;
  const add = (sourceName: string, role: Role, layer: number | null, matrix: StoredMatrix) => {
    const name = canonicalName(role, layer);
    if (tensors.has(name)) reason ??= `two tensors for ${name}`;
    else tensors.set(name, { name, sourceName, role, layer, matrix });
  };
  for (const entry of entries) {
    const holding = holdingOf(entry.name, place);
    if (!holding) {
      others.push(entry.name);
      continue;
    }
    if (entry.elements === 0)
      throw new AssayError(
        "FORMAT",
        `model.read: ${quoted(entry.name)}: expected a tensor with values, got an empty one`,
      );
    if ("stack" in holding) {
      stackedOnes.push({ entry, stack: holding.stack, layer: holding.layer });
      continue;
    }
    const role = "role" in holding ? holding.role : holding.fused.parts[0]!;
    const matrix = storedMatrix(entry, role, place.naming.transposed === true && holding.layer !== null);
    if (typeof matrix === "string") reason ??= matrix;
    else if ("role" in holding) add(entry.name, holding.role, holding.layer, matrix);
    else fusedOnes.push({ entry, fused: holding.fused, layer: holding.layer, matrix });
  }
  // The fused ones last: how many of their rows are queries, the output projection says.
  for (const { entry, fused, layer, matrix } of fusedOnes) {
    const parts = cut(matrix, fused, tensors.get(`layers.${layer}.attention.o`)?.matrix.columns ?? null, config);
    if (typeof parts !== "string") for (const part of parts) add(entry.name, part.role, layer, part.matrix);
    else if (fused.layout === "stretches") reason ??= `${quoted(entry.name)}: ${parts}`;
    else {
      others.push(entry.name);
      // A bias interleaved by head is left aside, no more: the tests do not need it.
      uncut ||= matrix.rows > 1;
    }
  }
  const stacks = reason === null ? unstack(stackedOnes, place, tensors.get("embed")?.matrix.columns ?? 0) : [];
  if (typeof stacks === "string") return stacks;
  for (const { entry, layer, parts } of stacks)
    if (parts === null) others.push(entry.name);
    else for (const { expert, part, matrix } of parts) add(entry.name, `mlp.experts.${expert}.${part}`, layer, matrix);
  return reason ?? { tensors, others, uncut };
}

interface StackedEntry {
  entry: Entry;
  stack: Stack;
  layer: number | null;
}

function unstack(
  entries: readonly StackedEntry[],
  place: Place,
  hidden: number,
): (StackedEntry & { parts: ExpertPart[] | null })[] | string {
  if (entries.length === 0) return [];
  const asStored = ({ entry, stack }: StackedEntry): StoredStack => {
    return { stack, name: quoted(entry.name), shape: entry.shape };
  };
  const found = orientationOf(entries.map(asStored), hidden);
  const orientation = place.naming.stacksPlain && found !== "transposed" ? "plain" : found;
  if (orientation !== "plain" && orientation !== "transposed") return orientation;
  const out: (StackedEntry & { parts: ExpertPart[] | null })[] = [];
  for (const stacked of entries) {
    const { entry } = stacked;
    if (!isRead(entry)) return unreadDType(entry);
    const parts = cutStack(asStored(stacked), placeOf(entry), orientation);
    if (typeof parts === "string") return parts;
    out.push({ ...stacked, parts });
  }
  return out;
}

function storedMatrix(entry: Entry, role: Role, transposed: boolean): StoredMatrix | string {
  const { name, shape } = entry;
  if (!isRead(entry)) return unreadDType(entry);
  const place = placeOf(entry);
  const vector = /bias|norm/.test(role) || (role === "mlp.shared.router" && shape.length === 1);
  if (shape.length !== (vector ? 1 : 2))
    return `${quoted(name)}: expected a ${vector ? "vector" : "matrix"}, got shape [${shape.join(", ")}]`;
  if (vector) return { ...place, rows: 1, columns: shape[0]! };
  const [rows, columns] = [shape[0]!, shape[1]!];
  if (!transposed) return { ...place, rows, columns };
  if (entry.coding) return `${quoted(name)}: quantised weights are not read where matrices are stored by inputs`;
  return { ...place, rows: columns, columns: rows, order: { kind: "columns", stride: columns } };
}

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
