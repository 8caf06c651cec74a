/**
 * Sealing with age (C2SP age v1, npm `age-encryption`): to one or more recipients, opened by an identity file as
 * `age-keygen` writes it. New identities are hybrid (ML-KEM-768 with X25519), since sealed files lie in public for good.
 * It cannot see who else holds an identity.
 */
import { Decrypter, Encrypter, generateHybridIdentity, identityToRecipient } from "age-encryption";
import { utf8 } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";
import { readSmallFile, writeNewFile } from "../small-file.js";

const IDENTITY_BYTES_MAX = 64 * 1024;
/** As many as one file may be sealed to. */
const IDENTITIES_MAX = 16;

/** Readable by its owner alone. @returns the recipient to hand out */
export async function makeIdentity(path: string): Promise<string> {
  const identity = await generateHybridIdentity();
  const recipient = await identityToRecipient(identity);
  await writeNewFile(path, utf8(`# public key: ${recipient}\n${identity}\n`), true);
  return recipient;
}

/**
 * One age identity a line, `#` and empty lines left out. @throws FORMAT for anything else, and never with what the line
 * held
 */
export async function readIdentities(path: string): Promise<string[]> {
  const text = Buffer.from(await readSmallFile(path, IDENTITY_BYTES_MAX)).toString("latin1");
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  if (lines.length === 0 || lines.length > IDENTITIES_MAX || !lines.every((l) => /^AGE-SECRET-KEY-[A-Z0-9-]+$/.test(l)))
    throw new AssayError("FORMAT", `${path}: expected an age identity file (AGE-SECRET-KEY-…), one key a line`);
  return lines;
}

/** Public halves, in the order given. @throws FORMAT where one is no identity */
export async function recipientsOf(identities: readonly string[], what: string): Promise<string[]> {
  try {
    return await Promise.all(identities.map(identityToRecipient));
  } catch {
    throw new AssayError("FORMAT", `${what}: expected age identities (AGE-SECRET-KEY-…)`);
  }
}

/** @throws FORMAT when a recipient is none of age's */
export async function seal(plaintext: Uint8Array, recipients: readonly string[]): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  for (const recipient of new Set(recipients))
    try {
      encrypter.addRecipient(recipient);
    } catch {
      throw new AssayError("FORMAT", `seal: expected an age recipient (age1…), got ${recipient.slice(0, 24)}…`);
    }
  return encrypter.encrypt(plaintext);
}

/** Null when it is sealed to others. @throws FORMAT when it is damaged */
export async function unseal(sealed: Uint8Array, identities: readonly string[]): Promise<Uint8Array | null> {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  try {
    return await decrypter.decrypt(sealed);
  } catch (error) {
    const { message } = error as Error;
    if (/no identity matched/i.test(message)) return null;
    throw new AssayError("FORMAT", `unseal: ${message}`);
  }
}
