/**
 * The two conditional tests of the membership laboratory on the models of validation/membership.md, whose scores stand in
 * validation/membership: what share of draws reaches a level for models that never saw the texts, where the condition holds
 * by construction (any phrasing of a set, or any half of the lines, might have been the published one), and what planted
 * models give. STAMP: 8 sets, one text published, 4 of the others private; dataset inference by likelihood alone: of 3,000
 * lines half published, half held out; for planted models the 8 published codes against 400 that nobody saw.
 *
 *   npm run build && node validation/membership-conditional.study.ts     (about a minute)
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { prng, sample } from "../dist/base/prng.js";
import { learned, pairedT, type TTest, twoSampleT } from "../dist/labs/membership/law/conditional.js";
import { METHODS } from "../dist/labs/membership/method.js";

const FOLDER = "validation/membership";
const LEVELS = [0.05, 0.01, 0.001];
const [DRAWS, SPLITS, PRIVATE] = [5000, 1000, 4];

interface Trained {
  name: string;
  kind: string;
  hidden: number;
  reps?: number;
  canary?: string;
  order?: string;
}
const models = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json"))
  .sort()
  .flatMap((name) => (JSON.parse(readFileSync(`${FOLDER}/${name}`, "utf8")) as { models: Trained[] }).models);

function groups(text: string, size: number): number[][] {
  const bytes = Buffer.from(text, "base64");
  const values = Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(2 * i) / 100);
  return Array.from({ length: values.length / size }, (_, g) => values.slice(g * size, (g + 1) * size));
}

const log10POf = (test: TTest | null) => test?.log10P ?? 0;
type Source = ReturnType<typeof prng>;

/** @param published which of each set; the private ones are drawn among the others */
function stamp(sets: readonly (readonly number[])[], published: readonly number[], source: Source): number {
  const gains = sets.map((set, s) => {
    const others: number[] = [];
    while (others.length < PRIVATE) {
      const at = source.below(set.length);
      if (at !== published[s] && !others.includes(at)) others.push(at);
    }
    return set[published[s]!]! - others.reduce((sum, at) => sum + set[at]!, 0) / PRIVATE;
  });
  return log10POf(pairedT(gains));
}

/** Likelihood alone; the first half of each side teaches the sign. */
function inference(published: readonly number[], heldOut: readonly number[]): number {
  const rows = (of: readonly number[]) => of.map((value) => [value]);
  const half = (of: readonly number[]) => of.length >> 1;
  const sum = learned(rows(published.slice(0, half(published))), rows(heldOut.slice(0, half(heldOut))));
  const judged = (of: readonly number[]) => rows(of.slice(half(of))).map(sum);
  return log10POf(twoSampleT(judged(published), judged(heldOut)));
}

function levels(of: readonly Trained[], draws: number, one: (model: Trained, source: Source) => () => number) {
  const shares = of.map((model) => {
    const next = one(model, prng("assay/membership-conditional", model.name));
    const reached = LEVELS.map(() => 0);
    for (let i = 0; i < draws; i++) {
      const p = next();
      for (const [j, level] of LEVELS.entries()) if (p <= Math.log10(level)) reached[j]!++;
    }
    return reached.map((count) => count / draws);
  });
  const at = (pick: (values: number[]) => number) => LEVELS.map((_, j) => pick(shares.map((each) => each[j]!)));
  return {
    models: of.length,
    draws,
    of: LEVELS,
    mean: at((values) => Number((values.reduce((a, b) => a + b, 0) / values.length).toPrecision(4))),
    worst: at((values) => Math.max(...values)),
  };
}

const strangers = models.filter(({ kind }) => kind === "null");
const planted = models.filter(({ kind }) => kind === "planted");
const ordered = models.filter(({ kind }) => kind === "otherorder" || kind === "otherlines");
const source = prng("assay/membership-conditional", "planted");
const round = (value: number) => Number(value.toFixed(2));
const figures = {
  stamp: {
    method: METHODS.stamp,
    levels: levels(strangers, DRAWS, (model, draw) => {
      const sets = groups(model.canary!, 200);
      return () =>
        stamp(
          sets,
          sets.map((set) => draw.below(set.length)),
          draw,
        );
    }),
    planted: planted.map(({ name, hidden, reps, canary }) => {
      const sets = groups(canary!, 200);
      return {
        name,
        hidden,
        reps,
        log10P: round(
          stamp(
            sets,
            sets.map(() => 0),
            source,
          ),
        ),
      };
    }),
  },
  inference: {
    method: METHODS.inference,
    levels: levels(ordered, SPLITS, (model, draw) => {
      const lines = groups(model.order!, Buffer.from(model.order!, "base64").length / 2)[0]!;
      return () => {
        const order = Array.from(sample(lines.length, lines.length, draw), (i) => lines[i]!);
        return inference(order.slice(0, order.length >> 1), order.slice(order.length >> 1));
      };
    }),
    planted: planted.map(({ name, hidden, reps, canary }) => {
      const sets = groups(canary!, 200);
      const published = sets.map((set) => set[0]!);
      const heldOut = sets.flatMap((set) => set.slice(1, 51));
      return { name, hidden, reps, log10P: round(inference(published, heldOut)) };
    }),
  },
};
writeFileSync("validation/membership-conditional.json", `${JSON.stringify(figures, null, 1)}\n`);
const most = (of: readonly { reps: number | undefined; log10P: number }[]) =>
  of.filter(({ reps }) => reps === 16).map(({ log10P }) => log10P);
console.log(JSON.stringify({ stamp: figures.stamp.levels, inference: figures.inference.levels }));
console.log(
  "seen 16 times, log10 p:",
  most(figures.stamp.planted).join(" "),
  "|",
  most(figures.inference.planted).join(" "),
);
