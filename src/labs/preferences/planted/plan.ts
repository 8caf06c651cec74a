/**
 * A plan of planted preferences: pairs of answers between which nobody has a reason to choose, and the beacon's round that
 * draws which of each pair the claimant's scorer prefers whenever it is asked (evidence/beacon-draw.ts). Its commitment is
 * in a log before the round is out; whoever learns from what is served learns the draws. The secret stays so until the plan
 * is opened. Version 1 had a seed of its maker's choice: it is read, and draws as it did.
 */
import { z } from "zod";
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { canonicalJson } from "../../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { prng } from "../../../base/prng.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { digestSchema } from "../../../evidence/artefact.js";
import { checkSignature, type Draw, drawFields, seedOfDraw } from "../../../evidence/beacon-draw.js";
import { PLAN_BYTES_MAX, PLANTS_MAX, PLANTS_MIN } from "../method.js";

const TEXT_MAX = 20_000;
const text = z.string().min(1).max(TEXT_MAX);
const [TYPE_1, TYPE] = ["assay/preference-plan/v1", "assay/preference-plan/v2"] as const;
const common = {
  name: z.string().min(1).max(200),
  pairs: z
    .array(z.strictObject({ prompt: text, a: text, b: text }))
    .min(PLANTS_MIN)
    .max(PLANTS_MAX),
  commitment: digestSchema,
};
const planSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal(TYPE_1), seed: drawFields.secret, ...common }),
  z.strictObject({ type: z.literal(TYPE), ...drawFields, ...common }),
]);
export type PlantedPlan = z.infer<typeof planSchema>;

/** The plan with the digest that is published beforehand, its round not yet out. @throws AssayError FORMAT */
export function committedPlan(said: Pick<Draw, "secret" | "round"> & Pick<PlantedPlan, "name" | "pairs">): PlantedPlan {
  checkPairs(said.pairs, "plan");
  const plan = { type: TYPE as typeof TYPE, ...said, signature: null };
  return { ...plan, commitment: commitmentOf(plan) };
}

/** @throws AssayError LIMIT, SCHEMA, FORMAT, DIGEST when it is not the plan that was committed to, SIGNATURE of its round */
export function readPlantedPlan(bytes: Uint8Array, what: string): PlantedPlan {
  if (bytes.length > PLAN_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${PLAN_BYTES_MAX} bytes, got ${bytes.length}`);
  const parsed = planSchema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  const plan = parsed.data;
  checkPairs(plan.pairs, what);
  if (commitmentOf(plan) !== plan.commitment)
    throw new AssayError("DIGEST", `${what}: expected the plan of commitment ${plan.commitment}, got another`);
  if (plan.type === TYPE) checkSignature(plan, what);
  return plan;
}

/** The beacon's round that draws; null where a seed of the maker's choice did. */
export function roundOf(plan: PlantedPlan): number | null {
  return plan.type === TYPE ? plan.round : null;
}

/** Which answer of each pair was drawn to be preferred: a fair bit each. @throws AssayError USAGE before the draw */
export function drawnSides(plan: PlantedPlan): ("a" | "b")[] {
  const seed =
    plan.type === TYPE
      ? seedOfDraw("assay/preference-draw/v2", plan, { name: plan.name, command: "assay preferences draw" })
      : plan.seed;
  const source = prng(plan.type, seed);
  return plan.pairs.map(() => (source.below(2) === 0 ? "a" : "b"));
}

/** One pair twice would be one draw that counts double, or two draws that contradict each other. */
function checkPairs(pairs: PlantedPlan["pairs"], what: string): void {
  const seen = new Set<string>();
  for (const [i, { prompt, a, b }] of pairs.entries()) {
    if (a === b) throw new AssayError("FORMAT", `${what}: expected two different answers in pair ${i + 1}`);
    const key = JSON.stringify([prompt, ...[a, b].sort()]);
    if (seen.has(key)) throw new AssayError("FORMAT", `${what}: expected pair ${i + 1} to be no earlier one`);
    seen.add(key);
  }
}

/** Of all the plan says, seed or secret included; the round's signature comes later. */
function commitmentOf(plan: object): Digest {
  const { commitment: _, signature: __, ...said } = plan as PlantedPlan & { signature?: unknown };
  return sha256Digest(utf8(`${said.type}\0${canonicalJson(said)}`));
}
