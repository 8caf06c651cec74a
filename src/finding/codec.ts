/** A finding as text and back: canonical JSON out; in: limits, strict JSON, schema, forbidden words. */
import { z } from "zod";
import { fromUtf8 } from "../base/bytes.js";
import { canonicalJson } from "../base/canonical-json.js";
import { AssayError, assert } from "../base/error.js";
import { parseStrictJson } from "../base/strict-json.js";
import { FINDING_FORMS, type Finding, findingSchema } from "./finding.js";
import { forbiddenWording } from "./wording.js";

/** A finding on a 200-layer pair with its full evidence map takes about 2 MB. */
const FINDING_BYTES_MAX = 32 * 1024 * 1024;

/**
 * Canonical JSON. An assertion fails for a finding out of schema or with a word that no method may say
 * (forbidden-wording.ts).
 */
export function encodeFinding(finding: Finding): string {
  const checked = findingSchema.parse(finding);
  const spoken = [checked.reason, ...checked.alternatives, ...checked.limits].join("\n");
  assert(forbiddenWording(spoken) === null, `encodeFinding: forbidden wording "${forbiddenWording(spoken)}"`);
  return canonicalJson(checked);
}

/**
 * Reads the form alone; whether the outcome follows from its numbers is `coherence.ts`.
 * @throws LIMIT or SCHEMA, with the place in the text
 */
export function decodeFinding(bytes: Uint8Array, what: string): Finding {
  if (bytes.length > FINDING_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${FINDING_BYTES_MAX} bytes, got ${bytes.length}`);
  const parsed = findingSchema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  return parsed.data;
}

/** The published JSON Schema (2020-12) of a finding of one form. */
export function findingJsonSchema(form: keyof typeof FINDING_FORMS): unknown {
  return z.toJSONSchema(FINDING_FORMS[form], { io: "input" });
}
