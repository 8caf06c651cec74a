/**
 * Statutory maxima as dated, sourced data: what a law allows at most, since when, where that was read and when. A bill, a
 * repealed law and a fine that is deferred cap nothing. The figures are second hand and are no advice.
 */
import { z } from "zod";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import caps from "./caps-v1.json" with { type: "json" };

const CAPS_TYPE = "assay/penalty-caps/v1";

const day = z.string().regex(/^\d{4}-\d\d-\d\d$/);
const line = z.string().min(1).max(600);
/** Whole units of a currency. */
export const amount = z.string().regex(/^(0|[1-9][0-9]{0,17})$/, "expected whole units, such as 15000000");
export const currency = z.string().regex(/^[A-Z]{3}$/, "expected three letters, such as EUR");

const cap = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/),
  regime: line,
  text: line,
  amount: amount.nullable(),
  currency: currency.nullable(),
  /** Hundredths of a per cent of turnover: 300 is 3 %. */
  turnoverBasisPoints: z.int().min(1).max(10_000).nullable(),
  rule: z.enum(["higher", "lower", "amount", "share", "none"]),
  /** It reaches only those with more than this turnover in a year, in the cap's currency. */
  above: amount.nullable(),
  status: z.enum(["in force", "bill", "repealed", "deferred"]),
  inForce: day.nullable(),
  source: line,
  seen: day,
  /** Where sources disagree, or what was not checked. */
  note: line.nullable(),
});
export type Cap = z.infer<typeof cap> & { digest: Digest };

const schema = z.strictObject({
  type: z.literal(CAPS_TYPE),
  id: z.string().max(80),
  caps: z.array(cap).min(1).max(200),
});

/** @throws SCHEMA where a rule lacks what it compares */
export function readCaps(given: unknown, what = "penalty caps"): ReadonlyMap<string, Cap> {
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
  }
  const out = new Map<string, Cap>();
  for (const each of parsed.data.caps) {
    const { id, rule, amount: most, currency: unit, turnoverBasisPoints: share, above } = each;
    if (out.has(id)) throw new AssayError("SCHEMA", `${what}: expected each cap once, got ${id} twice`);
    const both = rule === "higher" || rule === "lower";
    if ((both || rule === "amount") !== (most !== null) || (both || rule === "share") !== (share !== null))
      throw new AssayError(
        "SCHEMA",
        `${what}: ${id}: the rule ${rule} compares what is not given, or leaves out what is`,
      );
    if ((most !== null || above !== null) && unit === null)
      throw new AssayError("SCHEMA", `${what}: ${id}: expected the currency of its amount`);
    out.set(id, { ...each, digest: sha256Digest(canonicalJsonBytes(each)) });
  }
  return out;
}

export const SHIPPED_CAPS: ReadonlyMap<string, Cap> = readCaps(caps);
