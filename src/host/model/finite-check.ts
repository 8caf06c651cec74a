/**
 * Which values of a safetensors or GGUF file are NaN or infinite, while its bytes pass by in chunks. Whoever reads them
 * takes them for nought (kernels/row-source.ts); here they are found and counted, tensor by tensor, so that it can be
 * said. Of quantised blocks the scales are looked at. Tensors may begin at any byte and values may lie across two
 * chunks. Formats that are not read are not looked at.
 */
import { type DType, FORMATS, isReadDType } from "../../kernels/dtypes.js";
import type { Kernel } from "../../kernels/kernel.js";

/** `dtype` may be one that is not read. */
export interface TensorBytes {
  name: string;
  dtype: string;
  offsetBytes: number;
  sizeBytes: number;
}

/** What of one tensor is not finite. */
export interface NotFiniteTensor {
  tensor: string;
  /** Values, of quantised blocks all that share the scale. */
  values: number;
  /** Number of the first of them. */
  first: number;
}

interface Span {
  name: string;
  dtype: DType;
  start: number;
  end: number;
}

export class FiniteCheck {
  readonly #spans: readonly Span[];
  readonly #kernel: Kernel;
  readonly #found = new Map<string, NotFiniteTensor>();
  /** The first span that is not finished. */
  #next = 0;
  #at = 0;
  /** Bytes of a value whose end has not come yet. */
  #carry = new Uint8Array(0);

  /** @param tensors in the order of their offsets */
  constructor(tensors: readonly TensorBytes[], kernel: Kernel) {
    this.#spans = tensors.flatMap(({ name, dtype, offsetBytes, sizeBytes }) =>
      isReadDType(dtype) && sizeBytes > 0 ? [{ name, dtype, start: offsetBytes, end: offsetBytes + sizeBytes }] : [],
    );
    this.#kernel = kernel;
  }

  /** In the order of the file. */
  get found(): readonly NotFiniteTensor[] {
    return [...this.#found.values()];
  }

  /** The file's next bytes, in order. */
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
    const count = this.#kernel.countNonFinite(span.dtype, bytes);
    if (count === 0) return;
    const { sizeBytes: width, values } = FORMATS[span.dtype];
    const before = this.#found.get(span.name);
    if (before) {
      before.values += count * values;
      return;
    }
    let [low, high] = [0, bytes.length / width];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#kernel.countNonFinite(span.dtype, bytes.subarray(low * width, middle * width)) > 0) high = middle;
      else low = middle;
    }
    const first = ((from - span.start) / width + low) * values;
    this.#found.set(span.name, { tensor: span.name, values: count * values, first });
  }
}
