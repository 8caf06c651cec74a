/**
 * What is said of how a suspect was made, against how it was made: every derived model of the zoo by its manifest, and
 * transformations at several strengths of models of the bank. Writes the confusion table of what-was-done.md.
 *
 *   npm run build && node validation/what-was-done.study.ts --zoo ../shared/zoo [--children FOLDER] [--models 8]
 *
 * `--only noise` counts casts, noise, dither and units in another order alone, of as many models as are asked for, and
 * writes what-was-done.noise.md. `--children` is a folder of models by materials/makers/train_children.py (tuned, continued, long).
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makingOf } from "../dist/labs/weights/making/making.js";
import type { Statement } from "../dist/labs/weights/making/observed.js";
import type { WeightsObservations } from "../dist/labs/weights/observations.js";
import { merges } from "../materials/weights/merges.ts";
import { findingOf, loadAll, pool } from "../materials/weights/models.ts";
import {
  adapted,
  BF16,
  benchOf,
  type Change,
  changed,
  dithered,
  F8_E4M3,
  F16,
  gaussian,
  type InMemory,
  load,
  masked,
  moved,
  noised,
  only,
  permutedUnits,
  Q4_0,
  Q8_0,
  symmetric,
} from "../materials/weights/values.ts";

const { values: options } = parseArgs({
  options: {
    zoo: { type: "string", default: "../shared/zoo" },
    children: { type: "string" },
    models: { type: "string", default: "8" },
    only: { type: "string" },
  },
});
const log = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
const noFurther: InMemory[] = [];

interface Row {
  truth: string;
  /** What should be said, as kinds of statement; one of the alternatives where "or" stands between. */
  expected: string;
  said: string;
}
const rows: Row[] = [];
const saying = (statements: readonly Statement[]) =>
  [...new Set(statements.map(({ what }) => what))].sort().join(" + ") || "nothing";

const NOISE = /^(cast|white noise|even noise|noise|dither|MLP units permuted)/;
async function say(truth: string, expected: string, a: InMemory, b: InMemory, further = noFurther) {
  if (options.only === "noise" && !NOISE.test(truth)) return;
  const bench = benchOf(a, b);
  const others = further.map((m) => {
    const { reference, compute } = benchOf(m, m);
    return { model: reference, compute };
  });
  const layers = { ofSuspect: Array.from({ length: b.model.layers }, (_, l) => l), correspondence: [] };
  const making = await makingOf(
    {
      ...bench,
      compute: routed(
        bench.compute,
        others.map((o) => o.compute),
      ),
    },
    layers,
    others.map(({ model }, n) => ({ model: renamed(model, n), vocabulary: null })),
  );
  rows.push({ truth, expected, said: saying(making.statements) });
}
/** Further models' files carry their number, so that one `rows` reads them all. */
function renamed(model: ReturnType<typeof benchOf>["reference"], n: number) {
  const tensors = new Map(
    [...model.tensors].map(([name, t]) => [name, { ...t, matrix: { ...t.matrix, file: `${n}:${t.matrix.file}` } }]),
  );
  return { ...model, tensors };
}
function routed(own: ReturnType<typeof benchOf>["compute"], others: ReturnType<typeof benchOf>["compute"][]) {
  const rowsOf: typeof own.rows = (stretch) => {
    const at = /^(\d+):(.*)$/.exec(stretch.matrix.file);
    if (!at) return own.rows(stretch);
    return others[Number(at[1])]!.rows({ ...stretch, matrix: { ...stretch.matrix, file: at[2]! } });
  };
  return { rows: rowsOf } as typeof own;
}

const bank = (await loadAll(join(options.zoo, "bank"), "bank")).filter((m) => !m.name.endsWith("-same-seed"));
const every = Math.max(1, Math.floor(bank.length / Number(options.models)));
const chosen = bank.filter((_, i) => i % every === 0).slice(0, Number(options.models));
const then =
  (...changes: Change[]): Change =>
  (v, t, at) =>
    changes.reduce((w, f) => f(w, t, at), v);
let seed = 11;
for (const m of chosen) {
  const base = changed(await load(m), "F32", moved(0.02, seed++));
  const as = (change: Change, of = base) => changed(of, "", change);
  const one = (truth: string, expected: string, change: Change) => say(truth, expected, base, as(change));
  await one("cast to BF16", "cast", BF16);
  await one("cast to F16", "cast", F16);
  await one("cast to F8 E4M3", "cast", F8_E4M3);
  await one("INT8 by row, kept in F16", "quantised", then(symmetric(127, 0), F16));
  await one("INT8 by row, kept in BF16", "quantised", then(symmetric(127, 0), BF16));
  await one("INT4 by row, kept in F16", "quantised", then(symmetric(7, 0), F16));
  if (m.model.hidden % 32 === 0) {
    await one("Q8_0", "quantised", Q8_0);
    await one("Q4_0", "quantised", Q4_0);
  }
  for (const share of [0.3, 0.5, 0.7])
    await one(`pruned ${100 * share} % by size`, "frozen + pruned", masked(share, "tensor"));
  await one("pruned 50 % of each row", "frozen + pruned", masked(0.5, "row"));
  await one("pruned 2:4", "frozen + pruned", masked(0.5, "2:4"));
  // Noise on what pruning left is not told from training: the noughts hide it.
  await one("pruned 50 %, then noise", "noise + pruned", then(masked(0.5, "tensor"), moved(0.05, seed++)));
  for (const [rank, share] of [
    [1, 0.05],
    [4, 0.05],
    [4, 0.3],
    [8, 0.1],
  ] as const)
    await one(
      `adapters of rank ${rank} on q and v, size ${share}, kept in BF16`,
      "frozen + low-rank",
      then(
        only("attention.q", adapted(rank, share, seed)),
        only("attention.v", adapted(rank, share, seed++ + 7)),
        BF16,
      ),
    );
  await one("noise of 5 % on the MLPs alone", "frozen + noise", only("mlp.", moved(0.05, seed++)));
  for (const share of [0.01, 0.1, 0.3, 1, 4])
    await one(`white noise, ${share} of a matrix's size`, "noise", noised(share, seed++, "gaussian"));
  await one("even noise, 0.3 of a matrix's size", "noise", noised(0.3, seed++, "uniform"));
  const coarse = changed(base, "", BF16);
  for (const share of [0.2, 0.5, 0.8])
    await say(`dither, ${share} of half a BF16 step`, "dither", coarse, changed(coarse, "", dithered(share, seed++)));
  await say("MLP units permuted", "frozen + reordered", base, permutedUnits(base, seed++));
  await say(
    "MLP units permuted, kept in BF16",
    "frozen + reordered",
    base,
    changed(permutedUnits(base, seed++), "", BF16),
  );
  const parents = [0.1, 0.2].map((share) => as(moved(share, seed++)));
  for (const [truth, expected, merged] of merges(base, parents, gaussian(seed++)))
    await say(truth, expected, base, changed(merged, "", F16), parents);
  log(m.name);
}
if (options.children)
  for (const child of await loadAll(options.children, "child")) {
    const parent = bank.find((m) => child.parents.includes(m.name));
    const expected = { tuned: "fine-tuned", continued: "trained-on", long: "trained-on" }[child.how];
    if (!parent || !chosen.includes(parent)) continue;
    // Children without a name for their length (train_structured.py): the size of the change decides what is said.
    await say(
      `trained: ${child.how || "30 steps at 1e-3"}`,
      expected ?? "fine-tuned or trained-on",
      await load(parent),
      await load(child),
    );
  }

const asMade = ({ said, expected }: Row) => expected.split(" or ").includes(said);
const grouped = new Map<string, Row[]>();
for (const row of rows) grouped.set(row.truth, [...(grouped.get(row.truth) ?? []), row]);
const counted = (of: Row[]) => {
  const counts = new Map<string, number>();
  for (const { said } of of) counts.set(said, (counts.get(said) ?? 0) + 1);
  return [...counts].map(([said, n]) => `${said}: ${n}`).join("; ");
};
const body = [...grouped].map(([truth, of]) => {
  const right = of.filter(asMade).length;
  return [truth, of[0]!.expected, of.length, right, counted(of)];
});
const table = (head: string[], lines: (string | number)[][]) =>
  [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
const right = rows.filter(asMade).length;
const here = new URL(".", import.meta.url).pathname;
if (options.only === "noise") {
  const training = rows.filter(({ said }) => /fine-tuned|trained-on/.test(said)).length;
  writeFileSync(
    join(here, "what-was-done.noise.md"),
    `<!-- Written by what-was-done.study.ts --only noise; do not edit. -->
# Casts, noise, dither and order, said against true

${right} of ${rows.length} are named as what they are (${((100 * right) / rows.length).toFixed(1)} %), ${training} as training; ${chosen.length} models of the bank, each kept in F32 after a first move of 2 %.

${table(["made", "should be said", "models", "said so", "said"], body)}
`,
  );
  log(`${right} of ${rows.length}`);
  await pool.close();
  process.exit();
}

const zoo = await loadAll(join(options.zoo, "models"), "zoo");
const manifest: Record<string, { parents: string[]; how: string }> = JSON.parse(
  readFileSync(join(options.zoo, "manifest.json"), "utf8"),
);
const byName = new Map(zoo.map((m) => [m.name, m]));
const zooRows: string[][] = [];
for (const [name, { parents, how }] of Object.entries(manifest))
  for (const parent of parents) {
    const [a, b] = [byName.get(parent)!, byName.get(name)!];
    const { making } = (await findingOf(a, b)).observations as WeightsObservations;
    zooRows.push([
      `${parent} → ${name}`,
      how,
      (making?.statements ?? []).map((s) => s.sentence).join(" ") || "nothing",
    ]);
  }

writeFileSync(
  join(here, "what-was-done.tables.md"),
  `<!-- Written by what-was-done.study.ts; do not edit. -->
# What was done, said against true

${right} of ${rows.length} transformed models are described as they were made; ${chosen.length} models of the bank, each kept in F32 after a first move of 2 %.

${table(["made", "should be said", "models", "said so", "said"], body)}

## The zoo, by its manifest

${table(["pair", "made", "said"], zooRows)}
`,
);
log(`${right} of ${rows.length}`);
await pool.close();
