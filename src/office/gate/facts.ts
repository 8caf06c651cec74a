/**
 * What a gate knows about a model at a moment: a closed record, computed by this code from the model's files and a
 * register's log, never by a policy. A policy reads it and cannot add to it. What could not be found out is a value of its
 * own (null, "unknown"), never an absence: a rule that errs on a missing attribute must not be the reason for an allow.
 */
import { z } from "zod";
import { fromUtf8 } from "../../base/bytes.js";
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import { EFFECTS } from "../register/declarations/order.js";
import { modelId } from "../register/declarations/vocabulary.js";
import { STANDINGS } from "../register/descent.js";
import { ORDER_STATES } from "../register/orders/order-states.js";
import { FAULTS, TOOLS } from "./evaluations/reading.js";

export const FACTS_TYPE = "assay/gate-facts/v1";
/** Facts of a model with 10,000 ancestors take some 2 MB. */
export const FACTS_BYTES_MAX = 16 * 1024 * 1024;
const MANY = 20_000;

const keys = <K extends string>(table: Readonly<Record<K, unknown>>) => Object.keys(table) as [K, ...K[]];
const text = z.string().max(2000);
const ppm = z.int().min(0).max(1_000_000);
const seconds = z.int().min(0);
const moment = z.iso.datetime();
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** How far a fact of the origin was shown: the steps of the register's label. */
export const TIERS = ["not declared", "declared", "signed", "logged", "witnessed", "audited", "reproduced"] as const;

const order = z.strictObject({
  order: digest,
  authority: text,
  effect: z.enum(EFFECTS),
  state: z.enum(keys(ORDER_STATES)),
  reach: z.enum(["self", "ancestor"]),
  on: text,
  until: moment.nullable(),
});

const evaluation = z.strictObject({
  tool: z.enum(TOOLS),
  suite: text,
  version: text.nullable(),
  metric: text,
  k: z.int().min(0),
  n: z.int().min(0),
  lower95Ppm: ppm,
  /** Who stands behind it: the model's own declarer, or an auditor's key. */
  assurance: z.enum(["self", "auditor"]),
  boundTo: modelId,
  ageDays: z.int().min(0),
  faults: z.array(z.enum(keys(FAULTS))).max(64),
  /** Whether its criteria were entered before its results; null where no criteria were entered. */
  criteriaFirst: z.boolean().nullable(),
});

const factsSchema = z.strictObject({
  type: z.literal(FACTS_TYPE),
  at: moment,
  /** Null where the model's digest could not be made or is none of the register's. */
  model: modelId.nullable(),
  name: text.nullable(),
  /** Files at hand, signed and whole; null where no signature was looked for. */
  signature: z.enum(["holds", "does not hold", "missing", "not checked"]),
  signer: text.nullable(),
  log: z
    .strictObject({
      origin: text,
      size: z.int().min(0),
      root: digest,
      /** The newest witness's time; null where the policy names no witness. */
      cosigned: moment.nullable(),
      ageSeconds: seconds.nullable(),
      cosigners: z.int().min(0),
    })
    .nullable(),
  declared: z.boolean(),
  withdrawn: z.boolean(),
  orders: z.array(order).max(MANY),
  ancestors: z
    .array(
      z.strictObject({ id: modelId, name: text.nullable(), standing: z.enum(keys(STANDINGS)), declared: z.boolean() }),
    )
    .max(MANY),
  /** The walk over ancestors stopped before its end. */
  cutShort: z.boolean(),
  challengesOpen: z.int().min(0),
  origin: z.record(text, z.enum(TIERS)),
  licences: z.array(text).max(64).nullable(),
  audits: z
    .array(
      z.strictObject({
        run: text,
        status: z.enum(["bounded", "contradicted", "unopened"]),
        boundPpm: ppm.nullable(),
        ageDays: z.int().min(0),
      }),
    )
    .max(1000),
  evaluations: z.array(evaluation).max(1000),
  /** Entries of kinds this version does not know that speak of the model or of an ancestor. */
  unknownEntries: z.int().min(0),
});

export type GateFacts = z.infer<typeof factsSchema>;
export type OrderFact = z.infer<typeof order>;
export type EvalFact = z.infer<typeof evaluation>;

/** Canonical JSON of the facts. @throws SCHEMA where they are not of the closed form */
export function encodeFacts(facts: GateFacts): Uint8Array {
  const parsed = factsSchema.safeParse(facts);
  if (!parsed.success) throw schemaError(parsed.error.issues[0]!);
  return canonicalJsonBytes(parsed.data);
}

/** @throws LIMIT, FORMAT, SCHEMA */
export function decodeFacts(bytes: Uint8Array, what: string): GateFacts {
  if (bytes.length > FACTS_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${FACTS_BYTES_MAX} bytes`);
  const parsed = factsSchema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (!parsed.success) throw schemaError(parsed.error.issues[0]!, what);
  return parsed.data;
}

function schemaError(issue: z.core.$ZodIssue, what = "facts"): AssayError {
  return new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
}
