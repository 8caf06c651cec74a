/** Tensors of BF16 stored again in other number formats: F64 exactly, the 8-bit ones rounded to the nearest code. */
import { Kernel } from "../../src/kernels/kernel.js";
import type { TensorToWrite } from "../../src/model/formats/safetensors-writer.js";

const kernel = new Kernel();

export function valuesOf({ data }: TensorToWrite): Float32Array {
  return kernel.decode("BF16", data);
}

export function storedAs(tensors: readonly TensorToWrite[], dtype: "F64" | "F8_E4M3" | "F8_E5M2"): TensorToWrite[] {
  return tensors.map((t) => {
    const values = valuesOf(t);
    const data = dtype === "F64" ? new Uint8Array(Float64Array.from(values).buffer) : nearestCodes(values, dtype);
    return { ...t, dtype, data };
  });
}

/** Codes of positive values ascend with the values, so the nearest one is found by halving. */
function nearestCodes(values: Float32Array, dtype: "F8_E4M3" | "F8_E5M2"): Uint8Array {
  const top = dtype === "F8_E4M3" ? 0x7e : 0x7b;
  const table = kernel.decode(
    dtype,
    Uint8Array.from({ length: top + 1 }, (_, i) => i),
  );
  return Uint8Array.from(values, (value) => {
    const size = Math.abs(value);
    let [low, high] = [0, top];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (table[middle]! <= size) low = middle;
      else high = middle;
    }
    const code = size - table[low]! <= table[high]! - size ? low : high;
    return value < 0 ? code | 0x80 : code;
  });
}
