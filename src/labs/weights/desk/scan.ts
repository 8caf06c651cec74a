/**
 * Which of the known bases is this model made of? The model is folded once under the library's seed and held against
 * every sketch by the exact test. Where no sketch speaks and weights of the library's models are at hand, the model is
 * held against those. Each p is paid for all sketches and all weights, also for those that could not be compared or were
 * not come to. Shared configuration is shown beside and never decides.
 */
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SOFTWARE } from "../../../app/software.js";
import type { Study } from "../../../app/studies.js";
import type { Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import type { Progress } from "../../../base/progress.js";
import { COMBINED_TEST_ID } from "../../../finding/coherence.js";
import type { Finding } from "../../../finding/finding.js";
import { OUTCOME_RULES } from "../../../finding/outcome.js";
import { isUrl } from "../../../host/http/http-pin.js";
import { ComputePool } from "../../../host/model/compute-pool.js";
import { intake } from "../../../host/model/intake.js";
import { examineAncestry, type Side, silentAncestry, type WeightsRequest } from "../examine.js";
import { openSide } from "../host/open-side.js";
import { fetchLibrary, LIBRARY_FILE, type LibraryEntry, readLibrary } from "../host/scan-library.js";
import { METHOD_ID } from "../method.js";
import type { WeightsObservations } from "../observations.js";
import { type Mixture, mixtureOf } from "../tests/mixture.js";
import { assertSigned } from "./signed-library.js";
import { makeSketch } from "./sketch.js";

interface ScanOptions {
  model: string;
  /** A folder, or the URL of one. */
  library: string;
  /** Folder of the library's models, each under the name of its sketch. */
  weights?: string;
  /** File of the key by which the library has to be signed. */
  publicKey?: string;
  /** With weights: undo disguises too where the exact tests are silent. */
  disguises?: boolean;
  studies: readonly Study[];
  home: string | null;
  threads?: number;
  onProgress: (progress: Progress) => void;
}

interface Candidate {
  name: string;
  root: Digest;
  added: string;
  /** By which moment (seconds since 1970) a register's log shows the model's files to have existed; null: no receipt. */
  committed: { time: number; by: string; evidence: Digest } | null;
  /** What was held against the model. */
  by: "sketch" | "weights";
  /** Paid for all candidates; null where the two could not be compared. */
  log10P: number | null;
  outcome: Finding["outcome"] | null;
  /** Of units in one order, where a common start explains that as well: it ranks, and accuses nobody. Null elsewhere. */
  commonStartLog10P: number | null;
  /** Why it was not compared; null where it was. */
  notCompared: string | null;
  /** Fields of the configuration that both state alike, of those that either states: shown, never evidence. */
  configuration: { same: number; stated: number } | null;
}

/** What `assay scan --json` prints. */
export interface ScanRecord {
  type: "assay/scan/v1";
  model: { name: string; root: Digest };
  /** `signed`: whether its signature by a given key was checked, and held. `weights`: models of the library whose weights were at hand; `paid`: comparisons that each p is paid for. */
  library: { digest: Digest; signed: boolean; candidates: number; compared: number; weights: number; paid: number };
  /** Strongest first; among those that are not, units in one order that a common start explains. */
  candidates: Candidate[];
  /** Two candidates of different starts that the model's weights are put together from: shown, and accuses nobody. */
  mixtures: (Mixture & { of: [string, string] })[];
  /** Those that are supported, with their findings; empty: none of these. */
  findings: Finding[];
  limits: readonly string[];
}

const LIMITS: readonly string[] = [
  "Only bases of this library were asked for: none of these is not made of nothing.",
  "Whoever knows the library's seed can alter a copy so that its folds under that seed differ; nobody can be accused by it.",
  "Several candidates of one family are all supported where they share ancestral weights: which of them is the parent is not said.",
];
const LIMIT_OF_SKETCHES =
  "From sketches only unit labels are tested: a copy whose units were permuted, rotated, mixed, thinned, put under noise or trained on for long, and a mixture of experts, come out as none of these.";
const LIMIT_OF_EXACT =
  "Disguises were not undone: a copy whose units were permuted or rotated comes out as none of these.";

/** Candidates whose units stand in the model's order that are held against it two and two: six pairs. */
const MIXED_MAX = 4;
/** Below every p that a double holds. */
const FIRST = 1e9;

interface Compared {
  candidate: Candidate;
  finding: Finding | null;
}

/** What all comparisons of a scan share. */
interface Asking {
  seed: string;
  paid: number;
  disguises: boolean;
  studies: readonly Study[];
  pool: ComputePool;
}

/** @throws AssayError UNSUPPORTED for a model of which no sketch can be made, USAGE for an empty library or no weights */
export async function scanModel(options: ScanOptions): Promise<ScanRecord> {
  const { onProgress, home, threads, disguises = false } = options;
  const folder = await mkdtemp(join(tmpdir(), "assay-scan-"));
  const pool = new ComputePool(threads);
  try {
    const library = isUrl(options.library) ? join(folder, "library") : options.library;
    if (library !== options.library) await fetchLibrary(options.library, library);
    if (options.publicKey !== undefined) await assertSigned(library, options.publicKey);
    const { seed, entries } = await readLibrary(library);
    if (entries.length === 0)
      throw new AssayError("USAGE", "scan: expected a library with at least one sketch; assay scan add makes one");
    const digest = digestOf(await readFile(join(library, LIBRARY_FILE)));
    const held = options.weights === undefined ? new Map() : await weightsOf(entries, options.weights);
    const paid = entries.length + held.size;
    const asking: Asking = { seed, paid, disguises: false, studies: options.studies, pool };
    const path = join(folder, "scanned.sketch");
    const made = await makeSketch({
      model: options.model,
      ...{ seed, width: null, rows: "sampled", out: path, home, onProgress },
      ...(threads === undefined ? {} : { threads }),
    });
    const { name } = await openSide(options.model);
    const sketch = await sideOf(path, name, made.root);
    const done = new Map<string, Compared>();
    for (const [at, entry] of entries.entries()) {
      done.set(entry.name, await withSketch(entry, sketch, library, asking));
      onProgress({ stage: "sketches", done: at + 1, total: entries.length });
    }
    if (!found(done) && held.size > 0) {
      const model = await weighed(options.model, name, home);
      // The exact tests of all come first; undoing a disguise takes some fifty times as long.
      for (const stage of disguises ? [false, true] : [false]) {
        if (found(done)) break;
        for (const [at, [entry, weights]] of [...held].entries()) {
          done.set(entry.name, await withWeights(entry, weights, model, home, { ...asking, disguises: stage }));
          onProgress({ stage: stage ? "undoing disguises" : "weights", done: at + 1, total: held.size });
        }
      }
    }
    const all = [...done.values()].sort((a, b) => rankOf(a) - rankOf(b));
    const mixtures = await mixturesOf(all, held, options.model, pool);
    const sketched = all.some(({ candidate }) => candidate.by === "sketch");
    return {
      type: "assay/scan/v1",
      model: { name, root: made.root },
      library: {
        digest,
        signed: options.publicKey !== undefined,
        candidates: entries.length,
        compared: all.filter(({ candidate }) => candidate.notCompared === null).length,
        weights: held.size,
        paid,
      },
      candidates: all.map(({ candidate }) => candidate),
      mixtures,
      findings: all.flatMap(({ finding }) => (finding?.outcome === "supports-hp" ? [finding] : [])),
      limits: [...LIMITS, ...(sketched ? [LIMIT_OF_SKETCHES] : disguises ? [] : [LIMIT_OF_EXACT])],
    };
  } finally {
    await pool.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of the strongest candidates whose units stand in one order with the model's, whether copied or by a common start. */
async function mixturesOf(
  ranked: readonly Compared[],
  held: ReadonlyMap<LibraryEntry, string>,
  model: string,
  pool: ComputePool,
): Promise<ScanRecord["mixtures"]> {
  const paths = new Map([...held].map(([entry, path]) => [entry.name, path]));
  const { log10Alpha } = OUTCOME_RULES;
  const alike = ranked
    .filter(
      ({ candidate: { log10P, commonStartLog10P } }) => Math.min(log10P ?? 0, commonStartLog10P ?? 0) <= log10Alpha,
    )
    .flatMap(({ candidate: { name } }) => (paths.has(name) ? [name] : []))
    .slice(0, MIXED_MAX);
  if (alike.length < 2) return [];
  const read = async (path: string) => {
    const { reading } = await openSide(path);
    return reading.kind === "model" ? reading.model : null;
  };
  const own = await read(model);
  const models = await Promise.all(alike.map((name) => read(paths.get(name)!)));
  const found: ScanRecord["mixtures"] = [];
  for (const [i, p] of models.entries())
    for (const [j, q] of models.entries()) {
      const mixture = j > i && own && p && q ? await mixtureOf(own, [p, q], pool) : null;
      if (mixture) found.push({ of: [alike[i]!, alike[j]!], ...mixture });
    }
  return found.sort((a, b) => a.left - b.left);
}

/** By p; among those that chance explains, by what a common start explains as well; those not compared last. */
function rankOf({ candidate: { log10P, commonStartLog10P } }: Compared): number {
  if (log10P === null) return 2;
  return log10P < 0 ? log10P - FIRST : (commonStartLog10P ?? 0);
}

function found(done: ReadonlyMap<string, Compared>): boolean {
  return [...done.values()].some(({ finding }) => finding?.outcome === "supports-hp");
}

/** Where each entry's model is, by the name of its sketch, which cannot lead out of the folder as a model's name can. */
async function weightsOf(entries: readonly LibraryEntry[], folder: string): Promise<Map<LibraryEntry, string>> {
  const out = new Map<LibraryEntry, string>();
  for (const entry of entries)
    for (const ending of ["", ".safetensors", ".gguf"]) {
      const path = join(folder, entry.file.replace(/\.sketch$/, ending));
      if (out.has(entry) || !(await stat(path).catch(() => null))) continue;
      out.set(entry, path);
    }
  if (out.size === 0)
    throw new AssayError("USAGE", `scan: expected --weights with models under the names of the library's sketches`);
  return out;
}

async function withSketch(entry: LibraryEntry, suspect: Side, library: string, asking: Asking): Promise<Compared> {
  const bytes = await readFile(join(library, entry.file)).catch(() => null);
  if (bytes === null) return notCompared(entry, "sketch", "its sketch is missing");
  if (digestOf(bytes) !== entry.sketch)
    throw new AssayError(
      "DIGEST",
      `scan: expected the sketch of ${entry.name} with the digest that ${LIBRARY_FILE} states`,
    );
  return compared(entry, "sketch", await sideOf(join(library, entry.file), entry.name, entry.root), suspect, asking);
}

async function withWeights(
  entry: LibraryEntry,
  path: string,
  suspect: Side,
  home: string | null,
  asking: Asking,
): Promise<Compared> {
  const reference = await weighed(path, entry.name, home);
  const { artefact } = await reference.identity;
  if (artefact.root !== entry.root)
    throw new AssayError("DIGEST", `scan: expected the weights of ${entry.name} with the root that the library states`);
  return compared(entry, "weights", reference, suspect, asking);
}

async function compared(
  entry: LibraryEntry,
  by: Candidate["by"],
  reference: Side,
  suspect: Side,
  { seed, paid, disguises, studies, pool }: Asking,
): Promise<Compared> {
  const request: WeightsRequest = {
    reference,
    suspect,
    ...(disguises ? {} : { disguises: "left" as const }),
    settings: { seed, rows: "sampled", candidates: paid },
    validations: studies.map(({ summary, digest }) => ({ summary, digest })),
    software: SOFTWARE,
    compute: pool,
    work: { concurrency: pool.threads + 1, onProgress: () => {} },
  };
  // Nearly all candidates are strangers, of whom the test is all there is to say.
  const silent = disguises ? null : await silentAncestry(request);
  if (silent) {
    const { log10P, outcome, fields } = silent;
    const configuration = alike(fields);
    const candidate = {
      ...stated(entry),
      by,
      log10P,
      outcome,
      commonStartLog10P: null,
      notCompared: null,
      configuration,
    };
    return { candidate, finding: null };
  }
  const finding = await examineAncestry(request);
  const combined = finding.tests.find(({ id }) => id === COMBINED_TEST_ID);
  if (!combined) return notCompared(entry, by, finding.reason);
  const { fields } = (finding.observations as WeightsObservations).architecture;
  const configuration = alike(fields);
  const { log10P } = combined;
  const { outcome } = finding;
  const commonStartLog10P = finding.tests.find(({ id }) => id === METHOD_ID)?.log10P ?? null;
  const compared = { by, log10P, outcome, commonStartLog10P, notCompared: null, configuration };
  return { candidate: { ...stated(entry), ...compared }, finding };
}

function alike(fields: WeightsObservations["architecture"]["fields"]): Candidate["configuration"] {
  return { same: fields.filter((field) => field.same).length, stated: fields.length };
}

function stated({ name, root, added, committed }: LibraryEntry) {
  return { name, root, added, committed: committed ?? null };
}

function notCompared(entry: LibraryEntry, by: Candidate["by"], why: string): Compared {
  const none = { log10P: null, outcome: null, commonStartLog10P: null, configuration: null };
  return { candidate: { ...stated(entry), by, ...none, notCompared: why }, finding: null };
}

/** A sketch as a side: what it stands for by its maker's word is the model behind the root. */
async function sideOf(path: string, name: string, root: Digest): Promise<Side> {
  const { reading, vocabulary } = await openSide(path);
  const identity = Promise.resolve({ artefact: { name, kind: "sketch" as const, root }, evidence: [root] });
  return { identity, reading, vocabulary };
}

/** A model as a side, its files digested. */
async function weighed(path: string, name: string, home: string | null): Promise<Side> {
  const { reading, vocabulary } = await openSide(path);
  const { root, files, notFinite } = await intake(path, { home });
  const artefact = { name, kind: "model" as const, root };
  return {
    identity: Promise.resolve({ artefact, evidence: files.map((f) => f.digest), notFinite }),
    reading,
    vocabulary,
  };
}

function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
