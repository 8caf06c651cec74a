/** The sketches' study as Markdown tables. */
import { WIDTH } from "../../dist/labs/weights/method.js";
import { plannedRows, planOf } from "../../dist/labs/weights/sketch/plan.js";
import type { Energy } from "./sketch-energy.ts";

interface Got {
  outcome: string;
  log10P: number;
  cosine: number | null;
}

export interface SketchReport {
  seed: string;
  zoo: {
    a: string;
    b: string;
    derived: boolean;
    weights?: Got;
    sketchModel?: Got;
    modelSketch?: Got;
    sketches?: Got;
  }[];
  bank: { a: string; b: string; sketches: Got }[];
  made: { name: string; bytes: number; weightsBytes: number; folds: number; width: number; hidden: number }[];
  energy: Energy[];
}

export const WAYS = ["weights", "sketchModel", "modelSketch", "sketches"] as const;
export type Way = (typeof WAYS)[number];
const NAMES = {
  weights: "weights against weights",
  sketchModel: "sketch against weights",
  modelSketch: "weights against sketch",
  sketches: "sketch against sketch",
};

export function sketchTables(r: SketchReport): string {
  const pairs = r.zoo.filter((p) => p.a !== p.b);
  return [
    "<!-- Written by validation/sketches.study.ts; do not edit. -->",
    "",
    `### The ${pairs.length} pairs of the zoo, and its ${r.zoo.length - pairs.length} models with themselves`,
    "",
    outcomes(pairs),
    "",
    agreement(r.zoo),
    "",
    "### Pairs on which a sketch says less than the weights",
    "",
    less(r.zoo),
    "",
    `### Null behaviour: ${r.bank.length} pairs of the bank of equal shape and another draw, as sketches`,
    "",
    nulls(r.bank),
    "",
    "### Size",
    "",
    sizes(r),
    "",
    "### What a fold gives away of a row (base, layer 0)",
    "",
    table(
      [
        "tensor",
        "width of the fold",
        "numbers in a row",
        "width / row",
        "share of energy, mean",
        "least",
        "most",
        "cosine of the best guess with the row",
      ],
      r.energy.map((e) => [
        e.tensor,
        e.width,
        e.hidden,
        percent(e.width / e.hidden),
        percent(e.mean),
        percent(e.least),
        percent(e.most),
        e.cosine.toFixed(2),
      ]),
    ),
    "",
    "### Telling models apart by their sketches",
    "",
    nearest(r.zoo),
    "",
  ].join("\n");
}

function outcomes(pairs: SketchReport["zoo"]): string {
  const rows = WAYS.flatMap((way) =>
    [true, false].map((derived) => {
      const list = pairs.filter((p) => p.derived === derived).flatMap((p) => p[way] ?? []);
      const count = (outcome: string) => list.filter((g) => g.outcome === outcome).length;
      const rest = list.length - count("supports-hp") - count("inconclusive");
      const ps = list.map((g) => g.log10P);
      return [
        NAMES[way],
        derived ? "derived" : "not derived",
        list.length,
        count("supports-hp"),
        count("inconclusive"),
        rest,
        ps.length > 0 ? Math.min(...ps).toFixed(1) : "–",
        ps.length > 0 ? Math.max(...ps).toFixed(1) : "–",
      ];
    }),
  );
  return table(
    ["sides", "pairs", "n", "supports-hp", "inconclusive", "other", "smallest log10 p", "largest log10 p"],
    rows,
  );
}

function agreement(all: SketchReport["zoo"]): string {
  const rows = WAYS.slice(1).map((way) => {
    const both = all.flatMap((p) => (p.weights && p[way] ? [{ weights: p.weights.outcome, got: p[way].outcome }] : []));
    const same = both.filter((p) => p.got === p.weights).length;
    const silent = both.filter((p) => p.got !== p.weights && p.got === "inconclusive").length;
    return [NAMES[way], both.length, same, silent, both.length - same - silent];
  });
  return table(["sides", "pairs", "the weights' outcome", "inconclusive instead", "the opposite or other"], rows);
}

function less(all: SketchReport["zoo"]): string {
  const list = all.filter((p) => WAYS.some((way) => p.weights && p[way] && p[way].outcome !== p.weights.outcome));
  if (list.length === 0) return "None.";
  const shown = (got: Got | undefined) => (got ? `${got.outcome}, ${got.log10P.toFixed(1)}` : "not examined");
  return table(
    ["pair", ...WAYS.map((way) => NAMES[way])],
    list.map((p) => [`${p.a} / ${p.b}`, ...WAYS.map((way) => shown(p[way]))]),
  );
}

function nulls(bank: SketchReport["bank"]): string {
  const ps = bank.map((p) => p.sketches.log10P);
  const at = (alpha: number) => ps.filter((p) => p <= Math.log10(alpha)).length;
  return table(
    ["pairs", "p ≤ 0.05", "p ≤ 0.01", "supports-hp", "smallest log10 p"],
    [
      [
        ps.length,
        at(0.05),
        at(0.01),
        bank.filter((p) => p.sketches.outcome === "supports-hp").length,
        Math.min(0, ...ps).toFixed(1),
      ],
    ],
  );
}

function sizes(r: SketchReport): string {
  const zoo = r.made.filter((m) => m.name.startsWith("zoo "));
  const measured = zoo.map((m) => [
    m.name.slice(4),
    m.bytes,
    percent(m.bytes / m.weightsBytes),
    m.folds,
    `${m.width} of ${m.hidden}`,
  ]);
  // Shapes of three sizes of Llama, by the same plan.
  const planned = (
    [
      ["7 B (32 layers, 4,096 wide, 11,008 units, 32 heads)", 32, 4096, 11_008, 32, 7e9],
      ["70 B (80 layers, 8,192 wide, 28,672 units, 8 heads)", 80, 8192, 28_672, 8, 70e9],
      ["405 B (126 layers, 16,384 wide, 53,248 units, 8 heads)", 126, 16_384, 53_248, 8, 405e9],
    ] as const
  ).map(([name, layers, hidden, units, heads, parameters]) => {
    const shape = {
      hidden,
      gated: true,
      mlpHidden: Array<number>(layers).fill(units),
      keyValueHeads: heads,
      headDim: 128,
    };
    const folds = plannedRows(planOf(shape, r.seed, "sampled"));
    const bytes = folds * WIDTH * 2;
    return [name, bytes, `${((100 * bytes) / (2 * parameters)).toFixed(3)} %`, folds, `${WIDTH} of ${hidden}`];
  });
  return table(
    ["model", "bytes of the sketch", "of the weights in 16 bits (zoo: of its file)", "folds", "numbers a fold"],
    [...measured, ...planned.map((row) => [`planned: ${row[0]}`, ...row.slice(1)])],
  );
}

/** Whether, of all models of the zoo, its own is the one whose rows are nearest to a sketch's. */
function nearest(all: SketchReport["zoo"]): string {
  if (!all.every((p) => p.sketchModel && p.modelSketch)) return "Not examined in this run.";
  const names = [...new Set(all.flatMap((p) => [p.a, p.b]))];
  const of = (a: string, b: string) => all.find((p) => (p.a === a && p.b === b) || (p.a === b && p.b === a))!;
  let [own, kin, strangers] = [0, 0, 0];
  for (const name of names) {
    const cosine = (b: string) => {
      const pair = of(name, b);
      return (pair.a === name ? pair.sketchModel : pair.modelSketch)?.cosine ?? 0;
    };
    const self = cosine(name);
    if (names.every((b) => b === name || cosine(b) <= self)) own++;
    const others = names.filter((b) => b !== name).sort((x, y) => cosine(y) - cosine(x));
    if (names.some((b) => b !== name && of(name, b).derived)) {
      kin++;
      if (!of(name, others[0]!).derived) strangers++;
    }
  }
  return `Of ${names.length} sketches, ${own} have their own model as the nearest of the zoo by the cosine of equal-label folds; of the ${kin} that have kin there, ${kin - strangers} have kin as the next.`;
}

function table(head: string[], body: (string | number)[][]): string {
  return [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
