/**
 * Rows of a run in one normal form, and the leaf that commits to one: SHA-256(0x00 || salt (16) || JCS(row)). The salt is
 * 16 bytes of SHA-256(run key (32) || class (1) || uint64be(index)), so that a row of little entropy cannot be guessed
 * and no salt needs to be kept. What a source does not record is null, never nought. A row keeps the digest of the line
 * it was read from; whether that line is true no reader can see.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { z } from "zod";
import { concatBytes } from "../../base/bytes.js";
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { AssayError } from "../../base/error.js";
import { leafHash } from "../../tlog/merkle-hash.js";

/** In the order of their byte in a salt. */
export const ROW_CLASSES = ["data", "steps", "checkpoints", "config", "environment"] as const;
export type RowClass = (typeof ROW_CLASSES)[number];

export const SALT_BYTES = 16;
/** A row of a log has some 300 bytes, one of a data set with its text some kilobytes (CWE-770). */
export const ROW_BYTES_MAX = 256 * 1024;

const number = z.number().nullable();
const whole = z.number().int().nonnegative().nullable();
const lineDigest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const extra = z.record(z.string(), z.unknown());

export const rowSchemas = {
  /** A place in the training data: `tokens` from token position `start` on. */
  data: z.strictObject({ start: whole, tokens: whole, extra, line: lineDigest }),
  /** One logged step. Time in Unix seconds. */
  steps: z.strictObject({
    step: whole,
    time: number,
    tokens: whole,
    loss: number,
    lr: number,
    gradNorm: number,
    epoch: number,
    extra,
    line: lineDigest,
  }),
  /** A checkpoint by its OMS root digest. */
  checkpoints: z.strictObject({ step: whole, root: lineDigest, extra, line: lineDigest }),
  config: z.strictObject({ key: z.string(), value: z.unknown(), line: lineDigest }),
  environment: z.strictObject({ key: z.string(), value: z.unknown(), line: lineDigest }),
} as const;

export type DataRow = z.infer<typeof rowSchemas.data>;
export type StepRow = z.infer<typeof rowSchemas.steps>;
export type CheckpointRow = z.infer<typeof rowSchemas.checkpoints>;
export type Row = z.infer<(typeof rowSchemas)[RowClass]>;

/** @throws LIMIT beyond 256 KiB */
export function rowBytes(row: Row, what: string): Uint8Array {
  const bytes = canonicalJsonBytes(row);
  assertRowSize(bytes.length, what);
  return bytes;
}

/** @throws LIMIT beyond 256 KiB */
export function assertRowSize(bytes: number, what: string): void {
  if (bytes > ROW_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected a row of at most ${ROW_BYTES_MAX} bytes, got ${bytes}`);
}

/** @param runKey 32 bytes that only the maker of the run holds */
export function saltOf(runKey: Uint8Array, of: RowClass, index: number): Uint8Array {
  const input = new Uint8Array(41);
  input.set(runKey);
  input[32] = ROW_CLASSES.indexOf(of);
  new DataView(input.buffer).setBigUint64(33, BigInt(index));
  return sha256(input).slice(0, SALT_BYTES);
}

/** @param salt 16 bytes (saltOf) @param row its canonical JSON @returns 32 bytes */
export function rowLeaf(salt: Uint8Array, row: Uint8Array): Uint8Array {
  return leafHash(concatBytes([salt, row]));
}
