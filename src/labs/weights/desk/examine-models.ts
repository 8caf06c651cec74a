/**
 * Examine two models from their paths: open, digest and read at the same time, and hand back the findings, one a
 * proposition, with what a bundle needs to repeat them. The only verb behind `assay examine weights`, the demo and `verify --recompute`.
 */

import { SOFTWARE } from "../../../app/software.js";
import type { Study } from "../../../app/studies.js";
import type { Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import type { Progress } from "../../../base/progress.js";
import type { Finding } from "../../../finding/finding.js";
import { isUrl } from "../../../host/http/http-pin.js";
import { ComputePool } from "../../../host/model/compute-pool.js";
import { type Intake, intake } from "../../../host/model/intake.js";
import type { OpenedModel } from "../../../host/model/open-model.js";
import type { RemoteFiles } from "../../../host/model/remote-files.js";
import type { Reading } from "../../../model/model.js";
import { examineWeights, type Side } from "../examine.js";
import { openSide } from "../host/open-side.js";
import type { Settings } from "../method.js";
import { settingsForSketches } from "../sketch/meet.js";
import { provisionalRoot, type RemoteUse, remoteUse, settled } from "./remote-side.js";

interface ExamineModelsOptions {
  reference: string;
  suspect: string;
  /** The reference's initial weights. */
  init?: string;
  /** Further models, as candidate parents of the suspect beside the reference. */
  also?: readonly string[];
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

interface Input {
  role: "reference" | "suspect" | "init" | `also-${number}`;
  name: string;
  root: Digest;
  files: { path: string; digest: Digest }[];
}

export interface ModelsExamined {
  /** One a proposition; shared ancestry first. */
  findings: Finding[];
  inputs: Input[];
  /** As used: a sketch brings its own seed. */
  settings: Settings;
  /** What was read of sides that lie behind a URL. */
  remote: RemoteUse[];
}

/** @throws what either side's reading or digest finds wrong first; the other is stopped */
export async function examineModels(options: ExamineModelsOptions): Promise<ModelsExamined> {
  checkUrls(options);
  const pool = options.pool ?? new ComputePool(options.threads);
  // Digests run beside the reading; what either finds wrong ends both.
  const stop = new AbortController();
  const reference = side("reference", options.reference, options, stop.signal);
  const suspect = side("suspect", options.suspect, options, stop.signal);
  const init = options.init === undefined ? [] : [side("init", options.init, options, stop.signal)];
  const also = (options.also ?? []).map((path, n) => side(`also-${n + 1}`, path, options, stop.signal));
  const all = [reference, suspect, ...also, ...init];
  try {
    const opened = await Promise.all(all.map((one) => one.opened));
    const [r, s] = opened as [Side, Side];
    const further = opened.slice(2, 2 + also.length);
    const i = opened[2 + also.length];
    const models = opened.flatMap(({ reading }) => (reading.kind === "model" ? [reading.model] : []));
    const settings = settingsForSketches(options.settings, models);
    const findings = examineWeights({
      reference: r,
      suspect: s,
      ...(i ? { init: i } : {}),
      further,
      exhibits: settings.exhibits ? "asked" : "small",
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
    const behind = await Promise.all(all.map((one) => one.remote));
    return settleRemote({ findings: done, inputs, settings, remote: [] }, pool, behind);
  } catch (error) {
    stop.abort();
    await Promise.allSettled(all.map((one) => one.input));
    throw error;
  } finally {
    if (!options.pool) await pool.close();
  }
}

/** What looks at whole tensors needs files at hand. */
function checkUrls({ reference, suspect, init, also = [], settings }: ExamineModelsOptions): void {
  const further = [...(init === undefined ? [] : [init]), ...also];
  if (![reference, suspect, ...further].some(isUrl)) return;
  if (settings.rows === "all")
    throw new AssayError(
      "USAGE",
      "examine: expected --rows screened or sampled with a URL; download the model to look at all rows",
    );
  if (further.length > 0 || settings.exhibits)
    throw new AssayError("USAGE", "examine: expected files at hand with --init, --also and --exhibits, got a URL");
}

/** Sides behind a URL get the root of what was read of them, in every finding. */
function settleRemote(
  done: ModelsExamined,
  pool: ComputePool,
  sides: readonly (RemoteFiles | undefined)[],
): ModelsExamined {
  let { findings, inputs } = done;
  const remote: RemoteUse[] = [];
  const ofPool = pool.takeRemoteReads();
  for (const [i, files] of sides.entries()) {
    if (!files) continue;
    const reads = [...files.reader.takeReads(), ...ofPool.reads];
    const { receivedBytes, requests } = files.source;
    const use = remoteUse(inputs[i]!.role, files, {
      reads,
      receivedBytes: ofPool.receivedBytes + receivedBytes,
      requests: ofPool.requests + requests,
      notFinite: ofPool.notFinite,
    });
    remote.push(use);
    findings = findings.map((finding) => settled(finding, use, files));
    inputs = inputs.map((input, at) => (at === i ? { ...input, root: use.root } : input));
  }
  return { ...done, findings, inputs, remote };
}

function side(role: Input["role"], path: string, options: ExamineModelsOptions, signal: AbortSignal) {
  // Headers are read here; tensors are read by the pool, through handles of its own.
  const opened = openSide(path);
  const taken = isUrl(path) ? opened.then(nothingToDigest) : digests(role, path, options, signal);
  const input = Promise.all([opened, taken]).then(([model, { root, files }]): Input => {
    return { role, name: model.name, root, files: files.map((f) => ({ path: f.name, digest: f.digest })) };
  });
  // Both may fail while the other is awaited: the first error is the one reported, the other must not go unhandled.
  input.catch(() => undefined);
  const identity = Promise.all([input, opened, taken]).then(([{ name, root, files }, { reading, remote }, intake]) => ({
    artefact: { name, kind: isSketched(reading) ? ("sketch" as const) : ("model" as const), root },
    evidence: remote ? [root] : files.map((f) => f.digest),
    notFinite: intake.notFinite,
  }));
  identity.catch(() => undefined);
  const remote = opened.then((model) => model.remote);
  remote.catch(() => undefined);
  return {
    input,
    remote,
    checkUnchanged: async () => (await taken).checkUnchanged(),
    opened: opened.then(({ reading, vocabulary }): Side => ({ identity, reading, vocabulary })),
  };
}

function digests(role: string, path: string, options: ExamineModelsOptions, signal: AbortSignal): Promise<Intake> {
  return intake(path, {
    home: options.home,
    signal,
    onProgress: (done, total) => options.onProgress({ stage: `digest of the ${role}`, done, total }),
  });
}

/** Of a model behind a URL: every range that is asked for carries the state of its file. */
function nothingToDigest({ path }: OpenedModel): Intake {
  return { root: provisionalRoot(path), files: [], notFinite: [], checkUnchanged: async () => undefined };
}

function isSketched(reading: Reading): boolean {
  return reading.kind === "model" && reading.model.sketch !== undefined;
}
