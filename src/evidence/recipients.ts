/**
 * An owner's list of recipients of marked copies: which names, under which key their code words are drawn. The marks
 * laboratory reads it to draw and find them, the access ledger to say that a recipient stands in it.
 */
import { z } from "zod";
import { fromUtf8 } from "../base/bytes.js";
import { AssayError } from "../base/error.js";
import { parseStrictJson } from "../base/strict-json.js";

/** A hundred thousand names. */
export const RECIPIENTS_BYTES_MAX = 32 * 1024 * 1024;
/** Bits: enough for four colluders with any strategy at 10⁻⁹ (Škorić: mean 2√m/(πc) = 7.2 deviations). */
const BITS_DEFAULT = 2048;
/** Size of the change to a weight, as a share of its tensor's root mean square. */
const STRENGTH_DEFAULT = 0.01;

const schema = z.strictObject({
  type: z.literal("assay/recipients/v1"),
  key: z.string().regex(/^[0-9a-f]{64}$/),
  bits: z.number().int().min(64).max(65_536).default(BITS_DEFAULT),
  strength: z.number().gt(0).max(0.2).default(STRENGTH_DEFAULT),
  recipients: z.array(z.string().min(1).max(200)).max(100_000),
});
export type Recipients = z.infer<typeof schema>;

/** @throws LIMIT, SCHEMA or FORMAT: too large, another form, or a name twice */
export function readRecipients(bytes: Uint8Array, what: string): Recipients {
  if (bytes.length > RECIPIENTS_BYTES_MAX)
    throw new AssayError("LIMIT", `recipients: ${what}: expected at most ${RECIPIENTS_BYTES_MAX} bytes`);
  const where = `recipients: ${what}`;
  const parsed = schema.safeParse(parseStrictJson(fromUtf8(bytes, where), where));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${where}: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  if (new Set(parsed.data.recipients).size !== parsed.data.recipients.length)
    throw new AssayError("FORMAT", `${where}: expected distinct recipients`);
  return parsed.data;
}

/** A plan of copies of a source tree (labs/code/copies/plan.ts), which the access ledger reads for its names alone. */
export const CODE_COPIES_TYPE = "assay/code-copies/v1" as const;
const copiesSchema = z.looseObject({
  type: z.literal(CODE_COPIES_TYPE),
  secret: z.string().regex(/^[0-9a-f]{64}$/),
  recipients: z.array(z.string().min(1).max(200)).max(100_000),
});

/**
 * Whom an owner's list or plan names, and the secret under which their copies differ.
 * @throws LIMIT, SCHEMA or FORMAT as readRecipients
 */
export function readMarkedRecipients(bytes: Uint8Array, what: string): { key: string; recipients: readonly string[] } {
  if (bytes.length <= RECIPIENTS_BYTES_MAX) {
    const where = `recipients: ${what}`;
    const copies = copiesSchema.safeParse(parseStrictJson(fromUtf8(bytes, where), where));
    if (copies.success) return { key: copies.data.secret, recipients: copies.data.recipients };
  }
  return readRecipients(bytes, what);
}
