/**
 * A deployer's policy: a folder with `gate.json`, whose fields this code judges, and Cedar policies beside it, which can
 * only refuse more. `gate.json` cannot switch off the stops that hold for everybody (stops.ts); it can set how old a log
 * may be, which effects of orders refuse, and what papers are asked for.
 */
import { z } from "zod";
import { fromUtf8 } from "../../base/bytes.js";
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import { EFFECTS } from "../register/declarations/order.js";
import { TIERS } from "./facts.js";

const POLICY_TYPE = "assay/gate-policy/v1";
export const POLICY_BYTES_MAX = 1024 * 1024;
const DAY = 86_400;

const test = z.strictObject({
  suite: z.string().min(1).max(1000),
  metric: z.string().min(1).max(1000),
  lower95Ppm: z.int().min(0).max(1_000_000).describe("the 95 % lower bound must reach so many parts per million"),
  ageDaysMax: z.int().min(1).max(3660),
  assurance: z.enum(["self", "auditor"]).describe("'auditor' is not satisfied by the model's own maker"),
  criteriaFirst: z.boolean().describe("whether the criteria must stand in the log before the results"),
});

const gatePolicySchema = z.strictObject({
  type: z.literal(POLICY_TYPE),
  name: z.string().min(1).max(200),
  /** A log whose newest cosignature is older refuses. */
  logAgeSecondsMax: z
    .int()
    .min(60)
    .max(30 * DAY),
  /** How long a verdict may be acted on. */
  validSeconds: z
    .int()
    .min(60)
    .max(30 * DAY),
  /** Effects of an order in force that refuse; `suspend` and `recall` always do. */
  refusedEffects: z.array(z.enum(EFFECTS)).max(4),
  /** An order that is noticed or awaits its hearing reaches nobody yet; a careful deployer may wait for the end of it. */
  refuseWhileNoticed: z.boolean(),
  signature: z.boolean().describe("whether the files must be signed and whole"),
  signers: z
    .array(z.string().max(200))
    .max(1000)
    .nullable()
    .describe("names of keys that may have signed; null for any"),
  declared: z.boolean(),
  challengesOpenMax: z.int().min(0).max(1000),
  origin: z.record(z.string().max(100), z.enum(TIERS)).describe("least step of each fact of the origin"),
  licences: z.array(z.string().max(200)).max(1000).nullable().describe("SPDX ids that are taken; null for any"),
  audit: z
    .strictObject({ boundPpmMax: z.int().min(0).max(1_000_000), ageDaysMax: z.int().min(1).max(3660) })
    .nullable(),
  tests: z.array(test).max(100),
});
export type GatePolicy = z.infer<typeof gatePolicySchema>;

/** @throws LIMIT, FORMAT, SCHEMA */
export function parseGatePolicy(bytes: Uint8Array, what: string): GatePolicy {
  if (bytes.length > POLICY_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${POLICY_BYTES_MAX} bytes`);
  const parsed = gatePolicySchema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
}

/** What a verdict names: the fields and every Cedar policy, by name. */
export function policyDigest(policy: GatePolicy, cedar: ReadonlyMap<string, string>): Digest {
  const rules = [...cedar].sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256Digest(canonicalJsonBytes({ policy, cedar: rules }));
}
