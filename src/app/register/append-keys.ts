/** Changing who may append: the policy in force is read, one key added or taken out, and the new one entered in the log. */

import { fromUtf8 } from "../../base/bytes.js";
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import { parseEcdsaKey } from "../../evidence/ecdsa-key.js";
import { keyHint, publicOf, readPublicKey } from "../../host/signing/signature-keys.js";
import { readWhole } from "../../host/whole-file.js";
import type { Role } from "../../office/register/append-policy.js";
import type { Policy } from "../../tlog/policy.js";
import { openRegister, setPolicy } from "./register.js";

export interface KeyGrant {
  name: string;
  publicKey: string;
  roles: readonly Role[];
  names: readonly string[];
}

/** @param path public key in PEM */
export async function grantOf(path: string, grant: Omit<KeyGrant, "publicKey">): Promise<KeyGrant & { keyId: string }> {
  const key = readPublicKey(await readWhole(path), path);
  const publicKey = publicOf(key).export({ type: "spki", format: "pem" }).toString();
  parseEcdsaKey(publicKey, path);
  return { ...grant, publicKey, keyId: keyHint(key) };
}

/** Canonical JSON: the same grants give the same digest. */
export function policyOf(grants: readonly KeyGrant[]): Uint8Array {
  const keys = grants.map(({ name, publicKey, roles, names }) => ({ name, publicKey, roles, names }));
  return canonicalJsonBytes({ type: "assay/register-policy/v1", keys });
}

/** @param grant null takes the key out @returns index of the policy's entry */
export async function changeKey(
  folder: string,
  keyId: string,
  grant: KeyGrant | null,
  witnesses: Policy | null,
  keysFile?: string,
): Promise<{ index: number }> {
  const { index, object } = await openRegister(folder);
  const bytes = index.policyDigest === null ? null : await object(index.policyDigest);
  const value = bytes ? (parseStrictJson(fromUtf8(bytes, "policy"), "policy") as { keys: KeyGrant[] }) : { keys: [] };
  const others = value.keys.filter(({ publicKey }) => parseEcdsaKey(publicKey, "policy").id !== keyId);
  if (grant === null && others.length === value.keys.length)
    throw new AssayError("USAGE", `register: expected a key of the policy, got ${keyId}`);
  return setPolicy(folder, policyOf(grant ? [...others, grant] : others), witnesses, keysFile);
}
