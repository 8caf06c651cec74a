/**
 * Offline files of Weights & Biases (`run-….wandb`): a header of seven bytes, then a LevelDB log (blocks of 32 KiB; CRC-32 of
 * type and data, length, type, data) of protobuf records, of which history rows are read: keys with JSON values, nested keys
 * joined by dots. After wandb/sdk/internal/datastore.py and wandb/proto/wandb_internal.proto. A record that is not whole at
 * the end is still being written; a checksum that does not hold is a fault.
 */
import { fromUtf8 } from "../../../base/bytes.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { pythonJson } from "./json-line.js";
import type { Fields } from "./normal-form.js";
import { fieldsOf } from "./protobuf.js";

/** A million rows of ten keys take some 400 MB. */
export const WANDB_BYTES_MAX = 512 * 1024 * 1024;
/** One record over its blocks: a row, or a configuration (CWE-789). */
const RECORD_BYTES_MAX = 64 * 1024 * 1024;
const KEYS_MAX = 10_000;

const HEADER = 7;
const BLOCK = 32_768;
/** Pieces of a record. */
const [FULL, FIRST, LAST] = [1, 2, 4] as const;

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = (c >>> 8) ^ TABLE[(c ^ byte) & 0xff]!;
  return (c ^ 0xffffffff) >>> 0;
}

/** Whether a file begins as an offline file of Weights & Biases. @param head its first bytes */
export function isWandbFile(head: Uint8Array): boolean {
  return head.length >= 4 && head[0] === 0x3a && head[1] === 0x57 && head[2] === 0x26 && head[3] === 0x42;
}

/** Rows of the history in the order of the file. @throws FORMAT, LIMIT */
export function wandbRows(bytes: Uint8Array, what: string): { fields: Fields; line: string }[] {
  if (bytes.length > WANDB_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${WANDB_BYTES_MAX} bytes`);
  if (!isWandbFile(bytes) || bytes.length < HEADER || bytes[4] !== 0xe1 || bytes[5] !== 0xbe)
    throw new AssayError("FORMAT", `${what}: expected an offline file of Weights & Biases, got another header`);
  const rows: { fields: Fields; line: string }[] = [];
  for (const record of records(bytes, what)) {
    const fields = historyOf(record, what);
    if (fields) rows.push({ fields, line: sha256Digest(record) });
  }
  return rows;
}

function* records(bytes: Uint8Array, what: string): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let parts: Uint8Array[] = [];
  let size = 0;
  for (let at = HEADER; ; ) {
    // Less than a header's room at the end of a block is filled with noughts.
    if (BLOCK - (at % BLOCK) < HEADER) at += BLOCK - (at % BLOCK);
    if (at + HEADER > bytes.length) return;
    const [crc, length, type] = [view.getUint32(at, true), view.getUint16(at + 4, true), bytes[at + 6]!];
    if (crc === 0 && length === 0 && type === 0) {
      // Room that was set aside and not written to.
      at += BLOCK - (at % BLOCK);
      continue;
    }
    const end = at + HEADER + length;
    if (type < FULL || type > LAST || (at % BLOCK) + HEADER + length > BLOCK)
      throw new AssayError("FORMAT", `${what}: expected a record at byte ${at}`);
    if (end > bytes.length) return;
    if (crc32(bytes.subarray(at + 6, end)) !== crc)
      throw new AssayError("FORMAT", `${what}: the checksum of the record at byte ${at} does not hold`);
    const data = bytes.subarray(at + HEADER, end);
    const begins = type === FULL || type === FIRST;
    if (begins !== (parts.length === 0))
      throw new AssayError(
        "FORMAT",
        `${what}: expected ${begins ? "the rest of a record" : "the beginning of one"} at byte ${at}`,
      );
    parts.push(data);
    size += length;
    if (size > RECORD_BYTES_MAX)
      throw new AssayError("LIMIT", `${what}: expected records of at most ${RECORD_BYTES_MAX} bytes`);
    if (type === FULL || type === LAST) {
      yield parts.length === 1 ? data : join(parts, size);
      parts = [];
      size = 0;
    }
    at = end;
  }
}
function join(parts: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Record.history (2): items (1) and step (2); an item has key (1), nested_key (2, repeated) and value_json (16). */
function historyOf(record: Uint8Array, what: string): Fields | null {
  for (const field of fieldsOf(record, what)) {
    if (field.id !== 2 || field.wire !== 2) continue;
    const fields: Fields = {};
    let keys = 0;
    for (const part of fieldsOf(field.bytes, what)) {
      if (part.id === 2 && part.wire === 2) {
        for (const step of fieldsOf(part.bytes, what))
          if (step.id === 1 && step.wire === 0) fields._step ??= Number(BigInt.asIntN(64, step.whole));
      } else if (part.id === 1 && part.wire === 2) {
        if (++keys > KEYS_MAX) throw new AssayError("LIMIT", `${what}: expected at most ${KEYS_MAX} keys a row`);
        item(part.bytes, fields, what);
      }
    }
    return fields;
  }
  return null;
}

function item(bytes: Uint8Array, fields: Fields, what: string): void {
  let key = "";
  const nested: string[] = [];
  let value: string | null = null;
  for (const field of fieldsOf(bytes, what)) {
    if (field.wire !== 2) continue;
    if (field.id === 1) key = fromUtf8(field.bytes, what);
    else if (field.id === 2) nested.push(fromUtf8(field.bytes, what));
    else if (field.id === 16) value = fromUtf8(field.bytes, what);
  }
  const name = nested.length > 0 ? nested.join(".") : key;
  // A key that would be no plain field of an object is none that a trainer logs.
  if (name === "" || name === "__proto__" || value === null) return;
  fields[name] = pythonJson(value, `${what}, ${name.slice(0, 60)}`);
}
