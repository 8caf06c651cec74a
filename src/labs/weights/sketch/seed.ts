/**
 * The seed of a sketch, drawn by both sides so that neither can choose it: commit and reveal. Each side commits to its
 * model (OMS root and chunk root) and a secret nonce; when both commitments are exchanged both are revealed, and
 *   seed = SHA-256(root A ‖ root B ‖ nonce A ‖ nonce B), the two in the order of their bytes.
 * A side that does not like the seed can only refuse to go on, which the other side sees.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { z } from "zod";
import { concatBytes, fromHex, hex, utf8 } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import { digestSchema } from "../../../evidence/artefact.js";
import { digestBytes } from "./header.js";

const DOMAIN = utf8("assay/sketch-commitment/v1\0");
const hex32 = z.string().regex(/^[0-9a-f]{64}$/);

/** What one side keeps to itself until both commitments are exchanged. */
export const contributionSchema = z.strictObject({
  type: z.literal("assay/sketch-contribution/v1"),
  /** OMS root of the model, and the root over its chunk trees. */
  root: digestSchema,
  chunkRoot: digestSchema,
  nonce: hex32,
  /** SHA-256(domain ‖ root ‖ chunk root ‖ nonce): what is handed over first. */
  commitment: hex32,
});
export type Contribution = z.infer<typeof contributionSchema>;

/** @param nonce 32 random bytes, kept secret until both commitments are exchanged */
export function contributionOf(
  root: Contribution["root"],
  chunkRoot: Contribution["chunkRoot"],
  nonce: Uint8Array,
): Contribution {
  const base = { type: "assay/sketch-contribution/v1" as const, root, chunkRoot, nonce: hex(nonce) };
  return { ...base, commitment: commitmentOf(base) };
}

/** @throws AssayError DIGEST when a contribution does not carry its own commitment */
export function checkContribution(contribution: Contribution, what: string): void {
  if (commitmentOf(contribution) !== contribution.commitment)
    throw new AssayError("DIGEST", `${what}: expected a contribution that gives its own commitment`);
}

/** The same whichever of the two is called A. */
export function jointSeed(one: Contribution, other: Contribution): string {
  const [a, b] = [one, other]
    .map((c) => ({ root: digestBytes(c.root, "sketch seed"), nonce: fromHex(c.nonce, "sketch seed") }))
    .sort((x, y) => compare(concatBytes([x.root, x.nonce]), concatBytes([y.root, y.nonce])));
  return hex(sha256(concatBytes([a!.root, b!.root, a!.nonce, b!.nonce])));
}

function commitmentOf({ root, chunkRoot, nonce }: Omit<Contribution, "commitment">): string {
  const at = "sketch seed";
  return hex(sha256(concatBytes([DOMAIN, digestBytes(root, at), digestBytes(chunkRoot, at), fromHex(nonce, at)])));
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}
