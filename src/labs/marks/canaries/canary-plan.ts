/**
 * A plan of canaries: invented facts, styles or decisions with several equally plausible options each, and for every
 * account the option it was served, drawn at random from a secret seed whose digest was published beforehand.
 */
import { z } from "zod";
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { prng } from "../../../base/prng.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { digestSchema } from "../../../evidence/artefact.js";

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

const planSchema = z.strictObject({
  type: z.literal("assay/canary-plan/v1"),
  name: z.string().min(1).max(200).optional(),
  /** 64 hexadecimal digits; secret until the plan is opened. */
  seed: z.string().regex(/^[0-9a-f]{64}$/),
  commitment: digestSchema,
  accounts: z.array(z.string().min(1).max(200)).min(1).max(ACCOUNTS_MAX),
  items: z.array(itemSchema).min(1).max(ITEMS_MAX),
});
export type CanaryPlan = z.infer<typeof planSchema>;

/** The digest published beforehand: of the seed, the accounts and the items together. */
export function planCommitment({ seed, accounts, items }: Pick<CanaryPlan, "seed" | "accounts" | "items">): Digest {
  return sha256Digest(
    utf8(`assay-canary-plan/v1\0${JSON.stringify([seed, accounts, items.map((i) => [i.id, i.question, i.options])])}`),
  );
}

/** The option each account was served for each item: options[account][item]. */
export function assignments(plan: CanaryPlan): Uint16Array[] {
  return plan.accounts.map((account) => {
    const source = prng("assay/canary-plan/v1", `${plan.seed} ${account}`);
    return Uint16Array.from(plan.items, ({ options }) => source.below(options.length));
  });
}

/** @throws AssayError LIMIT, SCHEMA, or DIGEST when the plan is not the one that was committed to */
export function readPlan(bytes: Uint8Array, what: string): CanaryPlan {
  if (bytes.length > PLAN_BYTES_MAX) throw new AssayError("LIMIT", `${what}: expected at most ${PLAN_BYTES_MAX} bytes`);
  const where = what;
  const parsed = planSchema.safeParse(parseStrictJson(fromUtf8(bytes, where), where));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${where}: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  const plan = parsed.data;
  checkPlan(plan, where);
  if (planCommitment(plan) !== plan.commitment)
    throw new AssayError(
      "DIGEST",
      `${where}: expected the plan of commitment ${plan.commitment}, got ${planCommitment(plan)}`,
    );
  return plan;
}

/** Items as a list by themselves. @throws AssayError SCHEMA */
export function parseItems(value: unknown, where: string): CanaryPlan["items"] {
  const parsed = planSchema.shape.items.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AssayError("SCHEMA", `${where}: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
}

/** Accounts and items must be told apart, and options must not contain one another. */
export function checkPlan({ accounts, items }: Pick<CanaryPlan, "accounts" | "items">, where: string): void {
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
