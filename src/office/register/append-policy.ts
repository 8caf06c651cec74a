/**
 * Who may append what: a list of keys with roles and names of their own. The policy is itself an entry of the log, so a
 * reader can tell under which policy each entry came in. It says nothing about who stands behind a key.
 */
import { z } from "zod";
import { fromUtf8 } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import { type EcdsaPublicKey, parseEcdsaKey } from "../../evidence/ecdsa-key.js";
import type { AccessKind } from "./access/fields.js";
import type { Kind } from "./declarations/kinds.js";

const POLICY_BYTES_MAX = 4 * 1024 * 1024;

export const ROLES = {
  publisher: [
    "training-run",
    "training-content",
    "derivation",
    "origin",
    "evaluation",
    "evaluation-criteria",
    "correction",
    "withdrawal",
    "challenge",
  ],
  /** Writes down what makers published; what it says is shown as compiled, not as declared. */
  compiler: ["training-run", "training-content", "derivation", "origin", "evaluation", "correction", "withdrawal"],
  auditor: ["audit", "finding", "evaluation", "evaluation-criteria", "correction", "withdrawal", "challenge"],
  challenger: ["challenge", "challenge-closed"],
  /** Orders come under the authority's own policy (`orders/authority-policy.ts`), which such a key begins. */
  authority: ["challenge", "challenge-closed", "finding", "withdrawal", "order", "order-lifted", "order-extended"],
  /** Shares models, code or data with partners and keeps the access ledger of what is its own. */
  owner: ["access-grant", "access-delivery", "access-receipt", "access-revocation"],
} as const satisfies Record<string, readonly (Kind | AccessKind)[]>;
export type Role = keyof typeof ROLES;

const schema = z.strictObject({
  type: z.literal("assay/register-policy/v1"),
  keys: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(200).describe("who the operator takes the holder to be"),
        publicKey: z.string().max(1024).describe("EC public key in PEM"),
        roles: z
          .array(z.enum(Object.keys(ROLES) as [Role, ...Role[]]))
          .min(1)
          .max(Object.keys(ROLES).length),
        names: z
          .array(z.string().regex(/^([A-Za-z0-9][A-Za-z0-9._-]{0,95}\/|\*|[A-Za-z0-9][A-Za-z0-9._/-]{0,190})$/))
          .max(1000)
          .describe("model names this key declares: a whole name, a prefix ending in /, or *"),
      }),
    )
    .max(10_000),
});

export interface RegisteredKey {
  name: string;
  key: EcdsaPublicKey;
  roles: readonly Role[];
  names: readonly string[];
}
export type AppendPolicy = ReadonlyMap<string, RegisteredKey>;

/** @returns keys by their ids @throws LIMIT, SCHEMA or FORMAT; a key twice is refused */
export function parseAppendPolicy(bytes: Uint8Array, what: string): AppendPolicy {
  if (bytes.length > POLICY_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${POLICY_BYTES_MAX} bytes, got ${bytes.length}`);
  const parsed = schema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
  }
  const keys = new Map<string, RegisteredKey>();
  for (const { name, publicKey, roles, names } of parsed.data.keys) {
    const key = parseEcdsaKey(publicKey, `${what}: key of ${JSON.stringify(name)}`);
    if (keys.has(key.id)) throw new AssayError("SCHEMA", `${what}: expected each key once`);
    keys.set(key.id, { name, key, roles, names });
  }
  return keys;
}

/** Null when one of its roles may enter this kind. */
export function faultOfRole({ roles }: RegisteredKey, kind: Kind | AccessKind): string | null {
  const may = roles.some((role) => (ROLES[role] as readonly (Kind | AccessKind)[]).includes(kind));
  return may ? null : `${roles.join(", ")} may not enter: ${kind}`;
}

/** A name itself, a prefix that ends in a slash, or `*`. */
export function ownsName({ names }: RegisteredKey, name: string): boolean {
  return names.some((own) => own === "*" || own === name || (own.endsWith("/") && name.startsWith(own)));
}
