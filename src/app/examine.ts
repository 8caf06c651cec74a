/**
 * Examine two models from their paths: open, digest and read at the same time, and hand back the findings, one a
 * proposition, with what a bundle needs to repeat them. The only verb behind `assay examine weights`, the demo and `verify --recompute`.
 */
import type { Digest } from "../base/digest.js";
import type { Finding } from "../finding/finding.js";
import { ComputePool } from "../host/compute-pool.js";
import { type Intake, intake } from "../host/intake.js";
import { openModel } from "../host/open-model.js";
import { examineWeights, type Side } from "../labs/weights/examine.js";
import type { Settings } from "../labs/weights/method.js";
import { settingsForSketches } from "../labs/weights/sketch/meet.js";
import type { Progress } from "../labs/weights/work.js";
import type { Reading } from "../model/model.js";
import { SOFTWARE } from "./software.js";
import type { Study } from "./validation-data.js";

export interface ExamineOptions {
  reference: string;
  suspect: string;
  /** The reference's initial weights. */
  init?: string;
  settings: Settings;
  /** Validation studies at hand, found by method. */
  studies: readonly Study[];
  /** Folder of Assay's state: the cache of digests; null for no cache. */
  home: string | null;
  threads?: number;
  /** Reuse a pool over several examinations; otherwise one is started and closed. */
  pool?: ComputePool;
  onProgress: (progress: Progress) => void;
}

export interface Input {
  role: "reference" | "suspect" | "init";
  name: string;
  root: Digest;
  files: { path: string; digest: Digest }[];
}

export interface Examination {
  /** One a proposition; shared ancestry first. */
  findings: Finding[];
  inputs: Input[];
  /** As used: a sketch brings its own seed. */
  settings: Settings;
}

export async function examine(options: ExamineOptions): Promise<Examination> {
  const pool = options.pool ?? new ComputePool(options.threads);
  // Digests run beside the reading; what either finds wrong ends both.
  const stop = new AbortController();
  const reference = side("reference", options.reference, options, stop.signal);
  const suspect = side("suspect", options.suspect, options, stop.signal);
  const init = options.init === undefined ? [] : [side("init", options.init, options, stop.signal)];
  const all = [reference, suspect, ...init];
  try {
    const opened = await Promise.all(all.map((one) => one.opened));
    const [r, s, i] = opened as [Side, Side, Side?];
    const models = opened.flatMap(({ reading }) => (reading.kind === "model" ? [reading.model] : []));
    const settings = settingsForSketches(options.settings, models);
    const findings = examineWeights({
      reference: r,
      suspect: s,
      ...(i ? { init: i } : {}),
      settings,
      validations: options.studies.map(({ summary, digest }) => ({ summary, digest })),
      software: SOFTWARE,
      compute: pool,
      work: { concurrency: pool.threads + 1, onProgress: options.onProgress },
    });
    // Rejections of digests must win over a result that is still being computed.
    const [done, ...inputs] = await Promise.all([findings, ...all.map((one) => one.input)]);
    // The digest was taken in another pass than the arithmetic: both must have seen the same files.
    await Promise.all(all.map((one) => one.checkUnchanged()));
    return { findings: done, inputs, settings };
  } catch (error) {
    stop.abort();
    await Promise.allSettled(all.map((one) => one.input));
    throw error;
  } finally {
    if (!options.pool) await pool.close();
  }
}

function side(role: Input["role"], path: string, options: ExamineOptions, signal: AbortSignal) {
  // Headers are read here; tensors are read by the pool, through handles of its own.
  const opened = openModel(path);
  const taken: Promise<Intake> = intake(path, {
    home: options.home,
    signal,
    onProgress: (done, total) => options.onProgress({ stage: `digest of the ${role}`, done, total }),
  });
  const input = Promise.all([opened, taken]).then(([model, { root, files }]): Input => {
    return { role, name: model.name, root, files: files.map((f) => ({ path: f.name, digest: f.digest })) };
  });
  // Both may fail while the other is awaited: the first error is the one reported, the other must not go unhandled.
  input.catch(() => undefined);
  const identity = Promise.all([input, opened]).then(([{ name, root, files }, { reading }]) => ({
    artefact: { name, kind: isSketched(reading) ? ("sketch" as const) : ("model" as const), root },
    evidence: files.map((f) => f.digest),
  }));
  identity.catch(() => undefined);
  return {
    input,
    checkUnchanged: async () => (await taken).checkUnchanged(),
    opened: opened.then(({ reading, vocabulary }): Side => ({ identity, reading, vocabulary })),
  };
}

function isSketched(reading: Reading): boolean {
  return reading.kind === "model" && reading.model.sketch !== undefined;
}
