/**
 * What a log is known by: SHA-256 of its text up to an offset. A log that grew still has the digest of its first part, one
 * that was copied, renamed or packed has the same, one that was written anew has not.
 */
import { createHash } from "node:crypto";

/** Bytes that are looked at before a whole text is: most logs differ there. */
export const HEAD_BYTES = 64 * 1024;

export class ContentDigest {
  readonly #hash = createHash("sha256");
  #held: Buffer[] = [];
  #head = Buffer.alloc(0);
  /** Bytes seen, and bytes that the digest is taken of so far. */
  seen = 0;
  #taken = 0;
  lastByte = -1;

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    if (this.#head.length < HEAD_BYTES) this.#head = Buffer.concat([this.#head, chunk]).subarray(0, HEAD_BYTES);
    this.#held.push(chunk);
    this.seen += chunk.length;
    this.lastByte = chunk[chunk.length - 1]!;
  }

  /** The first bytes of the first `end`, and their digest. */
  head(end: number): { bytes: number; digest: string } {
    const head = this.#head.subarray(0, end);
    return { bytes: head.length, digest: createHash("sha256").update(head).digest("hex") };
  }

  /** SHA-256 of the first `end` bytes, in hexadecimal. @param end not before the last one asked for */
  at(end: number): string {
    while (this.#taken < end) {
      const chunk = this.#held[0];
      if (!chunk) throw new RangeError("ContentDigest.at: expected an offset within what was seen");
      const part = chunk.subarray(0, end - this.#taken);
      this.#hash.update(part);
      this.#taken += part.length;
      if (part.length === chunk.length) this.#held.shift();
      else this.#held[0] = chunk.subarray(part.length);
    }
    return this.#hash.copy().digest("hex");
  }

  /** The chunks as they pass. */
  async *over(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.push(chunk);
      yield chunk;
    }
  }
}

/**
 * Digests at each of the offsets that the text reaches, and the byte that follows there (-1 at the end).
 * @param marks ascending @returns also the text's size
 */
export async function digestsAt(
  chunks: AsyncIterable<Buffer>,
  marks: readonly number[],
): Promise<{ at: Map<number, { digest: string; follows: number }>; sizeBytes: number }> {
  const digest = new ContentDigest();
  const at = new Map<number, { digest: string; follows: number }>();
  let next = 0;
  for await (const chunk of chunks) {
    const start = digest.seen;
    digest.push(chunk);
    const before = at.get(start);
    if (before && chunk.length > 0) before.follows = chunk[0]!;
    for (; next < marks.length && marks[next]! <= digest.seen; next++) {
      const mark = marks[next]!;
      at.set(mark, { digest: digest.at(mark), follows: chunk[mark - start] ?? -1 });
    }
    digest.at(digest.seen);
  }
  return { at, sizeBytes: digest.seen };
}
