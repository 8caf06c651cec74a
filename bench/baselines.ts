/**
 * AWM's and Zhu et al.'s statistics, as published, beside this laboratory's test: errors on the same pairs of the bank
 * and the zoo, seconds on the same pairs and machine. The baselines are bench/baselines/peers.py (numpy, SciPy).
 *
 *   npm run build && node bench/baselines.ts --zoo ../shared/zoo [--children FOLDER,FOLDER…] [--data FOLDER]
 *       [--python python3] [--shapes wide-2048,wide-4096] [--partners 12]
 *
 * With `--large-only` the errors of the last run are kept and only the generated pairs are timed.
 * `--children` are folders of models made by materials/makers/train_children.py; `--data` takes the generated pairs
 * (5.5 GB) and without it no large pair is timed. Writes bench/baselines.json and bench/baselines.md.
 */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { examineAncestry } from "../dist/labs/weights/examine.js";
import { SEED_DEFAULT } from "../dist/labs/weights/method.js";
import { testAxes } from "../dist/labs/weights/tests/test-axes.js";
import { type Loaded, loadAll, pool } from "../materials/weights/models.ts";
import { allPairs } from "../materials/weights/pairs.ts";
import { baselineTables, type Judged } from "./baselines/tables.ts";
import { makePair, parameters, SHAPES } from "./make-pair.ts";

const { values } = parseArgs({
  options: {
    zoo: { type: "string", default: "../shared/zoo" },
    children: { type: "string", default: "" },
    data: { type: "string" },
    python: { type: "string", default: "python3" },
    shapes: { type: "string", default: "wide-2048,wide-4096" },
    partners: { type: "string", default: "12" },
    "large-only": { type: "boolean", default: false },
  },
});
const here = new URL(".", import.meta.url).pathname;
const log = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

/** The peers as one process that answers line by line, so that their start is not counted. */
class Peers {
  readonly #child = spawn(values.python, [join(here, "baselines/peers.py")], { stdio: ["pipe", "pipe", "inherit"] });
  readonly #lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  async ask(request: object) {
    this.#child.stdin!.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("peers.py ended early");
    return JSON.parse(value);
  }
  end() {
    this.#child.stdin!.end();
  }
}

const side = (m: Loaded) => ({
  reading: { kind: "model" as const, model: m.model },
  vocabulary: m.vocabulary,
  identity: Promise.resolve({
    artefact: { name: m.name, kind: "model" as const, root: `sha256:${"0".repeat(64)}` as const },
    evidence: [],
  }),
});

/** The whole examination of shared ancestry, reading, story and what was done included. */
async function ours(a: Loaded, b: Loaded): Promise<{ log10P: number; seconds: number; testSeconds: number }> {
  const bench = {
    reference: a.model,
    suspect: b.model,
    vocabularies: { reference: a.vocabulary, suspect: b.vocabulary },
    settings: { seed: SEED_DEFAULT, rows: "sampled" as const },
    compute: pool,
    work: { concurrency: availableParallelism() + 1, onProgress: () => {} },
  };
  // The test alone answers the one question that the peers answer.
  const before = performance.now();
  await testAxes(bench);
  const testSeconds = (performance.now() - before) / 1000;
  const started = performance.now();
  const finding = await examineAncestry({
    reference: side(a),
    suspect: side(b),
    settings: { seed: SEED_DEFAULT, rows: "sampled" },
    validations: [],
    software: { name: "assay", version: "bench", commit: "bench" },
    compute: pool,
    work: { concurrency: availableParallelism() + 1, onProgress: () => {} },
  });
  const combined = finding.tests.find((t) => t.id === "combined");
  return { log10P: combined?.log10P ?? 0, seconds: (performance.now() - started) / 1000, testSeconds };
}

interface Task {
  a: Loaded;
  b: Loaded;
  row: string;
  derived: boolean;
}

async function tasks(): Promise<Task[]> {
  const bankAll = await loadAll(join(values.zoo, "bank"), "bank");
  const bank = bankAll.filter((m) => !m.name.endsWith("-same-seed"));
  const zoo = await loadAll(join(values.zoo, "models"), "zoo");
  const partners = Number(values.partners);
  const nulls = allPairs(bank).filter(({ a, b }) => {
    const gap = bank.indexOf(b) - bank.indexOf(a);
    // Neighbours in the list are of equal shape, those half a list away of another.
    return gap <= partners / 2 || (gap >= 32 && gap < 32 + partners / 2);
  });
  const equal = (a: Loaded, b: Loaded) => a.name[0] === b.name[0];
  const out: Task[] = nulls.map(({ a, b }) => ({
    a,
    b,
    row: `bank, independent, ${equal(a, b) ? "equal" : "unequal"} shape`,
    derived: false,
  }));
  const parents = new Map(bank.map((m) => [m.name, m]));
  for (const folder of values.children.split(",").filter((f) => f !== ""))
    for (const child of await loadAll(folder, "child"))
      for (const parent of child.parents)
        if (parents.has(parent))
          out.push({ a: parents.get(parent)!, b: child, row: `bank, ${child.how}`, derived: true });
  const manifest: Record<string, { parents: string[] }> = JSON.parse(
    readFileSync(join(values.zoo, "manifest.json"), "utf8"),
  );
  const ancestors = (name: string): string[] => [name, ...manifest[name]!.parents.flatMap(ancestors)];
  for (const [i, a] of zoo.entries())
    for (const b of zoo.slice(i + 1)) {
      const derived = ancestors(a.name).some((x) => ancestors(b.name).includes(x));
      const disguised = [a.name, b.name].includes("disguised");
      const row = derived ? (disguised ? "zoo, derived, one side disguised" : "zoo, derived") : "zoo, not derived";
      out.push({ a, b, row, derived });
    }
  return out;
}

const peers = new Peers();
const judged: Judged[] = values["large-only"]
  ? JSON.parse(readFileSync(join(here, "baselines.json"), "utf8")).pairs
  : [];
const all = values["large-only"] ? [] : await tasks();
log(`${all.length} pairs`);
for (const [i, { a, b, row, derived }] of all.entries()) {
  const mine = await ours(a, b);
  const theirs = await peers.ask({ a: a.path, b: b.path });
  judged.push({
    a: a.name,
    b: b.name,
    row,
    derived,
    ours: mine.log10P,
    oursSeconds: mine.seconds,
    awm: theirs.awm.score,
    awmZ: theirs.awm.z,
    awmSeconds: theirs.awmSeconds,
    phiU: theirs.zhu?.phiU ?? null,
    phiUSeconds: theirs.zhu?.phiUSeconds ?? null,
    phiMatch: theirs.zhu?.phiMatch ?? null,
    phiMatchSeconds: theirs.zhu?.phiMatchSeconds ?? null,
  });
  if (i % 200 === 199) log(`  ${i + 1} of ${all.length}`);
}

const large = [];
for (const name of values.data ? values.shapes.split(",") : []) {
  const shape = SHAPES[name]!;
  const folder = join(values.data!, name);
  log(`${name}: ${(parameters(shape) / 1e9).toFixed(2)} G parameters`);
  makePair(folder, shape);
  const [reference, suspect] = ["reference", "suspect"].map((s) => ({ path: join(folder, s) }));
  const models = await loadAll(folder, "large");
  const runs = [];
  // Each in turn, so that a slower minute of the machine hits both.
  for (let run = 0; run < 3; run++) {
    const mine = await ours(
      models.find((m) => m.path === reference!.path)!,
      models.find((m) => m.path === suspect!.path)!,
    );
    const theirs = await peers.ask({ a: reference!.path, b: suspect!.path, cold: true, awmOnly: true });
    runs.push({
      ours: mine.seconds,
      test: mine.testSeconds,
      log10P: mine.log10P,
      awm: theirs.loadSeconds + theirs.awmSeconds,
      awmZ: theirs.awm.z,
    });
    log(`  ours ${mine.seconds.toFixed(2)} s, AWM ${runs.at(-1)!.awm.toFixed(2)} s`);
  }
  const zhu = await peers.ask({ a: reference!.path, b: suspect!.path });
  large.push({
    name,
    shape,
    parameters: parameters(shape),
    runs,
    phiUSeconds: zhu.zhu.phiUSeconds,
    phiMatchSeconds: zhu.zhu.phiMatchSeconds,
  });
}
peers.end();
await pool.close();
const machine = { cpu: cpus()[0]!.model, cores: availableParallelism(), node: process.version };
writeFileSync(join(here, "baselines.json"), `${JSON.stringify({ machine, pairs: judged, large })}\n`);
writeFileSync(join(here, "baselines.md"), baselineTables(judged, large, machine));
log("written: bench/baselines.json, bench/baselines.md");
