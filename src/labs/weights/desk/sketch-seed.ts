/** Draw the seed of a sketch jointly: commit to a model and a nonce, exchange commitments, reveal, compute. */
import { randomBytes } from "node:crypto";
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { canonicalJson } from "../../../base/canonical-json.js";
import { AssayError } from "../../../base/error.js";
import type { Progress } from "../../../base/progress.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { readSmallFile, writeNewFile } from "../../../host/small-file.js";
import { type Contribution, checkContribution, contributionOf, contributionSchema, jointSeed } from "../sketch/seed.js";
import { rootsOf } from "./sketch.js";

const CONTRIBUTION_BYTES_MAX = 4096;

/** Writes the contribution, to be kept until both commitments are exchanged. */
export async function commitToModel(options: {
  model: string;
  out: string;
  home: string | null;
  onProgress: (progress: Progress) => void;
}): Promise<Contribution> {
  const { root, chunkRoot } = await rootsOf(options.model, options.home, options.onProgress);
  const contribution = contributionOf(root, chunkRoot, randomBytes(32));
  await writeNewFile(options.out, utf8(`${canonicalJson(contribution)}\n`), true);
  return contribution;
}

/** @param commitment what the other side handed over before anything was revealed */
export async function seedOf(mine: string, theirs: string, commitment: string): Promise<string> {
  const [one, other] = [await readContribution(mine), await readContribution(theirs)];
  if (other.commitment !== commitment)
    throw new AssayError("DIGEST", `sketch seed: expected the contribution behind ${commitment}, got another`);
  if (one.commitment === other.commitment)
    throw new AssayError("USAGE", "sketch seed: expected the contributions of two sides, got one twice");
  return jointSeed(one, other);
}

async function readContribution(path: string): Promise<Contribution> {
  const text = fromUtf8(await readSmallFile(path, CONTRIBUTION_BYTES_MAX), "sketch seed");
  const parsed = contributionSchema.safeParse(parseStrictJson(text, "sketch seed"));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `sketch seed: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  checkContribution(parsed.data, "sketch seed");
  return parsed.data;
}
