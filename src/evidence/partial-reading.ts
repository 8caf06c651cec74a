/**
 * A model that was read in part: which bytes of which files, with their digests. The root names exactly that and no
 * more: SHA-256 over the canonical JSON (RFC 8785) of the sorted list. It is no OMS root; two who read the same ranges of
 * the same bytes get the same root, wherever the files lie.
 */
import { canonicalJsonBytes } from "../base/canonical-json.js";
import { type Digest, sha256Digest } from "../base/digest.js";
import { AssayError, quoted } from "../base/error.js";

export interface RangeRead {
  /** Name or address of the file. */
  file: string;
  offsetBytes: number;
  lengthBytes: number;
  digest: Digest;
}

export interface PartialReading {
  root: Digest;
  files: number;
  ranges: number;
  /** Overlapping ranges count each time. */
  readBytes: number;
}

/**
 * @param reads repeated ranges are one
 * @param nameOf what stands for a file: addresses differ between mirrors, names do not
 * @throws AssayError FORMAT when one range was read twice with two contents: the file changed meanwhile
 */
export function partialReading(
  reads: readonly RangeRead[],
  sizes: readonly { name: string; sizeBytes: number }[],
  nameOf: (file: string) => string,
): PartialReading {
  const seen = new Map<string, Digest>();
  let readBytes = 0;
  for (const { file, offsetBytes, lengthBytes, digest } of reads) {
    const key = JSON.stringify([nameOf(file), offsetBytes, lengthBytes]);
    const held = seen.get(key);
    if (held !== undefined && held !== digest)
      throw new AssayError("FORMAT", `partial-reading: expected a file at rest, got two contents of ${quoted(file)}`);
    if (held === undefined) readBytes += lengthBytes;
    seen.set(key, digest);
  }
  const ranges = [...seen]
    .map(([key, digest]) => [...(JSON.parse(key) as [string, number, number]), digest] as const)
    .sort((a, b) => compare(a[0], b[0]) || a[1] - b[1] || a[2] - b[2]);
  const files = [...sizes].sort((a, b) => compare(a.name, b.name)).map(({ name, sizeBytes }) => ({ name, sizeBytes }));
  const root = sha256Digest(canonicalJsonBytes({ type: "assay/partial-reading/v1", files, ranges }));
  return { root, files: files.length, ranges: ranges.length, readBytes };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
