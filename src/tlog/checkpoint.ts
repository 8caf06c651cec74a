/** Checkpoints (C2SP tlog-checkpoint v1): what a log signs. Origin, size, root, and extension lines that bind nothing here. */
import { base64, fromBase64 } from "../base/bytes.js";
import { AssayError, quoted } from "../base/error.js";
import { HASH_BYTES } from "./merkle-hash.js";
import { isKeyName } from "./signed-note.js";

export interface Checkpoint {
  origin: string;
  size: number;
  root: Uint8Array;
  /** Lines after the third, each without its newline. */
  extensions: string[];
}

/** The text that a log signs: a line each, the last one ended too. */
export function checkpointText({ origin, size, root, extensions }: Checkpoint): string {
  return [origin, String(size), base64(root), ...extensions].map((line) => `${line}\n`).join("");
}

/**
 * @param text a note's text, without its signatures @throws FORMAT, also for a size from 2^53 on or a root that is not
 * 32 bytes
 */
export function parseCheckpoint(text: string, what = "checkpoint"): Checkpoint {
  const lines = text.split("\n");
  const [origin, size, root, ...rest] = lines;
  if (lines.length < 4 || rest.pop() !== "" || !origin || rest.includes(""))
    throw new AssayError("FORMAT", `${what}: expected origin, size and root, a line each`);
  if (!/^(0|[1-9][0-9]{0,15})$/.test(size!) || !Number.isSafeInteger(Number(size)))
    throw new AssayError("FORMAT", `${what}: expected a size in decimal, got ${quoted(size)}`);
  const hash = fromBase64(root!, `${what}: root`);
  if (hash.length !== HASH_BYTES) throw new AssayError("FORMAT", `${what}: expected a root of ${HASH_BYTES} bytes`);
  return { origin, size: Number(size), root: hash, extensions: rest };
}

/** An origin is a log's key name as well. */
export function assertOrigin(origin: string): void {
  if (!isKeyName(origin))
    throw new AssayError(
      "USAGE",
      `checkpoint: expected an origin without spaces and plus signs, got ${quoted(origin)}`,
    );
}
