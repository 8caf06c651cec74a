/**
 * The validation study of the init anchor. Goes through the laboratory's own examination; models are inputs, none ships.
 *
 *   npm run build && node validation/weights-init-anchor.study.ts --zoo ../shared/zoo --models NULL --inits INITS
 *     [--children CHILDREN] [--further-children CHILDREN] [--cache FILE] [--minutes 30] [--as-far-as-done]
 *
 * NULL is filled by makers/train_bank.py, INITS by makers/draw_inits.py, CHILDREN by makers/train_children.py. With
 * --cache each case is kept as it ends and a second run takes up where the first stopped. Writes
 * weights-init-anchor.json (what findings and pages use) and weights-init-anchor.tables.md.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import type { ValidationSummary } from "../dist/finding/validation.js";
import { FileReader } from "../dist/host/files.js";
import { openModel } from "../dist/host/model/open-model.js";
import { LocalCompute } from "../dist/kernels/compute.js";
import { examineInit } from "../dist/labs/weights/anchor/examine-init.js";
import type { InitAnchorObservations } from "../dist/labs/weights/anchor/observations.js";
import { METHOD_ID, METHOD_VERSION } from "../dist/labs/weights/anchor/words.js";
import { SEED_BITS_DEFAULT, SEED_DEFAULT } from "../dist/labs/weights/method.js";
import type { Model, Reading } from "../dist/model/model.js";
import { disguise } from "../materials/weights/disguise.ts";
import { bankCases, type Case, extraCases, zooCases } from "./study/anchor-cases.ts";
import { anchorTables, type Result } from "./study/anchor-tables.ts";

const { values } = parseArgs({
  options: {
    zoo: { type: "string" },
    models: { type: "string" },
    inits: { type: "string" },
    children: { type: "string" },
    "further-children": { type: "string" },
    cache: { type: "string" },
    minutes: { type: "string" },
    "as-far-as-done": { type: "boolean" },
    shard: { type: "string" },
    only: { type: "string" },
  },
});
const zoo = values.zoo ?? "../shared/zoo";
const log = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
const memory = new Map<string, Uint8Array>();
const files = new FileReader();
const compute = new LocalCompute(async (file, offset, into) => {
  const held = memory.get(file);
  if (!held) return files.readInto(file, offset, into);
  into.set(held.subarray(offset, offset + into.length));
});

const cases = [
  ...zooCases(zoo),
  ...bankCases(join(zoo, "bank"), values.children ?? null),
  ...(values.models && values.inits ? extraCases(values.models, values.inits, values["further-children"] ?? null) : []),
];
const idOf = (c: Case) => [c.kind, basename(c.init), basename(c.reference), basename(c.suspect)].join(" | ");
const done = new Map<string, Result>();
if (values.cache && existsSync(values.cache))
  for (const line of readFileSync(values.cache, "utf8").split("\n").filter(Boolean)) {
    const result = JSON.parse(line) as Result;
    done.set(result.id, result);
  }
const stopAt = Date.now() + Number(values.minutes ?? "600") * 60_000;
// Spread over all kinds, so that a run cut short can be used.
const left = values["as-far-as-done"] ? [] : cases.filter((c) => !done.has(idOf(c)));
// Several processes share a cache: `--shard 0/3` takes every third case, `--only KIND` the cases of one kind.
const [shard, shards] = (values.shard ?? "0/1").split("/").map(Number) as [number, number];
const order = left.sort((a, b) => spread(a) - spread(b)).filter((_, at) => at % shards === shard);
const chosen = order.filter((c) => !values.only || c.kind === values.only);
for (const [at, one] of chosen.entries()) {
  if (Date.now() > stopAt) {
    log(`stopped after ${at} of ${chosen.length} cases; run again to go on`);
    process.exit(0);
  }
  const result = await run(one);
  done.set(result.id, result);
  if (values.cache) appendFileSync(values.cache, `${JSON.stringify(result)}\n`);
  if (at % 20 === 19) log(`${at + 1} of ${chosen.length} cases`);
}
if (shards === 1 && !values.only) write();
await files.close();

/**
 * What a study cut short needs most comes first: what costs nothing, the zoo by its base's draw, then nulls that share
 * no draw with one another, then the rest kind by kind; the other zoo rows, which cost most, last.
 */
function spread(c: Case): number {
  const at = cases.filter((x) => x.kind === c.kind).indexOf(c);
  if (c.derived && !c.disguised) return -2;
  if (c.kind.startsWith("zoo")) return c.familyA === "base" ? -1 : 1000;
  if (c.kind === "further, other draw") return at % 10;
  return c.kind.startsWith("further") ? at / 2 : 5 + at;
}

async function run(one: Case): Promise<Result> {
  const start = performance.now();
  memory.clear();
  const [reference, init] = [await reading(one.reference), await reading(one.init)];
  const suspect = one.disguised ? await disguised(one.suspect) : await reading(one.suspect);
  const root = `sha256:${"0".repeat(64)}` as const;
  const side = (r: Reading) => ({
    reading: r,
    identity: Promise.resolve({ artefact: { name: "m", kind: "model" as const, root }, evidence: [] }),
  });
  const finding = await examineInit({
    reference: side(reference),
    suspect: side(suspect),
    init: side(init),
    settings: { seed: SEED_DEFAULT },
    seedBits: SEED_BITS_DEFAULT,
    validations: [],
    software: { name: "assay", version: "study", commit: "study" },
    compute,
    work: { concurrency: 2, onProgress: () => {} },
  });
  const test = (id: string) => finding.tests.find((t) => t.id === id)?.log10P ?? null;
  const seen = finding.observations as InitAnchorObservations | null;
  return {
    id: idOf(one),
    outcome: finding.outcome,
    log10P: test("combined") ?? 0,
    stored: test("weights/init-anchor/as-stored"),
    aligned: test("weights/init-anchor/aligned"),
    referenceCosine: seen?.reference.cosine ?? null,
    cosine: seen?.aligned?.cosine ?? seen?.suspect?.cosine ?? null,
    seconds: Math.round(performance.now() - start) / 1000,
  };
}

async function reading(path: string): Promise<Reading> {
  return (await openModel(path)).reading;
}

async function disguised(path: string): Promise<Reading> {
  const plain = await reading(path);
  if (plain.kind === "refused") return plain;
  const { model, load } = await disguise(plain.model, (t) => compute.load(t.matrix), `anchor ${basename(path)}`);
  for (const tensor of model.tensors.values()) {
    const data = await load(tensor);
    memory.set(tensor.matrix.file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return { kind: "model", model: model as Model };
}

function write(): void {
  const all = cases.flatMap((c) => {
    const result = done.get(idOf(c));
    return result ? [{ ...c, result }] : [];
  });
  log(`${all.length} of ${cases.length} cases examined`);
  const refused = all.filter((c) => c.result.outcome === "refused");
  if (refused.length > 0) log(`refused: ${refused.map((c) => c.result.id).join("; ")}`);
  // A double by the same seed is neither: it shows the hazard.
  const counted = all.filter((c) => !c.kind.includes("same seed") && c.result.outcome !== "refused");
  const nulls = counted.filter((c) => !c.derived);
  // Hard rows stand in the tables; the rate of finding speaks of what the method is for.
  const positives = counted.filter((c) => c.derived && !c.kind.includes("long, disguised"));
  const accused = nulls.filter((c) => c.result.log10P <= -6);
  const families = new Map<string, boolean>();
  for (const c of positives) families.set(c.familyA, (families.get(c.familyA) ?? true) && c.result.log10P <= -6);
  const study: ValidationSummary & { nullLog10P: number[]; positiveLog10P: number[] } = {
    type: "assay/validation/v1",
    method: METHOD_ID,
    methodVersion: METHOD_VERSION,
    page: "validation/weights-init-anchor.md",
    nulls: {
      pairs: nulls.length,
      // Few draws meet many suspects: what counts is how many pairs share no draw, and a pair is two families.
      families: 2 * disjointPairs(nulls),
      accusedPairs: accused.length,
      accusedFamilies: new Set(accused.flatMap((c) => [c.familyA, c.familyB])).size,
    },
    positives: {
      pairs: positives.length,
      families: families.size,
      foundPairs: positives.filter((c) => c.result.log10P <= -6).length,
      foundFamilies: [...families.values()].filter(Boolean).length,
    },
    nullLog10P: nulls.map((c) => c.result.log10P).sort((a, b) => a - b),
    positiveLog10P: positives.map((c) => Math.ceil(c.result.log10P * 100) / 100).sort((a, b) => a - b),
  };
  const here = new URL(".", import.meta.url).pathname;
  writeFileSync(join(here, "weights-init-anchor.json"), `${JSON.stringify(study)}\n`);
  writeFileSync(join(here, "weights-init-anchor.tables.md"), anchorTables(all, study, cases.length));
  log(
    `written: ${nulls.length} nulls, ${accused.length} accused; ${study.positives.foundPairs} of ${positives.length} found`,
  );
}

/** Greedily: no fewer than half of the most there can be. */
function disjointPairs(pairs: readonly Case[]): number {
  const used = new Set<string>();
  let count = 0;
  for (const { familyA, familyB } of pairs) {
    if (used.has(familyA) || used.has(familyB)) continue;
    used.add(familyA).add(familyB);
    count++;
  }
  return count;
}
