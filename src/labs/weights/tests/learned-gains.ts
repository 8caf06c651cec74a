/**
 * Was the same learned? Norm gains start at one and their biases at nought whatever the seed, so what they hold was learned.
 * How far those of two models agree, vector by vector, by ranks.
 */
import type { Model, Role } from "../../../model/model.js";
import { type Answer, type Compared, picked, ROWS_LOOKED_AT } from "./answering-rows.js";

/** Gains that fall where columns rise more closely than this were divided by a tool's scales: learned ones rise with them. */
const SCALED_MAX = -0.5;
/** A vector shorter than this, or all of them together below that, says nothing. */
const VECTOR_MIN = 16;
const VALUES_MIN = 64;
interface Found {
  /** By gains alone, and by gains together with the columns that read them; how many values. */
  rank: number;
  gathered: number | null;
  n: number;
}

/** How far the gains agree that answer to each other; null where too few values say anything. */
export async function agreementOfGains(
  bench: Compared,
  answers: readonly (Answer | null)[],
): Promise<{ agreement: number | null; vectors: number; values: number }> {
  const { reference, suspect, columns } = bench;
  const found: Found[] = [];
  for (const [own, other] of answers.flatMap((answer) => vectorsOf(reference, answer))) {
    const [a, b] = [reference.tensors.get(own)!, suspect.tensors.get(other)];
    if (!b || a.matrix.columns !== reference.hidden || b.matrix.columns !== suspect.hidden) continue;
    if (a.matrix.columns < VECTOR_MIN || (columns && columns.reference.length < VECTOR_MIN)) continue;
    const agreed = await agreementOf(bench, own, other);
    if (agreed) found.push(agreed);
  }
  const values = found.reduce((sum, { n }) => sum + n, 0);
  const best = Math.max(meanOf(found, "rank"), meanOf(found, "gathered"));
  return { agreement: values < VALUES_MIN ? null : best, vectors: found.length, values };
}

/** Each vector counts for as much as it is long. */
function meanOf(found: readonly Found[], by: "rank" | "gathered"): number {
  const spoken = found.filter((f) => f[by] !== null);
  const n = spoken.reduce((sum, f) => sum + f.n, 0);
  return n < VALUES_MIN ? -1 : spoken.reduce((sum, f) => sum + f.n * f[by]!, 0) / n;
}

/** Names of norm vectors in the reference and in the suspect; of the whole models' where no layer is named. */
function vectorsOf({ tensors }: Model, answer: Answer | null): [string, string][] {
  return [...tensors.values()].flatMap(({ name, role, layer: at, matrix }): [string, string][] => {
    if (at !== (answer?.[0] ?? null) || matrix.rows !== 1 || !/^norm/.test(role)) return [];
    return [[name, answer === null ? name : name.replace(/^layers\.\d+/, `layers.${answer[1]}`)]];
  });
}

/** The matrices that read what a norm gives. */
const READERS: Readonly<Partial<Record<Role, readonly Role[]>>> = {
  "norm.attention": ["attention.q", "attention.k", "attention.v"],
  "norm.mlp": ["mlp.gate", "mlp.up"],
  norm: ["output"],
};

/**
 * How far two norm vectors agree by ranks. A gain can be moved into the matrices that read it, in part and at random,
 * without changing what is computed; so where gains alone disagree it is asked whether gain and columns together carry the
 * other's gains. Gains that a tool divided by its scales, the same for whoever uses it, fall where the columns that read
 * them rise: those say nothing.
 */
async function agreementOf(bench: Compared, own: string, other: string): Promise<Found | null> {
  const { columns, compute } = bench;
  const [a, b] = [bench.reference.tensors.get(own)!, bench.suspect.tensors.get(other)!];
  const whole = await Promise.all([compute.load(a.matrix), compute.load(b.matrix)]);
  const x = picked(whole[0], whole[0].length, columns?.reference);
  const y = picked(whole[1], whole[1].length, columns?.suspect);
  const rank = coarse(x) || coarse(y) ? null : spearman(x, y);
  const energies = await readersOf(bench, own, other);
  const size = (gain: Float32Array) => gain.map(Math.abs);
  if (rank === null) return null;
  if (energies === null) return { rank, gathered: null, n: x.length };
  const [p, q] = energies;
  const scaledBy = (gain: Float32Array, energy: Float64Array) =>
    (spearman(size(gain), Float32Array.from(energy)) ?? 0) < SCALED_MAX;
  if (scaledBy(x, p) && scaledBy(y, q)) return null;
  const by = (gain: Float32Array, mine: Float64Array, theirs: Float64Array) =>
    gain.map((g, c) => (theirs[c]! > 0 ? Math.abs(g) * Math.sqrt(mine[c]! / theirs[c]!) : 0));
  const both = [spearman(by(y, q, p), size(x)), spearman(by(x, p, q), size(y))].filter((r) => r !== null);
  return { rank, gathered: both.length > 0 ? Math.max(...both) : null, n: x.length };
}

/** Energy of each column over the matrices that read what the norm gives, in either model; null where none does. */
async function readersOf(
  { reference, suspect, compute, columns }: Compared,
  own: string,
  other: string,
): Promise<[Float64Array, Float64Array] | null> {
  const { role, layer } = reference.tensors.get(own)!;
  const width = columns?.reference.length ?? reference.hidden;
  const [p, q] = [new Float64Array(width), new Float64Array(width)];
  let read = false;
  for (const reader of READERS[role] ?? []) {
    const nameIn = (norm: string) => (layer === null ? reader : norm.replace(/^(layers\.\d+)\..*$/, `$1.${reader}`));
    const [a, b] = [reference.tensors.get(nameIn(own))?.matrix, suspect.tensors.get(nameIn(other))?.matrix];
    if (!a || !b || a.columns !== reference.hidden || b.columns !== suspect.hidden) continue;
    read = true;
    const runs = [{ start: 0, count: Math.min(ROWS_LOOKED_AT, a.rows, b.rows) }];
    const [u, v] = await Promise.all([a, b].map((matrix) => compute.rows({ matrix, runs })));
    const [mine, theirs] = [picked(u!, a.columns, columns?.reference), picked(v!, b.columns, columns?.suspect)];
    for (let i = 0; i < mine.length; i++) {
      p[i % width]! += mine[i]! ** 2;
      q[i % width]! += theirs[i]! ** 2;
    }
  }
  return read ? [p, q] : null;
}

/** More than half of the values are one: eight bits and fewer leave hardly anything of gains near one. */
function coarse(x: Float32Array): boolean {
  const sorted = x.toSorted();
  const middle = sorted[sorted.length >> 1]!;
  return x.reduce((n, v) => n + Number(v === middle), 0) > x.length / 2;
}

/** Correlation of ranks, equal values sharing theirs; null where one side is constant. */
function spearman(x: Float32Array, y: Float32Array): number | null {
  const [a, b] = [ranks(x), ranks(y)];
  let [aa, bb, ab] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
    ab += a[i]! * b[i]!;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : null;
}

/** Around their mean. */
function ranks(x: Float32Array): Float64Array {
  const order = Array.from(x, (_, i) => i).sort((i, j) => x[i]! - x[j]!);
  const out = new Float64Array(x.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && x[order[to]!] === x[order[from]!]) to++;
    for (let k = from; k < to; k++) out[order[k]!] = (from + to - 1) / 2 - (x.length - 1) / 2;
    from = to;
  }
  return out;
}
