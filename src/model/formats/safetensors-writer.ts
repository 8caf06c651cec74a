/**
 * Writes a safetensors file, byte for byte the same for the same input: tensors in the order given, keys in a fixed
 * order, header padded with spaces to a multiple of 8 (format: huggingface/safetensors README). For fixtures and tests.
 */
import { concatBytes, utf8 } from "../../base/bytes.js";
import { assert } from "../../base/error.js";
import { SAFETENSORS_DTYPE_BITS, type SafetensorsDType } from "./safetensors-dtypes.js";

export interface TensorToWrite {
  name: string;
  dtype: SafetensorsDType;
  shape: readonly number[];
  /** Little-endian, row-major. */
  data: Uint8Array;
}

/**
 * The whole file in memory. An assertion fails where a tensor's bytes are not those of its shape, or a name stands
 * twice.
 */
export function writeSafetensors(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) header.push(["__metadata__", metadata]);
  let end = 0;
  for (const { name, dtype, shape, data } of tensors) {
    const bits = shape.reduce((n, m) => n * m, SAFETENSORS_DTYPE_BITS[dtype]);
    assert(bits === data.length * 8, `writeSafetensors: expected ${bits / 8} bytes for ${name}, got ${data.length}`);
    header.push([name, { dtype, shape, data_offsets: [end, end + data.length] }]);
    end += data.length;
  }
  assert(new Set(header.map(([name]) => name)).size === header.length, "writeSafetensors: expected unique names");
  // Not through an object: its integer-like keys would change places.
  const text = `{${header.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`;
  return concatBytes([safetensorsHeaderBytes(text), ...tensors.map((t) => t.data)]);
}

/** The length and the header text, padded; the text is not looked at, so that tests can write bad ones. */
export function safetensorsHeaderBytes(text: string): Uint8Array {
  const raw = utf8(text);
  const out = new Uint8Array(8 + Math.ceil(raw.length / 8) * 8).fill(0x20);
  new DataView(out.buffer).setBigUint64(0, BigInt(out.length - 8), true);
  out.set(raw, 8);
  return out;
}
