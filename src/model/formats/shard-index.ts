/**
 * `model.safetensors.index.json`: which shard holds which tensor (format: Hugging Face transformers,
 * `save_pretrained`). Hostile: it names files. Only plain names in the same folder are accepted, and the map must
 * agree with the headers of the shards in both directions, so that no reader sees another model than this one.
 */
import { AssayError, quoted } from "../../base/error.js";
import { isJsonObject, parseBoundedJson } from "./json-bounds.js";
import type { SafetensorsTensor } from "./safetensors.js";

export const INDEX_NAME = "model.safetensors.index.json";
/** The same of what torch.save wrote. */
export const TORCH_INDEX_NAME = "pytorch_model.bin.index.json";
/** The largest public indexes are below 20 MB; twice as many values as tensors (CWE-770). */
export const INDEX_BYTES_MAX = 64 * 1024 * 1024;
const ENTRIES_MAX = 1 << 20;
/** Public models come in up to some 200 shards (CWE-770). */
const SHARDS_MAX = 10_000;

/** Two objects are the format; writers add a few of their own. */
const INDEX_BOUNDS = { sizeBytesMax: INDEX_BYTES_MAX, valuesMax: 2 * ENTRIES_MAX, containersMax: 1000 };

interface ShardIndex {
  /** Tensor name → file name. */
  weightMap: ReadonlyMap<string, string>;
  /** In the order of first mention. */
  shards: readonly string[];
}

/**
 * @param present names of the files in the same folder
 * @param shard what shards are called
 * @throws AssayError FORMAT, LIMIT, or NOT_FOUND for a shard that is not there
 */
export function parseShardIndex(
  bytes: Uint8Array,
  present: Pick<ReadonlySet<string>, "has">,
  what = INDEX_NAME,
  shard = /\.safetensors$/,
): ShardIndex {
  const at = what;
  const json = parseBoundedJson(bytes, INDEX_BOUNDS, at);
  const map = isJsonObject(json) ? json.weight_map : undefined;
  if (!isJsonObject(map)) throw new AssayError("FORMAT", `${at}: expected an object weight_map`);
  const weightMap = new Map<string, string>();
  const shards = new Set<string>();
  for (const [tensor, file] of Object.entries(map)) {
    if (typeof file !== "string") throw new AssayError("FORMAT", `${at}: expected a file name, got ${quoted(file)}`);
    if (!shards.has(file)) checkFileName(file, present, { index: what, shard });
    shards.add(file);
    weightMap.set(tensor, file);
  }
  if (weightMap.size === 0) throw new AssayError("FORMAT", `${at}: expected tensors in weight_map, got none`);
  if (weightMap.size > ENTRIES_MAX) throw new AssayError("LIMIT", `${at}: expected at most ${ENTRIES_MAX} tensors`);
  if (shards.size > SHARDS_MAX) throw new AssayError("LIMIT", `${at}: expected at most ${SHARDS_MAX} shards`);
  return { weightMap, shards: [...shards] };
}

/** A name, not a path (CWE-22), and never the index itself (a cycle, CWE-674). */
function checkFileName(
  file: string,
  present: Pick<ReadonlySet<string>, "has">,
  { index, shard }: { index: string; shard: RegExp },
): void {
  const at = index;
  if (file === index) throw new AssayError("FORMAT", `${at}: expected shards, got the index naming itself`);
  if (/[/\\:\p{Cc}\p{Cs}]/u.test(file) || file.startsWith(".") || file.length > 255)
    throw new AssayError("FORMAT", `${at}: expected a file name in the same folder, got ${quoted(file)}`);
  if (!shard.test(file)) {
    const kind = index === INDEX_NAME ? "a .safetensors file" : "a .bin file";
    throw new AssayError("FORMAT", `${at}: expected ${kind}, got ${quoted(file)}`);
  }
  if (!present.has(file))
    throw new AssayError("NOT_FOUND", `${at}: expected the shard ${quoted(file)}, got no such file`);
}

/** Every tensor in the shard the map says and in no other; no tensor beside the map. */
export function checkShards(
  index: ShardIndex,
  headers: ReadonlyMap<string, { tensors: readonly Pick<SafetensorsTensor, "name">[] }>,
  what = INDEX_NAME,
): void {
  const at = what;
  const seen = new Map<string, string>();
  for (const shard of index.shards)
    for (const { name } of headers.get(shard)?.tensors ?? []) {
      const other = seen.get(name);
      if (other !== undefined)
        throw new AssayError("FORMAT", `${at}: expected ${quoted(name)} in one shard, got it in ${other} and ${shard}`);
      seen.set(name, shard);
      const mapped = index.weightMap.get(name);
      if (mapped !== shard)
        throw new AssayError(
          "FORMAT",
          `${at}: expected ${quoted(name)} of ${shard} in weight_map under that file, got ${mapped ?? "no entry"}`,
        );
    }
  for (const [name, shard] of index.weightMap)
    if (!seen.has(name))
      throw new AssayError("FORMAT", `${at}: expected ${quoted(name)} in ${shard}, got no such tensor`);
}
