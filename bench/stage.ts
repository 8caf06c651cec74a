/**
 * One timed stage in a process of its own, so that its memory is its own: the exact test of a pair (open, MLP units,
 * values, residual), then the tensor story. Prints one JSON line. `--ranges FILE` records every byte range read by the
 * exact test; `--read FILE` only reads such ranges, which is what the disk alone costs.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ComputePool } from "../dist/host/model/compute-pool.js";
import { openModel } from "../dist/host/model/open-model.js";
import type { CompareJob, Compute, MatchJob, PairJob, SketchJob } from "../dist/kernels/compute.js";
import { rowBytes } from "../dist/kernels/dtypes.js";
import { SEED_DEFAULT } from "../dist/labs/weights/method.js";
import { counterparts } from "../dist/labs/weights/story/counterparts.js";
import { tensorStory } from "../dist/labs/weights/story/story.js";
import type { Bench } from "../dist/labs/weights/tests/bench.js";
import { testAxes } from "../dist/labs/weights/tests/test-axes.js";

type Range = [file: string, offset: number, length: number];

/** Passes jobs on and notes what they cost. */
class Recorder implements Compute {
  readonly inner: Compute;
  readonly ranges: Range[] = [];
  flop = 0;
  bytes = 0;
  constructor(inner: Compute) {
    this.inner = inner;
  }
  sketch(job: SketchJob) {
    this.#note(job);
    return this.inner.sketch(job);
  }
  pair(job: PairJob) {
    const units = [job.a, job.b].map((side) => {
      this.#note(side);
      return side.parts[0]!.runs.reduce((n, run) => n + run.count, 0) / side.groups;
    });
    const k = job.a.parts.length * job.a.width;
    this.flop += 2 * job.a.groups * units[0]! * units[1]! * k;
    return this.inner.pair(job);
  }
  #note(job: SketchJob) {
    for (const { matrix, runs } of job.parts)
      for (const run of runs) {
        const row = rowBytes(matrix.dtype, matrix.columns);
        this.ranges.push([matrix.file, matrix.offsetBytes + run.start * row, run.count * row]);
        this.bytes += run.count * row;
      }
  }
  match(job: MatchJob) {
    for (const b of job.bs) {
      this.flop += (2 * job.a.n * b.n * job.a.k) / job.groups;
    }
    return this.inner.match(job);
  }
  project(job: Parameters<Compute["project"]>[0]) {
    const { part, directions } = job;
    const rows = part.runs.reduce((n, run) => n + run.count, 0);
    this.flop += 2 * rows * directions.n * directions.k;
    this.bytes += rows * rowBytes(part.matrix.dtype, part.matrix.columns);
    return this.inner.project(job);
  }
  moments(rows: Parameters<Compute["moments"]>[0]) {
    this.flop += 2 * rows.n * rows.k ** 2;
    return this.inner.moments(rows);
  }
  products(job: Parameters<Compute["products"]>[0]) {
    const [from, to] = job.columns;
    this.flop += 2 * job.as.length * job.bs.length * job.as[0]!.n * (to - from);
    return this.inner.products(job);
  }
  compare(job: CompareJob) {
    return this.inner.compare(job);
  }
  rows(stretch: Parameters<Compute["rows"]>[0]) {
    return this.inner.rows(stretch);
  }
  load(matrix: Parameters<Compute["load"]>[0]) {
    return this.inner.load(matrix);
  }
  eigen(job: Parameters<Compute["eigen"]>[0]) {
    return this.inner.eigen(job);
  }
  rotate(job: Parameters<Compute["rotate"]>[0]) {
    return this.inner.rotate(job);
  }
  partners(job: Parameters<Compute["partners"]>[0]) {
    return this.inner.partners(job);
  }
}

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    rows: { type: "string", default: "sampled" },
    threads: { type: "string" },
    ranges: { type: "string" },
    read: { type: "string" },
  },
});

if (values.read) await readRanges(values.read);
else await stage();

async function stage(): Promise<void> {
  const started = performance.now();
  const lap = timer();
  const pool = new ComputePool(values.threads ? Number(values.threads) : undefined);
  const compute = new Recorder(pool);
  const [reference, suspect] = await Promise.all(
    ["reference", "suspect"].map(async (side) => {
      const opened = await openModel(join(values.data!, side));
      if (opened.reading.kind === "refused") throw new Error(opened.reading.reason);
      return opened.reading.model;
    }),
  );
  const bench: Bench = {
    reference: reference!,
    suspect: suspect!,
    vocabularies: { reference: null, suspect: null },
    settings: { seed: SEED_DEFAULT, rows: values.rows as "sampled" | "all" },
    compute,
    work: { concurrency: pool.threads + 1, onProgress: () => {} },
  };
  const openS = lap();
  const { results } = await testAxes(bench);
  const exactS = (performance.now() - started) / 1000;
  lap();
  const { flop, bytes } = compute;
  if (values.ranges) writeFileSync(values.ranges, JSON.stringify(compute.ranges));
  const blocks = Object.values(results).flatMap((r) => r?.blocks ?? []);
  await tensorStory(bench, counterparts(blocks, reference!, suspect!));
  const storyS = lap();
  await pool.close();
  process.stdout.write(
    `${JSON.stringify({
      parameters: reference!.parameters,
      threads: pool.threads,
      openS,
      exactS,
      storyS,
      flop,
      bytes,
      logE: Object.values(results).map((r) => r?.logE),
      peakBytes: process.resourceUsage().maxRSS * 1024,
    })}\n`,
  );
}

/** The same bytes in file order, each once, four reads at a time, and nothing else. */
async function readRanges(file: string): Promise<void> {
  const ranges: Range[] = JSON.parse(readFileSync(file, "utf8"));
  const distinct = [...new Map(ranges.map((r) => [`${r[0]}:${r[1]}:${r[2]}`, r])).values()];
  distinct.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]));
  const handles = new Map(
    await Promise.all([...new Set(distinct.map((r) => r[0]))].map(async (f) => [f, await open(f)] as const)),
  );
  const started = performance.now();
  let next = 0;
  let bytes = 0;
  const lane = async () => {
    const buffer = new Uint8Array(4 * 1024 * 1024);
    while (next < distinct.length) {
      const [name, offset, length] = distinct[next++]!;
      for (let at = 0; at < length; at += buffer.length) {
        // Read first, add then: `bytes += await …` would lose what other lanes added meanwhile.
        const { bytesRead } = await handles
          .get(name)!
          .read(buffer, 0, Math.min(buffer.length, length - at), offset + at);
        bytes += bytesRead;
      }
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  process.stdout.write(`${JSON.stringify({ readS: (performance.now() - started) / 1000, bytes })}\n`);
  for (const handle of handles.values()) await handle.close();
}

function timer(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const seconds = (now - last) / 1000;
    last = now;
    return seconds;
  };
}
