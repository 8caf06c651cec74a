/**
 * A plan of planted preferences: pairs of answers between which nobody has a reason to choose, and a seed that draws which
 * of each pair the claimant's scorer prefers whenever it is asked. Its commitment is published before anything is served;
 * whoever learns from what is served learns the draws. The seed stays secret until the plan is opened.
 */
import { z } from "zod";
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { canonicalJson } from "../../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { prng } from "../../../base/prng.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { digestSchema } from "../../../evidence/artefact.js";
import { PLAN_BYTES_MAX, PLANTS_MAX, PLANTS_MIN } from "../method.js";

const TEXT_MAX = 20_000;
const text = z.string().min(1).max(TEXT_MAX);
const TYPE = "assay/preference-plan/v1";
const planSchema = z.strictObject({
  type: z.literal(TYPE),
  name: z.string().min(1).max(200),
  seed: z.string().regex(/^[0-9a-f]{64}$/),
  pairs: z
    .array(z.strictObject({ prompt: text, a: text, b: text }))
    .min(PLANTS_MIN)
    .max(PLANTS_MAX),
  commitment: digestSchema,
});
export type PlantedPlan = z.infer<typeof planSchema>;

/** The plan with the digest that is published beforehand: of all it says, the seed included. @throws AssayError FORMAT */
export function committedPlan(drawn: Omit<PlantedPlan, "type" | "commitment">): PlantedPlan {
  const said = { type: TYPE as typeof TYPE, ...drawn };
  checkPairs(said.pairs, "plan");
  return { ...said, commitment: commitmentOf(said) };
}

/** @throws AssayError LIMIT, SCHEMA, FORMAT, or DIGEST when it is not the plan that was committed to */
export function readPlantedPlan(bytes: Uint8Array, what: string): PlantedPlan {
  if (bytes.length > PLAN_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${PLAN_BYTES_MAX} bytes, got ${bytes.length}`);
  const parsed = planSchema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  const { commitment, ...said } = parsed.data;
  checkPairs(said.pairs, what);
  if (commitmentOf(said) !== commitment)
    throw new AssayError("DIGEST", `${what}: expected the plan of commitment ${commitment}, got another`);
  return parsed.data;
}

/** Which answer of each pair was drawn to be preferred: a fair bit each, by the seed alone. */
export function drawnSides({ seed, pairs }: Pick<PlantedPlan, "seed" | "pairs">): ("a" | "b")[] {
  const source = prng(TYPE, seed);
  return pairs.map(() => (source.below(2) === 0 ? "a" : "b"));
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

function commitmentOf(said: Omit<PlantedPlan, "commitment">): Digest {
  return sha256Digest(utf8(`${TYPE}\0${canonicalJson(said)}`));
}
