/**
 * Code words of recipients: a Tardos code (JACM 2008; symmetric score after Škorić et al. 2008). Each bit has a rate
 * p = sin²r, r uniform within a cut, and each recipient's bit is 1 with that rate, drawn from the key and the name.
 */
import { z } from "zod";
import { fromUtf8 } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import { prng } from "../../../base/prng.js";
import { parseStrictJson } from "../../../base/strict-json.js";

/** A hundred thousand names. */
export const RECIPIENTS_BYTES_MAX = 32 * 1024 * 1024;
/** Bits: enough for four colluders with any strategy at 10⁻⁹ (Škorić: mean 2√m/(πc) = 7.2 deviations). */
export const BITS_DEFAULT = 2048;
/** Size of the change to a weight, as a share of its tensor's root mean square. */
export const STRENGTH_DEFAULT = 0.01;
/** Rates stay this far from 0 and 1: Tardos's cut 1/(300 c) for c = 10 colluders, as an angle √t. */
const CUT = 0.0577;

const schema = z.strictObject({
  type: z.literal("assay/recipients/v1"),
  key: z.string().regex(/^[0-9a-f]{64}$/),
  bits: z.number().int().min(64).max(65_536).default(BITS_DEFAULT),
  strength: z.number().gt(0).max(0.2).default(STRENGTH_DEFAULT),
  recipients: z.array(z.string().min(1).max(200)).max(100_000),
});
export type Recipients = z.infer<typeof schema>;

export function readRecipients(bytes: Uint8Array, what: string): Recipients {
  if (bytes.length > RECIPIENTS_BYTES_MAX)
    throw new AssayError("LIMIT", `marks.readRecipients: ${what}: expected at most ${RECIPIENTS_BYTES_MAX} bytes`);
  const where = `marks.readRecipients: ${what}`;
  const parsed = schema.safeParse(parseStrictJson(fromUtf8(bytes, where), where));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${where}: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  if (new Set(parsed.data.recipients).size !== parsed.data.recipients.length)
    throw new AssayError("FORMAT", `${where}: expected distinct recipients`);
  return parsed.data;
}

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
