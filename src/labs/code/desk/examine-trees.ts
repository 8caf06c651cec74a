/** Two trees and an index, opened, printed and examined. */
import type { Examination } from "../../../app/laboratory.js";
import { SOFTWARE } from "../../../app/software.js";
import type { Study } from "../../../app/studies.js";
import { fromUtf8 } from "../../../base/bytes.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import type { Progress } from "../../../base/progress.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { readSmallFile } from "../../../host/small-file.js";
import { type CodeSide, examineCode } from "../examine.js";
import { readCorpus } from "../host/corpus.js";
import { type PrintedTree, printTree } from "../host/printed-tree.js";
import { readSourceTree, type SourceTree } from "../host/source-tree.js";
import { type Review, reviewSchema } from "../review.js";

const REVIEW_BYTES_MAX = 8 * 1024 * 1024;

interface Trees {
  claimant: SourceTree;
  suspect: SourceTree;
  corpus: string;
  leaveOut: readonly string[];
  review: string | null;
  studies: readonly Study[];
  onProgress: (progress: Progress) => void;
}

export const openTree = readSourceTree;

/**
 * @throws USAGE for a maker to be left out who is not in the index, DIGEST for a review of other trees or by another
 * index
 */
export async function examineTrees(asked: Trees): Promise<Examination> {
  const corpus = await readCorpus(asked.corpus);
  for (const name of asked.leaveOut)
    if (!corpus.makers.some(({ maker }) => maker === name))
      throw new AssayError("USAGE", `--leave-out: expected a maker of the index, got ${quoted(name)}`);
  const [claimant, suspect] = [
    await sideOf(asked.claimant, "claimant", asked.onProgress),
    await sideOf(asked.suspect, "suspect", asked.onProgress),
  ];
  const review = asked.review === null ? null : await readReview(asked.review);
  if (review) {
    const { record } = review;
    if (record.claimant !== claimant.artefact.root || record.suspect !== suspect.artefact.root)
      throw new AssayError("DIGEST", "--review: expected a record of these two trees, got one of others");
    if (record.corpus !== corpus.root)
      throw new AssayError("DIGEST", "--review: expected a record by this index, got one by another");
  }
  const left = new Set(asked.leaveOut);
  const finding = examineCode({
    claimant,
    suspect,
    corpus: {
      root: corpus.root,
      dated: corpus.index.dated,
      makers: corpus.makers.filter(({ maker }) => !left.has(maker)),
      leftOut: [...left].sort(),
    },
    review,
    validations: asked.studies,
    software: SOFTWARE,
  });
  return {
    findings: [finding],
    inputs: [
      { role: "claimant", name: claimant.artefact.name, root: claimant.artefact.root },
      { role: "suspect", name: suspect.artefact.name, root: suspect.artefact.root },
      { role: "corpus", name: "index.json", root: corpus.root },
      ...(review ? [{ role: "review", name: "review.json", root: review.digest }] : []),
    ],
    settings: { leaveOut: [...left].sort() },
    arguments: ["CLAIMANT", "SUSPECT", "--corpus", "DIR"],
  };
}

/** One side, opened and printed: @param role what it is called while it is read */
export async function sideOf(tree: SourceTree, role: string, onProgress: Trees["onProgress"]): Promise<CodeSide> {
  const printed: PrintedTree = await printTree(tree, "units", (done, total) =>
    onProgress({ stage: `reading the ${role}'s files`, done, total }),
  );
  const { name, root, units, provenance, files, seen } = printed;
  return { name, units, provenance, files, seen, artefact: { name, kind: "code", root } };
}

async function readReview(path: string): Promise<{ digest: ReturnType<typeof sha256Digest>; record: Review }> {
  const bytes = await readSmallFile(path, REVIEW_BYTES_MAX);
  const parsed = reviewSchema.safeParse(parseStrictJson(fromUtf8(bytes, "--review"), "--review"));
  if (parsed.success) return { digest: sha256Digest(bytes), record: parsed.data };
  const issue = parsed.error.issues[0]!;
  throw new AssayError("SCHEMA", `--review: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
}
