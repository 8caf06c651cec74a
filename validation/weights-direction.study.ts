/**
 * The validation study of `weights/direction`: pairs whose direction is known because they were made here, both ways
 * round, with siblings, near-twins and twice-converted models as nulls of their own kind. Every pair goes through the
 * laboratory's own measures and score.
 *
 *   npm run build && node validation/weights-direction.study.ts --zoo ../shared/zoo --children FOLDER
 *
 * FOLDER holds f32/ (kinds tuned and light, --dtype float32) and second/ (tuned, another order), all by
 * materials/makers/train_children.py. `--fresh FOLDER` names further models (makers/train_bank.py), of initialisations
 * that no version of the rule had met: only their pairs are counted as errors and finds; all pairs rank. Writes weights-direction.json and weights-direction.tables.md. With
 * `--part K --work DIR` one part of the lineages, K from 0 to 15, and with `--work DIR` alone the whole from the parts that are there.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { ValidationSummary } from "../dist/finding/validation.js";
import { DIRECTION_METHOD_ID } from "../dist/labs/weights/making/direction.js";
import { directionScores } from "../dist/labs/weights/making/direction-score.js";
import { makingOf } from "../dist/labs/weights/making/making.js";
import { loadAll, pool } from "../materials/weights/models.ts";
import {
  adapted,
  BF16,
  benchOf,
  type Change,
  changed,
  F8_E4M3,
  F8_E5M2,
  F16,
  type InMemory,
  load,
  masked,
  moved,
  only,
  Q4_0,
  Q8_0,
  symmetric,
} from "../materials/weights/values.ts";
import { type DirectionPair, directionTables, groupBy } from "./study/direction-tables.ts";

const { values: options } = parseArgs({
  options: {
    zoo: { type: "string", default: "../shared/zoo" },
    children: { type: "string", default: "." },
    fresh: { type: "string" },
    part: { type: "string" },
    of: { type: "string", default: "16" },
    from: { type: "string", default: "0" },
    work: { type: "string" },
  },
});
const log = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

async function all(folder: string): Promise<Map<string, InMemory>> {
  const loaded = await loadAll(folder, "direction");
  return new Map(await Promise.all(loaded.map(async (m) => [m.name, await load(m)] as const)));
}

const bank = await all(join(options.zoo, "bank"));
const zoo = await all(join(options.zoo, "models"));
const [f32, second] = await Promise.all(["f32", "second"].map((name) => all(join(options.children, name))));
log(`${bank.size} models of the bank, ${f32!.size + second!.size} children`);

/** Formats whose way is claimed to be seen, from any model that holds finer values than they do. */
const CONVERSIONS: [string, Change][] = [
  ["BF16", BF16],
  ["F16", F16],
  ["F8 E4M3", F8_E4M3],
  ["F8 E5M2", F8_E5M2],
  ["INT8 by row, in F16", (v, t, at) => F16(symmetric(127, 0)(v, t, at), t, at)],
  ["INT8 by row, in F32", symmetric(127, 0)],
  ["INT4 by row, in F16", (v, t, at) => F16(symmetric(7, 0)(v, t, at), t, at)],
  ["INT4 by 32, in BF16", (v, t, at) => BF16(symmetric(7, 32)(v, t, at), t, at)],
  ["Q8_0", Q8_0],
  ["Q4_0", Q4_0],
];
const PRUNINGS: [string, Change][] = [
  ["30 % of each matrix", masked(0.3, "tensor")],
  ["50 % of each matrix", masked(0.5, "tensor")],
  ["70 % of each matrix", masked(0.7, "tensor")],
  ["50 % of each row", masked(0.5, "row")],
  ["2:4", masked(0.5, "2:4")],
];

const pairs: DirectionPair[] = [];
async function scoresOf(a: InMemory, b: InMemory) {
  const layers = Array.from({ length: b.model.layers }, (_, l) => l);
  return directionScores(await makingOf(benchOf(a, b), { ofSuspect: layers, correspondence: [] }));
}
/** Both ways round: measures are taken of both sides alike, so one reading serves for the two (a test holds that). */
async function both(
  kinds: [string, string],
  a: InMemory,
  b: InMemory,
  truths: ["hp" | "hd", "hp" | "hd"],
  claimed: boolean,
) {
  const { forward, backward } = await scoresOf(a, b);
  const { family } = a;
  pairs.push({ kind: kinds[0], family, truth: truths[0], claimed, forward, backward });
  pairs.push({ kind: kinds[1], family, truth: truths[1], claimed, forward: backward, backward: forward });
}
const made = (kind: string, from: InMemory, to: InMemory, claimed: boolean) =>
  both([kind, `${kind}, reversed`], from, to, ["hp", "hd"], claimed);
const siblings = (kind: string, a: InMemory, b: InMemory) =>
  both([`siblings: ${kind}`, `siblings: ${kind}`], a, b, ["hd", "hd"], false);

/** Ten of each shape, kept in F32 after a move of 5 %: their own values lie on BF16, which no conversion would change. */
async function fresh() {
  if (!options.fresh) return [];
  const loaded = (await loadAll(options.fresh, "fresh")).filter(({ name }) => /^x[a-f]\d\d[0-9]$/.test(name));
  const chosen = loaded.filter(({ name }) => Number(name.slice(2)) % 10 === 0);
  return Promise.all(
    chosen.map(async (m, at) => {
      const made = changed(await load(m), "", moved(0.05, 900_000 + 200 * at));
      return { fine: { ...made, name: m.name, family: `fresh ${m.family}` }, twin: null, origin: null };
    }),
  );
}
const isFresh = ({ family }: DirectionPair) => !options.fresh || family.startsWith("fresh ");

let seed = 1;
const lineages = [...bank.values()].filter((m) => !m.name.endsWith("-same-seed"));
const sources: { fine: InMemory; twin: InMemory | null; origin: InMemory | null }[] = [
  ...lineages.map((origin) => ({
    fine: f32!.get(`${origin.name}-tuned`)!,
    twin: f32!.get(`${origin.name}-light`)!,
    origin,
  })),
  // Last: the larger models of the zoo.
  ...["base", "independent-same-data"].map((name) => ({ fine: zoo.get(name)!, twin: null, origin: null })),
  ...(await fresh()),
];
/** Of a list a few for each lineage, so that all are met over the lineages. */
const some = <T>(list: readonly T[], of: number, at: number) => list.filter((_, i) => (i + at) % of === 0);
const parts = Number(options.of);
const part = options.part === undefined ? null : Number(options.part);
const looked = options.work && part === null ? [] : sources;
for (const [at, { fine, twin, origin }] of looked.entries()) {
  if (at < Number(options.from) || (part !== null && at % parts !== part)) continue;
  seed = 1 + 1000 * at;
  const as = (how: string, change: Change, of = fine) => changed(of, how, change);
  const healed = (m: InMemory) => changed(m, "trained on", moved(0.05, seed++));
  const noise = (share: number) => as("noise", moved(share, seed++));
  // What a model of this size can show, with siblings of every kind; then one of the coarser conversions.
  const [how, change] = CONVERSIONS[at % 2]!;
  const to = as(how, change);
  await made(`converted: ${how}`, fine, to, true);
  await made(`converted, then trained on: ${how}`, fine, healed(to), false);
  if (twin) await siblings("a near-twin and a conversion", twin, to);
  await siblings(
    `moved by a ${at % 4 < 2 ? "millionth" : "ten thousandth"}, and a conversion`,
    noise(at % 4 < 2 ? 1e-6 : 1e-4),
    to,
  );
  const adapter = as("lora", only("attention.q", adapted(4, 0.05, seed++)));
  await siblings("an adapter on one kind of matrix, and a conversion", adapter, to);
  const [coarseHow, coarseChange] = CONVERSIONS[2 + (at % (CONVERSIONS.length - 2))]!;
  const coarse = as(coarseHow, coarseChange);
  await made(`converted: ${coarseHow}`, fine, coarse, false);
  await siblings("moved by a millionth, and a coarse conversion", noise(1e-6), coarse);
  const [pruneHow, prune] = PRUNINGS[at % PRUNINGS.length]!;
  const pruned = as(pruneHow, prune);
  const after = healed(pruned);
  await made(`pruned: ${pruneHow}`, fine, pruned, false);
  await made(`pruned, then trained on: ${pruneHow}`, fine, after, false);
  await siblings("moved by a millionth, and pruned, then trained on", noise(1e-6), after);
  await siblings("BF16, and pruned, then trained on", as("BF16", BF16), after);
  // Two conversions of one origin.
  const two: [string, Change, string, Change][] = [];
  for (const [i, [x, f]] of CONVERSIONS.entries())
    for (const [y, g] of CONVERSIONS.slice(i + 1)) two.push([x, f, y, g]);
  for (const [x, f, y, g] of some(two, 45, at)) {
    const [a, b] = [as(x, f), as(y, g)];
    const trivial = [a, b].some((m) =>
      [...m.values].every(([n, v]) => v.every((z, i) => z === fine.values.get(n)![i])),
    );
    if (!trivial && !isNested(x, y)) await siblings("two conversions of one origin", a, b);
  }
  if (options.work && part !== null) writeFileSync(join(options.work, `direction.${part}.json`), JSON.stringify(pairs));
  if (!origin) {
    log(`${fine.name}: ${pairs.length} pairs`);
    continue;
  }
  const tuned = as("BF16", BF16);
  await made("trained: tuned", origin, tuned, false);
  await made("trained: tuned, kept in F32", origin, fine, false);
  if (twin) await made("trained: ten light steps, kept in F32", origin, twin, false);
  if (twin) await siblings("two children in F32", fine, twin);
  await siblings("two children in BF16", tuned, second!.get(`${origin.name}-tuned`)!);
  log(`${origin.name}: ${pairs.length} pairs`);
  if (options.work && part !== null) writeFileSync(join(options.work, `direction.${part}.json`), JSON.stringify(pairs));
}
if (looked.length > 0 && (part ?? 0) === 0 && options.from === "0") {
  await made("pruned, then trained on: the zoo's", zoo.get("base")!, zoo.get("pruned")!, false);
  await made("converted: the zoo's", zoo.get("base")!, zoo.get("quantized")!, true);
}
if (options.work && part !== null) {
  writeFileSync(join(options.work, `direction.${part}.json`), JSON.stringify(pairs));
  process.exit(0);
}
if (options.work)
  for (let k = 0; k < parts; k++)
    if (existsSync(join(options.work, `direction.${k}.json`)))
      pairs.push(...JSON.parse(readFileSync(join(options.work, `direction.${k}.json`), "utf8")));

/** The one is exactly what converting the other gives: then the other holds all that the first was made from. */
function isNested(x: string, y: string): boolean {
  return [x, y].includes("INT8 by row, in F16") && [x, y].includes("INT8 by row, in F32");
}

const kindOf = (kind: string) => kind.replace(/: .*/, kind.startsWith("siblings") ? kind.slice(8) : "");
const families = (list: DirectionPair[]) => new Set(list.map((p) => p.family)).size;
const counts = (nulls: DirectionPair[], found: DirectionPair[], way: "forward" | "backward") => {
  const accused = nulls.filter((p) => p[way].statistic > 0);
  const missed = new Set(found.filter((p) => !(p[way].statistic > 0)).map((p) => p.family));
  return {
    nulls: {
      pairs: nulls.length,
      families: families(nulls),
      accusedPairs: accused.length,
      accusedFamilies: families(accused),
    },
    positives: {
      pairs: found.length,
      families: families(found),
      foundPairs: found.filter((p) => p[way].statistic > 0).length,
      foundFamilies: families(found) - missed.size,
    },
  };
};
const ranked = (list: DirectionPair[], way: "forward" | "backward", prefix: string) =>
  [...groupBy(list, (p) => kindOf(p.kind) + (p.kind.endsWith(", reversed") ? ", reversed" : ""))].map(([kind, of]) => ({
    kind: prefix + kind,
    pairs: of.length,
    families: families(of),
    statisticMax: Math.max(...of.map((p) => p[way].statistic)),
  }));
const hp = pairs.filter((p) => p.truth === "hp");
const hd = pairs.filter((p) => p.truth === "hd");
const first = counts(
  hd.filter(isFresh),
  hp.filter((p) => p.claimed && isFresh(p)),
  "forward",
);
const opposed = counts(
  hp.filter(isFresh),
  hd.filter((p) => p.claimed && isFresh(p)),
  "backward",
);
/** The version that read a direction off these scores. Version 2 shows them and concludes nothing from them. */
const STUDIED_VERSION = "1";
/** Null kinds that rank the statistic of the second proposition carry this before their name. */
const OPPOSED_PREFIX = "second proposition: ";
const study: ValidationSummary & { nullLog10P: number[]; positiveLog10P: number[] } = {
  type: "assay/validation/v1",
  method: DIRECTION_METHOD_ID,
  methodVersion: STUDIED_VERSION,
  page: "validation/weights-direction.md",
  ...first,
  nullKinds: [...ranked(hd, "forward", ""), ...ranked(hp, "backward", OPPOSED_PREFIX)],
  opposed,
  // A statistic that is held against a bound has no p to draw; its rank among the study's own families is none.
  nullLog10P: [],
  positiveLog10P: [],
};
const here = new URL(".", import.meta.url).pathname;
writeFileSync(join(here, "weights-direction.json"), `${JSON.stringify(study)}\n`);
writeFileSync(join(here, "weights-direction.tables.md"), directionTables(pairs, study));
log(`${pairs.length} pairs; written`);
await pool.close();
