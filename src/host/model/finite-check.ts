/**
 * Whether all values of a safetensors or GGUF file are finite, while its bytes pass by in chunks. A NaN or an infinity
 * turns every statistic it touches into nothing, so it is found at the door; of quantised blocks the scales are looked
 * at. Tensors may begin at any byte and values may lie across two chunks. Formats that are not read are not looked at.
 */
import { AssayError, quoted } from "../../base/error.js";
import { type DType, FORMATS, isReadDType } from "../../kernels/dtypes.js";
import type { Kernel } from "../../kernels/kernel.js";

/** `dtype` may be one that is not read. */
export interface TensorBytes {
  name: string;
  dtype: string;
  offsetBytes: number;
  sizeBytes: number;
}

interface Span {
  name: string;
  dtype: DType;
  start: number;
  end: number;
}

export class FiniteCheck {
  readonly #spans: readonly Span[];
  readonly #file: string;
  readonly #kernel: Kernel;
  /** The first span that is not finished. */
  #next = 0;
  #at = 0;
  /** Bytes of a value whose end has not come yet. */
  #carry = new Uint8Array(0);

  /** @param tensors in the order of their offsets */
  constructor(tensors: readonly TensorBytes[], file: string, kernel: Kernel) {
    this.#spans = tensors.flatMap(({ name, dtype, offsetBytes, sizeBytes }) =>
      isReadDType(dtype) && sizeBytes > 0 ? [{ name, dtype, start: offsetBytes, end: offsetBytes + sizeBytes }] : [],
    );
    this.#file = file;
    this.#kernel = kernel;
  }

  /** The file's next bytes, in order. @throws AssayError NON_FINITE */
  push(chunk: Uint8Array): void {
    const chunkEnd = this.#at + chunk.length;
    for (; this.#next < this.#spans.length; this.#next++) {
      const span = this.#spans[this.#next]!;
      if (span.start >= chunkEnd) break;
      const from = Math.max(span.start, this.#at);
      this.#values(span, from, chunk.subarray(from - this.#at, Math.min(span.end, chunkEnd) - this.#at));
      if (span.end > chunkEnd) break;
    }
    this.#at = chunkEnd;
  }

  /** One span's bytes that lie in one chunk. */
  #values(span: Span, from: number, bytes: Uint8Array): void {
    const width = FORMATS[span.dtype].sizeBytes;
    let rest = bytes;
    if (this.#carry.length > 0) {
      const missing = width - this.#carry.length;
      const joined = new Uint8Array([...this.#carry, ...rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      this.#carry = new Uint8Array(0);
      if (joined.length < width) {
        this.#carry = joined;
        return;
      }
      this.#count(span, from - (width - missing), joined);
      from += missing;
    }
    const whole = rest.length - (rest.length % width);
    this.#count(span, from, rest.subarray(0, whole));
    this.#carry = rest.slice(whole);
  }

  #count(span: Span, from: number, bytes: Uint8Array): void {
    if (this.#kernel.countNonFinite(span.dtype, bytes) === 0) return;
    const width = FORMATS[span.dtype].sizeBytes;
    let [low, high] = [0, bytes.length / width];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#kernel.countNonFinite(span.dtype, bytes.subarray(low * width, middle * width)) > 0) high = middle;
      else low = middle;
    }
    const index = ((from - span.start) / width + low) * FORMATS[span.dtype].values;
    throw new AssayError(
      "NON_FINITE",
      `intake.check: expected finite values, got NaN or infinity in tensor ${quoted(span.name)} of ${quoted(this.#file)}, value ${index}`,
    );
  }
}
