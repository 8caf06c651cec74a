/** Several digests of one file in one pass, under the names that CycloneDX gives to algorithms. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** node:crypto's names. BLAKE2b at 256 and 384 bits is not among them. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  MD5: "md5",
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512",
  "SHA3-256": "sha3-256",
  "SHA3-384": "sha3-384",
  "SHA3-512": "sha3-512",
  "BLAKE2b-512": "blake2b512",
};
const CHUNK_BYTES = 4 * 1024 * 1024;

/** In hexadecimal; algorithms that are not taken here are left out. */
export async function fileDigests(
  path: string,
  algorithms: readonly string[],
  onBytes: (bytes: number) => void,
): Promise<Map<string, string>> {
  const hashes = [...new Set(algorithms)].flatMap((name) => {
    const own = ALGORITHMS[name];
    return own === undefined ? [] : [{ name, hash: createHash(own) }];
  });
  const blake3 = algorithms.includes("BLAKE3") ? new (await import("@napi-rs/blake-hash")).Blake3Hasher() : null;
  const digests = new Map<string, string>();
  if (hashes.length === 0 && blake3 === null) return digests;
  for await (const bytes of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    for (const { hash } of hashes) hash.update(bytes as Buffer);
    blake3?.update(bytes as Buffer);
    onBytes((bytes as Buffer).length);
  }
  for (const { name, hash } of hashes) digests.set(name, hash.digest("hex"));
  if (blake3) digests.set("BLAKE3", blake3.digest("hex"));
  return digests;
}
