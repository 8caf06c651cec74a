/**
 * A plan of canaries: invented facts, styles or decisions with several equally plausible options each, and for every
 * account the option it is served, drawn by a beacon's round that the plan's commitment names before it is out
 * (evidence/beacon-draw.ts). Version 1 had a seed of its maker's choice: it is read, and draws as it did.
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

/** 10,000 items of some 1,000 characters, and as many accounts. */
export const PLAN_BYTES_MAX = 64 * 1024 * 1024;
const ITEMS_MAX = 10_000;
const ACCOUNTS_MAX = 100_000;

const itemSchema = z.strictObject({
  /** Joins the transcript's prompt_id. */
  id: z.string().min(1).max(256),
  question: z.string().max(10_000),
  /** Equally plausible answers; none may be part of another. */
  options: z.array(z.string().min(1).max(1000)).min(2).max(1000),
});
const itemsSchema = z.array(itemSchema).min(1).max(ITEMS_MAX);

const common = {
  name: z.string().min(1).max(200).optional(),
  commitment: digestSchema,
  accounts: z.array(z.string().min(1).max(200)).min(1).max(ACCOUNTS_MAX),
  items: itemsSchema,
};
const [TYPE_1, TYPE] = ["assay/canary-plan/v1", "assay/canary-plan/v2"] as const;
const planSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal(TYPE_1), seed: drawFields.secret, ...common }),
  z.strictObject({ type: z.literal(TYPE), ...drawFields, ...common }),
]);
export type CanaryPlan = z.infer<typeof planSchema>;

/** What a plan says before its commitment is taken. */
type Said = Pick<Draw, "secret" | "round"> & Pick<CanaryPlan, "name" | "accounts" | "items">;

/** The plan with its commitment, its round not yet out. @throws AssayError FORMAT for accounts or options alike */
export function committedPlan(said: Said): CanaryPlan {
  checkPlan(said, "canaries");
  const plan = { type: TYPE, signature: null, ...said };
  return { ...plan, commitment: commitmentOf({ ...plan, commitment: "sha256:" } as never) } as CanaryPlan;
}

/** The digest published beforehand: of all that a plan says. */
function commitmentOf(plan: CanaryPlan): Digest {
  if (plan.type === TYPE_1) {
    const { seed, accounts, items } = plan;
    const said = JSON.stringify([seed, accounts, items.map((i) => [i.id, i.question, i.options])]);
    return sha256Digest(utf8(`assay-canary-plan/v1\0${said}`));
  }
  const { commitment: _, signature: __, ...said } = plan;
  return sha256Digest(utf8(`${TYPE}\0${canonicalJson(said)}`));
}

/** The beacon's round that draws; null where a seed of the maker's choice did. */
export function roundOf(plan: CanaryPlan): number | null {
  return plan.type === TYPE ? plan.round : null;
}

/** The option each account is served for each item: options[account][item]. @throws AssayError USAGE before the draw */
export function assignments(plan: CanaryPlan): Uint16Array[] {
  const seed =
    plan.type === TYPE
      ? seedOfDraw("assay/canary-draw/v2", plan, { name: plan.name ?? "canaries", command: "assay mark draw" })
      : plan.seed;
  return plan.accounts.map((account) => {
    const source = prng(plan.type, `${seed} ${account}`);
    return Uint16Array.from(plan.items, ({ options }) => source.below(options.length));
  });
}

/** @throws AssayError LIMIT, SCHEMA, DIGEST when the plan is not the one that was committed to, SIGNATURE of its round */
export function readPlan(bytes: Uint8Array, what: string): CanaryPlan {
  if (bytes.length > PLAN_BYTES_MAX) throw new AssayError("LIMIT", `${what}: expected at most ${PLAN_BYTES_MAX} bytes`);
  const plan = checked(planSchema, parseStrictJson(fromUtf8(bytes, what), what), what);
  checkPlan(plan, what);
  const commitment = commitmentOf(plan);
  if (commitment !== plan.commitment)
    throw new AssayError("DIGEST", `${what}: expected the plan of commitment ${plan.commitment}, got ${commitment}`);
  if (plan.type === TYPE) checkSignature(plan, what);
  return plan;
}

/** Items as a list by themselves. @throws AssayError SCHEMA */
export function parseItems(value: unknown, where: string): CanaryPlan["items"] {
  return checked(itemsSchema, value, where);
}

function checked<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AssayError("SCHEMA", `${where}: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
}

/** Accounts and items must be told apart, and options must not contain one another. */
function checkPlan({ accounts, items }: Pick<CanaryPlan, "accounts" | "items">, where: string): void {
  if (new Set(accounts).size !== accounts.length)
    throw new AssayError("FORMAT", `${where}: expected distinct accounts`);
  if (new Set(items.map(({ id }) => id)).size !== items.length)
    throw new AssayError("FORMAT", `${where}: expected distinct ids of items`);
  for (const { id, options } of items) {
    const plain = options.map((o) => o.toLowerCase());
    if (plain.some((a, i) => plain.some((b, j) => i !== j && b.includes(a))))
      throw new AssayError("FORMAT", `${where}: item ${id}: expected options that do not contain one another`);
  }
}
