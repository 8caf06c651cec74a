/** Ed25519 keys from PEM files, as `openssl genpkey -algorithm ed25519` writes them. */
import { open } from "node:fs/promises";
import { fromUtf8 } from "../../base/bytes.js";
import { AssayError, quoted } from "../../base/error.js";
import { PEM_CHARS_MAX, parsePrivateKeyPem, parsePublicKeyPem } from "../../evidence/ed25519-key.js";

/** @returns the 32-byte seed */
export async function readSigningKey(path: string): Promise<Uint8Array> {
  return parsePrivateKeyPem(await readSmall(path));
}

/** @returns the raw 32-byte public key */
export async function readPublicKey(path: string): Promise<Uint8Array> {
  return parsePublicKeyPem(await readSmall(path));
}

async function readSmall(path: string): Promise<string> {
  const handle = await open(path).catch(() => {
    throw new AssayError("NOT_FOUND", `keys: expected a key file, cannot read ${quoted(path)}`);
  });
  try {
    if (!(await handle.stat()).isFile())
      throw new AssayError("FORMAT", `keys: expected a key file, got something else at ${quoted(path)}`);
    const buffer = new Uint8Array(PEM_CHARS_MAX + 1);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return fromUtf8(buffer.subarray(0, bytesRead), `key ${quoted(path)}`);
  } finally {
    await handle.close();
  }
}
