/** Models of the study in memory, and pairs of them through the laboratory's door, on several threads. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Finding } from "../../dist/finding/finding.js";
import type { Validation } from "../../dist/finding/validation.js";
import { ComputePool } from "../../dist/host/model/compute-pool.js";
import { openModel } from "../../dist/host/model/open-model.js";
import { examineAncestry } from "../../dist/labs/weights/examine.js";
import { SEED_DEFAULT } from "../../dist/labs/weights/method.js";
import type { WeightsObservations } from "../../dist/labs/weights/observations.js";
import type { Model, Vocabulary } from "../../dist/model/model.js";

export interface Loaded {
  name: string;
  path: string;
  origin: string;
  model: Model;
  vocabulary: Vocabulary | null;
  parents: string[];
  how: string;
  /** What the maker wrote beside it. */
  made: Record<string, unknown>;
  /** The independent initialisation it goes back to: models of one seed are one family. */
  family: string;
}

export interface Pair {
  a: Loaded;
  b: Loaded;
  kind: string;
}

export interface PairResult {
  a: string;
  b: string;
  kind: string;
  familyA: string;
  familyB: string;
  /** Combined, and by axis; null where an axis was not examined. */
  log10P: number;
  axes: Record<string, number | null>;
  /** Largest correlation that the tensor story saw. */
  pearsonMax: number;
}

export const pool = new ComputePool(availableParallelism());

/** The folder, or an error that says how to fill it. */
export function existing(path: string): string {
  if (!existsSync(path)) throw new Error(`${path} is not there: fill it with materials/makers`);
  return path;
}

export async function loadAll(folder: string, origin: string): Promise<Loaded[]> {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((e) => e.isDirectory())
    .map((e) => e.name)
    .sort();
  const out: Loaded[] = [];
  for (const name of names) {
    const path = join(folder, name);
    if (!["model.safetensors", "model.safetensors.index.json"].some((file) => existsSync(join(path, file)))) continue;
    const { reading, vocabulary } = await openModel(path);
    if (reading.kind === "refused") throw new Error(`${path}: ${reading.reason}`);
    const made = existsSync(join(path, "made.json")) ? JSON.parse(readFileSync(join(path, "made.json"), "utf8")) : {};
    const parents = ([made.parents ?? []] as string[][]).flat();
    out.push({
      name,
      path,
      origin,
      model: reading.model,
      vocabulary,
      parents,
      how: name.split("-").slice(1).join("-"),
      made,
      family: familyOf(name, parents),
    });
  }
  return out;
}

/** `a-same-seed` starts from the draw of `a00`; a child goes back to its parent. */
function familyOf(name: string, parents: string[]): string {
  if (name.endsWith("-same-seed")) return `${name[0]}00`;
  return parents[0] ?? name;
}

/** @param validations studies of the stages that may speak; without one a later stage says nothing */
export function findingOf(a: Loaded, b: Loaded, validations: readonly Validation[] = []): Promise<Finding> {
  const root = `sha256:${"0".repeat(64)}` as const;
  const side = (m: Loaded) => ({
    reading: { kind: "model" as const, model: m.model },
    vocabulary: m.vocabulary,
    identity: Promise.resolve({ artefact: { name: m.name, kind: "model" as const, root }, evidence: [] }),
  });
  return examineAncestry({
    reference: side(a),
    suspect: side(b),
    settings: { seed: SEED_DEFAULT, rows: "sampled" },
    validations,
    software: { name: "assay", version: "study", commit: "study" },
    compute: pool,
    work: { concurrency: 4, onProgress: () => {} },
  });
}

export async function examinePair(a: Loaded, b: Loaded): Promise<Pick<PairResult, "log10P" | "axes" | "pearsonMax">> {
  const finding = await findingOf(a, b);
  const observations = finding.observations as WeightsObservations;
  return {
    log10P: finding.tests.find((t) => t.id === "combined")!.log10P,
    axes: Object.fromEntries(observations.axes.map((x) => [x.axis, x.log10P])),
    pearsonMax: Math.max(0, ...observations.tensors.map((t) => t.pearson ?? 0)),
  };
}

export async function mapPairs(pairs: Pair[], log: (text: string) => void): Promise<PairResult[]> {
  const out = new Array<PairResult>(pairs.length);
  let next = 0;
  const lane = async () => {
    while (next < pairs.length) {
      const index = next++;
      const { a, b, kind } = pairs[index]!;
      out[index] = { a: a.name, b: b.name, kind, familyA: a.family, familyB: b.family, ...(await examinePair(a, b)) };
      if (index % 1000 === 999) log(`  ${index + 1} of ${pairs.length} pairs`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, lane));
  return out;
}
