/**
 * A plan of copies: one source tree, whom it is handed to, and for every place of it the form each recipient's copy has,
 * a fair coin thrown by a beacon's round that the plan's commitment names before it is out (evidence/beacon-draw.ts). The
 * places are not listed: they follow from the tree, whose root is committed to, and from the version of the rules, so that
 * nobody can leave out the ones that do not fit.
 */
import { z } from "zod";
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { canonicalJson } from "../../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { prng } from "../../../base/prng.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { digestSchema } from "../../../evidence/artefact.js";
import { checkSignature, drawFields, seedOfDraw } from "../../../evidence/beacon-draw.js";
import { CODE_COPIES_TYPE, RECIPIENTS_BYTES_MAX } from "../../../evidence/recipients.js";
import { COPY_METHOD } from "../method.js";

/** A hundred thousand names. */
export const COPIES_BYTES_MAX = RECIPIENTS_BYTES_MAX;

const planSchema = z.strictObject({
  type: z.literal(CODE_COPIES_TYPE),
  method: z.strictObject({ id: z.literal(COPY_METHOD.id), version: z.string() }),
  ...drawFields,
  commitment: digestSchema,
  name: z.string().min(1).max(200),
  /** Root of the tree that is handed out. */
  original: digestSchema,
  /** Places of it. */
  places: z.number().int().min(1).max(10_000_000),
  recipients: z.array(z.string().min(1).max(200)).min(1).max(100_000),
});
export type CopiesPlan = z.infer<typeof planSchema>;

/** The plan with its commitment, its round not yet out. @throws AssayError FORMAT for a name twice */
export function committedCopies(
  said: Pick<CopiesPlan, "secret" | "round" | "name" | "original" | "places" | "recipients">,
): CopiesPlan {
  distinct(said.recipients, "mark code");
  const plan = { type: CODE_COPIES_TYPE, method: { ...COPY_METHOD }, signature: null, ...said } as const;
  return { ...plan, commitment: commitmentOf(plan) };
}

/** The digest published beforehand: of all that a plan says. */
function commitmentOf(plan: Omit<CopiesPlan, "commitment"> & { commitment?: Digest }): Digest {
  const { commitment: _, signature: __, ...said } = plan;
  return sha256Digest(utf8(`${CODE_COPIES_TYPE}\0${canonicalJson(said)}`));
}

/** Forms of all places in a recipient's copy. @throws AssayError USAGE before the draw */
export function formsOf(plan: CopiesPlan): (recipient: string) => Uint8Array {
  const seed = seedOfDraw("assay/code-copies/v1", plan, { name: plan.name, command: "assay mark code draw" });
  return (recipient) => {
    const source = prng(CODE_COPIES_TYPE, `${seed} ${recipient}`);
    const forms = new Uint8Array(plan.places);
    for (let i = 0; i < forms.length; i += 32) {
      const word = source.uint32();
      for (let bit = 0; bit < 32 && i + bit < forms.length; bit++) forms[i + bit] = (word >>> bit) & 1;
    }
    return forms;
  };
}

/** @throws AssayError LIMIT, SCHEMA, UNSUPPORTED by other rules, DIGEST when it is not the plan committed to, SIGNATURE */
export function readCopies(bytes: Uint8Array, what: string): CopiesPlan {
  if (bytes.length > COPIES_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${COPIES_BYTES_MAX} bytes`);
  const parsed = planSchema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  const plan = parsed.data;
  if (plan.method.version !== COPY_METHOD.version)
    throw new AssayError(
      "UNSUPPORTED",
      `${what}: expected a plan by version ${COPY_METHOD.version} of ${COPY_METHOD.id}, got ${plan.method.version}`,
    );
  distinct(plan.recipients, what);
  const commitment = commitmentOf(plan);
  if (commitment !== plan.commitment)
    throw new AssayError("DIGEST", `${what}: expected the plan of commitment ${plan.commitment}, got ${commitment}`);
  checkSignature(plan, what);
  return plan;
}

function distinct(recipients: readonly string[], where: string): void {
  if (new Set(recipients).size !== recipients.length)
    throw new AssayError("FORMAT", `${where}: expected distinct recipients`);
}
