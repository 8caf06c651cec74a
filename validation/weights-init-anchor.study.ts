/**
 * The validation study of the init anchor. Goes through the laboratory's own examination; models are inputs, none ships.
 *
 *   npm run build && node validation/runner/run.ts weights-init-anchor --zoo ../shared/zoo --models NULL --inits INITS
 *     [--draws DRAWS] [--children CHILDREN] [--further-children CHILDREN] [--cache FILE] [--minutes 30] [--as-far-as-done] [--write]
 *
 * NULL is filled by makers/train_bank.py, INITS by makers/draw_inits.py, CHILDREN by makers/train_children.py, DRAWS by
 * makers/one_draw_changes.py.
 */
import { basename, join } from "node:path";
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
import { type Counted, defineStudy, type Kind } from "./runner/study.ts";
import { bankCases, type Case, drawCases, extraCases, zooCases } from "./study/anchor-cases.ts";
import { anchorTables, type Result } from "./study/anchor-tables.ts";

const memory = new Map<string, Uint8Array>();
const files = new FileReader();
const compute = new LocalCompute(async (file, offset, into) => {
  const held = memory.get(file);
  if (!held) return files.readInto(file, offset, into);
  into.set(held.subarray(offset, offset + into.length));
});

/** Kinds as anchor-cases.ts names them. */
const kinds: Kind[] = [
  ...["zoo, not derived", "bank, other draw", "further, other draw"].flatMap((name): Kind[] => [
    { name, counted: "null" },
    ...(name.startsWith("zoo") ? [] : [{ name: `${name}, disguised`, counted: "null" } as const]),
  ]),
  { name: "zoo, derived", counted: "positive" },
  { name: "bank, itself disguised", counted: "positive" },
  ...["bank, tuned", "bank, continued", "bank, long", "further, continued"].flatMap((name): Kind[] => [
    { name, counted: "positive" },
    { name: `${name}, disguised`, counted: "positive" },
  ]),
  { name: "further, itself", counted: "positive" },
  { name: "further, itself disguised", counted: "positive" },
  { name: "bank, same seed, other corpus", counted: "null" },
  { name: "bank, same seed, other corpus, disguised", counted: "null" },
  ...["apart", "apart, one twice as long"].flatMap((how): Kind[] => [
    { name: `one draw, ${how}`, counted: "null" },
    { name: `one draw, ${how}, disguised`, counted: "null" },
  ]),
  { name: "one draw, trained on", counted: "positive" },
  { name: "one draw, trained on, disguised", counted: "positive" },
];
const ALPHA_LOG10 = -6;
const hit = (result: Result) => result.log10P <= ALPHA_LOG10;
const idOf = (c: Case) =>
  [c.kind, ...(c.kind.startsWith("one draw") ? [c.familyA] : []), c.init, c.reference, c.suspect]
    .map((path) => basename(path))
    .join(" | ");

export default defineStudy<Case, Result, ValidationSummary>({
  id: "weights-init-anchor",
  method: { id: METHOD_ID, version: METHOD_VERSION },
  materials: {
    zoo: { what: "the zoo's folder", default: "../shared/zoo" },
    models: { what: "further models (makers/train_bank.py)", optional: true },
    inits: { what: "their initial draws (makers/draw_inits.py)", optional: true },
    draws: { what: "pairs of runs from one draw each (makers/one_draw_changes.py)", optional: true },
    children: { what: "models trained on from the bank's (makers/train_children.py)", optional: true },
    "further-children": { what: "models trained on from the further ones", optional: true },
  },
  kinds,
  cases: ({ zoo, models, inits, draws, children, "further-children": further }) => [
    ...zooCases(zoo!),
    ...(draws ? drawCases(draws) : []),
    ...bankCases(join(zoo!, "bank"), children ?? null),
    ...(models && inits ? extraCases(models, inits, further ?? null) : []),
  ],
  idOf,
  order: spread,
  run,
  hit,
  summarise,
  close: () => files.close(),
});

/**
 * What a study cut short needs most comes first: what costs nothing, the zoo by its base's draw, then nulls that share
 * no draw with one another, then the rest kind by kind; the other zoo rows, which cost most, last.
 */
function spread(c: Case, cases: readonly Case[]): number {
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
    heldBy: seen?.heldChange ?? null,
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

function summarise({ nulls, positives, all, planned }: Counted<Case, Result>) {
  const families = new Map<string, boolean>();
  for (const { case: one, result } of positives)
    families.set(one.familyA, (families.get(one.familyA) ?? true) && hit(result));
  const accused = nulls.filter(({ result }) => hit(result));
  const json = {
    type: "assay/validation/v1" as const,
    method: METHOD_ID,
    methodVersion: METHOD_VERSION,
    page: "validation/weights-init-anchor.md",
    nulls: {
      pairs: nulls.length,
      // Few draws meet many suspects: what counts is how many pairs share no draw, and a pair is two families.
      families: 2 * disjointPairs(nulls.map((row) => row.case)),
      accusedPairs: accused.length,
      accusedFamilies: new Set(accused.flatMap((row) => [row.case.familyA, row.case.familyB])).size,
    },
    positives: {
      pairs: positives.length,
      families: families.size,
      foundPairs: positives.filter(({ result }) => hit(result)).length,
      foundFamilies: [...families.values()].filter(Boolean).length,
    },
    nullLog10P: nulls.map(({ result }) => result.log10P).sort((a, b) => a - b),
    positiveLog10P: positives.map(({ result }) => Math.ceil(result.log10P * 100) / 100).sort((a, b) => a - b),
  };
  const rows = all.map(({ case: one, result }) => ({ ...one, result }));
  return { json, tables: anchorTables(rows, json, planned) };
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
