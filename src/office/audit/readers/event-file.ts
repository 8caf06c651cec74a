/**
 * TensorBoard event files: TFRecord frames (length, masked CRC-32C of it, an Event message, masked CRC-32C of that), of
 * which step, wall time and scalars are read: `simple_value`, and tensors of one number as newer writers use. Layout:
 * tensorflow/core/util/event.proto, framework/summary.proto and tensor.proto; CRC after RFC 3720. Values of one step are
 * one row. A last frame that is not whole yet is still being written; images, graphs and histograms are passed over.
 */
import { fromUtf8 } from "../../../base/bytes.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import type { Fields } from "./normal-form.js";
import { fieldsOf } from "./protobuf.js";

/** A run with a scalar a step for a million steps takes some 60 MB. */
export const EVENT_FILE_BYTES_MAX = 512 * 1024 * 1024;
/** One frame: a graph may have megabytes (CWE-789). */
const FRAME_BYTES_MAX = 64 * 1024 * 1024;
/** Tags of one step. */
const TAGS_MAX = 10_000;
const TAG_CHARACTERS_MAX = 512;

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
  return c;
});

/** Castagnoli's polynomial, not masked. */
export function crc32c(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = (c >>> 8) ^ TABLE[(c ^ byte) & 0xff]!;
  return (c ^ 0xffffffff) >>> 0;
}

/** As TFRecord writes it: rotated right by 15, and a constant added. */
function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

interface Scalar {
  step: number;
  time: number;
  tag: string;
  value: number;
}

/** Rows of the scalars, one a step in the order of the file. @throws FORMAT where a frame's checksum does not hold, LIMIT */
export function eventFileRows(bytes: Uint8Array, what: string): { fields: Fields; line: string }[] {
  if (bytes.length > EVENT_FILE_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${EVENT_FILE_BYTES_MAX} bytes`);
  const rows: { fields: Fields; digests: string[] }[] = [];
  for (const frame of frames(bytes, what)) {
    const scalars = scalarsOf(frame, what);
    if (scalars.length === 0) continue;
    const digest = sha256Digest(frame);
    for (const { step, time, tag, value } of scalars) {
      let row = rows.at(-1);
      // The same tag again is another row: an evaluation, or a restart.
      if (!row || row.fields.step !== step || Object.hasOwn(row.fields, tag)) {
        row = { fields: { step, wall_time: time }, digests: [] };
        rows.push(row);
      }
      if (Object.keys(row.fields).length > TAGS_MAX)
        throw new AssayError("LIMIT", `${what}: expected at most ${TAGS_MAX} tags a step`);
      row.fields[tag] = Number.isFinite(value) ? value : String(value);
      if (row.digests.at(-1) !== digest) row.digests.push(digest);
    }
  }
  return rows.map(({ fields, digests }) => ({
    fields,
    line: digests.length === 1 ? digests[0]! : sha256Digest(new TextEncoder().encode(digests.join("\n"))),
  }));
}

function* frames(bytes: Uint8Array, what: string): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 12 <= bytes.length; ) {
    const length = view.getBigUint64(at, true);
    if (masked(crc32c(bytes.subarray(at, at + 8))) !== view.getUint32(at + 8, true))
      throw new AssayError(
        "FORMAT",
        `${what}: expected a TFRecord frame at byte ${at}; the checksum of its length does not hold`,
      );
    if (length > BigInt(FRAME_BYTES_MAX))
      throw new AssayError("LIMIT", `${what}: expected frames of at most ${FRAME_BYTES_MAX} bytes, got ${length}`);
    const end = at + 12 + Number(length);
    if (end + 4 > bytes.length) return;
    const frame = bytes.subarray(at + 12, end);
    if (masked(crc32c(frame)) !== view.getUint32(end, true))
      throw new AssayError("FORMAT", `${what}: the checksum of the frame at byte ${at} does not hold`);
    yield frame;
    at = end + 4;
  }
}

function scalarsOf(event: Uint8Array, what: string): Scalar[] {
  let [step, time] = [0, 0];
  const out: { tag: string; value: number }[] = [];
  for (const field of fieldsOf(event, what)) {
    if (field.id === 1 && field.wire === 1) time = double(field.bytes);
    else if (field.id === 2 && field.wire === 0) step = Number(BigInt.asIntN(64, field.whole));
    else if (field.id === 5 && field.wire === 2)
      for (const value of fieldsOf(field.bytes, what))
        if (value.id === 1 && value.wire === 2) valueIn(value.bytes, what, out);
  }
  return out.map((each) => ({ step, time, ...each }));
}

/** Summary.Value: tag 1, simple_value 2, tensor 8. */
function valueIn(bytes: Uint8Array, what: string, out: { tag: string; value: number }[]): void {
  let tag = "";
  let value: number | null = null;
  for (const field of fieldsOf(bytes, what)) {
    if (field.id === 1 && field.wire === 2) tag = fromUtf8(field.bytes, what);
    else if (field.id === 2 && field.wire === 5) value = float(field.bytes);
    else if (field.id === 8 && field.wire === 2) value = tensorOf(field.bytes, what);
  }
  if (value === null || tag === "") return;
  if (tag.length > TAG_CHARACTERS_MAX)
    throw new AssayError("LIMIT", `${what}: expected tags of at most ${TAG_CHARACTERS_MAX} characters`);
  out.push({ tag, value });
}

/** A tensor of one number: dtype 1 (float: 1, double: 2), content 4, float_val 5, double_val 6. */
function tensorOf(bytes: Uint8Array, what: string): number | null {
  let type = 0;
  let content: Uint8Array | null = null;
  let value: number | null = null;
  for (const field of fieldsOf(bytes, what)) {
    if (field.id === 1 && field.wire === 0) type = Number(field.whole);
    else if (field.id === 4 && field.wire === 2) content = field.bytes;
    else if (field.id === 5 && field.bytes.length === 4) value = float(field.bytes);
    else if (field.id === 6 && field.bytes.length === 8) value = double(field.bytes);
  }
  if (content && type === 1 && content.length === 4) return float(content);
  if (content && type === 2 && content.length === 8) return double(content);
  return value;
}

function float(bytes: Uint8Array): number {
  const value = new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true);
  if (!Number.isFinite(value)) return value;
  // The shortest decimal of the same single: 0.1 and not 0.10000000149. Nine digits tell all singles apart.
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}

function double(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true);
}
