/**
 * The cost of examining weights, in one run: stages on generated pairs, cold, beside what the disk, the kernels and
 * the peers do on the same machine in the same minutes. Writes bench/weights.json and bench/weights.md.
 *
 *   npm run build && node bench/weights.ts --data FOLDER [--shapes 0.1b,0.5b,1.6b,7b] [--python python3]
 *
 * The folder takes 35 GB for all shapes. Dropping the page cache needs root; without it the figures are warm and say so.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeCurve } from "./curve.ts";
import { makePair, parameters, SHAPES } from "./make-pair.ts";
import { benchTables } from "./tables.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    shapes: { type: "string", default: "0.1b,0.5b,1.6b,7b" },
    python: { type: "string", default: "python3" },
  },
});
const here = new URL(".", import.meta.url).pathname;
const log = (text: string) => process.stderr.write(`${text}\n`);

/** Whether the page cache could be emptied. */
function cold(): boolean {
  try {
    execFileSync("sync");
    writeFileSync("/proc/sys/vm/drop_caches", "3");
    return true;
  } catch {
    return false;
  }
}

function child(script: string, ...args: string[]) {
  return JSON.parse(
    execFileSync(process.execPath, [join(here, script), ...args], { encoding: "utf8", maxBuffer: 1e8 }),
  );
}

function seconds(command: string, args: string[]): number {
  const started = performance.now();
  const result = spawnSync(command, args, { stdio: ["ignore", "ignore", "ignore"] });
  return result.status === 0 ? (performance.now() - started) / 1000 : Number.NaN;
}

const RUNS = 3;
const threads = availableParallelism();
const largestName = values.shapes.split(",").at(-1)!;
const stages = [];
for (const name of values.shapes.split(",")) {
  const shape = SHAPES[name]!;
  const data = join(values.data!, name);
  log(`${name}: ${(parameters(shape) / 1e9).toFixed(2)} G parameters`);
  makePair(data, shape);
  for (const rows of ["sampled", "all"]) {
    const ranges = join(values.data!, "ranges.json");
    // The machine's speed drifts: each run stands beside the kernel and the disk of the same minute; the median is kept.
    const runs = [];
    for (let run = 0; run < RUNS; run++) {
      const kernel =
        name === largestName && rows === "all" ? child("kernel-rates.ts", String(threads)).productGFs : null;
      const wasCold = cold();
      const stage = child("stage.ts", "--data", data, "--rows", rows, "--ranges", ranges);
      // Again at once: what is left when the disk is out of the way.
      const warm = kernel === null ? null : child("stage.ts", "--data", data, "--rows", rows).exactS;
      cold();
      const disk = child("stage.ts", "--read", ranges);
      runs.push({
        warmS: warm,
        name,
        rows,
        cold: wasCold,
        kernelGFs: kernel,
        ...stage,
        ...disk,
        parameters: parameters(shape),
      });
    }
    runs.sort((a, b) => a.exactS - b.exactS);
    const stage = {
      ...runs[Math.floor(RUNS / 2)],
      runs: runs.map((r) => ({ exactS: r.exactS, warmS: r.warmS, readS: r.readS, kernelGFs: r.kernelGFs })),
    };
    stages.push(stage);
    log(
      `  ${rows}: exact ${stage.exactS.toFixed(1)} s, the same bytes alone ${stage.readS.toFixed(1)} s, peak ${(stage.peakBytes / 2 ** 20).toFixed(0)} MiB`,
    );
  }
}

log("kernels and peers");
const kernels = [1, threads].map((n) => child("kernel-rates.ts", String(n)));
const largest = join(values.data!, largestName, "reference");
const file = join(
  largest,
  readdirSync(largest)
    .filter((f) => f.endsWith(".safetensors"))
    .sort()[0]!,
);
const bytes = statSync(file).size;
cold();
const catColdS = seconds("sh", ["-c", `cat '${file}' > /dev/null`]);
const catWarmS = seconds("sh", ["-c", `cat '${file}' > /dev/null`]);
const sha256sumS = seconds("sha256sum", [file]);
const intakeS = child("intake-rate.ts", file).seconds;
const openblas = [1, threads].map((n) => {
  const script =
    "import numpy as n,time;a=n.random.rand(4096,512).astype('f');b=n.random.rand(512,4096).astype('f');a@b;t=time.time();r=0\nwhile time.time()-t<3:\n a@b;r+=1\nprint(2*4096*4096*512*r/(time.time()-t)/1e9)";
  const env = { ...process.env, OPENBLAS_NUM_THREADS: String(n), OMP_NUM_THREADS: String(n) };
  const run = spawnSync(values.python, ["-c", script], { encoding: "utf8", env });
  return { threads: n, productGFs: run.status === 0 ? Number(run.stdout) : null };
});

const report = {
  machine: { cpu: cpus()[0]!.model, cores: threads, memoryBytes: totalmem(), node: process.version },
  stages,
  kernels,
  openblas,
  file: { bytes, catColdS, catWarmS, sha256sumS, intakeS },
};
writeFileSync(join(here, "weights.json"), `${JSON.stringify(report, null, 1)}\n`);
writeFileSync(join(here, "weights.md"), benchTables(report));
writeCurve(here);
log("written: bench/weights.json, bench/weights.md");
