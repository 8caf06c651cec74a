/**
 * Headers and configuration to a `Reading`: a model of the Llama family with canonical tensors, or the sentence why it
 * is refused. Nothing is read from the tensors; whether an output embedding equals the input one, and whether values
 * are finite, is found out later by whoever reads them.
 */
import { AssayError, quoted } from "../base/error.js";
import { FAMILIES_READ, familyOfTensors } from "./families.js";
import type { CanonicalTensor, ModelConfig, Reading } from "./model.js";
import { canonicalName, type Prefix, prefixesOf } from "./names.js";
import type { SafetensorsTensor } from "./safetensors.js";
import { isReadDType } from "./safetensors-dtypes.js";
import { dimensionsOf } from "./shapes.js";

/** One file's tensors; `file` is the key under which its bytes are read. */
export interface FileTensors {
  file: string;
  tensors: readonly SafetensorsTensor[];
}

/**
 * @throws AssayError FORMAT when a tensor under a canonical name has no values; anything else that does not fit is a
 *   refusal
 */
export function readModel(files: readonly FileTensors[], config: ModelConfig): Reading {
  const names = files.flatMap((f) => f.tensors.map((t) => t.name));
  const prefixes = prefixesOf(names);
  if (prefixes.length > 1) return refused(`layers under more than one prefix: ${prefixes.map(quoted).join(", ")}`);
  const prefix = prefixes[0];
  if (prefix === undefined) return refused(familySentence(names, "no layers under Llama-family names"));

  const collected = collect(files, prefix);
  if (typeof collected === "string") return refused(collected);
  const { tensors, others } = collected;
  const dimensions = dimensionsOf(tensors, config);
  if (typeof dimensions === "string") return refused(familySentence(names, dimensions));
  let parameters = 0;
  for (const { matrix } of tensors.values()) parameters += matrix.rows * matrix.columns;
  const tied = !tensors.has("output") || config.tiedEmbeddings === true;
  return { kind: "model", model: { config, ...dimensions, tied, tensors, others, parameters } };
}

function collect(
  files: readonly FileTensors[],
  prefix: Prefix,
): { tensors: Map<string, CanonicalTensor>; others: string[] } | string {
  const tensors = new Map<string, CanonicalTensor>();
  const others: string[] = [];
  let reason: string | null = null;
  for (const { file, tensors: entries } of files)
    for (const entry of entries) {
      const canonical = canonicalName(entry.name, prefix);
      if (!canonical) {
        others.push(entry.name);
        continue;
      }
      if (entry.elements === 0)
        throw new AssayError(
          "FORMAT",
          `model.read: ${quoted(entry.name)}: expected a tensor with values, got an empty one`,
        );
      const matrix = storedMatrix(entry, file, canonical.role);
      if (typeof matrix === "string") reason ??= matrix;
      else if (tensors.has(canonical.name)) reason ??= `two tensors for ${canonical.name}`;
      else tensors.set(canonical.name, { ...canonical, sourceName: entry.name, matrix });
    }
  return reason ?? { tensors, others };
}

function storedMatrix(entry: SafetensorsTensor, file: string, role: string): CanonicalTensor["matrix"] | string {
  const { name, dtype, shape, offsetBytes } = entry;
  if (!isReadDType(dtype)) return `${quoted(name)} is stored as ${dtype}; F32, F16 and BF16 are read`;
  const vector = /bias|norm/.test(role);
  if (shape.length !== (vector ? 1 : 2))
    return `${quoted(name)}: expected a ${vector ? "vector" : "matrix"}, got shape [${shape.join(", ")}]`;
  const [rows, columns] = vector ? [1, shape[0]!] : [shape[0]!, shape[1]!];
  return { file, offsetBytes, dtype, rows, columns };
}

/** What the names look like explains a refusal better than what is missing. */
function familySentence(names: readonly string[], reason: string): string {
  const found = familyOfTensors(names);
  return `${found ? `found ${found}: ` : ""}${reason}; ${FAMILIES_READ}`;
}

function refused(reason: string): Reading {
  return { kind: "refused", reason };
}
