/**
 * Code words of recipients: a Tardos code (JACM 2008; symmetric score after Škorić et al. 2008). Each bit has a rate
 * p = sin²r, r uniform within a cut, and each recipient's bit is 1 with that rate, drawn from the key and the name.
 */
import { prng } from "../../../base/prng.js";
import type { Recipients } from "../../../evidence/recipients.js";

/** Rates stay this far from 0 and 1: Tardos's cut 1/(300 c) for c = 10 colluders, as an angle √t. */
const CUT = 0.0577;

/** The rate of each bit, a multiple of 2⁻¹⁶ so that draws of it are exact. */
export function bitRates({ key, bits }: Pick<Recipients, "key" | "bits">): Float64Array {
  const source = prng("assay/leak/v1/rates", key);
  return Float64Array.from({ length: bits }, () => {
    const r = CUT + (source.uint32() / 2 ** 32) * (Math.PI / 2 - 2 * CUT);
    return Math.round(Math.sin(r) ** 2 * 65_536) / 65_536;
  });
}

/** The code word of a name: 1 where its draw is below the bit's rate. */
export function codeWord({ key }: Pick<Recipients, "key">, name: string, rates: Float64Array): Uint8Array {
  const source = prng("assay/leak/v1/word", `${key} ${name}`);
  return Uint8Array.from(rates, (p) => Number(source.uint32() < p * 2 ** 32));
}
