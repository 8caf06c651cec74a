/** Make a sketch of a model: what an exact examination needs of it, and no more, in one file. */

import { SOFTWARE } from "../../../app/software.js";
import type { Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import type { Progress } from "../../../base/progress.js";
import { CHUNK_BYTES, treeRoot } from "../../../evidence/chunk-tree.js";
import { chunkLeaves } from "../../../host/model/chunk-roots.js";
import { ComputePool } from "../../../host/model/compute-pool.js";
import { intake } from "../../../host/model/intake.js";
import { openModel } from "../../../host/model/open-model.js";
import { assertFreeFile } from "../../../host/small-file.js";
import type { Model } from "../../../model/model.js";
import { looksLikeSketch, writeSketch } from "../host/sketch-store.js";
import { chunkDigest, chunkRootOf, type SketchHeader } from "../sketch/header.js";
import { foldsOf } from "../sketch/make.js";
import { plannedRows, planOf, sizesOf, unsketched, widthDefault } from "../sketch/plan.js";

interface SketchOptions {
  model: string;
  /** 64 lower-case hexadecimal digits. */
  seed: string;
  /** Null: as wide as half a row allows, 128 at the most. */
  width: number | null;
  rows: "sampled" | "all";
  out: string;
  home: string | null;
  threads?: number;
  onProgress: (progress: Progress) => void;
}

/** What `assay sketch --json` prints. */
export interface SketchRecord {
  type: "assay/sketch-record/v1";
  out: string;
  sizeBytes: number;
  /** OMS root of the model, and of its chunk trees. */
  root: Digest;
  chunkRoot: Digest;
  seed: string;
  width: number;
  rows: "sampled" | "all";
  discloses: {
    /** Folds held, numbers a fold, of how many numbers a row has. */
    folds: number;
    width: number;
    hidden: number;
    /** Share of a row's energy that the fold determines, on average: width / hidden, at most 1. */
    energyShare: number;
    /** Numbers in the sketch for each parameter of the model. */
    perParameter: number;
  };
}

/** @throws USAGE for a sketch in place of a model or an `out` that exists, UNSUPPORTED for what no sketch is made of */
export async function makeSketch(options: SketchOptions): Promise<SketchRecord> {
  const { seed, rows, out, home, onProgress } = options;
  await assertFreeFile(out);
  if (await looksLikeSketch(options.model))
    throw new AssayError(
      "USAGE",
      "sketch: expected a model, got a sketch; it can be given to `examine weights` as it is",
    );
  const opened = await openModel(options.model);
  if (opened.reading.kind === "refused") throw new AssayError("UNSUPPORTED", `sketch: ${opened.reading.reason}`);
  const { model } = opened.reading;
  if (model.experts > 0)
    throw new AssayError(
      "UNSUPPORTED",
      "sketch: expected a dense model, got a mixture of experts: sketches of experts are not made yet",
    );
  const odd = unsketched(model);
  if (odd !== null) throw new AssayError("UNSUPPORTED", `sketch: expected an MLP of one kind in every layer: ${odd}`);
  const sizes = sizesOf(model);
  const width = options.width ?? widthDefault(sizes.hidden);
  const plan = planOf(sizes, seed, rows);
  const taken = await intake(options.model, {
    home,
    onProgress: (done, total) => onProgress({ stage: "digest of the model", done, total }),
  });
  const files = await chunked(taken.files, onProgress);
  const pool = new ComputePool(options.threads);
  async function* folds() {
    for (const [at, planned] of plan.entries()) {
      yield await foldsOf(model, planned, { seed, width }, pool);
      onProgress({ stage: "folds", done: at + 1, total: plan.length });
    }
    // Digests and folds were taken in passes of their own: all must have seen the same files.
    await taken.checkUnchanged();
  }
  try {
    const header = {
      type: "assay/sketch/v1" as const,
      seed,
      width,
      rows,
      model: { root: taken.root, chunkBytes: CHUNK_BYTES as SketchHeader["model"]["chunkBytes"], files },
      sizes,
      ...factsOf(model),
      software: { ...SOFTWARE },
    };
    const folded = plannedRows(plan);
    const { sizeBytes } = await writeSketch(out, header, folded * width * 2, folds());
    return {
      type: "assay/sketch-record/v1",
      out,
      sizeBytes,
      root: taken.root,
      chunkRoot: chunkRootOf(files),
      seed,
      width,
      rows,
      discloses: {
        folds: folded,
        width,
        hidden: sizes.hidden,
        energyShare: Math.min(1, width / sizes.hidden),
        perParameter: (folded * width) / model.parameters,
      },
    };
  } finally {
    await pool.close();
  }
}

/** OMS root and chunk root of a model, for whoever commits to it before a sketch is made. */
export async function rootsOf(
  path: string,
  home: string | null,
  onProgress: (progress: Progress) => void,
): Promise<{ root: Digest; chunkRoot: Digest }> {
  const taken = await intake(path, {
    home,
    onProgress: (done, total) => onProgress({ stage: "digest of the model", done, total }),
  });
  const files = await chunked(taken.files, onProgress);
  await taken.checkUnchanged();
  return { root: taken.root, chunkRoot: chunkRootOf(files) };
}

/** The root of each file's hash tree beside its digest. */
async function chunked(
  files: readonly { name: string; path: string; sizeBytes: number; digest: Digest }[],
  onProgress: (progress: Progress) => void,
): Promise<SketchHeader["model"]["files"]> {
  const total = files.reduce((sum, f) => sum + f.sizeBytes, 0);
  let done = 0;
  const out: SketchHeader["model"]["files"] = [];
  for (const file of files) {
    const leaves = await chunkLeaves(file, (bytes) => {
      done += bytes;
      onProgress({ stage: "chunk trees", done, total });
    });
    const { name, sizeBytes, digest } = file;
    out.push({ name, sizeBytes, digest, chunks: chunkDigest(treeRoot(leaves)) });
  }
  return out;
}

function factsOf(model: Model): Pick<SketchHeader, "config" | "tied" | "vocabulary" | "parameters"> {
  const { tied, vocabulary, parameters } = model;
  // How the values were stored is of no use to whoever has their folds.
  const { quantization: _, odd: __, ...config } = model.config;
  return { config, tied, vocabulary, parameters };
}
