/**
 * Which of the known bases is this model made of? The model is folded once under the library's seed and held against
 * every sketch by the exact test; each p is paid for all sketches, also for those that could not be compared. Shared
 * configuration is shown beside and never decides.
 */
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SOFTWARE } from "../../../app/software.js";
import type { Study } from "../../../app/studies.js";
import type { Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import type { Progress } from "../../../base/progress.js";
import { COMBINED_TEST_ID } from "../../../finding/coherence.js";
import type { Finding } from "../../../finding/finding.js";
import { ComputePool } from "../../../host/model/compute-pool.js";
import { examineAncestry, type Side } from "../examine.js";
import { openSide } from "../host/open-side.js";
import { LIBRARY_FILE, type LibraryEntry, readLibrary } from "../host/scan-library.js";
import type { WeightsObservations } from "../observations.js";
import { makeSketch } from "./sketch.js";

interface ScanOptions {
  model: string;
  library: string;
  studies: readonly Study[];
  home: string | null;
  threads?: number;
  onProgress: (progress: Progress) => void;
}

interface Candidate {
  name: string;
  root: Digest;
  added: string;
  /** Paid for all candidates; null where the two could not be compared. */
  log10P: number | null;
  outcome: Finding["outcome"] | null;
  /** Why it was not compared; null where it was. */
  notCompared: string | null;
  /** Fields of the configuration that both state alike, of those that either states: shown, never evidence. */
  configuration: { same: number; stated: number } | null;
}

/** What `assay scan --json` prints. */
export interface ScanRecord {
  type: "assay/scan/v1";
  model: { name: string; root: Digest };
  library: { digest: Digest; candidates: number; compared: number };
  /** Strongest first. */
  candidates: Candidate[];
  /** Those that are supported, with their findings; empty: none of these. */
  findings: Finding[];
  limits: readonly string[];
}

const LIMITS: readonly string[] = [
  "Only bases of this library were asked for: none of these is not made of nothing.",
  "From sketches only unit labels are tested: a copy whose units were permuted, rotated or mixed afterwards, and a mixture of experts, come out as none of these.",
  "Whoever knows the library's seed can alter a copy so that its folds under that seed differ; nobody can be accused by it.",
  "Several candidates of one family are all supported where they share ancestral weights: which of them is the parent is not said.",
];

/** @throws AssayError UNSUPPORTED for a model of which no sketch can be made, USAGE for an empty library */
export async function scanModel(options: ScanOptions): Promise<ScanRecord> {
  const { library, onProgress } = options;
  const { seed, entries } = await readLibrary(library);
  if (entries.length === 0)
    throw new AssayError("USAGE", "scan: expected a library with at least one sketch; assay scan add makes one");
  const digest = digestOf(await readFile(join(library, LIBRARY_FILE)));
  const folder = await mkdtemp(join(tmpdir(), "assay-scan-"));
  const pool = new ComputePool(options.threads);
  try {
    const path = join(folder, "scanned.sketch");
    const { home, threads } = options;
    const made = await makeSketch({
      model: options.model,
      ...{ seed, width: null, rows: "sampled", out: path, home, onProgress },
      ...(threads === undefined ? {} : { threads }),
    });
    const name = (await openSide(options.model)).name;
    const suspect = await sideOf(path, name, made.root);
    const done: { candidate: Candidate; finding: Finding | null }[] = [];
    for (const [at, entry] of entries.entries()) {
      done.push(await compared(entry, suspect, entries.length, { ...options, seed }, pool));
      onProgress({ stage: "candidates", done: at + 1, total: entries.length });
    }
    done.sort((a, b) => (a.candidate.log10P ?? 1) - (b.candidate.log10P ?? 1));
    return {
      type: "assay/scan/v1",
      model: { name, root: made.root },
      library: {
        digest,
        candidates: entries.length,
        compared: done.filter(({ candidate }) => candidate.notCompared === null).length,
      },
      candidates: done.map(({ candidate }) => candidate),
      findings: done.flatMap(({ finding }) => (finding?.outcome === "supports-hp" ? [finding] : [])),
      limits: LIMITS,
    };
  } finally {
    await pool.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function compared(
  entry: LibraryEntry,
  suspect: Side,
  candidates: number,
  { library, studies, seed }: ScanOptions & { seed: string },
  pool: ComputePool,
): Promise<{ candidate: Candidate; finding: Finding | null }> {
  const { name, root, added, file, sketch } = entry;
  const path = join(library, file);
  const stated = { name, root, added };
  const none = { log10P: null, outcome: null, configuration: null };
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null) return { candidate: { ...stated, ...none, notCompared: "its sketch is missing" }, finding: null };
  if (digestOf(bytes) !== sketch)
    throw new AssayError("DIGEST", `scan: expected the sketch of ${name} with the digest that ${LIBRARY_FILE} states`);
  const reference = await sideOf(path, name, root);
  const finding = await examineAncestry({
    reference,
    suspect,
    settings: { seed, rows: "sampled", candidates },
    validations: studies.map(({ summary, digest }) => ({ summary, digest })),
    software: SOFTWARE,
    compute: pool,
    work: { concurrency: pool.threads + 1, onProgress: () => {} },
  });
  const combined = finding.tests.find(({ id }) => id === COMBINED_TEST_ID);
  if (!combined) return { candidate: { ...stated, ...none, notCompared: finding.reason }, finding: null };
  const { fields } = (finding.observations as WeightsObservations).architecture;
  const configuration = { same: fields.filter((field) => field.same).length, stated: fields.length };
  const { log10P } = combined;
  return { candidate: { ...stated, log10P, outcome: finding.outcome, notCompared: null, configuration }, finding };
}

/** A sketch as a side: what it stands for by its maker's word is the model behind the root. */
async function sideOf(path: string, name: string, root: Digest): Promise<Side> {
  const { reading, vocabulary } = await openSide(path);
  const identity = Promise.resolve({ artefact: { name, kind: "sketch" as const, root }, evidence: [root] });
  return { identity, reading, vocabulary };
}

function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
