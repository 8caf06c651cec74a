/**
 * The init anchor where units, signs, layers and the basis of the residual stream may have been changed: does a suspect
 * still lean towards a claimant's own initial MLP rows? With unit suspect rows and z summed over M rows,
 *   ln p ≤ −(z − d)₊²/2 + Σ_layers [ln(n₂!/(n₂−n₁)!) + n₁ ln 2] + ln(layer maps) + cost of tensors + s ln 2 (bound.ts).
 * The trained reference only guides the pairing, which the bound covers whatever it is. It cannot see through training
 * so long that the rows forgot their start, nor tell a draw from a public seed from the claimant's own.
 */
import { assert } from "../../../base/error.js";
import {
  type Dense,
  identity,
  multiply,
  padded,
  timesTransposed,
  unitRows,
  zeros,
} from "../../../kernels/rotation/dense.js";
import { polarFactor } from "../../../kernels/rotation/polar.js";
import { maximumAssignment } from "../../../stats/assignment.js";
import { alignedRotation } from "../alignment/attempts.js";
import type { CanonicalModel, MlpRows } from "../alignment/canonical.js";
import { LOG_COST_TENSOR, lnPRotated, logInjections } from "./bound.js";
import type { Products } from "./held-change.js";

export interface InitAnchorRequest {
  reference: CanonicalModel;
  suspect: CanonicalModel;
  /** Initial MLP rows, layer by layer, in the reference's unit order: gate and up as stored, down by columns. */
  init: readonly MlpRows[];
  seed: string;
  /** s: how many bits of seed a claimant could have searched; 0 when the seed was committed before. */
  seedBits: number;
  onProgress?: (done: number, total: number) => void;
}

export interface InitAnchor {
  z: number;
  /** M: rows over which z is summed. */
  rows: number;
  /** ρ: mean cosine of a suspect row with its initial row. */
  meanCosine: number;
  /** d, the mean's bound, and ln of the number of pairings paid for. */
  width: number;
  logPairings: number;
  log10P: number;
  /** Suspect layer of each reference layer that has one. */
  layerOf: { referenceLayer: number; suspectLayer: number }[];
  /** Of the layers that count, by matrix: unit rows of the draw, the reference and the suspect, as they were paired. */
  products: Products[];
}

const ROLES = ["gate", "up", "down"] as const;

interface Paired {
  i: number;
  j: number;
  unitOf: Int32Array;
  signs: Int8Array;
}

/** A p that no further start could make more convincing: the kept basis, which costs nothing, is tried first. */
const LOG10_ENOUGH = -100;
/** Rounds of pairing units, then turning the suspect towards the initial rows; the bound covers every such choice. */
const ROUNDS = 2;

/**
 * @param request `init` has the initial rows of each layer @returns the best of all rounds; rotations are searched for
 * only where the stored order says too little
 */
export function initAnchor(request: InitAnchorRequest): InitAnchor {
  const { reference, suspect, init, seed, onProgress } = request;
  assert(init.length === reference.layers.length, "initAnchor: expected initial rows of every layer");
  const width = Math.max(reference.hidden, suspect.hidden);
  const starts = [() => identity(width), () => alignedRotation({ reference, suspect, seed }).rotation];
  const found: InitAnchor[] = [];
  for (const [at, start] of starts.entries()) {
    if (found.some((x) => x.log10P <= LOG10_ENOUGH)) break;
    onProgress?.(at * ROUNDS, starts.length * ROUNDS);
    let rotation = start();
    for (let round = 0; round < ROUNDS; round++) {
      const paired = pairedBy(rotation, request, width);
      found.push(anchorOf(paired, request, width));
      onProgress?.(at * ROUNDS + round + 1, starts.length * ROUNDS);
      if (round + 1 < ROUNDS) rotation = turnedToInit(paired, request, rotation, width);
    }
  }
  return found.reduce((best, x) => (x.log10P < best.log10P || (x.log10P === best.log10P && x.z > best.z) ? x : best));
}

interface PairedRows {
  theirs: MlpRows[];
  layers: Paired[];
}

function pairedBy(rotation: Dense, { reference, suspect }: InitAnchorRequest, width: number): PairedRows {
  const mine = reference.layers.map((l) => inWidth(l.mlp, width));
  const theirs = suspect.layers.map((l) => turned(l.mlp, rotation, width));
  return { theirs, layers: pairLayers(mine, theirs) };
}

/** One tensor of one layer pair: its share of the sum, and its rows. */
interface Share {
  i: number;
  sum: number;
  rows: number;
}

function anchorOf({ theirs, layers }: PairedRows, request: InitAnchorRequest, width: number): InitAnchor {
  const { init, reference, suspect, seedBits } = request;
  const shares: Share[] = [];
  let logPairings = logInjections(reference.layers.length, suspect.layers.length);
  for (const { i, j, unitOf, signs } of layers) {
    for (const role of ROLES) {
      const start = init[i]![role];
      // Only the direction of the draw counts: its length is brought to what a draw of unit variance has on average.
      const scale = Math.sqrt(start.rows * start.columns) / lengthOf(start);
      let sum = 0;
      for (const [unit, other, few] of unitPairs(unitOf, start.rows > theirs[j]![role].rows))
        sum += (role === "gate" ? 1 : signs[few]!) * dotRows(start, unit, theirs[j]![role], other);
      shares.push({ i, sum: Number.isFinite(scale) ? sum * scale : 0, rows: unitOf.length });
    }
    logPairings += logUnitPairings(init[i]!.gate.rows, theirs[j]!.gate.rows);
  }
  logPairings += shares.length * LOG_COST_TENSOR + seedBits * Math.LN2;
  // Tensors may be left out, at the price in LOG_COST_TENSOR; those that stay all lean the same way.
  const ranked = shares.filter((s) => s.sum > 0).sort((a, b) => b.sum / b.rows - a.sum / a.rows);
  let best = { z: 0, rows: 0, sum: 0, taken: 0 };
  let [sum, rows] = [0, 0];
  for (const [at, share] of ranked.entries()) {
    sum += share.sum;
    rows += share.rows;
    if (sum / Math.sqrt(rows) > best.z) best = { z: sum / Math.sqrt(rows), rows, sum, taken: at + 1 };
  }
  const kept = new Set(ranked.slice(0, best.taken).map((s) => s.i));
  return {
    z: best.z,
    rows: best.rows,
    meanCosine: best.rows > 0 ? best.sum / best.rows / Math.sqrt(reference.hidden) : 0,
    width,
    logPairings,
    log10P: lnPRotated(best.z, width, logPairings) / Math.LN10 + 0,
    layerOf: layers.flatMap(({ i, j }) => (kept.has(i) ? [{ referenceLayer: i, suspectLayer: j }] : [])),
    products: layers
      .filter(({ i }) => kept.has(i))
      .flatMap((paired) => ROLES.map((role) => productsOf(paired, role, theirs[paired.j]![role], request))),
  };
}

function productsOf(
  { i, unitOf, signs }: Paired,
  role: (typeof ROLES)[number],
  found: Dense,
  { init, reference }: InitAnchorRequest,
): Products {
  const draw = unitRows(init[i]![role]);
  const own = reference.layers[i]!.mlp[role];
  const sums = { drawDraw: 0, referenceDraw: 0, referenceReference: 0, suspectDraw: 0, suspectSuspect: 0 };
  let referenceSuspect = 0;
  for (const [unit, other, few] of unitPairs(unitOf, draw.rows > found.rows)) {
    const sign = role === "gate" ? 1 : signs[few]!;
    sums.drawDraw += dotRows(draw, unit, draw, unit);
    sums.referenceDraw += dotRows(draw, unit, own, unit);
    sums.referenceReference += dotRows(own, unit, own, unit);
    sums.suspectDraw += sign * dotRows(draw, unit, found, other);
    sums.suspectSuspect += dotRows(found, other, found, other);
    referenceSuspect += sign * dotRows(own, unit, found, other);
  }
  return { ...sums, referenceSuspect };
}

/** The rotation, from the suspect's own basis, that turns its paired rows towards the initial ones. */
function turnedToInit({ theirs, layers }: PairedRows, { init }: InitAnchorRequest, held: Dense, width: number): Dense {
  const pull = zeros(width, width);
  for (const { i, j, unitOf, signs } of layers)
    for (const role of ROLES) {
      const start = init[i]![role];
      const scale = 1 / lengthOf(start);
      for (const [unit, other, few] of unitPairs(unitOf, start.rows > theirs[j]![role].rows)) {
        const sign = scale * (role === "gate" ? 1 : signs[few]!);
        const [x, y] = [unit * start.columns, other * width];
        for (let r = 0; r < start.columns; r++)
          for (let c = 0; c < width; c++)
            pull.data[r * width + c]! += sign * start.data[x + r]! * theirs[j]![role].data[y + c]!;
      }
    }
  const turn = polarFactor(pull);
  return turn ? multiply(turn, held) : held;
}

/** Unit of the claimant, unit of the suspect, and where its sign stands. */
function unitPairs(unitOf: Int32Array, swapped: boolean): [number, number, number][] {
  return Array.from(unitOf, (many, few) => (swapped ? [many, few, few] : [few, many, few]));
}

/** Cosines of two layers' units: gate's beside the size of up's and down's together, which may both be turned over. */
interface Likeness {
  value: Dense;
  /** up's and down's, signed. */
  lean: Dense;
}

function likeness(a: MlpRows, b: MlpRows): Likeness {
  const [gate, up, down] = ROLES.map((role) => timesTransposed(a[role], b[role]));
  const value = zeros(gate!.rows, gate!.columns);
  const lean = zeros(gate!.rows, gate!.columns);
  for (let at = 0; at < value.data.length; at++) {
    lean.data[at] = up!.data[at]! + down!.data[at]!;
    value.data[at] = gate!.data[at]! + Math.abs(lean.data[at]!);
  }
  return { value, lean };
}

/** Sum over the claimant's units of the best any unit of the other layer offers: enough to choose layers by. */
function bestSum({ value }: Likeness): number {
  let sum = 0;
  for (let r = 0; r < value.rows; r++) {
    let best = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < value.columns; c++) best = Math.max(best, value.data[r * value.columns + c]!);
    sum += best;
  }
  return sum;
}

/** One to one, so that the sum of the likeness is largest. */
function pairUnits({ value, lean }: Likeness, i: number, j: number): Paired {
  const swapped = value.rows > value.columns;
  const few = Math.min(value.rows, value.columns);
  const many = Math.max(value.rows, value.columns);
  const at = (r: number, c: number) => (swapped ? c * value.columns + r : r * value.columns + c);
  const flat = new Float64Array(few * many);
  for (let r = 0; r < few; r++) for (let c = 0; c < many; c++) flat[r * many + c] = value.data[at(r, c)]!;
  const unitOf = maximumAssignment(flat, few, many);
  return { i, j, unitOf, signs: Int8Array.from(unitOf, (c, r) => (lean.data[at(r, c)]! < 0 ? -1 : 1)) };
}

/** Each layer of the shallower model gets a layer of its own in the deeper one, then their units are paired. */
function pairLayers(mine: readonly MlpRows[], theirs: readonly MlpRows[]): Paired[] {
  const swapped = mine.length > theirs.length;
  const [few, many] = swapped ? [theirs.length, mine.length] : [mine.length, theirs.length];
  const pair = (r: number, c: number) => (swapped ? { i: c, j: r } : { i: r, j: c });
  const value = new Float64Array(few * many);
  for (let r = 0; r < few; r++)
    for (let c = 0; c < many; c++) {
      const { i, j } = pair(r, c);
      value[r * many + c] = bestSum(likeness(mine[i]!, theirs[j]!));
    }
  return Array.from(maximumAssignment(value, few, many), (c, r) => {
    const { i, j } = pair(r, c);
    return pairUnits(likeness(mine[i]!, theirs[j]!), i, j);
  });
}

function logUnitPairings(n1: number, n2: number): number {
  return logInjections(n1, n2) + Math.min(n1, n2) * Math.LN2;
}

function dotRows(start: Dense, r: number, found: Dense, s: number): number {
  let dot = 0;
  for (let c = 0; c < start.columns; c++)
    dot += start.data[r * start.columns + c]! * found.data[s * found.columns + c]!;
  return dot;
}

function lengthOf(a: Dense): number {
  let square = 0;
  for (const x of a.data) square += x * x;
  return Math.sqrt(square);
}

function inWidth(rows: MlpRows, width: number): MlpRows {
  const wide = (a: Dense) => padded(a, a.rows, width);
  return { gate: wide(rows.gate), up: wide(rows.up), down: wide(rows.down) };
}

/** Rotation first, then unit length again: the bound speaks of unit rows. */
function turned(rows: MlpRows, rotation: Dense, width: number): MlpRows {
  const { gate, up, down } = inWidth(rows, width);
  const turn = (a: Dense) => unitRows(timesTransposed(a, rotation));
  return { gate: turn(gate), up: turn(up), down: turn(down) };
}
