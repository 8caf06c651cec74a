/**
 * Which base is this model made of? A library of sketches of every model of the zoo without a parent and of the bank;
 * derived models (the zoo's, and several derivations of bank models) scanned for theirs; every bank model scanned in a
 * library without it, as somebody who is of none of these.
 *
 *   npm run build && node validation/scan.study.ts --zoo ../shared/zoo
 *
 * Goes through the door of `assay scan`. Writes scan.json.
 */
import {
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
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadStudies } from "../dist/app/studies.js";
import { scanModel } from "../dist/labs/weights/desk/scan.js";
import { addToLibrary } from "../dist/labs/weights/desk/scan-add.js";
import { LIBRARY_FILE, readLibrary, writeLibrary } from "../dist/labs/weights/host/scan-library.js";
import { METHOD_VERSION } from "../dist/labs/weights/method.js";
import { WEIGHTS_STUDIES } from "../dist/labs/weights/studies.js";
import { dare, grafted, merged, narrowed, noisy, quantised, relayered, thinned } from "../materials/weights/derive.ts";
import { readWeights, storeWeights, type Weights } from "../materials/weights/weights.ts";

const { values } = parseArgs({ options: { zoo: { type: "string", default: "../shared/zoo" } } });
const zoo = values.zoo;
const folder = mkdtempSync(join(tmpdir(), "assay-scan-study-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
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
for (const [name, model] of paths) {
  if (!existsSync(model)) continue;
  await addToLibrary({ model, library, name, added: "2026-11-29", ...common });
}
const held = await readLibrary(library);

interface Row {
  suspect: string;
  how: string;
  /** Names of the bases it goes back to; empty: of none in the library. */
  bases: string[];
  first: string;
  log10P: number | null;
  supported: string[];
  seconds: number;
  candidates: number;
}
const rows: Row[] = [];

async function scan(model: string, suspect: string, how: string, bases: string[], of = library): Promise<void> {
  const started = process.cpuUsage();
  const record = await scanModel({ model, library: of, studies, threads: 1, ...common });
  const used = process.cpuUsage(started);
  const [first] = record.candidates;
  rows.push({
    suspect,
    how,
    bases,
    first: first!.name,
    log10P: first!.log10P,
    supported: record.candidates.filter(({ outcome }) => outcome === "supports-hp").map(({ name }) => name),
    seconds: Math.round((used.user + used.system) / 1e4) / 100,
    candidates: record.library.candidates,
  });
  process.stderr.write(`${suspect}, ${how}: ${first!.name} ${first!.log10P}\n`);
}

const rootsOf = (name: string): string[] =>
  manifest[name]!.parents.length === 0 ? [name] : [...new Set(manifest[name]!.parents.flatMap(rootsOf))];
/** No weights of the teacher reach a student who was taught on its text. */
const TAUGHT = /distill|sampled/;
for (const name of Object.keys(manifest).filter((name) => manifest[name]!.parents.length > 0)) {
  const { how } = manifest[name]!;
  await scan(join(zoo, "models", name), name, how, TAUGHT.test(how) || TAUGHT.test(name) ? [] : rootsOf(name));
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

for (const shape of ["a", "b", "c", "d"])
  for (const n of ["00", "05", "10"]) {
    const name = `${shape}${n}`;
    const w = readWeights(join(zoo, "bank", name));
    const other = `${shape}${n === "00" ? "01" : "15"}`;
    const o = readWeights(join(zoo, "bank", other));
    for (const [how, make, both] of OPERATIONS) {
      const path = join(folder, "suspect");
      rmSync(path, { recursive: true, force: true });
      mkdirSync(path);
      try {
        storeWeights(make(w, o, `scan ${name} ${how}`), path);
      } catch (error) {
        process.stderr.write(`${name}, ${how}: not made: ${(error as Error).message}\n`);
        continue;
      }
      await scan(path, name, how, both ? [name, other] : [name]);
    }
  }

for (const name of bank) {
  const without = join(folder, "without");
  rmSync(without, { recursive: true, force: true });
  mkdirSync(without);
  const entries = held.entries.filter((entry) => entry.name !== name);
  for (const { file } of entries) symlinkSync(join(library, file), join(without, file));
  await writeLibrary(without, { ...held, entries });
  if (!existsSync(join(without, LIBRARY_FILE))) throw new Error("no library");
  await scan(join(zoo, "bank", name), name, "not in the library", [], without);
}

const derived = rows.filter(({ bases }) => bases.length > 0);
const strangers = rows.filter(({ bases }) => bases.length === 0);
const summary = {
  method: "weights/unit-labels",
  version: METHOD_VERSION,
  library: held.entries.length,
  derived: derived.length,
  baseFirst: derived.filter(({ bases, first, log10P }) => bases.includes(first) && (log10P ?? 0) < 0).length,
  baseSupported: derived.filter(({ bases, supported }) => bases.some((base) => supported.includes(base))).length,
  wrongBase: rows.filter(({ bases, supported }) => supported.some((name) => !bases.includes(name))).length,
  strangers: strangers.length,
  strangersAccused: strangers.filter(({ supported }) => supported.length > 0).length,
  secondsACandidate: Number((rows.reduce((s, r) => s + r.seconds / r.candidates, 0) / rows.length).toPrecision(2)),
};
writeFileSync(new URL("scan.json", import.meta.url), `${JSON.stringify({ ...summary, rows }, null, 1)}\n`);
process.stdout.write(`${JSON.stringify(summary, null, 1)}\n`);
