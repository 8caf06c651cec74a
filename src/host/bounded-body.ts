/**
 * The body of a request or an answer as it comes, unpacked where it is packed: never more than a bound in memory, so that
 * a small one cannot become a large one (CWE-409, CWE-770). What a body that is too long means is for the caller to say.
 */

/**
 * @param readOnBytesMax how far a body that is too long is read on and dropped, so that its sender hears the answer
 * @returns null when the body is longer than `bytesMax`
 * @throws whatever the stream throws when it breaks off
 */
export async function boundedBody(
  body: AsyncIterable<Uint8Array> | null | undefined,
  bytesMax: number,
  readOnBytesMax = bytesMax,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length <= bytesMax) chunks.push(chunk);
    else {
      chunks.length = 0;
      if (length > readOnBytesMax) return null;
    }
  }
  return length > bytesMax ? null : new Uint8Array(Buffer.concat(chunks));
}
