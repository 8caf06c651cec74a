/** A bundle says which key hashed a log without holding it: a digest of the key, by which its holder finds it again. */
import { fromHex } from "../../../base/bytes.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { filesIn } from "../../../host/find-files.js";
import { readSmallFile } from "../../../host/small-file.js";
import { readHashKey } from "../host/keyed-hash.js";

/** Apart from any other use of the key. */
const DOMAIN = "assay/traffic-key/v1\n";
/** 64 hexadecimal digits and an end of line. */
const KEY_FILE_BYTES_MAX = 66;

/** @throws where the key file is missing: a key is never made here */
export async function keyCommitment(keyFile: string): Promise<string> {
  return commitmentOf(await readHashKey(keyFile, false));
}

function commitmentOf(key: Uint8Array): string {
  return sha256Digest(new Uint8Array([...new TextEncoder().encode(DOMAIN), ...key]));
}

/** The file of the key among the inputs. @throws AssayError NOT_FOUND */
export async function committedKey(commitment: string, folders: readonly string[]): Promise<string> {
  for (const path of await filesIn(folders)) {
    const bytes = await readSmallFile(path, KEY_FILE_BYTES_MAX).catch(() => null);
    const text = bytes === null ? "" : new TextDecoder().decode(bytes).trim();
    if (/^[0-9a-f]{64}$/.test(text) && commitmentOf(fromHex(text, "traffic key")) === commitment) return path;
  }
  throw new AssayError(
    "NOT_FOUND",
    `verify: expected the key that hashed the log (its digest is ${commitment}) under ${folders.join(", ")}; its owner holds it`,
  );
}
