/** Other keys of a mark's scheme, drawn from a seed: under them a transcript shows what chance alone makes of it. */
import { hex } from "../../../base/bytes.js";
import type { Prng } from "../../../base/prng.js";
import type { Mark } from "./mark-file.js";

/** @returns the same mark under a fresh random key */
export function withRandomKey(mark: Mark, source: Prng): Mark {
  const word = () => BigInt(source.uint32());
  const int62 = () => ((word() << 32n) | word()) >> 2n;
  switch (mark.form) {
    case "synthid/transformers":
    case "synthid/reference":
      return { ...mark, key: mark.key.map(int62) };
    case "assay/tournament":
    case "assay/biased": {
      const bytes = new Uint8Array(32);
      const view = new DataView(bytes.buffer);
      for (let i = 0; i < 32; i += 4) view.setUint32(i, source.uint32());
      return { ...mark, key: hex(bytes) };
    }
    case "gumbel/vllm":
    case "dual-gumbel/vllm":
      return { ...mark, key: (word() << 32n) | word() };
    case "sbw/vllm":
    case "sbw/original":
      return { ...mark, key: int62() | 1n };
    case "kgw/original":
      // A key written into the scheme's name would win over the drawn one.
      return {
        ...mark,
        key: odd31(source),
        parameters: {
          ...mark.parameters,
          seeding_scheme: mark.parameters.seeding_scheme.replace(/^(ff-[a-z_]+-\d+-(?:True|False))-\d+$/, "$1"),
        },
      };
    default:
      return { ...mark, key: odd31(source) };
  }
}

/** Odd, so that products with it modulo 2^32 keep ids apart. */
function odd31(source: Prng): bigint {
  return BigInt((source.uint32() >>> 1) | 1);
}
