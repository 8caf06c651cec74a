/**
 * The validation study of the weights laboratory: null behaviour, hazards, power, error rates. Goes through the
 * laboratory's own door. Models are inputs: none ships with the repository.
 *
 *   npm run build && node validation/weights-unit-labels.study.ts --zoo ../shared/zoo [--extra FOLDER]
 *
 * `--extra` is a folder filled by validation/makers (null/, children/, tied-square/). Writes
 * weights-unit-labels.json (what findings and pages use) and weights-unit-labels.tables.md (what the page quotes).
 */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { ValidationSummary } from "../dist/finding/validation.js";
import { METHOD_ID, METHOD_VERSION } from "../dist/labs/weights/method.js";
import { hazards } from "./study/hazards.ts";
import { existing, type Loaded, loadAll, mapPairs, type PairResult } from "./study/models.ts";
import { allPairs, leaveOneOut, nullRates, ringPairs } from "./study/null.ts";
import { tables } from "./study/tables.ts";
import { zooTable } from "./study/zoo.ts";

const { values } = parseArgs({ options: { zoo: { type: "string" }, extra: { type: "string" } } });
const zoo = values.zoo ?? "../shared/zoo";

/** Partners of each further model: 12 ahead, 12 behind. */
const RING_PARTNERS = 12;

/** Stored p-values are for figures: two decimals. */
const round = (x: number) => Math.ceil(x * 100) / 100 + 0;
const log = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

log("reading models");
const models = await loadAll(join(zoo, "models"), "zoo");
const bankAll = await loadAll(join(zoo, "bank"), "bank");
const bank = bankAll.filter((m) => !m.name.endsWith("-same-seed"));
const sameSeed = bankAll.filter((m) => m.name.endsWith("-same-seed"));
const extra = values.extra ? await loadAll(existing(join(values.extra, "null")), "extra") : [];
const children = values.extra ? await loadAll(existing(join(values.extra, "children")), "child") : [];

log(`zoo: ${models.length} models`);
const zooResult = await zooTable(models, join(zoo, "manifest.json"));

log(`bank: ${bankAll.length} models, every cross-seed pair`);
const bankPairs = await mapPairs(allPairs(bankAll), log);
log(`extra: ${extra.length} models, each with its ${RING_PARTNERS} successors of equal shape`);
const extraPairs = await mapPairs(ringPairs(extra, RING_PARTNERS), log);
log(`children: ${children.length}`);
const parents = new Map(bank.map((m) => [m.name, m]));
const childPairs = await mapPairs(
  children.flatMap((child) =>
    child.parents.flatMap((p) => (parents.has(p) ? [{ a: parents.get(p) as Loaded, b: child, kind: child.how }] : [])),
  ),
  log,
);
log("hazards");
const hazard = await hazards({ bank, sameSeed, extra: values.extra ?? null, models, children });

const nullPairs = [...bankPairs, ...extraPairs];
const zooNulls = zooResult.pairs.filter((p) => !p.derived);
const zooPositives = zooResult.pairs.filter((p) => p.derived && !p.disguised);
const everyNull = [...nullPairs, ...zooNulls];
const accused = everyNull.filter((p) => p.log10P <= -6);
const familiesOf = (pairs: PairResult[]) => new Set(pairs.flatMap((p) => [p.familyA, p.familyB])).size;
const positiveFamilies = group([
  ...childPairs.map((p) => [p.familyA, p.log10P] as const),
  ...zooPositives.map((p) => [p.familyA, p.log10P] as const),
]);
const found = [...positiveFamilies.values()].filter((ps) => ps.every((p) => p <= -6)).length;

const study: ValidationSummary & { nullLog10P: number[]; positiveLog10P: number[] } = {
  type: "assay/validation/v1",
  method: METHOD_ID,
  methodVersion: METHOD_VERSION,
  page: "validation/weights-unit-labels.md",
  nulls: {
    pairs: everyNull.length,
    families: familiesOf(everyNull),
    accusedPairs: accused.length,
    accusedFamilies: familiesOf(accused),
  },
  positives: {
    pairs: childPairs.length + zooPositives.length,
    families: positiveFamilies.size,
    foundPairs: [...childPairs, ...zooPositives].filter((p) => p.log10P <= -6).length,
    foundFamilies: found,
  },
  nullLog10P: everyNull.map((p) => round(p.log10P)).sort((a, b) => a - b),
  positiveLog10P: [...childPairs, ...zooPositives].map((p) => round(p.log10P)).sort((a, b) => a - b),
};
const report = {
  zoo: zooResult,
  bank: {
    equal: nullRates(bankPairs, "equal shape"),
    unequal: nullRates(bankPairs, "unequal shape"),
    leaveOneOut: leaveOneOut(bankPairs),
  },
  extra: { rates: nullRates(extraPairs, "equal shape"), models: extra.length },
  children: childPairs,
  hazard,
  study,
};
const here = new URL(".", import.meta.url).pathname;
writeFileSync(join(here, "weights-unit-labels.json"), `${JSON.stringify(study)}\n`);
writeFileSync(join(here, "weights-unit-labels.tables.md"), tables(report));
log(`written; ${readdirSync(here).length} entries under validation/`);

function group(pairs: (readonly [string, number])[]): Map<string, number[]> {
  const out = new Map<string, number[]>();
  for (const [family, p] of pairs) out.set(family, [...(out.get(family) ?? []), p]);
  return out;
}
