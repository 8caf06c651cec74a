/**
 * A plan: which texts, and the round of a public beacon that will draw which of them is published, or in which order. Its
 * commitment goes into a log before that round is out (evidence/beacon-draw.ts), so that nobody picks what is drawn after seeing
 * scores, nor tries until a draw fits:
 *   canary    sets of candidates, one of each drawn: the one that the claimant publishes
 *   exchange  lines of a data set, of each shard an order drawn to be published among others; or its own order, as published
 *   order     texts, and the drawn order in which the claimant trains on them
 *   stamp     documents in several phrasings, one of each drawn to be published; two phrasings are enough
 *   inference texts that were published, and texts that were held out; the draw says which of them weights are learned on
 * What is drawn follows from the plan's secret and the round's signature; the secret stays so until the plan is opened.
 */
import { z } from "zod";
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { canonicalJson } from "../../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { prng, sample } from "../../../base/prng.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { digestSchema } from "../../../evidence/artefact.js";
import { checkSignature, drawFields, seedOfDraw } from "../../../evidence/beacon-draw.js";
import {
  CANDIDATES_MAX,
  CANDIDATES_MIN,
  DOCUMENTS_MAX,
  DOCUMENTS_MIN,
  PLAN_BYTES_MAX,
  SETS_MAX,
  SIDE_MIN,
  TEXT_CHARACTERS_MAX,
  TEXTS_MAX,
  TEXTS_MIN,
} from "../method.js";

export const PLAN_TYPE = "assay/membership-plan/v2";

const text = z.string().min(1).max(TEXT_CHARACTERS_MAX);
const common = {
  type: z.literal(PLAN_TYPE),
  name: z.string().min(1).max(200),
  ...drawFields,
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
    /** The lines stand in an order of their own, in which they were published; nothing was drawn but its place. */
    asPublished: z.boolean(),
    /** Of each shard, the published one included. */
    orders: z.number().int().min(CANDIDATES_MIN).max(CANDIDATES_MAX),
  }),
  z.strictObject({
    ...common,
    kind: z.literal("order"),
    /** As they came; the order of training is drawn from the seed. */
    texts: z.array(text).min(TEXTS_MIN).max(TEXTS_MAX),
    /** Scores of a model that knows nothing of the order, fixed before it is drawn; null for none. */
    reference: digestSchema.nullable(),
  }),
  z.strictObject({
    ...common,
    kind: z.literal("stamp"),
    sets: z.array(z.array(text).min(2).max(CANDIDATES_MAX)).min(DOCUMENTS_MIN).max(DOCUMENTS_MAX),
  }),
  z.strictObject({
    ...common,
    kind: z.literal("inference"),
    published: z.array(text).min(SIDE_MIN).max(TEXTS_MAX),
    /** Said to be of the same distribution, and never published. */
    heldOut: z.array(text).min(SIDE_MIN).max(TEXTS_MAX),
  }),
]);
export type Plan = z.infer<typeof planSchema>;
export type PlanOf<K extends Plan["kind"]> = Extract<Plan, { kind: K }>;
type Uncommitted<P> = P extends Plan ? Omit<P, "commitment" | "signature"> : never;
/** A plan before its commitment is taken. */
export type DrawnPlan = Uncommitted<Plan>;

/** The digest that is published beforehand: of all the plan says, secret and round included. */
function commitmentOf(plan: DrawnPlan): Digest {
  const { commitment: _, signature: __, ...said } = plan as Plan;
  return sha256Digest(utf8(`${PLAN_TYPE}\0${canonicalJson(said)}`));
}

/** The plan with its commitment. */
export function committed(plan: DrawnPlan): Plan {
  return { ...plan, commitment: commitmentOf(plan), signature: null } as Plan;
}

/** @throws AssayError LIMIT, SCHEMA, FORMAT, DIGEST when it is not the plan that was committed to, SIGNATURE of its round */
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
  checkSignature(plan, where);
  return plan;
}

/** @throws AssayError USAGE where the round has not drawn yet */
function seedOf(plan: Plan): string {
  return seedOfDraw("assay/membership-draw/v2", plan, { name: plan.name, command: "assay membership draw" });
}

/** Candidates that are equal could not be told apart, nor could equal texts. @throws AssayError FORMAT */
function checkPlan(plan: Plan | DrawnPlan, where: string): void {
  const groups = groupsOf(plan);
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

function groupsOf(plan: Plan | DrawnPlan): string[][] {
  if (plan.kind === "canary" || plan.kind === "stamp") return plan.sets;
  if (plan.kind === "inference") return [[...plan.published, ...plan.heldOut]];
  return [plan.kind === "exchange" ? plan.lines : plan.texts];
}

/** Which of each set was drawn to be published. */
export function drawnCanaries(plan: PlanOf<"canary" | "stamp">): number[] {
  const source = prng("assay/membership-canary/v2", seedOf(plan));
  return plan.sets.map((set) => source.below(set.length));
}

interface Shard {
  /** Lines of the data set, by number. */
  lines: number[];
  /** Each a permutation of 0 … lines − 1; the published one stands at `published`. */
  orders: number[][];
  published: number;
}

/** Neighbouring lines make a shard; at which place its published order stands is drawn, so that a scorer is blind. */
export function shardsOf(plan: PlanOf<"exchange">): Shard[] {
  const { lines, shards, orders, asPublished } = plan;
  const source = prng("assay/membership-exchange/v2", seedOf(plan));
  const size = Math.floor(lines.length / shards);
  return Array.from({ length: shards }, (_, s) => {
    const published = source.below(orders);
    return {
      lines: Array.from({ length: size }, (_line, i) => s * size + i),
      orders: Array.from({ length: orders }, (_order, o) =>
        asPublished && o === published
          ? Array.from({ length: size }, (_line, i) => i)
          : [...sample(size, size, source)],
      ),
      published,
    };
  });
}

/** Numbers of the texts in the order of training. */
export function orderOf(plan: PlanOf<"order">): number[] {
  const { length } = plan.texts;
  return [...sample(length, length, prng("assay/membership-order/v2", seedOf(plan)))];
}

interface Sides {
  /** Ids of the texts, in a drawn order that says of none on which side it is. */
  published: string[];
  heldOut: string[];
  /** Of each side those on which weights are learned: the first half. */
  learn: { published: string[]; heldOut: string[] };
  judge: { published: string[]; heldOut: string[] };
  /** The texts by id. */
  texts: string[];
}

/** How the texts of both sides are called, and which of them are learned on. */
export function sidesOf(plan: PlanOf<"inference">): Sides {
  const all = [...plan.published, ...plan.heldOut];
  const order = [...sample(all.length, all.length, prng("assay/membership-inference/v1", seedOf(plan)))];
  const ids = new Map(order.map((text, id) => [text, String(id)]));
  const side = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => ids.get(from + i)!).sort((a, b) => Number(a) - Number(b));
  const [published, heldOut] = [side(0, plan.published.length), side(plan.published.length, plan.heldOut.length)];
  const half = (of: string[], second: boolean) => (second ? of.slice(of.length >> 1) : of.slice(0, of.length >> 1));
  return {
    published,
    heldOut,
    learn: { published: half(published, false), heldOut: half(heldOut, false) },
    judge: { published: half(published, true), heldOut: half(heldOut, true) },
    texts: order.map((i) => all[i]!),
  };
}

/** What is to be published, or trained on, in this order. Lines beyond the last whole shard stand at the end. */
export function publishedTexts(plan: Plan): string[] {
  if (plan.kind === "canary" || plan.kind === "stamp")
    return drawnCanaries(plan).map((at, set) => plan.sets[set]![at]!);
  if (plan.kind === "inference") return plan.published;
  if (plan.kind === "order") return orderOf(plan).map((i) => plan.texts[i]!);
  const shards = shardsOf(plan);
  const drawn = shards.flatMap(({ lines, orders, published }) => orders[published]!.map((i) => plan.lines[lines[i]!]!));
  return [...drawn, ...plan.lines.slice(drawn.length)];
}

/** What a scorer is given: each text under an id that does not say which was drawn. */
export function* textsToScore(plan: Plan): Generator<{ id: string; text: string }> {
  if (plan.kind === "canary" || plan.kind === "stamp")
    for (const [s, set] of plan.sets.entries())
      for (const [c, each] of set.entries()) yield { id: `${s}/${c}`, text: each };
  else if (plan.kind === "exchange")
    for (const [s, shard] of shardsOf(plan).entries())
      for (const [o, order] of shard.orders.entries())
        yield { id: `${s}/${o}`, text: order.map((i) => plan.lines[shard.lines[i]!]).join("\n") };
  else
    for (const [i, each] of (plan.kind === "inference" ? sidesOf(plan) : plan).texts.entries())
      yield { id: String(i), text: each };
}

/** Ids of the texts to score, group by group: a set, a shard, or all texts of an order. */
export function idsOf(plan: Plan): string[][] {
  if (plan.kind === "canary" || plan.kind === "stamp") return plan.sets.map((set, s) => set.map((_, c) => `${s}/${c}`));
  if (plan.kind === "inference") {
    const { published, heldOut } = sidesOf(plan);
    return [published, heldOut];
  }
  if (plan.kind === "order") return [plan.texts.map((_, i) => String(i))];
  return Array.from({ length: plan.shards }, (_, s) => Array.from({ length: plan.orders }, (_o, o) => `${s}/${o}`));
}
