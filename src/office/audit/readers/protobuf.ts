/** A protobuf message's fields as they lie (encoding of protobuf.dev): numbers, and bytes for whoever knows what they are. */
import { AssayError } from "../../../base/error.js";

interface Field {
  id: number;
  /** 0 whole number, 1 eight bytes, 2 bytes of a stated length, 5 four bytes. */
  wire: number;
  whole: bigint;
  bytes: Uint8Array;
}

/** @throws FORMAT where the bytes are no message */
export function* fieldsOf(bytes: Uint8Array, what: string): Generator<Field> {
  const none = new Uint8Array(0);
  let at = 0;
  const fault = () => new AssayError("FORMAT", `${what}: expected a protobuf message`);
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw fault();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw fault();
  };
  while (at < bytes.length) {
    const key = varint();
    const [id, wire] = [Number(key >> 3n), Number(key & 7n)];
    if (wire === 0) yield { id, wire, whole: varint(), bytes: none };
    else {
      const length = wire === 1 ? 8 : wire === 5 ? 4 : wire === 2 ? Number(varint()) : -1;
      if (length < 0 || at + length > bytes.length) throw fault();
      yield { id, wire, whole: 0n, bytes: bytes.subarray(at, at + length) };
      at += length;
    }
  }
}
