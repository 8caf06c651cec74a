/**
 * A mark whose key nobody chose: a plan names the mark without its key, a secret and a round of a public beacon; its
 * commitment goes into a log before the round is out, and the key follows from the secret and the round's signature
 * (evidence/beacon-draw.ts). For every form of mark, own and of libraries.
 */
import { z } from "zod";
import { fromHex, utf8 } from "../../../base/bytes.js";
import { canonicalJson } from "../../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import { prng } from "../../../base/prng.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { digestSchema } from "../../../evidence/artefact.js";
import { checkSignature, type Draw, drawFields, seedOfDraw } from "../../../evidence/beacon-draw.js";
import { keyCommitment } from "./commitment.js";
import { MARK_BYTES_MAX, type Mark, parseMark } from "./mark-file.js";
import { withRandomKey } from "./random-key.js";

const TYPE = "assay/mark-plan/v1";
const planSchema = z.strictObject({
  type: z.literal(TYPE),
  /** A mark file without its key. */
  mark: z.record(z.string(), z.unknown()),
  /** How many numbers the key is: layers of SynthID, else one. */
  numbers: z.number().int().min(1).max(1000),
  ...drawFields,
  commitment: digestSchema,
});
export type MarkPlan = z.infer<typeof planSchema>;
type File = Record<string, unknown>;

/** A plan from a mark file, whose own key is dropped. @throws AssayError SCHEMA, USAGE for a key elsewhere than in `key` */
export function planOfMark(file: File, draw: Pick<Draw, "secret" | "round">, what: string): MarkPlan {
  const mark = parseMark(file, what);
  if (mark.form === "kgw/original" && /^ff-[a-z_]+-\d+-(True|False)-\d+$/.test(mark.parameters.seeding_scheme))
    throw new AssayError("USAGE", `${what}: expected no key in seeding_scheme, which would win over the drawn one`);
  const { key, commitment: _, drawn: __, ...rest } = file;
  const said = { mark: rest, numbers: Array.isArray(key) ? key.length : 1, ...draw };
  return { type: TYPE, ...said, signature: null, commitment: commitmentOf(said) };
}

/** @throws AssayError LIMIT, SCHEMA, DIGEST when it is not the plan that was committed to, SIGNATURE of its round */
export function readMarkPlan(bytes: Uint8Array, text: string, what: string): MarkPlan {
  if (bytes.length > MARK_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${MARK_BYTES_MAX} bytes, got ${bytes.length}`);
  const parsed = planSchema.safeParse(parseStrictJson(text, what));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  const plan = parsed.data;
  if (commitmentOf(plan) !== plan.commitment)
    throw new AssayError("DIGEST", `${what}: expected the plan of commitment ${plan.commitment}, got another`);
  checkSignature(plan, what);
  return plan;
}

/** The mark file with its drawn key. @throws AssayError USAGE before the round is out, SCHEMA */
export function drawnMark({ mark, numbers, secret, round, signature, commitment }: MarkPlan, what: string): File {
  const seed = seedOfDraw(
    "assay/mark-draw/v1",
    { secret, round, signature },
    { name: what, command: "assay mark draw" },
  );
  const blank = parseMark({ ...mark, key: blankKey(mark, numbers) }, what);
  const { key } = withRandomKey(blank, prng("assay/mark-draw/v1", seed));
  const own = typeof key === "string" ? { commitment: keyCommitment(fromHex(key, what)) } : {};
  const written = Array.isArray(key) ? key.map(String) : String(key);
  return { ...mark, ...own, key: written, drawn: { secret, round, signature, commitment } };
}

function blankKey(mark: File, numbers: number): unknown {
  if (mark.scheme === "assay") return "0".repeat(64);
  return mark.scheme === "synthid" ? Array.from({ length: numbers }, () => 0) : 1;
}

/** That a mark file's key is the one that its draw gives. @throws AssayError DIGEST, SIGNATURE */
export function checkDrawn(file: File, { drawn }: Mark, what: string): void {
  if (drawn === null) return;
  const { key, commitment: _, drawn: __, ...rest } = file;
  const plan = { type: TYPE as typeof TYPE, mark: rest, numbers: Array.isArray(key) ? key.length : 1, ...drawn };
  if (commitmentOf(plan) !== drawn.commitment)
    throw new AssayError("DIGEST", `${what}: expected the mark of commitment ${drawn.commitment}, got another`);
  checkSignature(drawn, what);
  if (canonicalJson(drawnMark(plan, what).key) !== canonicalJson(Array.isArray(key) ? key.map(String) : String(key)))
    throw new AssayError("DIGEST", `${what}: expected the key that its round draws, got ${quoted("another")}`);
}

function commitmentOf({
  mark,
  numbers,
  secret,
  round,
}: Pick<MarkPlan, "mark" | "numbers" | "secret" | "round">): Digest {
  return sha256Digest(utf8(`${TYPE}\0${canonicalJson({ mark, numbers, secret, round })}`));
}
