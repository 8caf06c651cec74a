/**
 * The study behind `marks/leak`, version 2: 1,000 recipients, attacks on a trained small model of the zoo under many
 * keys, and the arithmetic at 100 million generated weights. Every innocent named in any row counts as an accusation.
 *   npm run build && node validation/marks-leak.study.ts --zoo ../shared/zoo --part small --out small.json
 *   node validation/marks-leak.study.ts --part large --out large.json
 *   node validation/marks-leak-disguised.study.ts --zoo ../shared/zoo --keys 10 --work DIR --out disguised.json
 *   node validation/marks-leak.study.ts --part write --from small.json,large.json,disguised.json
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { hex } from "../dist/base/bytes.js";
import { prng } from "../dist/base/prng.js";
import type { Recipients } from "../dist/evidence/recipients.js";
import { FileReader } from "../dist/host/files.js";
import { listTensors, readTensorValues } from "../dist/host/model/tensor-files.js";
import { Kernel } from "../dist/kernels/kernel.js";
import { TokenDraws } from "../dist/kernels/token-draws.js";
import { centred, traceLeak } from "../dist/labs/marks/leak/leak.js";
import { bitRates, codeWord } from "../dist/labs/marks/leak/leak-code.js";
import {
  ELEMENTS_MIN,
  markTensor,
  noTraces,
  readTensor,
  runsOf,
  type Traces,
} from "../dist/labs/marks/leak/weight-mark.js";
import { LEAK } from "../dist/labs/marks/record/method.js";

const { values } = parseArgs({
  options: {
    zoo: { type: "string" },
    part: { type: "string" },
    keys: { type: "string", default: "32" },
    /** Fresh code words; left out, what the command itself draws. */
    fresh: { type: "string" },
    /** Of the large part: plain code words drawn bit by bit beside them. */
    plain: { type: "string", default: "10000000" },
    recipients: { type: "string", default: "1000" },
    matrices: { type: "string", default: "1000" },
    out: { type: "string" },
    from: { type: "string" },
    /** Attacks by name, separated by semicolons. */
    only: { type: "string" },
    /** Of the large part: matrices of 2,048 × 2,048; 24 are 10⁸ weights. */
    layers: { type: "string", default: "24" },
  },
});
const draws = new TokenDraws();
/** Served copies as well, but not on the list that is examined: whoever has theirs must name nobody. */
const UNLISTED = Array.from({ length: 8 }, (_, i) => `unlisted ${i + 1}`);
const NAMES = Array.from({ length: Number(values.recipients) }, (_, i) => `recipient ${i + 1}`);

function codeOf(seed: string): Recipients {
  const source = prng("assay/study/leak", seed);
  const key = hex(Uint8Array.from({ length: 32 }, () => source.below(256)));
  return { type: "assay/recipients/v1", key, bits: 2048, strength: 0.01, recipients: NAMES };
}

interface Tensor {
  name: string;
  rows: number;
  values: Float32Array;
}

/** A fast normal generator for noise: the study needs 10^8 draws, and their quality is not what is tested. */
function normals(seed: number): () => number {
  let s = seed >>> 0 || 1;
  const uniform = () => {
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    return ((s >>> 0) + 0.5) / 2 ** 32;
  };
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

function rms(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return Math.sqrt(sum / values.length);
}

function quantise(t: Tensor, levels: number): void {
  const columns = t.values.length / t.rows;
  for (let r = 0; r < t.rows; r++) {
    const row = t.values.subarray(r * columns, (r + 1) * columns);
    let most = 0;
    for (let i = 0; i < columns; i++) most = Math.max(most, Math.abs(row[i]!));
    const step = most / levels || 1;
    for (let i = 0; i < columns; i++) row[i] = Math.round(row[i]! / step) * step;
  }
}

type Mix = "mean" | "median" | "pick";
type Attack = { name: string; apply: (t: Tensor, normal: () => number) => void };
const noise = (share: number) => (t: Tensor, normal: () => number) => {
  const scale = share * rms(t.values);
  for (let i = 0; i < t.values.length; i++) t.values[i]! += scale * normal();
};

function tunedAndQuantised(t: Tensor, normal: () => number): void {
  noise(0.02)(t, normal);
  quantise(t, 127);
}

function prune(t: Tensor): void {
  const sorted = Float32Array.from(t.values, Math.abs).sort();
  const cut = sorted[sorted.length >> 1]!;
  for (let i = 0; i < t.values.length; i++) if (Math.abs(t.values[i]!) < cut) t.values[i] = 0;
}

/** Marks the colluders' copies of each tensor, mixes and attacks them, and reads the traces. */
function trace(
  code: Recipients,
  colluders: string[],
  originals: Iterable<Tensor>,
  mix: Mix,
  attack: Attack["apply"],
  fresh: number | null,
  seed: number,
) {
  const rates = bitRates(code);
  const words = colluders.map((name) => codeWord(code, name, rates));
  const traces = noTraces(code.bits);
  const normal = normals(seed + 1);
  for (const { name, rows, values: original } of originals) {
    const runs = runsOf(code.key, name, original.length, code.bits, draws);
    const t = { name, rows, values: mixedCopies(original, words, runs, code.strength, mix, normal) };
    attack(t, normal);
    if (readTensor(original, t.values, runs, traces)) traces.tensors++;
  }
  return judged(code, colluders, traces, fresh, seed);
}

/** What colluders make of their copies of one tensor; the original itself where nobody colludes. */
function mixedCopies(
  original: Float32Array,
  words: readonly Uint8Array[],
  runs: ReturnType<typeof runsOf>,
  strength: number,
  mix: Mix,
  normal: () => number,
): Float32Array {
  const step = strength * rms(original);
  const mixed = original.slice();
  if (words.length === 0) return mixed;
  if (mix === "mean") {
    for (const word of words) markTensor(mixed, runs, word, step / words.length);
    return mixed;
  }
  const copies = words.map((word) => {
    const copy = original.slice();
    markTensor(copy, runs, word, step);
    return copy;
  });
  const sorted = new Float32Array(copies.length);
  for (let i = 0; i < mixed.length; i++) {
    if (mix === "pick") mixed[i] = copies[Math.abs(Math.floor(normal() * 1000)) % copies.length]![i]!;
    else {
      for (let c = 0; c < copies.length; c++) sorted[c] = copies[c]![i]!;
      mixed[i] = sorted.sort()[copies.length >> 1]!;
    }
  }
  return mixed;
}

function judged(code: Recipients, colluders: readonly string[], traces: Traces, words: number | null, seed: number) {
  const result = traceLeak(code, traces, draws, { words, seed: String(seed) });
  const paid = Math.log10(NAMES.length);
  const { named } = result;
  return {
    log10P: Math.min(0, result.recipients[0]!.log10P + paid),
    deviations: result.recipients[0]!.deviations,
    named: named.length,
    innocents: named.filter((n) => !colluders.includes(n)).length,
    first: colluders.includes(result.recipients[0]!.name),
    fresh: result.fresh,
  };
}

async function load(path: string): Promise<Tensor[]> {
  const tensors = await listTensors(path);
  const reader = new FileReader();
  const kernel = new Kernel();
  const out: Tensor[] = [];
  for (const t of tensors.values())
    if (t.shape.length >= 2 && t.elements >= ELEMENTS_MIN)
      out.push({ name: t.name, rows: t.shape[0]!, values: await readTensorValues(reader, kernel, t) });
  await reader.close();
  return out;
}

async function small() {
  const base = (await load(join(values.zoo!, "models/base"))).slice(0, Number(values.matrices));
  const delta = new Map((await load(join(values.zoo!, "models/finetune"))).map((t) => [t.name, t.values]));
  const tuned = (t: Tensor) => {
    const other = delta.get(t.name)!;
    const from = base.find((b) => b.name === t.name)!.values;
    for (let i = 0; i < t.values.length; i++) t.values[i]! += other[i]! - from[i]!;
  };
  const attacks: {
    name: string;
    colluders: number;
    mix: Mix;
    apply: Attack["apply"];
    null?: boolean;
    unlisted?: boolean;
  }[] = [
    { name: "none", colluders: 1, mix: "mean", apply: () => undefined },
    { name: "int8", colluders: 1, mix: "mean", apply: (t) => quantise(t, 127) },
    { name: "int4", colluders: 1, mix: "mean", apply: (t) => quantise(t, 7) },
    { name: "half pruned", colluders: 1, mix: "mean", apply: prune },
    { name: "the zoo's own fine-tune", colluders: 1, mix: "mean", apply: tuned },
    {
      name: "4 average, 2 % noise, int8",
      colluders: 4,
      mix: "mean",
      apply: tunedAndQuantised,
    },
    {
      name: "4 pick at random, 2 % noise, int8",
      colluders: 4,
      mix: "pick",
      apply: tunedAndQuantised,
    },
    { name: "4 take the upper median, int8", colluders: 4, mix: "median", apply: (t) => quantise(t, 127) },
    { name: "null: 5 % noise", colluders: 0, mix: "mean", apply: noise(0.05), null: true },
    { name: "null: int8", colluders: 0, mix: "mean", apply: (t) => quantise(t, 127), null: true },
    { name: "null: the zoo's own fine-tune", colluders: 0, mix: "mean", apply: tuned, null: true },
    {
      ...{ name: "null: copy of somebody not on the list", colluders: 1, mix: "mean", apply: () => undefined },
      ...{ null: true, unlisted: true },
    },
    {
      ...{ name: "null: 4 not on the list average, 2 % noise, int8", colluders: 4, mix: "mean" },
      ...{ apply: tunedAndQuantised, null: true, unlisted: true },
    },
  ];
  const rows = [];
  for (const attack of attacks.filter(
    ({ name }) => values.only === undefined || values.only.split(";").includes(name),
  )) {
    const results = [];
    for (let k = 0; k < Number(values.keys); k++) {
      const from = attack.unlisted ? UNLISTED : NAMES;
      const colluders = Array.from({ length: attack.colluders }, (_, c) => from[(k * 37 + c * 211) % from.length]!);
      const words = Number(values.fresh ?? 10_000);
      results.push(trace(codeOf(`small ${k}`), colluders, base, attack.mix, attack.apply, words, k));
    }
    const ps = results.map((r) => r.log10P);
    rows.push({
      attack: attack.name,
      isNull: attack.null === true,
      keys: results.length,
      found: results.map((r) => r.first && r.log10P <= -6),
      innocents: results.map((r) => r.innocents),
      named: results.map((r) => r.named),
      log10P: ps.map((p) => Math.round(p * 100) / 100),
    });
    process.stderr.write(
      `${attack.name} ${results.filter((r) => r.first && r.log10P <= -6).length}/${results.length} worst ${Math.max(...ps).toFixed(1)} innocents ${results.reduce((a, r) => a + r.innocents, 0)}\n`,
    );
  }
  return { part: "small", model: `zoo base, ${base.length} matrices`, recipients: NAMES.length, rows };
}

/** 10^8 generated weights, a tensor at a time: one pass marks, mixes, attacks and reads under every attack. */
function large() {
  const code = codeOf("large");
  const rates = bitRates(code);
  const four = [NAMES[7]!, NAMES[300]!, NAMES[555]!, NAMES[999]!];
  const tuned4 = (t: Tensor, normal: () => number) => {
    noise(0.02)(t, normal);
    quantise(t, 7);
  };
  const tunedPruned = (t: Tensor, normal: () => number) => {
    noise(0.02)(t, normal);
    prune(t);
  };
  interface Case {
    attack: string;
    colluders: string[];
    mix: Mix;
    apply: Attack["apply"];
  }
  const known: Case[] = [
    { attack: "4 average, 2 % noise, int8", colluders: four, mix: "mean", apply: tunedAndQuantised },
    { attack: "4 average, 2 % noise, int4", colluders: four, mix: "mean", apply: tuned4 },
    { attack: "4 average, 2 % noise, half pruned", colluders: four, mix: "mean", apply: tunedPruned },
    { attack: "4 pick at random, 2 % noise, int8", colluders: four, mix: "pick", apply: tunedAndQuantised },
    { attack: "null: 2 % noise, int8", colluders: [], mix: "mean", apply: tunedAndQuantised },
    {
      ...{ attack: "null: 4 not on the list average, 2 % noise, int8", colluders: UNLISTED.slice(0, 4) },
      ...{ mix: "mean", apply: tunedAndQuantised },
    },
  ];
  const cases = known.filter(({ attack }) => values.only === undefined || values.only.split(";").includes(attack));
  const traces = cases.map(() => noTraces(code.bits));
  const layers = Number(values.layers);
  for (let l = 0; l < layers; l++) {
    const name = `layers.${l}.weight`;
    const normal = normals(1000 + l);
    const original = new Float32Array(2048 * 2048);
    for (let i = 0; i < original.length; i++) original[i] = 0.02 * normal();
    const runs = runsOf(code.key, name, original.length, code.bits, draws);
    for (const [n, { colluders, mix, apply }] of cases.entries()) {
      const words = colluders.map((who) => codeWord(code, who, rates));
      const t = { name, rows: 2048, values: mixedCopies(original, words, runs, code.strength, mix, normal) };
      apply(t, normal);
      if (readTensor(original, t.values, runs, traces[n]!)) traces[n]!.tensors++;
    }
    process.stderr.write(`\rlayer ${l + 1} of ${layers}`);
  }
  const rows = cases.map(({ attack, colluders }, n) => {
    const started = process.cpuUsage();
    const result = judged(code, colluders, traces[n]!, values.fresh === undefined ? null : Number(values.fresh), 5);
    const used = process.cpuUsage(started);
    const family = Math.min(1, (NAMES.length * (result.fresh.reaching + 1)) / (result.fresh.drawn + 1));
    const weakest = Math.min(1, (NAMES.length * (result.fresh.reachingWeakest + 1)) / (result.fresh.drawn + 1));
    const row = {
      ...{ attack, isNull: attack.startsWith("null"), weights: layers * 2048 * 2048, colluders: colluders.length },
      ...{ ...result, familyByCount: family, familyByCountWeakest: weakest },
      countingSeconds: Math.round((used.user + used.system) / 1e6),
      plain: n === 0 ? plainWords(code, traces[n]!, Number(values.plain)) : null,
    };
    process.stderr.write(`\n${JSON.stringify(row)}`);
    return row;
  });
  return { part: "large", recipients: NAMES.length, bits: code.bits, rows };
}

/** Code words drawn bit by bit, with no grid and no table: what they reach at most, in deviations, beside the best. */
function plainWords(code: Recipients, traces: Traces, words: number) {
  const rates = bitRates(code);
  const soft = centred(traces, rates);
  const high = Float64Array.from(rates, (p, b) => soft[b]! * Math.sqrt((1 - p) / p));
  const low = Float64Array.from(rates, (p, b) => -soft[b]! * Math.sqrt(p / (1 - p)));
  // Rates are multiples of 2⁻¹⁶: two bits a draw, exactly.
  const below = Int32Array.from(rates, (p) => p * 65_536);
  let [x, y, z, w] = [123_456_789, 362_436_069, 521_288_629, 88_675_123];
  let most = Number.NEGATIVE_INFINITY;
  for (let n = 0; n < words; n++) {
    let score = 0;
    for (let b = 0; b < rates.length; b += 2) {
      const t = x ^ (x << 11);
      x = y;
      y = z;
      z = w;
      w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
      score += (w & 0xffff) < below[b]! ? high[b]! : low[b]!;
      score += w >>> 16 < below[b + 1]! ? high[b + 1]! : low[b + 1]!;
    }
    if (score > most) most = score;
  }
  const spread = Math.sqrt(soft.reduce((sum, v) => sum + v * v, 0));
  return { drawn: words, mostDeviations: most / spread };
}

/** One examination: under which key, whether anybody on the list had part in it, how many innocents it named. */
interface Examined {
  key: string;
  isNull: boolean;
  found: boolean;
  innocents: number;
  log10P: number;
}

// biome-ignore lint/suspicious/noExplicitAny: three shapes of the study's own parts
function examined(part: any): Examined[] {
  if (part.part === "small")
    // biome-ignore lint/suspicious/noExplicitAny: see above
    return part.rows.flatMap((row: any) =>
      row.log10P.map((log10P: number, k: number) => ({
        ...{ key: `small ${k}`, isNull: row.isNull, found: row.found[k], innocents: row.innocents[k], log10P },
      })),
    );
  if (part.part === "large")
    // biome-ignore lint/suspicious/noExplicitAny: see above
    return part.rows.map((row: any) => ({
      ...{ key: "large", isNull: row.isNull, found: row.first && row.log10P <= -6, innocents: row.innocents },
      log10P: row.log10P,
    }));
  // biome-ignore lint/suspicious/noExplicitAny: see above
  return part.rows.map((row: any) => {
    const isNull = row.what.startsWith("control");
    const others = row.named.filter((name: string) => isNull || name !== "recipient 17").length;
    const found = row.named.includes("recipient 17");
    return { key: `disguised ${row.key}`, isNull, found, innocents: others, log10P: row.log10P };
  });
}

if (values.part === "write") {
  const parts = values.from!.split(",").map((path) => JSON.parse(readFileSync(path, "utf8")));
  const all = parts.flatMap(examined);
  const [nulls, positives] = [all.filter((e) => e.isNull), all.filter((e) => !e.isNull)];
  const keys = (of: Examined[]) => new Set(of.map((e) => e.key));
  // An innocent named where a colluder was found is a false accusation like any other: every examination is a null for
  // all who had no part in it.
  const accused = all.filter((e) => e.innocents > 0);
  const missed = keys(positives.filter((e) => !e.found));
  const round = (p: number) => Math.round(p * 100) / 100;
  const study = {
    type: "assay/validation/v1",
    method: LEAK.id,
    methodVersion: LEAK.version,
    page: "validation/marks-leak.md",
    nulls: {
      pairs: all.length,
      families: keys(nulls).size,
      accusedPairs: accused.length,
      accusedFamilies: Math.min(keys(nulls).size, keys(accused).size),
    },
    positives: {
      pairs: positives.length,
      families: keys(positives).size,
      foundPairs: positives.filter((e) => e.found).length,
      foundFamilies: [...keys(positives)].filter((key) => !missed.has(key)).length,
    },
    nullLog10P: nulls.map((e) => round(e.log10P)),
    positiveLog10P: positives.map((e) => round(e.log10P)),
    parts,
  };
  writeFileSync(join(new URL(".", import.meta.url).pathname, "marks-leak.json"), `${JSON.stringify(study)}\n`);
  console.log(JSON.stringify({ nulls: study.nulls, positives: study.positives }));
} else {
  const result = values.part === "large" ? large() : await small();
  writeFileSync(values.out!, `${JSON.stringify(result)}\n`);
}
