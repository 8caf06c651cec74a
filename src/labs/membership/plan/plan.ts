/**
 * A plan that is published, by its commitment, before the suspect is trained or released: which texts, which of them was
 * drawn, in which order. What was drawn follows from the plan's seed, so that nobody picks it after seeing scores:
 *   canary    sets of candidates, one of each drawn: the one that the claimant publishes
 *   exchange  lines of a data set in their published order, shards of it, and shuffled orders of each shard
 *   order     texts, and the drawn order in which the claimant trains on them
 * The seed stays secret until the plan is opened.
 */
import { z } from "zod";
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { canonicalJson } from "../../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { prng, sample } from "../../../base/prng.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { digestSchema } from "../../../evidence/artefact.js";
import {
  CANDIDATES_MAX,
  CANDIDATES_MIN,
  PLAN_BYTES_MAX,
  SETS_MAX,
  TEXT_CHARACTERS_MAX,
  TEXTS_MAX,
  TEXTS_MIN,
} from "../method.js";

const text = z.string().min(1).max(TEXT_CHARACTERS_MAX);
const common = {
  type: z.literal("assay/membership-plan/v1"),
  name: z.string().min(1).max(200),
  seed: z.string().regex(/^[0-9a-f]{64}$/),
  commitment: digestSchema,
};
const planSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    ...common,
    kind: z.literal("canary"),
    sets: z.array(z.array(text).min(CANDIDATES_MIN).max(CANDIDATES_MAX)).min(1).max(SETS_MAX),
  }),
  z.strictObject({
    ...common,
    kind: z.literal("exchange"),
    lines: z.array(text).min(TEXTS_MIN).max(TEXTS_MAX),
    shards: z.number().int().min(1).max(SETS_MAX),
    /** Of each shard, the published one included. */
    orders: z.number().int().min(CANDIDATES_MIN).max(CANDIDATES_MAX),
  }),
  z.strictObject({
    ...common,
    kind: z.literal("order"),
    /** As they came; the order of training is drawn from the seed. */
    texts: z.array(text).min(TEXTS_MIN).max(TEXTS_MAX),
  }),
]);
export type Plan = z.infer<typeof planSchema>;
export type PlanOf<K extends Plan["kind"]> = Extract<Plan, { kind: K }>;
type Uncommitted<P> = P extends Plan ? Omit<P, "commitment"> : never;
/** A plan before its commitment is taken. */
export type DrawnPlan = Uncommitted<Plan>;

/** The digest that is published beforehand: of all the plan says, the seed included. */
function commitmentOf(plan: DrawnPlan): Digest {
  const { commitment: _, ...said } = plan as Plan;
  return sha256Digest(utf8(`assay/membership-plan/v1\0${canonicalJson(said)}`));
}

/** The plan with its commitment. */
export function committed(plan: DrawnPlan): Plan {
  return { ...plan, commitment: commitmentOf(plan) } as Plan;
}

/** @throws AssayError LIMIT, SCHEMA, FORMAT, or DIGEST when it is not the plan that was committed to */
export function readPlan(bytes: Uint8Array, what: string): Plan {
  const where = what;
  if (bytes.length > PLAN_BYTES_MAX)
    throw new AssayError("LIMIT", `${where}: expected at most ${PLAN_BYTES_MAX} bytes, got ${bytes.length}`);
  const parsed = planSchema.safeParse(parseStrictJson(fromUtf8(bytes, where), where));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${where}: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  const plan = parsed.data;
  checkPlan(plan, where);
  if (commitmentOf(plan) !== plan.commitment)
    throw new AssayError("DIGEST", `${where}: expected the plan of commitment ${plan.commitment}, got another`);
  return plan;
}

/** Candidates that are equal could not be told apart, nor could equal texts. @throws AssayError FORMAT */
export function checkPlan(plan: Plan | DrawnPlan, where: string): void {
  const groups = plan.kind === "canary" ? plan.sets : [plan.kind === "exchange" ? plan.lines : plan.texts];
  for (const [i, group] of groups.entries())
    if (new Set(group).size !== group.length)
      throw new AssayError(
        "FORMAT",
        `${where}: expected distinct texts, got equal ones${groups.length > 1 ? ` in set ${i}` : ""}`,
      );
  if (plan.kind === "exchange" && Math.floor(plan.lines.length / plan.shards) < 5)
    throw new AssayError(
      "FORMAT",
      `${where}: expected at least 5 lines a shard, got ${plan.lines.length} in ${plan.shards}`,
    );
}

/** Which of each set was drawn to be published. */
export function drawnCanaries({ seed, sets }: PlanOf<"canary">): number[] {
  const source = prng("assay/membership-canary/v1", seed);
  return sets.map((set) => source.below(set.length));
}

interface Shard {
  /** Lines of the data set, by number, in the published order. */
  lines: number[];
  /** Each a permutation of 0 … lines − 1; the published one stands at `published`. */
  orders: number[][];
  published: number;
}

/** Neighbouring lines make a shard; where the published order stands among the shuffled ones is drawn, so that a scorer is blind. */
export function shardsOf({ seed, lines, shards, orders }: PlanOf<"exchange">): Shard[] {
  const source = prng("assay/membership-exchange/v1", seed);
  const size = Math.floor(lines.length / shards);
  return Array.from({ length: shards }, (_, s) => {
    const published = source.below(orders);
    return {
      lines: Array.from({ length: size }, (_line, i) => s * size + i),
      orders: Array.from({ length: orders }, (_order, o) =>
        o === published ? Array.from({ length: size }, (_line, i) => i) : [...sample(size, size, source)],
      ),
      published,
    };
  });
}

/** Numbers of the texts in the order of training. */
export function orderOf({ seed, texts }: PlanOf<"order">): number[] {
  return [...sample(texts.length, texts.length, prng("assay/membership-order/v1", seed))];
}

/** What a scorer is given: each text under an id that does not say which was drawn. */
export function* textsToScore(plan: Plan): Generator<{ id: string; text: string }> {
  if (plan.kind === "canary")
    for (const [s, set] of plan.sets.entries())
      for (const [c, each] of set.entries()) yield { id: `${s}/${c}`, text: each };
  else if (plan.kind === "exchange")
    for (const [s, shard] of shardsOf(plan).entries())
      for (const [o, order] of shard.orders.entries())
        yield { id: `${s}/${o}`, text: order.map((i) => plan.lines[shard.lines[i]!]).join("\n") };
  else for (const [i, each] of plan.texts.entries()) yield { id: String(i), text: each };
}

/** Ids of the texts to score, group by group: a set, a shard, or all texts of an order. */
export function idsOf(plan: Plan): string[][] {
  if (plan.kind === "canary") return plan.sets.map((set, s) => set.map((_, c) => `${s}/${c}`));
  if (plan.kind === "order") return [plan.texts.map((_, i) => String(i))];
  return Array.from({ length: plan.shards }, (_, s) => Array.from({ length: plan.orders }, (_o, o) => `${s}/${o}`));
}
