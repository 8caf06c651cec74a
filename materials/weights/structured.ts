/**
 * Innocents that look alike: pairs of models drawn independently through one structure (a mask, groups, a band, a
 * factor, a hash, one tool's order or scales). Values share nothing; what is special about a unit by its number does.
 * Untrained on purpose: whatever a test finds here can only come from the structure. Small, in memory, F32 unless said.
 */
import type { ReadInto } from "../../src/kernels/stored-matrix.js";
import type { CanonicalTensor, Model, Role } from "../../src/model/model.js";

/** A source of numbers, uniform and normal. */
export interface Draw {
  uniform(): number;
  normal(): number;
  below(n: number): number;
}

/** A matrix by its structure (drawn once for both models of a pair) and its values (drawn for each). */
export type Matrix = (rows: number, columns: number, structure: Draw, values: Draw) => Float32Array;

export interface Construction {
  id: string;
  /** Gate and up rows, from one structure draw or one each. */
  mlp: Matrix;
  /** Value rows and embeddings; absent: independent normal draws. */
  value?: Matrix;
  embed?: Matrix;
  /** Each layer its own structure; absent: one for all layers. */
  byLayer?: boolean;
  /** Gate and up of one layer under one structure. */
  alike?: boolean;
  /** One set of values for all layers (ALBERT). */
  oneLayer?: boolean;
  /** Norm gains near one, each model's own but for this share of their variance. */
  gainsShared?: number;
  /** Their deviation from one; a fiftieth where none is given. */
  gainsSpread?: number;
  /** The matrices that are `dense` otherwise: down, q, k, o, output. */
  rest?: Matrix;
  gated?: boolean;
  units?: number;
  hidden?: number;
  /** Each layer holds so many experts of `units` units in place of one MLP. */
  experts?: number;
  /** So many first layers stay as one public draw made them: in both models the same. */
  frozen?: number;
  /** Both models of a pair, where they are not of the usual size. */
  both?: Partial<Shape>;
  /** Where the second model of a pair is of another size. */
  second?: Partial<Shape>;
  /** Layers lie on so many machines, each of which draws its own from the seed of its number. */
  stages?: number;
  /** Biases of every matrix, as a framework draws them from the same seed as the weights. */
  biases?: Matrix;
  /** One tool's channel scales: gains divided by them, and what reads them times them. */
  channelScales?: boolean;
}

/** Small and quick (mulberry32), good enough to draw nulls; one stream a name. */
export function draw(seed: string): Draw {
  let state = 2166136261;
  for (const c of seed) state = Math.imul(state ^ c.charCodeAt(0), 16777619) >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal, below: (n) => Math.floor(uniform() * n) };
}

export const dense: Matrix = (rows, columns, _, values) => fill(rows, columns, () => values.normal());

function fill(rows: number, columns: number, at: (r: number, c: number) => number): Float32Array {
  const out = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[r * columns + c] = at(r, c);
  return out;
}

/** One static mask over independent draws. */
export function masked(keep: number): Matrix {
  return (rows, columns, structure, values) =>
    fill(rows, columns, () => {
      const kept = structure.uniform() < keep;
      const value = values.normal();
      return kept ? value : 0;
    });
}

/** `n` of each `m` neighbours in a row, the same in both models. */
export function nOfM(n: number, m: number): Matrix {
  return (rows, columns, structure, values) => {
    const out = dense(rows, columns, structure, values);
    for (let at = 0; at < out.length; at += m) {
      const places = Array.from({ length: m }, (_, i) => i);
      for (let k = 0; k < m - n; k++) out[at + places.splice(structure.below(places.length), 1)[0]!] = 0;
    }
    return out;
  };
}

export function grouped(groups: number): Matrix {
  return (rows, columns, _, values) =>
    fill(rows, columns, (r, c) => {
      const value = values.normal();
      return Math.floor((r * groups) / rows) === Math.floor((c * groups) / columns) ? value : 0;
    });
}

/** Each unit sees a window of inputs around its own place. */
export function banded(width: number): Matrix {
  return (rows, columns, _, values) =>
    fill(rows, columns, (r, c) => {
      const value = values.normal();
      const away = Math.abs(c - (r * columns) / rows);
      return Math.min(away, columns - away) <= width / 2 ? value : 0;
    });
}

function product(left: Float32Array, right: Float32Array, rows: number, rank: number, columns: number): Float32Array {
  return fill(rows, columns, (r, c) => {
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += left[r * rank + k]! * right[k * columns + c]!;
    return sum;
  });
}

/** Own units, one projection of the inputs for both models. */
export function projectedInputs(rank: number): Matrix {
  return (rows, columns, structure, values) =>
    product(dense(rows, rank, structure, values), dense(rank, columns, values, structure), rows, rank, columns);
}

/** Own projections of the inputs, one factor on the side of the units for both models. */
export function projectedUnits(rank: number): Matrix {
  return (rows, columns, structure, values) =>
    product(dense(rows, rank, values, structure), dense(rank, columns, structure, values), rows, rank, columns);
}

/** Two block-diagonal factors with a transposition between (Monarch). */
export function monarch(blocks: number): Matrix {
  return (rows, columns, _, values) => {
    const [outer, inner] = [rows / blocks, columns / blocks];
    const right = fill(blocks, blocks * inner, () => values.normal());
    const left = fill(rows, blocks, () => values.normal());
    return fill(rows, columns, (r, c) => {
      const block = Math.floor(r / outer);
      const from = Math.floor(c / inner);
      return left[r * blocks + from]! * right[from * blocks * inner + block * inner + (c % inner)]!;
    });
  };
}

/** A product of log₂ n sparse factors, each mixing places that differ in one bit; rows repeat the inputs' width. */
export const butterfly: Matrix = (rows, columns, _, values) => {
  const out = new Float32Array(rows * columns);
  for (let top = 0; top < rows; top += columns) {
    const height = Math.min(columns, rows - top);
    let current = fill(columns, columns, (r, c) => (r === c ? 1 : 0));
    for (let bit = 1; bit < columns; bit *= 2) {
      const mine = fill(columns, 2, () => values.normal());
      current = fill(columns, columns, (r, c) => {
        const other = r ^ bit;
        const second = other < columns ? current[other * columns + c]! : 0;
        return mine[2 * r]! * current[r * columns + c]! + mine[2 * r + 1]! * second;
      });
    }
    out.set(current.subarray(0, height * columns), top * columns);
  }
  return out;
};

/** Entries looked up in a short table of own values by a hash with signs (HashedNets). */
export function hashed(table: number): Matrix {
  return (rows, columns, structure, values) => {
    const own = Float32Array.from({ length: table }, () => values.normal());
    return fill(rows, columns, () => {
      const value = own[structure.below(table)]!;
      return structure.uniform() < 0.5 ? value : -value;
    });
  };
}

/** Each row the sum of a few rows of an own table, at places that a public hash gives (hash embeddings). */
export function hashRows(table: number, of = 2): Matrix {
  return (rows, columns, structure, values) => {
    const own = dense(table, columns, structure, values);
    const out = new Float32Array(rows * columns);
    for (let r = 0; r < rows; r++)
      for (let k = 0; k < of; k++) {
        const from = structure.below(table);
        for (let c = 0; c < columns; c++) out[r * columns + c]! += own[from * columns + c]!;
      }
    return out;
  };
}

/** Rows repeated: the units of a narrower matrix, each several times, side by side or apart. */
export function tied(times: number, neighbours: boolean): Matrix {
  return (rows, columns, structure, values) => {
    const own = dense(Math.ceil(rows / times), columns, structure, values);
    const few = own.length / columns;
    return fill(rows, columns, (r, c) => own[(neighbours ? Math.floor(r / times) : r % few) * columns + c]!);
  };
}

export const circulant: Matrix = (rows, columns, _, values) => {
  const own = Float32Array.from({ length: columns * Math.ceil(rows / columns) }, () => values.normal());
  return fill(rows, columns, (r, c) => {
    const block = Math.floor(r / columns) * columns;
    return own[block + ((c - r + 8 * rows * columns) % columns)]!;
  });
};

export const toeplitz: Matrix = (rows, columns, _, values) => {
  const own = Float32Array.from({ length: rows + columns }, () => values.normal());
  return fill(rows, columns, (r, c) => own[c - r + rows]!);
};

export function kronecker(outer: number, across: number): Matrix {
  return (rows, columns, structure, values) => {
    const x = dense(outer, across, structure, values);
    const y = dense(rows / outer, columns / across, structure, values);
    const [inner, within] = [rows / outer, columns / across];
    return fill(rows, columns, (r, c) => {
      const left = x[Math.floor(r / inner) * across + Math.floor(c / within)]!;
      return left * y[(r % inner) * within + (c % within)]!;
    });
  };
}

/** Few own coefficients over public random matrices (intrinsic dimension, random bases). */
export function randomBasis(dimension: number): Matrix {
  return (rows, columns, structure, values) => {
    const own = Float32Array.from({ length: dimension }, () => values.normal());
    const out = new Float32Array(rows * columns);
    for (let k = 0; k < dimension; k++)
      for (let i = 0; i < out.length; i++) out[i]! += own[k]! * (structure.uniform() - 0.5);
    return out;
  };
}

/** Row i takes its values from the i-th public table of sixteen, by own codes. */
export const tableRows: Matrix = (rows, columns, structure, values) => {
  const out = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    const spread = Math.exp(structure.normal());
    const table = Array.from({ length: 16 }, (_, i) => spread * (i - 7.5) + structure.normal());
    for (let c = 0; c < columns; c++) out[r * columns + c] = table[values.below(16)]!;
  }
  return out;
};

/** Heavy-tailed values with one strong common direction: what training leaves, drawn at random. */
export const trainedLike: Matrix = (rows, columns, _, values) => {
  const common = Float32Array.from({ length: columns }, () => values.normal());
  const sizes = Float32Array.from({ length: columns }, () => Math.exp(0.7 * values.normal()));
  const lengths = Float32Array.from({ length: rows }, () => Math.exp(0.5 * values.normal()));
  return fill(rows, columns, (r, c) => lengths[r]! * sizes[c]! * (values.normal() + 0.5 * common[c]!));
};

/** One Hadamard rotation (with one public set of signs) of the inputs of both models. */
export function rotated(of: Matrix): Matrix {
  return (rows, columns, structure, values) => {
    const out = of(rows, columns, structure, values);
    const flips = Array.from({ length: columns }, () => (structure.uniform() < 0.5 ? -1 : 1));
    for (let r = 0; r < rows; r++) {
      const row = out.subarray(r * columns, (r + 1) * columns);
      for (let c = 0; c < columns; c++) row[c]! *= flips[c]!;
      for (let half = 1; half < columns; half *= 2)
        for (let c = 0; c < columns; c++)
          if ((c & half) === 0) {
            const [x, y] = [row[c]!, row[c + half]!];
            row[c] = x + y;
            row[c + half] = x - y;
          }
    }
    return out;
  };
}

/** One tool's channel scales (same calibration statistics), then four-bit rounding in groups and scales undone. */
export function scaledAndRounded(of: Matrix, bits = 4, group = 16): Matrix {
  return (rows, columns, structure, values) => {
    const out = of(rows, columns, structure, values);
    const scales = Array.from({ length: columns }, () => Math.exp(structure.normal()));
    const top = 2 ** (bits - 1) - 1;
    for (let r = 0; r < rows; r++)
      for (let at = 0; at < columns; at += group) {
        const part = out.subarray(r * columns + at, r * columns + at + group);
        for (const [i, x] of part.entries()) part[i] = x * scales[at + i]!;
        const step = part.reduce((m, x) => Math.max(m, Math.abs(x)), 0) / top || 1;
        for (const [i, x] of part.entries()) part[i] = (Math.round(x / step) * step) / scales[at + i]!;
      }
    return out;
  };
}

/** Units put in order of their length, then the smallest entries of each row cut: one tool, two models. */
export function sortedAndPruned(of: Matrix, keep: number): Matrix {
  return (rows, columns, structure, values) => {
    const drawn = of(rows, columns, structure, values);
    const row = (r: number) => drawn.subarray(r * columns, (r + 1) * columns);
    const size = (r: number) => row(r).reduce((s, x) => s + x * x, 0);
    const order = Array.from({ length: rows }, (_, r) => r).sort((a, b) => size(b) - size(a));
    const out = new Float32Array(rows * columns);
    for (const [to, from] of order.entries()) {
      const kept = Float32Array.from(row(from));
      const cut = [...kept].map(Math.abs).sort((a, b) => b - a)[Math.floor(keep * columns)]!;
      out.set(
        kept.map((x) => (Math.abs(x) > cut ? x : 0)),
        to * columns,
      );
    }
    return out;
  };
}

/** Values of one sign (monotone, softplus or counted weights) under whatever sets noughts. */
export function nonNegative(of: Matrix): Matrix {
  return (rows, columns, structure, values) => of(rows, columns, structure, values).map(Math.abs);
}

/** Inputs that excite or inhibit, by a public list (Dale's law): one sign a column in both models. */
export function signedColumns(of: Matrix): Matrix {
  return (rows, columns, structure, values) => {
    const signs = Array.from({ length: columns }, () => (structure.uniform() < 0.5 ? -1 : 1));
    return of(rows, columns, structure, values).map((x, i) => Math.abs(x) * signs[i % columns]!);
  };
}

/** Rows that lean one way in both models, as towards the mean of embeddings that both took over; then what sets noughts. */
export function leaning(of: Matrix, strength: number): Matrix {
  return (rows, columns, structure, values) => {
    const common = Float32Array.from({ length: columns }, () => structure.normal());
    const pattern = of(rows, columns, structure, values);
    return pattern.map((x, i) => (x === 0 ? 0 : x + strength * common[i % columns]!));
  };
}

/** Three values: the sign of what is there. */
export function ternary(of: Matrix): Matrix {
  return (rows, columns, structure, values) => of(rows, columns, structure, values).map(Math.sign);
}

/** Rows and columns scaled by their numbers, as rules for widths and depths do. */
export function ramped(of: Matrix, reach: number): Matrix {
  return (rows, columns, structure, values) =>
    of(rows, columns, structure, values).map(
      (x, i) => x * Math.exp(-reach * (Math.floor(i / columns) / rows + (i % columns) / columns)),
    );
}

/** Some units are next to nought, the same ones in both models. */
export function withDead(of: Matrix, share: number): Matrix {
  return (rows, columns, structure, values) => {
    const dead = Array.from({ length: rows }, () => structure.uniform() < share);
    return of(rows, columns, structure, values).map((x, i) => (dead[Math.floor(i / columns)] ? x * 1e-6 : x));
  };
}

/** Each unit a bump at its own place of a public grid (splines, radial bases), with an own height. */
export function bumps(positive: boolean): Matrix {
  return (rows, columns, _, values) => {
    const heights = Array.from({ length: rows }, () => (positive ? Math.abs(values.normal()) : values.normal()));
    return fill(rows, columns, (r, c) => {
      const away = c - (r * columns) / rows;
      return heights[r]! * Math.exp((-away * away) / 8) + 0.3 * values.normal();
    });
  };
}

/** Values snapped to the nearest of a public, lopsided table. */
export function snapped(of: Matrix, entries: number): Matrix {
  return (rows, columns, structure, values) => {
    const table = Array.from({ length: entries }, () => 1.5 * structure.normal() + 0.5);
    const nearest = (x: number) => table.reduce((best, t) => (Math.abs(t - x) < Math.abs(best - x) ? t : best));
    return of(rows, columns, structure, values).map(nearest);
  };
}

/** A public adapter of low rank added to independent matrices; `strength` is its energy in theirs. */
export function adapted(rank: number, strength: number): Matrix {
  return (rows, columns, structure, values) => {
    const [left, right] = [dense(rows, rank, structure, structure), dense(rank, columns, structure, structure)];
    const adapter = product(left, right, rows, rank, columns);
    const by = Math.sqrt(strength / rank);
    return dense(rows, columns, structure, values).map((x, i) => x + by * adapter[i]!);
  };
}

/** Units in the order of how far they lie along one public direction, of which they have much. */
export function sortedAlong(strength: number): Matrix {
  return (rows, columns, structure, values) => {
    const common = Float32Array.from({ length: columns }, () => structure.normal());
    const along = Array.from({ length: rows }, () => strength * values.normal()).sort((a, b) => b - a);
    return fill(rows, columns, (r, c) => along[r]! * common[c]! + values.normal());
  };
}

/** The rows of a public basis, each with own weights of falling size. */
export function inPublicBasis(of: Matrix): Matrix {
  return (rows, columns, structure, values) => {
    const basis = dense(columns, columns, structure, structure);
    const own = of(rows, columns, structure, values).map((x, i) => x / (1 + (i % columns)));
    return product(own, basis, rows, columns, columns);
  };
}

/** One draw in both models, and what each learned apart from the other: `apart` is its energy in the draw's. */
export function trainedApart(apart: number): Matrix {
  return (rows, columns, structure, values) =>
    fill(rows, columns, () => structure.normal() + Math.sqrt(apart) * values.normal());
}

/** The same, where one of two scales is each matrix's own. */
export function scaledApart(apart: number, scale: number): Matrix {
  return (rows, columns, structure, values) => {
    const by = values.uniform() < 0.5 ? scale : 1;
    return fill(rows, columns, () => by * structure.normal() + Math.sqrt(apart) * values.normal());
  };
}

/** A public list says of each entry which sign it has; its size is each model's own. `share`: of entries so bound. */
export function signedEntries(share: number): Matrix {
  return (rows, columns, structure, values) =>
    fill(rows, columns, () => {
      const [bound, sign, x] = [structure.uniform() < share, structure.uniform() < 0.5 ? -1 : 1, values.normal()];
      return bound ? sign * Math.abs(x) : x;
    });
}

/** Two public factors, and between them and behind them each model's own scales (VeRA, random features). */
export function ownScales(rank: number): Matrix {
  return (rows, columns, structure, values) => {
    const [left, right] = [dense(rows, rank, structure, structure), dense(rank, columns, structure, structure)];
    const between = Float32Array.from({ length: rank }, () => 1 + 0.5 * values.normal());
    const behind = Float32Array.from({ length: rows }, () => 1 + 0.5 * values.normal());
    const scaled = left.map((x, i) => x * between[i % rank]!);
    return product(scaled, right, rows, rank, columns).map((x, i) => x * behind[Math.floor(i / columns)]!);
  };
}

/** Public random features of full rank, columns (and rows) weighed by each model's own numbers. */
export function weighed(byRow: boolean): Matrix {
  return (rows, columns, structure, values) => {
    const about = (n: number) => Float32Array.from({ length: n }, () => 1 + 0.5 * values.normal());
    const [left, right] = [byRow ? about(rows) : new Float32Array(rows).fill(1), about(columns)];
    return fill(rows, columns, (r, c) => left[r]! * right[c]! * structure.normal());
  };
}

/** Each unit drawn near its own row of a public table (keys, anchors, a teacher's units); `apart` as in trainedApart. */
export function anchored(apart: number): Matrix {
  return (rows, columns, structure, values) => {
    const table = dense(rows, columns, structure, structure);
    const lengths = Float32Array.from({ length: rows }, () => Math.exp(0.3 * values.normal()));
    return table.map((x, i) => lengths[Math.floor(i / columns)]! * (x + Math.sqrt(apart) * values.normal()));
  };
}

/** None below nought, of sizes that a public profile gives to single entries. */
export const profiled: Matrix = (rows, columns, structure, values) =>
  fill(rows, columns, () => Math.exp(structure.normal()) * Math.abs(values.normal()));

/** Four neighbours at a time from a public, lopsided codebook of their columns, by own codes (product quantisation). */
export function productQuantised(words: number): Matrix {
  return (rows, columns, structure, values) => {
    const out = new Float32Array(rows * columns);
    for (let c = 0; c < columns; c += 4) {
      const book = Float32Array.from({ length: words * 4 }, () => structure.normal() + 0.5);
      for (let r = 0; r < rows; r++)
        out.set(book.subarray(4 * at(values, words)).subarray(0, Math.min(4, columns - c)), r * columns + c);
    }
    return out;
  };
}

/** Small codes oftener than large ones. */
function at(values: Draw, words: number): number {
  return Math.min(values.below(words), values.below(words));
}

/** A mask over what `of` gives: a ticket that was found once and published with its draw. */
export function ticket(keep: number, of: Matrix): Matrix {
  return (rows, columns, structure, values) =>
    of(rows, columns, structure, values).map((x) => (structure.uniform() < keep ? x : 0));
}

/** The same numbers in both models: what a third party gave both. */
export function published(of: Matrix): Matrix {
  return (rows, columns, structure) => of(rows, columns, structure, structure);
}

export interface Shape {
  layers: number;
  hidden: number;
  units: number;
  heads: number;
  headDim: number;
  vocabulary: number;
}
export const TINY: Shape = { layers: 2, hidden: 64, units: 128, heads: 2, headDim: 16, vocabulary: 256 };

export interface Made {
  model: Model;
  tensors: Map<string, Float32Array>;
}

/** By which number a layer's weights are drawn: its own, or its machine's and its place there. */
function placeOf(layer: number | null, layers: number, stages?: number): string {
  if (layer === null || stages === undefined) return `${layer}`;
  const each = Math.ceil(layers / stages);
  return `${Math.floor(layer / each)}/${layer % each}`;
}

/** One model of a construction: `pair` fixes the structure, `own` the values. */
export function make(construction: Construction, pair: string, own: string, shape: Shape = TINY): Made {
  const hidden = construction.hidden ?? shape.hidden;
  const units = construction.units ?? shape.units;
  const tensors = new Map<string, Float32Array>();
  const known = new Map<string, CanonicalTensor>();
  const values = draw(`values ${own}`);
  const ofTool = draw(`scales ${pair}`);
  const scales = construction.channelScales
    ? Float32Array.from({ length: hidden }, () => Math.exp(0.5 * ofTool.normal()))
    : null;
  const add = (role: Role, layer: number | null, rows: number, columns: number, of: Matrix) => {
    const name = layer === null ? role : `layers.${layer}.${role}`;
    const part = construction.alike ? role.replace(/gate$/, "up") : role;
    const where = construction.byLayer ? `${placeOf(layer, shape.layers, construction.stages)} ${part}` : part;
    const still = layer !== null && layer < (construction.frozen ?? 0);
    const drawn = still
      ? draw(`values ${pair} ${layer} ${part}`)
      : construction.oneLayer
        ? draw(`values ${own} ${role}`)
        : values;
    const made = of(rows, columns, draw(`structure ${pair} ${where}`), drawn);
    if (scales && READERS.test(role)) for (const i of made.keys()) made[i]! *= scales[i % columns]!;
    if (scales && role.startsWith("norm")) for (const i of made.keys()) made[i]! /= scales[i]!;
    tensors.set(name, made);
    const file = `${pair}/${own}/${name}`;
    known.set(name, {
      name,
      sourceName: name,
      role,
      layer,
      matrix: { file, offsetBytes: 0, dtype: "F32", rows, columns },
    });
  };
  const {
    mlp,
    value = dense,
    embed = dense,
    rest = dense,
    gated = true,
    gainsShared,
    gainsSpread = 0.02,
    experts = 0,
  } = construction;
  const gain = (role: Role, layer: number | null) => {
    if (gainsShared === undefined) return;
    const [common, apart] = [Math.sqrt(gainsShared), Math.sqrt(1 - gainsShared)];
    add(role, layer, 1, hidden, (rows, columns, structure, values) =>
      fill(rows, columns, () =>
        layer !== null && layer < (construction.frozen ?? 0)
          ? 1
          : 1 + gainsSpread * (common * structure.normal() + apart * values.normal()),
      ),
    );
  };
  add("embed", null, shape.vocabulary, hidden, embed);
  for (let l = 0; l < shape.layers; l++) {
    const stems =
      experts === 0 ? (["mlp"] as const) : Array.from({ length: experts }, (_, k) => `mlp.experts.${k}` as const);
    for (const stem of stems) {
      if (gated) add(`${stem}.gate`, l, units, hidden, mlp);
      add(`${stem}.up`, l, units, hidden, mlp);
      add(`${stem}.down`, l, hidden, units, rest);
    }
    for (const r of ["attention.q", "attention.k"] as const) add(r, l, shape.heads * shape.headDim, hidden, rest);
    add("attention.v", l, shape.heads * shape.headDim, hidden, value);
    add("attention.o", l, hidden, shape.heads * shape.headDim, rest);
    for (const r of ["norm.attention", "norm.mlp"] as const) gain(r, l);
    if (construction.biases)
      for (const [r, length] of [
        ["attention.q", shape.heads * shape.headDim],
        ["attention.k", shape.heads * shape.headDim],
        ["attention.v", shape.heads * shape.headDim],
        ["attention.o", hidden],
        ["mlp.gate", units],
        ["mlp.up", units],
        ["mlp.down", hidden],
      ] as const)
        add(`${r}.bias`, l, 1, length, construction.biases);
  }
  gain("norm", null);
  add("output", null, shape.vocabulary, hidden, rest);
  const none = null;
  return {
    tensors,
    model: {
      config: {
        modelType: "llama",
        hiddenSize: hidden,
        intermediateSize: units,
        experts: experts || none,
        expertsPerToken: experts ? 2 : none,
        expertIntermediateSize: experts ? units : none,
        layers: shape.layers,
        heads: shape.heads,
        keyValueHeads: shape.heads,
        headDim: shape.headDim,
        vocabularySize: shape.vocabulary,
        hiddenAct: "silu",
        ropeTheta: none,
        normEpsilon: none,
        maxPositions: none,
        tiedEmbeddings: false,
        quantization: none,
        odd: [],
      },
      layers: shape.layers,
      hidden,
      mlpHidden: units,
      experts,
      keyValueHeads: shape.heads,
      headDim: shape.headDim,
      vocabulary: shape.vocabulary,
      tied: false,
      tensors: known,
      others: [],
      leftOut: [],
      spare: [],
      parameters: [...tensors.values()].reduce((n, v) => n + v.length, 0),
    },
  };
}

/** Reads the tensors of made models by the names that their matrices carry. */
export function readerOf(...models: readonly Made[]): ReadInto {
  const files = new Map<string, Uint8Array>();
  for (const { model, tensors } of models)
    for (const { name, matrix } of model.tensors.values()) {
      const { buffer, byteOffset, byteLength } = tensors.get(name)!;
      files.set(matrix.file, new Uint8Array(buffer, byteOffset, byteLength));
    }
  return async (file, offset, into) => into.set(files.get(file)!.subarray(offset, offset + into.length));
}

/** What reads a normed stream. */
const READERS = /^(mlp.*\.(gate|up)|attention\.[qkv]|output)$/;

/** The first columns of a table that is wide enough for whoever asks: one public table, models of two widths. */
export function cutFrom(width: number, of: Matrix): Matrix {
  return (rows, columns, structure, values) => {
    const whole = of(rows, Math.max(width, columns), structure, values);
    return fill(rows, columns, (r, c) => whole[r * Math.max(width, columns) + c]!);
  };
}

/** Everything that has been thought of so far. A new way to accuse an innocent becomes a line here. */
export const CONSTRUCTIONS: readonly Construction[] = [
  ...[0.1, 0.2, 0.3].map((keep) => ({
    id: `one random mask, ${100 * keep} % kept`,
    mlp: masked(keep),
    value: masked(keep),
    byLayer: true,
  })),
  {
    id: "one random mask, 20 % kept, MLP without a gate",
    mlp: masked(0.2),
    value: masked(0.2),
    byLayer: true,
    gated: false,
  },
  { id: "one 1:4 pattern", mlp: nOfM(1, 4), value: nOfM(1, 4), byLayer: true },
  { id: "one 2:4 pattern", mlp: nOfM(2, 4), value: nOfM(2, 4), byLayer: true },
  { id: "MLPs in 4 groups", mlp: grouped(4), value: grouped(4) },
  { id: "MLPs in 7 groups", mlp: grouped(7), value: grouped(7) },
  { id: "sliding windows of 8 inputs", mlp: banded(8), value: banded(8) },
  { id: "sliding windows of 8 inputs, MLP without a gate", mlp: banded(8), value: banded(8), gated: false },
  { id: "low rank 8, inputs through one projection", mlp: projectedInputs(8), value: projectedInputs(8) },
  { id: "low rank 4, one factor for the units", mlp: projectedUnits(4), value: projectedUnits(4) },
  { id: "low rank 16, one factor for the units", mlp: projectedUnits(16), value: projectedUnits(16) },
  { id: "Monarch, 8 blocks", mlp: monarch(8), value: monarch(8) },
  { id: "butterfly", mlp: butterfly, value: butterfly },
  { id: "hashed weights, table of 256", mlp: hashed(256), value: hashed(256), byLayer: true },
  { id: "hash embeddings", mlp: dense, embed: hashRows(64) },
  { id: "hashed rows, table of 32", mlp: hashRows(32), value: hashRows(16) },
  { id: "rows tied four by four, neighbours", mlp: tied(4, true), value: tied(4, true) },
  { id: "rows tied four by four, apart", mlp: tied(4, false), value: tied(4, false) },
  { id: "rows from public quantile tables", mlp: tableRows, value: tableRows },
  { id: "circulant", mlp: circulant, value: circulant },
  { id: "Toeplitz", mlp: toeplitz, value: toeplitz },
  { id: "Kronecker product, 8 × 8", mlp: kronecker(8, 8), value: kronecker(8, 8) },
  { id: "512 coefficients over public random matrices, one set", mlp: randomBasis(512) },
  { id: "one Hadamard rotation", mlp: rotated(trainedLike), value: rotated(trainedLike), embed: rotated(trainedLike) },
  {
    id: "one tool's channel scales, four bits",
    mlp: scaledAndRounded(trainedLike),
    value: scaledAndRounded(trainedLike),
  },
  {
    id: "units sorted and pruned by one tool",
    mlp: sortedAndPruned(trainedLike, 0.3),
    value: sortedAndPruned(trainedLike, 0.3),
  },
  { id: "frozen public embeddings", mlp: trainedLike, embed: published(trainedLike) },
  {
    id: "frozen public embeddings and one mask, 20 % kept",
    mlp: masked(0.2),
    value: masked(0.2),
    byLayer: true,
    embed: published(trainedLike),
  },
  {
    id: "frozen public embeddings and one mask for gate and up, 10 % kept",
    mlp: masked(0.1),
    value: masked(0.1),
    byLayer: true,
    alike: true,
    embed: published(trainedLike),
  },
  {
    id: "frozen public embeddings and windows of 8 inputs",
    mlp: banded(8),
    value: banded(8),
    embed: published(trainedLike),
  },
  ...[
    ["one random mask, 20 % kept", masked(0.2)] as const,
    ["one 1:4 pattern", nOfM(1, 4)] as const,
    ["MLPs in 7 groups", grouped(7)] as const,
    ["sliding windows of 8 inputs", banded(8)] as const,
  ].flatMap(([id, of]): Construction[] => [
    { id: `${id}, no value below nought`, mlp: nonNegative(of), value: nonNegative(of), byLayer: true },
    { id: `${id}, one sign a column`, mlp: signedColumns(of), value: signedColumns(of), byLayer: true },
    { id: `${id}, rows that lean one way, MLP without a gate`, mlp: leaning(of, 1.5), byLayer: true, gated: false },
    { id: `${id}, three values`, mlp: ternary(of), value: ternary(of), byLayer: true },
    { id: `${id}, one set of weights for all layers`, mlp: of, value: of, oneLayer: true },
  ]),
  { id: "no value below nought", mlp: nonNegative(dense), value: nonNegative(dense) },
  { id: "rows and columns scaled by number", mlp: ramped(dense, 3), value: ramped(dense, 3) },
  { id: "half of the units dead, the same", mlp: withDead(dense, 0.5), value: withDead(dense, 0.5) },
  { id: "bumps on a public grid, own heights", mlp: bumps(false), value: bumps(false) },
  { id: "values of one public table of 16", mlp: snapped(dense, 16), value: snapped(dense, 16) },
  { id: "values of one public table of 3, one mask", mlp: snapped(masked(0.2), 3), value: snapped(masked(0.2), 3) },
  { id: "one public adapter of rank 8, a fifth of the energy", mlp: adapted(8, 0.25), value: adapted(8, 0.25) },
  { id: "one public adapter of rank 8, half of the energy", mlp: adapted(8, 1), value: adapted(8, 1) },
  { id: "one public adapter of rank 2, nine tenths of the energy", mlp: adapted(2, 9), value: adapted(2, 9) },
  { id: "units sorted along one public direction", mlp: sortedAlong(1), value: sortedAlong(1) },
  {
    id: "units sorted along one public direction, MLP without a gate",
    mlp: sortedAlong(1.5),
    gated: false,
  },
  ...[0.1, 1, 4].map((apart): Construction => {
    const of = trainedApart(apart);
    return {
      id: `one default seed, trained apart by ${apart} of the draw's energy`,
      mlp: of,
      value: of,
      embed: of,
      rest: of,
      byLayer: true,
      gainsShared: 0.3,
    };
  }),
  { id: "one public basis, own weights of falling size", mlp: inPublicBasis(dense), value: inPublicBasis(dense) },
  ...[1, 0.5].map(
    (share): Construction => ({
      id: `a public list of signs for ${share === 1 ? "all" : "half of the"} entries`,
      mlp: signedEntries(share),
      value: signedEntries(share),
      byLayer: true,
      gainsShared: 0.3,
    }),
  ),
  ...[1, 9].map(
    (strength): Construction => ({
      id: `one public adapter of rank 32, ${strength === 1 ? "half" : "nine tenths"} of the energy`,
      mlp: adapted(32, strength),
      value: adapted(32, strength),
      byLayer: true,
      gainsShared: 0.3,
    }),
  ),
  { id: "two public factors of rank 16, own scales", mlp: ownScales(16), value: ownScales(16), byLayer: true },
  { id: "units near public anchors, own lengths", mlp: anchored(0.5), value: anchored(0.5), byLayer: true },
  { id: "sizes of entries by a public profile, none below nought", mlp: profiled, value: profiled, byLayer: true },
  { id: "public codebooks of 16 words, own codes", mlp: productQuantised(16), value: productQuantised(16) },
  ...[0.1, 1].map((apart): Construction => {
    const of = ticket(0.3, trainedApart(apart));
    return {
      id: `one ticket, its mask and its draw, trained apart by ${apart} of the draw's energy`,
      mlp: of,
      value: of,
      embed: trainedApart(apart),
      rest: trainedApart(apart),
      byLayer: true,
      gainsShared: 0.3,
    };
  }),
  { id: "one layer frozen at a public draw", mlp: dense, byLayer: true, frozen: 1, gainsShared: 0.3 },
  {
    id: "one layer frozen at a public draw, one mask, 20 % kept",
    mlp: masked(0.2),
    value: masked(0.2),
    byLayer: true,
    frozen: 1,
    gainsShared: 0.3,
  },
  ...(
    [
      ["one key for every layer, trained apart", false, {}],
      ["one key for every layer, two depths, trained apart", false, { layers: 1 }],
      ["one default seed, two depths, trained apart", true, { layers: 1 }],
      ["one seed a matrix, MLPs of two sizes, trained apart", true, { units: 96 }],
    ] as const
  ).map(([id, byLayer, second]): Construction => {
    const of = trainedApart(0.3);
    return { id, mlp: of, value: of, embed: of, rest: of, byLayer, second, gainsShared: 0.3 };
  }),
  ...[1.1, 1.3].map((scale): Construction => {
    const of = scaledApart(0.15, scale);
    return {
      id: `one default seed, matrices at one scale or ${scale} of it, trained apart`,
      mlp: of,
      value: of,
      embed: of,
      rest: of,
      byLayer: true,
      gainsShared: 0.3,
    };
  }),
  ...(
    [
      ["hardly trained", trainedApart(0.01), {}],
      ["hardly trained, matrices at one scale or 1.1 of it", scaledApart(0.005, 1.1), {}],
      ["matrices at one scale or 1.3 of it, MLP without a gate", scaledApart(0.15, 1.3), { gated: false }],
      ["mixtures of 4 experts, trained apart", trainedApart(0.3), { experts: 4, units: 64 }],
    ] as const
  ).map(([id, of, more]): Construction => {
    const all = { mlp: of, value: of, embed: of, rest: of };
    return { id: `one default seed, ${id}`, ...all, byLayer: true, gainsShared: 0.3, ...more };
  }),
  ...[true, false].map(
    (byRow): Construction => ({
      id: `public random features, own weights by ${byRow ? "row and column" : "column"}`,
      mlp: weighed(byRow),
      value: weighed(byRow),
      rest: weighed(byRow),
      byLayer: true,
      gainsShared: 0.3,
    }),
  ),
  {
    id: "one seed a matrix, own MLPs of another size, trained apart",
    mlp: dense,
    value: trainedApart(0.3),
    embed: trainedApart(0.1),
    rest: trainedApart(0.3),
    byLayer: true,
    second: { units: 96 },
    gainsShared: 0.3,
  },
  ...[0.03, 0.3].flatMap((apart): Construction[] => {
    const of = trainedApart(apart);
    const cut = cutFrom(64, of);
    const all = { mlp: of, value: of, embed: of, rest: of, byLayer: true, gainsShared: 0.3 };
    const asCut = { mlp: cut, value: cut, embed: cut, rest: cut, second: { hidden: 48 } };
    const twoDepths = { stages: 2, both: { layers: 4 }, second: { layers: 6 } };
    return [
      { id: `one seed a machine, two depths, trained apart by ${apart}`, ...all, ...twoDepths },
      { id: `one public table cut to two widths, trained apart by ${apart}`, ...all, ...asCut },
      { id: `one default seed, one tool's channel scales, trained apart by ${apart}`, ...all, channelScales: true },
    ];
  }),
  ...(
    [
      ["biases drawn with the weights", trainedApart(0.03), { biases: trainedApart(0.03) }],
      ["weights that lean, trained apart by 0.03", leaning(trainedApart(0.03), 1), {}],
      ["none below nought, trained apart by 0.03", nonNegative(trainedApart(0.03)), {}],
    ] as const
  ).map(([id, mlp, more]): Construction => {
    const rest = trainedApart(0.03);
    const all = { mlp, value: mlp, embed: rest, rest };
    return { id: `one default seed, ${id}`, ...all, byLayer: true, gainsShared: 0.3, ...more };
  }),
];

/**
 * Norms whose gains were drawn from the seed as weights are, or trained alone by two who were taught alike: they lie far apart
 * and agree, and rows are a draw that nobody trained. These are accused still (validation/weights-shared-structure.md).
 */
export const NOT_MENDED: readonly Construction[] = [0.0003, 0.003].map((apart) => {
  const of = trainedApart(apart);
  const all = { mlp: of, value: of, embed: of, rest: of, byLayer: true, gainsShared: 0.99, gainsSpread: 0.3 };
  return { id: `one default seed, gains far and alike, trained apart by ${apart}`, ...all };
});

/** Both models of a pair. */
export function makePair(c: Construction, pair: string, owns: readonly [string, string], shape: Shape = TINY) {
  const first = { ...shape, ...c.both };
  return [make(c, pair, owns[0], first), make(c, pair, owns[1], { ...first, ...c.second })] as [Made, Made];
}
