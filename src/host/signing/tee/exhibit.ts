/**
 * An attestation by a processor that holds a computation apart (trusted execution environment), read as an exhibit: which
 * software was measured, which 64 bytes that software put in, and whether the signature goes back to a root that the
 * reader gives. What the measured software did is for whoever knows its measurement. It cannot see revocation, nor
 * whether the platform's firmware was up to date; the platform's own numbers are handed on for those who can.
 */
import { createHash } from "node:crypto";
import { equalBytes, hex } from "../../../base/bytes.js";
import { AssayError, quoted } from "../../../base/error.js";

/** Quotes take 4 to 6 kB with their chain. */
export const EXHIBIT_BYTES_MAX = 64 * 1024;
/** What the software inside may put in. */
const REPORT_DATA_BYTES = 64;

type TeeForm = "sgx-quote" | "tdx-quote" | "snp-report";

export interface TeeReading {
  form: TeeForm;
  version: number;
  /** Name and value, as the processor's maker calls them; the first is the one that names the software. */
  measurements: readonly { name: string; value: string }[];
  reportData: Uint8Array;
  /** A debugger may read and change what it runs: it attests nothing. */
  debug: boolean;
  /** What the platform says of itself: for asking its maker whether it is up to date. */
  platform: readonly { name: string; value: string }[];
}

export interface TeeExhibit extends TeeReading {
  /** Why it does not hold; empty when it does. */
  faults: string[];
  signedBy: string | null;
  anchor: string | null;
}

export interface TeeQuestion {
  bytes: Uint8Array;
  /** DER of certificates handed in beside it, trusted by nobody. */
  certificates: readonly Uint8Array[];
  /** DER of the roots that are trusted here. */
  roots: readonly Uint8Array[];
  /** Milliseconds since 1970. */
  at: number;
}

export const LIMITS: readonly string[] = [
  "What the measured software did is not seen here: its measurement says which software it was.",
  "Not checked: whether a certificate was revoked, and whether the platform's firmware was up to date.",
  "A processor that was opened, or whose keys leaked, signs what its owner likes.",
];

/** A digest, as the software inside put it in: its bytes, then zeros. @throws FORMAT */
export function boundTo(reportData: Uint8Array, digest: string): boolean {
  const expected = new Uint8Array(REPORT_DATA_BYTES);
  expected.set(digestBytes(digest));
  return equalBytes(reportData, expected);
}

/** The digest of a file in the same three forms. */
export function digestsOf(bytes: Uint8Array): string[] {
  return Object.keys(DIGEST_BYTES).map((name) => `${name}:${hex(createHash(name).update(bytes).digest())}`);
}

const DIGEST_BYTES: Record<string, number> = { sha256: 32, sha384: 48, sha512: 64 };

function digestBytes(digest: string): Uint8Array {
  const [name, value] = digest.split(":") as [string, string | undefined];
  const bytes = DIGEST_BYTES[name];
  if (bytes === undefined || value === undefined || !new RegExp(`^[0-9a-f]{${2 * bytes}}$`).test(value))
    throw new AssayError("FORMAT", `exhibit: expected sha256:, sha384: or sha512: and hex, got ${quoted(digest)}`);
  return new Uint8Array(Buffer.from(value, "hex"));
}

/** Little-endian fields of a structure of fixed length. */
export function reader(bytes: Uint8Array) {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    u16: (at: number) => view.readUInt16LE(at),
    u32: (at: number) => view.readUInt32LE(at),
    u64: (at: number) => view.readBigUInt64LE(at),
    bytes: (at: number, length: number) => bytes.slice(at, at + length),
    hex: (at: number, length: number) => hex(bytes.subarray(at, at + length)),
  };
}
