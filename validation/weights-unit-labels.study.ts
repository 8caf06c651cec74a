/**
 * The validation study of the weights laboratory: null behaviour, hazards, power, error rates. Goes through the
 * laboratory's own door. Models are inputs: none ships with the repository.
 *
 *   npm run build && node validation/weights-unit-labels.study.ts --zoo ../shared/zoo --extra FOLDER [--parts FOLDER]
 *
 * `--extra` is a folder filled by materials/makers. `--parts` keeps what is done, so that a run can be taken up again;
 * empty it when the method changes. `--only NAME,NAME` computes those parts alone and writes nothing else, but with
 * `--power` the table of what was found of them (weights-unit-labels.power.md). Writes weights-unit-labels.json (what
 * findings and pages use), weights-unit-labels.tables.md (what the page quotes) and weights-unit-labels.power.svg.
 */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { ValidationSummary } from "../dist/finding/validation.js";
import { METHOD_ID, METHOD_VERSION } from "../dist/labs/weights/method.js";
import { type DerivedPair, derivedPairs, MIXTURE_OPERATIONS } from "../materials/weights/derivations.ts";
import { existing, type Loaded, loadAll, mapPairs, type PairResult, pool } from "../materials/weights/models.ts";
import { allPairs, betweenPairs, ringPairs } from "../materials/weights/pairs.ts";
import { subjectsOf, trainedPairs } from "../materials/weights/trained.ts";
import { hazards } from "./study/hazards.ts";
import { leaveOneOut, nullRates } from "./study/null.ts";
import { Parts } from "./study/parts.ts";
import { powerCurve } from "./study/power.ts";
import { powerTables, tables } from "./study/tables.ts";
import { zooTable } from "./study/zoo.ts";

const { values } = parseArgs({
  options: {
    zoo: { type: "string" },
    extra: { type: "string" },
    parts: { type: "string" },
    only: { type: "string" },
    power: { type: "boolean", default: false },
  },
});
const zoo = values.zoo ?? "../shared/zoo";
const extra = existing(values.extra ?? "");

/** Partners of each further model: 12 ahead, 12 behind. */
const RING_PARTNERS = 12;
/** Shapes on which the method was built; they do not judge its power. */
const BUILT_ON = /^x?[ab]\d/;

/** Models that are changed without training, some 70 ways each: two of each judged shape of the bank, one of each further. */
const SUBJECTS = /^([cd]0[01]|x[ef]000)$/;

/** Stored p-values are for figures: two decimals. */
const round = (x: number) => Math.ceil(x * 100) / 100 + 0;
const log = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
const parts = new Parts(values.parts ?? null, log);
const only = values.only?.split(",");
/** With --only the other parts are passed over: nothing is written then that would miss them. */
async function part<T>(name: string, compute: () => Promise<T>): Promise<T> {
  return only && !only.some((wanted) => name.startsWith(wanted)) ? (undefined as T) : parts.of(name, compute);
}

log("reading models");
const models = await loadAll(join(zoo, "models"), "zoo");
const bankAll = await loadAll(join(zoo, "bank"), "bank");
const bank = bankAll.filter((m) => !m.name.endsWith("-same-seed"));
const sameSeed = bankAll.filter((m) => m.name.endsWith("-same-seed"));
const from = (folder: string, origin: string) => loadAll(existing(join(extra, folder)), origin);
const further = await from("null", "extra");
const others = await from("others", "other");
const children = await from("children", "child");
const descendants = [...children, ...(await from("other-children", "child")), ...(await from("partial", "partial"))];
const students = await from("students", "student");
const judged = (m: Loaded) => !BUILT_ON.test(m.name);

const zooResult = await part("zoo", () => zooTable(models, join(zoo, "manifest.json")));
const bankPairs = await part("bank", () => mapPairs(allPairs(bankAll), log));
const furtherPairs = await part("further", () => mapPairs(ringPairs(further, RING_PARTNERS), log));
const otherPairs = await part("others", () =>
  mapPairs(
    [
      ...ringPairs(others, RING_PARTNERS / 4),
      ...betweenPairs(
        others,
        bank.filter((m) => /[a-d]0[0-3]$/.test(m.name)),
      ),
    ],
    log,
  ),
);
const studentPairs = await part("students", () => {
  const teacher = (s: Loaded) => bank.find((m) => m.name === s.made.taught_by)!;
  return mapPairs(
    students.map((b) => ({ a: teacher(b), b, kind: "teacher and student" })),
    log,
  );
});
const parents = [...bank, ...further, ...others];
const trained = await part("trained", () => trainedPairs(subjectsOf(parents, descendants)));
const derived: DerivedPair[] = [];
for (const parent of parents.filter((m) => SUBJECTS.test(m.name)))
  derived.push(...((await part(`derived-${parent.name}`, () => derivedPairs(subjects([parent]), log))) ?? []));
const mixtures = await part("mixtures", () =>
  derivedPairs(subjects(others.filter((m) => /^xm00[0-2]$/.test(m.name))), log, MIXTURE_OPERATIONS),
);
const hazard = await part("hazards", () => hazards({ bank, sameSeed, extra, models, children }));
await pool.close();
if (values.power) {
  const rows = [...(trained ?? []), ...derived, ...(mixtures ?? [])];
  const nulls = rows.map((p) => p.nullLog10P);
  const text = powerTables(rows, { n: nulls.length, accused: nulls.filter((p) => p <= -6).length }, METHOD_VERSION);
  writeFileSync(new URL("weights-unit-labels.power.md", import.meta.url), text);
}
if (only) process.exit(0);

const nullPairs = [...bankPairs, ...furtherPairs, ...otherPairs, ...studentPairs];
const everyNull = [...nullPairs, ...zooResult.pairs.filter((p) => !p.derived)];
const controls = [...trained, ...derived, ...mixtures].map((p) => p.nullLog10P);
const accused = everyNull.filter((p) => p.log10P <= -6);
const familiesOf = (pairs: PairResult[]) => new Set(pairs.flatMap((p) => [p.familyA, p.familyB])).size;
// What counts for the bound on power: models really trained, of shapes on which the method was not built.
const judgedTrained = trained.filter((p) => !BUILT_ON.test(p.family));
const zooPositives = zooResult.pairs.filter((p) => p.derived && !p.disguised);
const positives = [
  ...judgedTrained.map((p) => ({ family: p.family, log10P: p.log10P })),
  ...zooPositives.map((p) => ({ family: p.familyA, log10P: p.log10P })),
];
const byFamily = group(positives.map((p) => [p.family, p.log10P] as const));

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
    pairs: positives.length,
    families: byFamily.size,
    foundPairs: positives.filter((p) => p.log10P <= -6).length,
    foundFamilies: [...byFamily.values()].filter((ps) => ps.every((p) => p <= -6)).length,
  },
  nullLog10P: everyNull.map((p) => round(p.log10P)).sort((a, b) => a - b),
  positiveLog10P: positives.map((p) => round(p.log10P)).sort((a, b) => a - b),
};
const split = (rows: DerivedPair[]) => ({
  judged: rows.filter((p) => !BUILT_ON.test(p.family)),
  builtOn: rows.filter((p) => BUILT_ON.test(p.family)),
});
const report = {
  zoo: zooResult,
  bank: {
    equal: nullRates(bankPairs, "equal shape"),
    unequal: nullRates(bankPairs, "unequal shape"),
    leaveOneOut: leaveOneOut(bankPairs),
  },
  extra: { rates: nullRates(furtherPairs, "equal shape"), models: further.length },
  others: {
    equal: nullRates(otherPairs, "equal shape"),
    between: nullRates(otherPairs, "another kind"),
    models: others.length,
  },
  students: nullRates(studentPairs, "teacher and student"),
  trained: split(trained),
  derived: split([...derived, ...mixtures]),
  controls: { pairs: controls.length, accused: controls.filter((p) => p <= -6).length, min: Math.min(...controls) },
  hazard,
  study,
};
const here = new URL(".", import.meta.url).pathname;
writeFileSync(join(here, "weights-unit-labels.json"), `${JSON.stringify(study)}\n`);
writeFileSync(join(here, "weights-unit-labels.tables.md"), tables(report));
writeFileSync(
  join(here, "weights-unit-labels.power.svg"),
  powerCurve([...report.trained.judged, ...report.derived.judged]),
);
log(`written; ${readdirSync(here).length} entries under validation/`);

/** Each with a host and a third of its shape, and its trained children where there are some of both kinds. */
function subjects(list: readonly Loaded[]) {
  return list.filter(judged).map((parent) => {
    const kin = parents.filter((m) => m.name.slice(0, -2) === parent.name.slice(0, -2));
    const at = kin.indexOf(parent);
    const child = (kind: string) =>
      descendants.find((d) => d.parents[0] === parent.name && d.made.kind === kind) ?? null;
    const [tuned, continued] = [child("tuned"), child("continued")];
    return {
      parent,
      host: kin[(at + 1) % kin.length]!,
      third: kin[(at + 2) % kin.length]!,
      children: tuned && continued ? ([tuned, continued] as [Loaded, Loaded]) : null,
    };
  });
}

function group(pairs: (readonly [string, number])[]): Map<string, number[]> {
  const out = new Map<string, number[]>();
  for (const [family, p] of pairs) out.set(family, [...(out.get(family) ?? []), p]);
  return out;
}
