/**
 * Innocents that share a structure, by the thousand, through the laboratory's door: each construction of
 * materials/weights/structured.ts, untrained; and bank models put through one mask in disjoint pairs and trained on
 * (materials/makers/train_structured.py), with their children as the other side of the scale; and pairs of one start
 * (materials/makers/train_one_start.py).
 *
 *   npm run build
 *   node validation/weights-shared-structure.study.ts --cache FILE [--shard K/N] [--minutes N]        (generated pairs)
 *   node validation/weights-shared-structure.study.ts --cache FILE --trained OUT --zoo ../shared/zoo   (trained pairs)
 *   node validation/weights-shared-structure.study.ts --cache FILE --aligned [--minutes N]             (second stage)
 *   node validation/weights-shared-structure.study.ts --cache FILE --half [--minutes N]                (at half the size)
 *   node validation/weights-shared-structure.study.ts --cache FILE --aligned --trained OUT             (of trained pairs)
 *   node validation/weights-shared-structure.study.ts --cache FILE --write [--onto validation/weights-shared-structure.json]
 *
 * `--from N` draws pairs from the Nth on, of seeds of their own; `--onto` joins them to a study that was written before them.
 * May be stopped and taken up again: a line of the cache is one pair. `--write` makes the tables and the figure from it.
 */
import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { askingOf } from "../dist/app/known.js";
import { loadStudies } from "../dist/app/studies.js";
import type { Finding } from "../dist/finding/finding.js";
import type { Validation } from "../dist/finding/validation.js";
import { LocalCompute } from "../dist/kernels/compute.js";
import { ALIGNED_METHOD_VERSION } from "../dist/labs/weights/alignment/method.js";
import { examineAncestry } from "../dist/labs/weights/examine.js";
import { METHOD_VERSION, SEED_DEFAULT } from "../dist/labs/weights/method.js";
import type { WeightsObservations } from "../dist/labs/weights/observations.js";
import type { Vocabulary } from "../dist/model/model.js";
import { findingOf, loadAll, pool } from "../materials/weights/models.ts";
import {
  CONSTRUCTIONS,
  type Construction,
  type Made,
  makePair,
  readerOf,
  TINY,
} from "../materials/weights/structured.ts";
import { halfPair, turns } from "./study/half-pairs.ts";
import { type SharedRow, writeSharedStructure } from "./study/shared-structure-tables.ts";

const { values } = parseArgs({
  options: {
    cache: { type: "string", default: "shared-structure.jsonl" },
    pairs: { type: "string", default: "1000" },
    from: { type: "string", default: "0" },
    rows: { type: "string", default: "" },
    shard: { type: "string", default: "0/1" },
    minutes: { type: "string", default: "600" },
    trained: { type: "string", default: "" },
    zoo: { type: "string", default: "../shared/zoo" },
    aligned: { type: "boolean", default: false },
    half: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    onto: { type: "string" },
  },
});
const until = Date.now() + Number(values.minutes) * 60_000;
const cache = values.cache;
const rows = existsSync(cache) ? readFileSync(cache, "utf8").split("\n").filter(Boolean).map(parsed) : [];
const done = new Set(rows.map(({ id }) => id));
/** Folders of models trained on from the bank's model of the same name. */
const CHILDREN = /^(children|tuned|continued|sibling|long)/;
/** Smaller than the tests' models: what is common to a pair is its structure, not its size. */
const SHAPE = { ...TINY, heads: 1, headDim: 32, vocabulary: 64 };
const STRINGS: Vocabulary = new Map(Array.from({ length: SHAPE.vocabulary }, (_, row) => [`token ${row}`, row]));
const later = values.aligned || values.half;
const studies = later ? loadStudies(askingOf("examine weights").laboratory) : Promise.resolve([]);

if (values.write) writeSharedStructure(rows, new URL(".", import.meta.url).pathname, values.onto);
else if (values.trained) await trained(values.trained);
else await generated();
await pool.close();

function parsed(line: string): SharedRow {
  return JSON.parse(line) as SharedRow;
}

function keep(row: Omit<SharedRow, "version">): void {
  appendFileSync(cache, `${JSON.stringify({ ...row, version: METHOD_VERSION })}\n`);
}

async function generated(): Promise<void> {
  const [shard, shards] = values.shard.split("/").map(Number) as [number, number];
  const asked = new RegExp(values.rows);
  // The second stage asks of single gated MLPs.
  const gated = (c: Construction) => (!later || (c.gated !== false && !c.experts)) && asked.test(c.id);
  const most = Number(values.pairs);
  // Rows take turns, so that a study cut short speaks of all.
  const start = Number(values.from) + shard;
  for (let i = start; i < most; i += shards)
    for (const c of CONSTRUCTIONS.filter(gated)) {
      const id = `${values.half ? "half" : values.aligned ? "aligned" : "generated"} ${c.id} ${i}`;
      if (done.has(id)) continue;
      if (Date.now() > until) return;
      if (values.half) {
        if (turnedAt(i) && !turns(c)) continue;
        keep({ id, row: c.id, ...(await atHalf(c, i)) });
        continue;
      }
      const name = `study ${c.id} ${i}`;
      const [a, b] = makePair(c, name, [`${name} a`, `${name} b`], SHAPE);
      keep({ id, row: c.id, ...(values.aligned ? await second(a, b) : await first(a, b)) });
    }
}

/** Odd pairs have the one model turned by a third tool. */
function turnedAt(i: number): boolean {
  return i % 2 === 1;
}

async function atHalf(c: Construction, i: number) {
  const name = `half ${c.id} ${i}`;
  const stage = turnedAt(i) ? ("half turned" as const) : ("half" as const);
  return { ...(await second(...halfPair(c, name, turnedAt(i) ? name : undefined))), stage };
}

async function first(a: Made, b: Made) {
  return { stage: "exact" as const, ...figures(await ofPair(a, b, null, [])) };
}

function ofPair(a: Made, b: Made, vocabulary: Vocabulary | null, validations: readonly Validation[]) {
  const side = ({ model }: Made) => ({
    reading: { kind: "model" as const, model },
    vocabulary,
    identity: Promise.resolve({
      artefact: { name: "made", kind: "model" as const, root: `sha256:${"0".repeat(64)}` as const },
      evidence: [],
    }),
  });
  return examineAncestry({
    reference: side(a),
    suspect: side(b),
    settings: { seed: SEED_DEFAULT, rows: "sampled" },
    validations,
    software: { name: "assay", version: "study", commit: "study" },
    compute: new LocalCompute(readerOf(a, b)),
    work: { concurrency: 1, onProgress: () => {} },
  });
}

function figures(finding: Finding) {
  const seen = finding.observations as WeightsObservations;
  return {
    log10P: finding.tests.find(({ id }) => id === "combined")!.log10P,
    labelsLog10P: Math.min(0, ...seen.axes.map((x) => x.labelsLog10P ?? 0)),
    ...(seen.commonStart ? { slope: seen.commonStart.slope, learned: seen.commonStart.agreement } : {}),
  };
}

/**
 * Both stages by the laboratory's own door, with the studies at hand. Token strings are known, one a row: the look that
 * frozen embeddings would guide. What one default seed explains is worth nothing there, and is 0 here.
 */
async function second(a: Made, b: Made) {
  return ofLaterStages(await ofPair(a, b, STRINGS, await studies));
}

function ofLaterStages(finding: Finding) {
  const { aligned } = finding.observations as WeightsObservations;
  const p = (id: string) => finding.tests.find((test) => test.id === id)?.log10P ?? 0;
  const most = Math.min(0, ...(aligned?.layerPairs.map(({ log10PUntolerant }) => log10PUntolerant) ?? []));
  return {
    stage: "aligned" as const,
    stageVersion: ALIGNED_METHOD_VERSION,
    accused: finding.outcome === "supports-hp",
    log10P: aligned?.start?.explains ? 0 : p("combined"),
    labelsLog10P: most,
    reached: aligned !== undefined,
    explained: aligned?.start?.explains ?? false,
  };
}

/** Disjoint pairs 2k, 2k + 1 of a shape, and each child with its parent. */
async function trained(folder: string): Promise<void> {
  const bank = await loadAll(join(values.zoo, "bank"), "bank");
  for (const kind of readdirSync(folder).sort()) {
    const models = await loadAll(join(folder, kind), kind);
    const byName = new Map(models.map((m) => [m.name, m]));
    for (const [at, m] of models.entries()) {
      const child = CHILDREN.test(kind);
      if (!child && at % 2 === 1) continue;
      const other = child ? bank.find(({ name }) => name === m.name) : byName.get(nextOf(m.name));
      const id = `${values.aligned ? "aligned " : ""}trained ${kind} ${m.name}`;
      if (!other || done.has(id) || Date.now() > until || (child && values.aligned)) continue;
      const [reference, suspect] = child ? [other, m] : [m, other];
      const vocabulary = bank[0]!.vocabulary;
      const pair = [
        { ...reference, vocabulary },
        { ...suspect, vocabulary },
      ] as const;
      const row = `trained: ${kind}`;
      if (values.aligned) keep({ id, row, ...ofLaterStages(await findingOf(...pair, await studies)) });
      else keep({ id, row, stage: "exact", ...figures(await findingOf(...pair)) });
    }
  }
}

/** The other of a pair: 2k + 1 of 2k, or b of a. */
function nextOf(name: string): string {
  if (name.endsWith("-a")) return name.replace(/a$/, "b");
  return `${name[0]}${String(Number(name.slice(1)) + 1).padStart(2, "0")}`;
}
