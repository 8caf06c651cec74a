/**
 * The root digest of a model as OpenSSF Model Signing v1.0 defines it (ossf/model-signing-spec, spec/v1.0.md,
 * serialisation "files"): SHA-256 over the raw digests of the resources in the order of their names by code point.
 * It binds the contents and their order, not the names themselves: a signature over the resource list binds those.
 */
import { concatBytes, fromHex, utf8 } from "../base/bytes.js";
import { type Digest, sha256Digest } from "../base/digest.js";
import { AssayError, quoted } from "../base/error.js";

/** One file: path relative to the model, parts joined by "/", and the digest of its bytes. */
interface Resource {
  name: string;
  digest: Digest;
}

/** Left out at the top level of a folder (spec v1.0, "ignore_paths"): they belong to git, not to the model. */
export const IGNORED_AT_TOP: readonly string[] = [".git", ".gitattributes", ".github", ".gitignore"];
/** The signature cannot sign itself; this is the name the reference implementation gives it. */
export const SIGNATURE_NAME = "model.sig";

/** Whether a path relative to the model is left out of its root digest; `more` names further top-level entries. */
export function isIgnored(name: string, more: readonly string[] = []): boolean {
  const top = name.split("/", 1)[0]!;
  return IGNORED_AT_TOP.includes(top) || name === SIGNATURE_NAME || more.includes(top);
}

/**
 * A single file is one resource.
 * @throws AssayError FORMAT when there is no resource or two have one name
 */
export function rootDigest(resources: readonly Resource[]): Digest {
  if (resources.length === 0) throw new AssayError("FORMAT", "expected files, got none");
  const sorted = sortByName(resources);
  for (const [i, { name }] of sorted.entries())
    if (i > 0 && sorted[i - 1]!.name === name)
      throw new AssayError("FORMAT", `expected unique names, got ${quoted(name)} twice`);
  return sha256Digest(concatBytes(sorted.map(({ digest }) => fromHex(digest.slice(digest.indexOf(":") + 1), "files"))));
}

/** Code point order, which is the order of the UTF-8 bytes; JavaScript compares UTF-16 units, which differs beyond U+FFFF. */
export function sortByName<T extends { name: string }>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: utf8(item.name) }))
    .sort((a, b) => compareBytes(a.key, b.key))
    .map(({ item }) => item);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
