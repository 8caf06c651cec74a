/**
 * HMAC-SHA-256 (RFC 2104) of many short texts under one key, in WASM: for identifiers of some 20 bytes, calls of a native
 * hash cost several times the hashing. One instance has one memory and serves one thread. Arithmetic: assembly/hash.ts.
 */
import { assert } from "../base/error.js";
import { HASH_WASM_BASE64 } from "./generated/hash-wasm.js";

interface Exports {
  setKey(pads: number): void;
  hmac(message: number, bytes: number, out: number): void;
}

const PAGE = 65_536;
const BLOCK = 64;
/** The kernel keeps its states and constants below this address. */
const OUT = 4096;
const MESSAGE = OUT + BLOCK;
/** Padding that the kernel writes behind a message. */
const PADDING = 128;
const encoder = new TextEncoder();

let compiled: WebAssembly.Module | undefined;

export class HmacSha256 {
  readonly #memory = new WebAssembly.Memory({ initial: 16 });
  readonly #exports: Exports;
  #bytes = new Uint8Array(this.#memory.buffer);

  /** @param key at most 64 bytes, so that it is not hashed first */
  constructor(key: Uint8Array) {
    assert(key.length <= BLOCK, "HmacSha256: expected a key of at most 64 bytes");
    compiled ??= new WebAssembly.Module(Uint8Array.from(atob(HASH_WASM_BASE64), (c) => c.charCodeAt(0)));
    const abort = () => {
      throw new Error("kernel aborted");
    };
    const instance = new WebAssembly.Instance(compiled, { env: { memory: this.#memory, abort } });
    this.#exports = instance.exports as unknown as Exports;
    for (let i = 0; i < BLOCK; i++) {
      this.#bytes[MESSAGE + i] = (key[i] ?? 0) ^ 0x36;
      this.#bytes[MESSAGE + BLOCK + i] = (key[i] ?? 0) ^ 0x5c;
    }
    this.#exports.setKey(MESSAGE);
  }

  /** The first `bytes` (up to 32) of HMAC-SHA-256(key, field || 0x00 || value), both texts in UTF-8. */
  mac(field: string, value: string, bytes: number): Uint8Array {
    const room = MESSAGE + 3 * (field.length + value.length) + 1 + PADDING;
    if (room > this.#bytes.length) {
      this.#memory.grow(Math.ceil((room - this.#bytes.length) / PAGE));
      this.#bytes = new Uint8Array(this.#memory.buffer);
    }
    const name = this.#write(field, MESSAGE);
    this.#bytes[name] = 0;
    const end = this.#write(value, name + 1);
    this.#exports.hmac(MESSAGE, end - MESSAGE, OUT);
    return this.#bytes.slice(OUT, OUT + bytes);
  }

  /** @returns the address behind the text */
  #write(text: string, at: number): number {
    const memory = this.#bytes;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) return at + encoder.encodeInto(text, memory.subarray(at)).written;
      memory[at + i] = code;
    }
    return at + text.length;
  }
}
