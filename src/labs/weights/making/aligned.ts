/**
 * The values of both models side by side, tensor by tensor, for what is said about how the suspect was made. Layers
 * are paired by the test's correspondence, embedding rows by token string. Bounded: of a large model a few rows of
 * each matrix, drawn from the seed and from sizes alone. It sees no tensor whose shape changed.
 */

import { labelRuns } from "../../../alignment/sampling.js";
import { sharedTokens, tokenRuns } from "../../../alignment/shared-tokens.js";
import type { DType } from "../../../kernels/dtypes.js";
import type { Run } from "../../../kernels/row-order.js";
import type { Stretch } from "../../../kernels/row-source.js";
import type { CanonicalTensor, Role } from "../../../model/model.js";
import type { Counterparts } from "../story/counterparts.js";
import { sameNumber } from "../story/story.js";
import type { Bench } from "../tests/bench.js";
import { inParallel } from "../work.js";

export interface Aligned {
  role: Role;
  referenceLayer: number | null;
  suspectLayer: number | null;
  /** Of what was read; a vector is one row. */
  rows: number;
  columns: number;
  /** Values of the suspect's whole tensor. */
  total: number;
  /** Row-major, rows × columns. */
  reference: Float32Array;
  suspect: Float32Array;
  referenceType: DType;
  suspectType: DType;
}

/** Values a side in all: 16 rows of each matrix of a 7B model, all of one below 24 M. */
const VALUES_MAX = 24 * 1024 * 1024;
/** Fewer rows would see no scale of a row and no rank of a difference. */
const ROWS_MIN = 16;
const TOKENS_MAX = 2048;

interface Pairing {
  a: CanonicalTensor;
  b: CanonicalTensor;
  rows: number;
}

interface AlignedTensors<T> {
  /** What was taken from each tensor; values themselves are let go unless they were taken. */
  taken: T[];
  /** How many tensors of each side have no partner of the same shape. */
  unpaired: { reference: number; suspect: number };
}

/** @param layers which layers answer to which @param take what is kept of each pair: its values are gone afterwards */
export async function alignedTensors<T>(
  bench: Bench,
  layers: Counterparts,
  take: (aligned: Aligned) => T,
): Promise<AlignedTensors<T>> {
  const pairings = pairUp(bench, layers);
  const taken = await inParallel(bench.work, "values side by side", withinBudget(pairings), async (pair) =>
    take(await read(bench, pair)),
  );
  const unpaired = (side: "a" | "b", all: ReadonlyMap<string, CanonicalTensor>) =>
    all.size - new Set(pairings.map((pair) => pair[side].name)).size;
  const reference = unpaired("a", bench.reference.tensors);
  return { taken, unpaired: { reference, suspect: unpaired("b", bench.suspect.tensors) } };
}

function pairUp(bench: Bench, layers: Counterparts): Pairing[] {
  const out: Pairing[] = [];
  for (const b of bench.suspect.tensors.values()) {
    const layer = b.layer === null ? null : (layers.ofSuspect[b.layer] ?? sameNumber(bench, b.layer));
    if (b.layer !== null && layer === null) continue;
    const a = bench.reference.tensors.get(layer === null ? b.name : `layers.${layer}.${b.role}`);
    if (!a || a.matrix.columns !== b.matrix.columns) continue;
    if (!isByToken(b) && a.matrix.rows !== b.matrix.rows) continue;
    out.push({ a, b, rows: isByToken(b) ? Math.min(a.matrix.rows, b.matrix.rows, TOKENS_MAX) : b.matrix.rows });
  }
  return out;
}

/** Rows cut until all fits; where even the fewest do not, every n-th layer is looked at. */
function withinBudget(pairings: Pairing[]): Pairing[] {
  const cost = (list: Pairing[], most: number) =>
    list.reduce((sum, p) => sum + Math.min(p.rows, most) * p.b.matrix.columns, 0);
  let most = Math.max(ROWS_MIN, ...pairings.map((p) => p.rows));
  while (most > ROWS_MIN && cost(pairings, most) > VALUES_MAX) most = Math.max(ROWS_MIN, Math.floor(most / 2));
  let stride = 1;
  const kept = () => pairings.filter(({ b }) => b.layer === null || b.layer % stride === 0);
  while (cost(kept(), most) > VALUES_MAX && kept().some(({ b }) => b.layer)) stride *= 2;
  return kept().map((p) => ({ ...p, rows: Math.min(p.rows, most) }));
}

async function read(bench: Bench, { a, b, rows }: Pairing): Promise<Aligned> {
  const { seed } = bench.settings;
  let runs: { a: readonly Run[]; b: readonly Run[] };
  if (isByToken(b)) {
    const tokens = sharedTokens(bench.vocabularies, a.matrix.rows, b.matrix.rows, rows, seed);
    runs = { a: tokenRuns(tokens, "reference"), b: tokenRuns(tokens, "suspect") };
  } else {
    const drawn = labelRuns(b.matrix.rows, rows, seed);
    runs = { a: drawn, b: drawn };
  }
  const [reference, suspect] = await Promise.all([
    valuesOf(bench, { matrix: a.matrix, runs: runs.a }),
    valuesOf(bench, { matrix: b.matrix, runs: runs.b }),
  ]);
  const { columns } = b.matrix;
  return {
    role: b.role,
    referenceLayer: a.layer,
    suspectLayer: b.layer,
    rows: suspect.length / columns,
    columns,
    total: b.matrix.rows * columns,
    reference,
    suspect,
    referenceType: a.matrix.dtype,
    suspectType: b.matrix.dtype,
  };
}

async function valuesOf(bench: Bench, stretch: Stretch): Promise<Float32Array> {
  return stretch.runs.length === 0 ? new Float32Array(0) : bench.compute.rows(stretch);
}

function isByToken({ role }: CanonicalTensor): boolean {
  return role === "embed" || role === "output";
}
