/**
 * Which base is this model made of? A library of sketches of every model of the zoo without a parent and of the bank,
 * with their weights at hand; derived models (the zoo's, and several derivations of bank models) scanned for theirs; every
 * bank model scanned in a library without it, as somebody who is of none of these. Disguises are undone for the zoo's
 * disguised model and for a student as its control: that takes seconds a candidate.
 *
 *   npm run build && node validation/scan.study.ts --zoo ../shared/zoo [--work FOLDER] [--part PART] [--how WORDS]
 *
 * PART: zoo, derived, strangers, disguised, disguised-strangers, or write, which makes scan.json from what FOLDER keeps. With --how only scans of that are made.
 * Goes through the door of `assay scan`. Scans that are kept in FOLDER are not made again; the derived models are kept
 * there too, for validation/peers/provenance-kit.py. Writes scan.json.
 */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { loadStudies } from "../dist/app/studies.js";
import { scanModel } from "../dist/labs/weights/desk/scan.js";
import { addToLibrary } from "../dist/labs/weights/desk/scan-add.js";
import { LIBRARY_FILE, readLibrary, writeLibrary } from "../dist/labs/weights/host/scan-library.js";
import { METHOD_VERSION } from "../dist/labs/weights/method.js";
import { WEIGHTS_STUDIES } from "../dist/labs/weights/studies.js";
import { dare, grafted, merged, narrowed, noisy, quantised, relayered, thinned } from "../materials/weights/derive.ts";
import { readWeights, storeWeights, type Weights } from "../materials/weights/weights.ts";

const { values } = parseArgs({
  options: {
    zoo: { type: "string", default: "../shared/zoo" },
    work: { type: "string" },
    part: { type: "string" },
    how: { type: "string" },
  },
});
const zoo = values.zoo;
const folder = values.work ?? mkdtempSync(join(tmpdir(), "assay-scan-study-"));
if (values.work) mkdirSync(folder, { recursive: true });
else process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
const kept = join(folder, "rows.jsonl");
const studies = await loadStudies({ studies: WEIGHTS_STUDIES });
const onProgress = () => {};
const common = { home: null, onProgress };

const manifest = JSON.parse(readFileSync(join(zoo, "manifest.json"), "utf8")) as Record<
  string,
  { parents: string[]; how: string }
>;
const bank = readdirSync(join(zoo, "bank"))
  .filter((name) => /^[a-d]\d\d$/.test(name))
  .sort();
const roots = Object.keys(manifest).filter((name) => manifest[name]!.parents.length === 0);
const library = join(folder, "library");
const paths = new Map([
  ...roots.map((name) => [name, join(zoo, "models", name)] as const),
  ...bank.map((name) => [name, join(zoo, "bank", name)] as const),
]);
const at = join(folder, "weights");
mkdirSync(at, { recursive: true });
const before = existsSync(join(library, LIBRARY_FILE)) ? (await readLibrary(library)).entries : [];
for (const [name, model] of paths) {
  if (!existsSync(model) || before.some((entry) => entry.name === name)) continue;
  await addToLibrary({ model, library, name, added: "2026-11-29", ...common });
}
const held = await readLibrary(library);
for (const { name, file } of held.entries) {
  const link = join(at, file.replace(/\.sketch$/, ""));
  if (!existsSync(link)) symlinkSync(resolve(paths.get(name)!), link);
}

interface Row {
  suspect: string;
  how: string;
  /** Names of the bases it goes back to; empty: of none in the library. */
  bases: string[];
  first: string;
  by: "sketch" | "weights";
  log10P: number | null;
  /** Of its units in one order, where a common start explains that as well. */
  commonStartLog10P?: number | null;
  /** All whose units stand in one order with the model's, strongest first. */
  alike?: string[];
  /** Two candidates that it is put together from, with what it holds of each and what neither holds. */
  mixture?: { of: [string, string]; shares: [number, number]; left: number } | null;
  /** Strongest candidate of another origin. */
  nextLog10P: number | null;
  supported: string[];
  seconds: number;
  candidates: number;
  /** Whether weights were come to, and disguises undone. */
  weights: boolean;
  disguises: boolean;
}
const rows: Row[] = existsSync(kept)
  ? readFileSync(kept, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Row)
  : [];

interface Scan {
  model: string;
  suspect: string;
  how: string;
  bases: string[];
  of?: string;
  disguises?: boolean;
}

async function scan({ model, suspect, how, bases, of = library, disguises = false }: Scan): Promise<void> {
  if (values.how !== undefined && !how.includes(values.how)) return;
  const started = process.cpuUsage();
  const record = await scanModel({ model, library: of, weights: at, disguises, studies, threads: 1, ...common });
  const used = process.cpuUsage(started);
  const [first] = record.candidates;
  const row: Row = {
    suspect,
    how,
    bases,
    first: first!.name,
    by: first!.by,
    log10P: first!.log10P,
    commonStartLog10P: first!.commonStartLog10P,
    alike: record.candidates
      .filter(({ log10P, commonStartLog10P }) => Math.min(log10P ?? 0, commonStartLog10P ?? 0) <= -6)
      .map(({ name }) => name),
    mixture: record.mixtures[0] ?? null,
    nextLog10P: record.candidates.find(({ name }) => !bases.includes(name) && name !== first!.name)?.log10P ?? null,
    supported: record.candidates.filter(({ outcome }) => outcome === "supports-hp").map(({ name }) => name),
    seconds: Math.round((used.user + used.system) / 1e4) / 100,
    candidates: record.library.candidates,
    weights: record.candidates.some(({ by }) => by === "weights"),
    disguises,
  };
  rows.push(row);
  if (values.work) appendFileSync(kept, `${JSON.stringify(row)}\n`);
  process.stderr.write(`${suspect}, ${how}: ${row.first} ${row.log10P} by ${row.by}, ${row.seconds} s\n`);
}
const known = (suspect: string, how: string) => rows.some((row) => row.suspect === suspect && row.how === how);
const wanted = (part: string) => values.part === undefined || values.part === part;

const rootsOf = (name: string): string[] =>
  manifest[name]!.parents.length === 0 ? [name] : [...new Set(manifest[name]!.parents.flatMap(rootsOf))];
/** No weights of the teacher reach a student who was taught on its text. */
const TAUGHT = /distill|sampled/;
const basesOf = (name: string) => (TAUGHT.test(manifest[name]!.how) || TAUGHT.test(name) ? [] : rootsOf(name));

async function zooModels(): Promise<void> {
  for (const name of Object.keys(manifest).filter((name) => manifest[name]!.parents.length > 0)) {
    const { how } = manifest[name]!;
    if (!known(name, how)) await scan({ model: join(zoo, "models", name), suspect: name, how, bases: basesOf(name) });
  }
}

async function undisguised(): Promise<void> {
  const disguised = `${manifest.disguised!.how}; disguises undone`;
  const path = (name: string) => join(zoo, "models", name);
  if (!known("disguised", disguised))
    await scan({
      ...{ model: path("disguised"), suspect: "disguised", how: disguised },
      ...{ bases: basesOf("disguised"), disguises: true },
    });
  const student = "a student of base's text; disguises undone; not in the library";
  if (known("distilled", student)) return;
  const of = await libraryWithout("distilled");
  await scan({ model: path("distilled"), suspect: "distilled", how: student, bases: [], of, disguises: true });
}

const libraryWithout = (name: string) => libraryOf((other) => other !== name);

async function libraryOf(holds: (name: string) => boolean): Promise<string> {
  const without = join(folder, "without");
  rmSync(without, { recursive: true, force: true });
  mkdirSync(without);
  const entries = held.entries.filter((entry) => holds(entry.name));
  for (const { file } of entries) symlinkSync(resolve(library, file), join(without, file));
  await writeLibrary(without, { ...held, entries });
  return without;
}

const OPERATIONS: readonly [string, (w: Weights, other: Weights, seed: string) => Weights, both?: boolean][] = [
  ["4 bits", (w) => quantised(w, 4)],
  ["noise of half a standard deviation", (w, _, seed) => noisy(w, 0.5, seed)],
  ["half of the MLP units", (w, _, seed) => narrowed(w, 0.5, "random", seed)],
  ["a quarter of the width less", (w, _, seed) => thinned(w, 0.75, "random", seed)],
  [
    "first half of the layers",
    (w) =>
      relayered(
        w,
        Array.from({ length: Math.ceil(w.config.num_hidden_layers / 2) }, (_, l) => l),
      ),
  ],
  ["merged half and half with another base", (w, other) => merged(w, other, 0.5, "linear"), true],
  ["one layer of another base", (w, other) => grafted(w, other, [0]), true],
  ["half of a difference dropped", (w, other, seed) => dare(w, noisyOf(w, other), 0.5, seed)],
];

/** A child: the model beside a tenth of another's values. */
function noisyOf(w: Weights, other: Weights): Weights {
  return merged(w, other, 0.1, "linear");
}

async function derivedModels(): Promise<void> {
  for (const n of ["00", "05", "10"])
    for (const shape of ["a", "b", "c", "d"]) {
      const name = `${shape}${n}`;
      const w = readWeights(join(zoo, "bank", name));
      const other = `${shape}${n === "00" ? "01" : "15"}`;
      const o = readWeights(join(zoo, "bank", other));
      for (const [number, [how, make, both]] of OPERATIONS.entries()) {
        if (known(name, how)) continue;
        const model = join(folder, "derived", `${name}-${number}`);
        if (!existsSync(model)) {
          mkdirSync(model, { recursive: true });
          storeWeights(make(w, o, `scan ${name} ${how}`), model);
        }
        await scan({ model, suspect: name, how, bases: both ? [name, other] : [name] });
      }
    }
}

/** Every fourth first, so that a part of them speaks of all shapes. */
async function strangers(): Promise<void> {
  const inTurn = [0, 1, 2, 3].flatMap((k) => bank.filter((_, i) => i % 4 === k));
  for (const name of inTurn) {
    const how = "not in the library";
    if (known(name, how)) continue;
    const of = await libraryWithout(name);
    await scan({ model: join(zoo, "bank", name), suspect: name, how, bases: [], of });
  }
}

/** Disguises undone in vain: bank models against six of their own shape, the only ones that could be lined up with them. */
async function disguisedStrangers(): Promise<void> {
  for (const n of ["00", "06", "12"])
    for (const shape of ["a", "b", "c", "d"]) {
      const name = `${shape}${n}`;
      const how = "of none of six of its shape; disguises undone";
      const others = bank.filter((other) => other[0] === shape && other !== name).slice(0, 6);
      if (!bank.includes(name) || known(name, how)) continue;
      const of = await libraryOf((other) => others.includes(other));
      await scan({ model: join(zoo, "bank", name), suspect: name, how, bases: [], of, disguises: true });
    }
}

if (wanted("zoo")) await zooModels();
if (wanted("derived")) await derivedModels();
if (wanted("strangers")) await strangers();
if (wanted("disguised")) await undisguised();
if (wanted("disguised-strangers")) await disguisedStrangers();

const derived = rows.filter(({ bases }) => bases.length > 0);
const others = rows.filter(({ bases }) => bases.length === 0);
const perCandidate = (of: readonly Row[]) =>
  Number((of.reduce((s, r) => s + r.seconds / r.candidates, 0) / Math.max(1, of.length)).toPrecision(2));
const summary = {
  method: "weights/unit-labels",
  version: METHOD_VERSION,
  library: held.entries.length,
  derived: derived.length,
  baseFirst: derived.filter(({ bases, first, log10P }) => bases.includes(first) && (log10P ?? 0) < 0).length,
  baseFirstOfCommonStarts: derived.filter(
    ({ bases, first, log10P, commonStartLog10P }) =>
      bases.includes(first) && log10P === 0 && (commonStartLog10P ?? 0) < 0,
  ).length,
  /** Of two bases both named as what the model is put together from. */
  bothNamed: derived.filter(({ bases, mixture }) => mixture?.of.every((name) => bases.includes(name))).length,
  wrongMixture: rows.filter(({ bases, mixture }) => mixture?.of.some((name) => !bases.includes(name))).length,
  baseSupported: derived.filter(({ bases, supported }) => bases.some((base) => supported.includes(base))).length,
  wrongBase: rows.filter(({ bases, supported }) => supported.some((name) => !bases.includes(name))).length,
  strangers: others.length,
  disguisesUndoneInVain: others.filter(({ disguises }) => disguises).reduce((n, { candidates }) => n + candidates, 0),
  strangersAccused: others.filter(({ supported }) => supported.length > 0).length,
  /** Processor seconds: sketches alone; sketches and weights; and disguises undone too. */
  secondsACandidate: {
    sketches: perCandidate(rows.filter(({ weights }) => !weights)),
    weights: perCandidate(rows.filter(({ weights, disguises }) => weights && !disguises)),
    disguises: perCandidate(rows.filter(({ weights, disguises }) => weights && disguises)),
  },
};
writeFileSync(new URL("scan.json", import.meta.url), `${JSON.stringify({ ...summary, rows }, null, 1)}\n`);
process.stdout.write(`${JSON.stringify(summary, null, 1)}\n`);
