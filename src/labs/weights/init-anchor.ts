/**
 * The init anchor: does a suspect still lean towards a claimant's own initial weights? Null hypothesis: the suspect is
 * independent of the claimant's Gaussian initial draw; nothing is assumed of training, data or features. For one fixed
 * pairing of units, the sum z of inner products with unit suspect rows, maximised over all rotations, is a 1-Lipschitz
 * function of the draw with mean at most d (Gaussian concentration); a union bound pays for every pairing and sign:
 *   ln p ≤ −(z − d)₊²/2 + Σ_layers [ln(n₂!/(n₂−n₁)!) + n₁ ln 2] + ln(layer maps) + s ln 2.
 * The trained reference only guides the pairing, which the bound covers whatever it is. It cannot see through training
 * so long that the rows forgot their start, nor tell a draw from a public seed from the claimant's own.
 */
import { assert } from "../../base/error.js";
import { type Dense, padded, timesTransposed, unitRows, zeros } from "../../kernels/rotation/dense.js";
import { maximumAssignment } from "../../stats/assignment.js";
import { logFactorial } from "../../stats/log-factorial.js";
import { alignedRotation } from "./alignment/align.js";
import type { CanonicalModel, MlpRows } from "./alignment/canonical.js";

/** The claimant's initial MLP rows, one layer, in the reference's unit order: gate and up as stored, down by columns. */
export interface InitLayer {
  rows: MlpRows;
  /** Standard deviation of the draw of each; the claimant states it with the initialisation code. */
  sd: Record<keyof MlpRows, number>;
}

export interface InitAnchorRequest {
  reference: CanonicalModel;
  suspect: CanonicalModel;
  init: readonly InitLayer[];
  seed: string;
  /** s: how many bits of seed a claimant could have searched; 0 when the seed was committed before. */
  seedBits: number;
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
}

const ROLES = ["gate", "up", "down"] as const;

interface Paired {
  i: number;
  j: number;
  /** Sum of cosines over the best one-to-one pairing of units. */
  value: number;
  unitOf: Int32Array;
  signs: Int8Array;
}

export function initAnchor({ reference, suspect, init, seed, seedBits }: InitAnchorRequest): InitAnchor {
  assert(init.length === reference.layers.length, "initAnchor: expected initial rows of every layer");
  const width = Math.max(reference.hidden, suspect.hidden);
  const { rotation } = alignedRotation({ reference, suspect, tokens: null, seed });
  const mine = reference.layers.map((l) => inWidth(l.mlp, width));
  const theirs = suspect.layers.map((l) => turned(l.mlp, rotation, width));
  const pairs = mine.map((a, i) => theirs.map((b, j) => pairUnits(a, b, i, j)));
  const layers = pairLayers(pairs);

  let [sum, rows, cosines, logPairings] = [0, 0, 0, 0];
  for (const { i, j, unitOf, signs } of layers) {
    const draw = init[i]!;
    for (const role of ROLES) {
      const start = padded(draw.rows[role], draw.rows[role].rows, width);
      const found = theirs[j]![role];
      const swapped = mine[i]![role].rows > found.rows;
      for (const [few, many] of unitOf.entries()) {
        const [unit, other] = swapped ? [many, few] : [few, many];
        const sign = role === "gate" ? 1 : signs[few]!;
        const { dot, length } = against(start, unit, found, other);
        sum += (sign * dot) / draw.sd[role];
        cosines += length > 0 ? (sign * dot) / length : 0;
        rows++;
      }
    }
    logPairings += logUnitPairings(mine[i]!.gate.rows, theirs[j]!.gate.rows);
  }
  logPairings += logInjections(reference.layers.length, suspect.layers.length) + seedBits * Math.LN2;
  const z = sum / Math.sqrt(rows);
  const lnP = -(Math.max(0, z - width) ** 2) / 2 + logPairings;
  return {
    z,
    rows,
    meanCosine: cosines / rows,
    width,
    logPairings,
    log10P: Math.min(0, lnP / Math.LN10),
    layerOf: layers.map(({ i, j }) => ({ referenceLayer: i, suspectLayer: j })),
  };
}

/** One to one, by the sum of the cosines of gate, up and down; up and down may both be turned over. */
function pairUnits(a: MlpRows, b: MlpRows, i: number, j: number): Paired {
  const [gate, up, down] = ROLES.map((role) => timesTransposed(a[role], b[role]));
  const value = zeros(gate!.rows, gate!.columns);
  for (let at = 0; at < value.data.length; at++)
    value.data[at] = gate!.data[at]! + Math.abs(up!.data[at]! + down!.data[at]!);
  const swapped = value.rows > value.columns;
  const few = Math.min(value.rows, value.columns);
  const many = Math.max(value.rows, value.columns);
  const at = (r: number, c: number) => (swapped ? c * value.columns + r : r * value.columns + c);
  const flat = new Float64Array(few * many);
  for (let r = 0; r < few; r++) for (let c = 0; c < many; c++) flat[r * many + c] = value.data[at(r, c)]!;
  const unitOf = maximumAssignment(flat, few, many);
  let total = 0;
  const signs = Int8Array.from(unitOf, (c, r) => {
    total += flat[r * many + c]!;
    return up!.data[at(r, c)]! + down!.data[at(r, c)]! < 0 ? -1 : 1;
  });
  return { i, j, value: total, unitOf, signs };
}

/** Each layer of the shallower model gets a layer of its own in the deeper one. */
function pairLayers(pairs: readonly (readonly Paired[])[]): Paired[] {
  const [l1, l2] = [pairs.length, pairs[0]!.length];
  const swapped = l1 > l2;
  const [few, many] = swapped ? [l2, l1] : [l1, l2];
  const value = new Float64Array(few * many);
  const at = (r: number, c: number) => (swapped ? pairs[c]![r]! : pairs[r]![c]!);
  for (let r = 0; r < few; r++) for (let c = 0; c < many; c++) value[r * many + c] = at(r, c).value;
  return Array.from(maximumAssignment(value, few, many), (c, r) => at(r, c));
}

function logUnitPairings(n1: number, n2: number): number {
  return logInjections(n1, n2) + Math.min(n1, n2) * Math.LN2;
}

/** ln of the ways to give each of the fewer one of the more. */
function logInjections(n1: number, n2: number): number {
  return logFactorial(Math.max(n1, n2)) - logFactorial(Math.abs(n1 - n2));
}

/** ⟨initial row, unit suspect row⟩, and the length of the initial row. */
function against(start: Dense, r: number, found: Dense, s: number): { dot: number; length: number } {
  let [dot, square] = [0, 0];
  for (let c = 0; c < start.columns; c++) {
    const x = start.data[r * start.columns + c]!;
    dot += x * found.data[s * found.columns + c]!;
    square += x * x;
  }
  return { dot, length: Math.sqrt(square) };
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
