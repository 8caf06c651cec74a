/**
 * The validation study of the behaviour laboratory. Fits weights and calibrations with every base, and every pair of
 * bases, left out; reports each pair by the fit that knows neither of its bases. Transcripts are inputs and do not ship.
 *
 *   npm run build && node validation/behaviour.study.ts --transcripts ../shared/corpora/transcripts [--cache FOLDER]
 *
 * Writes data/behaviour/development.json (what examinations use), behaviour-same-model.json, behaviour-tuned-from.json,
 * behaviour-taught-by.json (what findings quote) and behaviour.tables.md (what behaviour.md quotes). About five minutes;
 * what is in the cache is not made again, and `--piece NAME` makes one piece only.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { STATISTICS } from "../dist/labs/behaviour/agreement/agreement.js";
import { METHOD_VERSION, PROPOSITIONS_TESTED } from "../dist/labs/behaviour/method.js";
import { answerDigests, type Fit, SKETCH_SIZE, sketchOfAnswers } from "../dist/labs/behaviour/score/development.js";
import { NORMALISER_VERSION } from "../dist/transcript/normaliser.js";
import { drawOf, loadMaterial, rowsOf } from "../materials/answers/material.ts";
import { prepare } from "./study/behaviour-baselines.ts";
import { Cache } from "./study/behaviour-cache.ts";
import { Fitter, NULL_KINDS, type Rows } from "./study/behaviour-fits.ts";
import { report, tablesOf } from "./study/behaviour-report.ts";

const { values } = parseArgs({
  options: { transcripts: { type: "string" }, cache: { type: "string" }, piece: { type: "string" } },
});
const here = new URL(".", import.meta.url).pathname;
const log = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

/** Prompts drawn, and how many draws of so many: few prompts vary more from draw to draw. */
const GRID: [number, number][] = [
  [10, 4],
  [25, 4],
  [50, 4],
  [100, 2],
  [200, 2],
  [400, 1],
  [805, 1],
];
/** What examinations are calibrated at. */
const CALIBRATED = [50, 200, 800];

const material = loadMaterial(values.transcripts ?? "../shared/corpora/transcripts");
const cache = new Cache(values.cache ?? join(tmpdir(), "assay-behaviour-study"));
const { labels } = material;
const bases = labels.baseNames.length;
/** One piece by name, or all. */
const wanted = (name: string) => values.piece === undefined || values.piece === name;

const rows = new Map<number, Rows[]>();
for (const [prompts, draws] of GRID) {
  const name = `rows-${prompts}`;
  const count = Math.min(prompts, material.prompts.length);
  if (values.piece?.startsWith("rows") && !wanted(name)) continue;
  rows.set(
    prompts,
    Array.from({ length: draws }, (_, d) =>
      cache.rows(`${name}-${d}`, () => rowsOf(material, drawOf(material, count, d))),
    ),
  );
  log(`features at ${prompts} prompts`);
}
if (values.piece?.startsWith("rows")) process.exit(0);

/** Nothing, each base, each pair of bases. */
const outs: number[][] = [[]];
for (let a = 0; a < bases; a++) {
  outs.push([a]);
  for (let b = a + 1; b < bases; b++) outs.push([a, b]);
}
/** Fits are made in parts, by their place in `outs`. */
const PARTS = 4;

const propositions: Record<string, { prompts: number; fits: Fit[] }[]> = {};
for (const id of PROPOSITIONS_TESTED) {
  propositions[id] = [];
  for (const prompts of CALIBRATED) {
    const fitter = new Fitter(material, rows.get(prompts === 800 ? 805 : prompts)!, id);
    const fits: Fit[] = [];
    for (let part = 0; part < PARTS; part++) {
      const name = `fits-${id.replace("/", "-")}-${prompts}-${part}`;
      if (values.piece?.startsWith("fits") && !wanted(name)) continue;
      fits.push(
        ...cache.json(name, () => outs.filter((_, i) => i % PARTS === part).flatMap((out) => fitter.fit(out) ?? [])),
      );
      log(name);
    }
    fits.sort((x, y) => x.out.length - y.out.length || x.out.join().localeCompare(y.out.join()));
    propositions[id].push({ prompts, fits });
  }
}
if (values.piece?.startsWith("fits")) process.exit(0);

mkdirSync(`${here}../data/behaviour`, { recursive: true });
const development = {
  type: "assay/behaviour-development/v1",
  methodVersion: METHOD_VERSION,
  normaliserVersion: NORMALISER_VERSION,
  statistics: [...STATISTICS],
  kinds: [...NULL_KINDS],
  models: cache.json(`models-${SKETCH_SIZE}`, () =>
    material.texts.map((texts, m) => ({
      base: labels.bases[m]!,
      sketch: sketchOfAnswers(answerDigests(texts.map((text) => text ?? ""))),
    })),
  ),
  propositions,
};
writeFileSync(`${here}../data/behaviour/development.json`, `${JSON.stringify(development)}\n`);

const prepared = prepare(material);
const reports = PROPOSITIONS_TESTED.map((id) => {
  log(`reporting ${id}`);
  return report({ id, material, rows, fits: propositions[id]!, prepared });
});
for (const { id, summary } of reports)
  writeFileSync(`${here}${id.replace("/", "-")}.json`, `${JSON.stringify(summary, null, 1)}\n`);
writeFileSync(`${here}behaviour.tables.md`, tablesOf(reports));
log("done");
