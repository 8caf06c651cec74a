/** A table of words or numbers by version and by the digest of its canonical JSON: what a finding was made by. */
import { z } from "zod";
import { canonicalJsonBytes } from "../base/canonical-json.js";
import { sha256Digest } from "../base/digest.js";
import { digestSchema } from "../evidence/artefact.js";

const versionedSchema = z.strictObject({ version: z.string().min(1).max(100), digest: digestSchema });
export type Versioned = z.infer<typeof versionedSchema>;

/** What every finding states: by which questions, outcome rules and verbal scale it was made. */
export const rulesSchema = z.strictObject({
  propositions: versionedSchema,
  outcome: versionedSchema,
  scale: versionedSchema,
});
export type Rules = z.infer<typeof rulesSchema>;

/** @param table all of it: whatever is left out of the digest could be changed unseen */
export function nameOf(version: string, table: unknown): Versioned {
  return { version, digest: sha256Digest(canonicalJsonBytes(table)) };
}
