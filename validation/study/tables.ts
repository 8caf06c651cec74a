/** The study's results as Markdown tables, in the order in which the validation page reads them. */

import { errorRate, independentPairs, log10Cap } from "../../dist/finding/strength.js";
import type { ValidationSummary } from "../../dist/finding/validation.js";
import { SHARED_ANCESTRY } from "../../dist/labs/weights/propositions.js";
import { lower95 } from "../../dist/stats/clopper-pearson.js";
import type { DerivedPair } from "../../materials/weights/derivations.ts";
import type { Hazards } from "./hazards.ts";
import type { LeftOut, Rate } from "./null.ts";
import type { ZooPair } from "./zoo.ts";

interface Report {
  zoo: { pairs: ZooPair[]; wrong: ZooPair[] };
  bank: { equal: Rate[]; unequal: Rate[]; leaveOneOut: LeftOut[] };
  extra: { rates: Rate[]; models: number };
  others: { equal: Rate[]; between: Rate[]; models: number };
  students: Rate[];
  trained: { judged: DerivedPair[]; builtOn: DerivedPair[] };
  derived: { judged: DerivedPair[]; builtOn: DerivedPair[] };
  controls: { pairs: number; accused: number; min: number };
  hazard: Hazards;
  study: ValidationSummary;
}

export function tables(r: Report): string {
  return [
    "<!-- Written by validation/weights-unit-labels.study.ts; do not edit. -->",
    "",
    "### Error rates by family",
    "",
    summary(r.study),
    "",
    "### Every pair of the zoo",
    "",
    zoo(r.zoo),
    "",
    "### Null behaviour, bank, pairs of equal shape",
    "",
    rates(r.bank.equal),
    "",
    "### Null behaviour, bank, pairs of unequal shape",
    "",
    rates(r.bank.unequal),
    "",
    "### Bank, all pairs, leaving out one model at a time",
    "",
    leftOut(r.bank.leaveOneOut),
    "",
    `### Null behaviour, ${r.extra.models} further models, each with 24 others of its shape`,
    "",
    rates(r.extra.rates),
    "",
    `### Null behaviour, ${r.others.models} models of other kinds (no gate; mixtures of experts), among themselves`,
    "",
    rates(r.others.equal),
    "",
    "### Null behaviour, the same against dense models with a gate of their width",
    "",
    rates(r.others.between),
    "",
    "### Null behaviour, teachers and students of their text alone",
    "",
    rates(r.students),
    "",
    "### Trained descendants, shapes c to f and other kinds",
    "",
    descendants(r.trained.judged),
    "",
    "### Trained descendants, shapes a and b (on which the method was built)",
    "",
    descendants(r.trained.builtOn),
    "",
    "### Made without training, shapes c to f and mixtures",
    "",
    descendants(r.derived.judged),
    "",
    `Controls: the same ${r.controls.pairs} suspects, each against a third model of its shape that gave nothing: ${r.controls.accused} accused, smallest log10 p ${fixed(r.controls.min)}.`,
    "",
    "### Hazards",
    "",
    hazards(r.hazard),
    "",
  ].join("\n");
}

/** What is found of models that were changed or trained on, beside as many controls, where nothing else was run. */
export function powerTables(rows: DerivedPair[], controls: { n: number; accused: number }, version: string): string {
  return [
    "<!-- Written by validation/weights-unit-labels.study.ts --power; do not edit. -->",
    "",
    `### Power of version ${version}`,
    "",
    descendants(rows),
    "",
    `Controls: the same ${controls.n} suspects, each against a third model of its shape that gave nothing: ${controls.accused} accused.`,
    "",
  ].join("\n");
}

function summary(s: ValidationSummary): string {
  const { nulls, positives } = s;
  return table(
    ["", "pairs", "independent families", "families accused or found", "95 % bound of the rate"],
    [
      [
        "presumed unrelated",
        nulls.pairs,
        nulls.families,
        nulls.accusedFamilies,
        `false positives ≤ ${percent(errorRate(SHARED_ANCESTRY, s).upper95)} (${independentPairs(nulls.families)} disjoint pairs)`,
      ],
      [
        "derived, undisguised",
        positives.pairs,
        positives.families,
        positives.foundFamilies,
        `true positives ≥ ${percent(lower95(positives.foundFamilies, positives.families))}`,
      ],
      [
        "cap on the likelihood ratio",
        "",
        "",
        "",
        `10^${log10Cap(SHARED_ANCESTRY, s).toFixed(2)} = ${(10 ** log10Cap(SHARED_ANCESTRY, s)).toFixed(0)}`,
      ],
    ],
  );
}

function zoo({ pairs, wrong }: Report["zoo"]): string {
  const rows = [
    ["derived, undisguised", pairs.filter((p) => p.derived && !p.disguised)],
    ["derived, one side disguised", pairs.filter((p) => p.derived && p.disguised)],
    ["not derived", pairs.filter((p) => !p.derived)],
  ] as const;
  const body = rows.map(([name, list]) => {
    const ps = list.map((p) => p.log10P);
    const accused = ps.filter((p) => p <= -6).length;
    return [name, list.length, accused, list.length - accused, fixed(Math.min(...ps)), fixed(Math.max(...ps))];
  });
  const verdict = `${pairs.length} pairs; outcomes that contradict the zoo's rule: ${wrong.length}.`;
  return `${table(["pairs", "n", "supports-hp", "inconclusive", "smallest log10 p", "largest log10 p"], body)}\n\n${verdict}`;
}

function rates(list: Rate[]): string {
  return table(
    ["test", "α", "pairs", "p ≤ α", "rate", "95 % lower", "95 % upper", "smallest log10 p"],
    list.map((r) => [r.axis, r.alpha, r.n, r.at, percent(r.rate), percent(r.lower), percent(r.upper), fixed(r.min)]),
  );
}

function leftOut(list: LeftOut[]): string {
  return table(
    ["test", "α", "rate", "lowest", "highest", "jackknife s.e.", "upper 95 %", "model that weighs most"],
    list.map((r) => [
      r.axis,
      r.alpha,
      percent(r.rate),
      percent(r.low),
      percent(r.high),
      percent(r.standardError),
      percent(r.upper),
      r.standardError > 0 ? r.heaviest : "none",
    ]),
  );
}

/** A row a kind and strength, in the order in which they were made. */
function descendants(list: DerivedPair[]): string {
  const keys = [...new Set(list.map((p) => `${p.row}\n${p.strength}`))];
  const body = keys.map((key) => {
    const pairs = list.filter((p) => `${p.row}\n${p.strength}` === key);
    const ps = pairs.map((p) => p.log10P).sort((a, b) => a - b);
    const families = new Map<string, boolean>();
    for (const p of pairs) families.set(p.family, (families.get(p.family) ?? true) && p.log10P <= -6);
    const found = [...families.values()].filter(Boolean).length;
    const sum = (of: (p: DerivedPair) => number) => pairs.reduce((total, p) => total + of(p), 0);
    return [
      pairs[0]!.row,
      pairs[0]!.strength,
      `${found} of ${families.size}`,
      percent(lower95(found, families.size)),
      fixed(ps[Math.floor((ps.length - 1) / 2)]!),
      fixed(ps.at(-1)!),
      fixed(Math.min(...pairs.map((p) => p.nullLog10P))),
      `${sum((p) => p.layers.listed)} of ${sum((p) => p.layers.taken)}`,
      sum((p) => p.layers.wrong),
    ];
  });
  const head = [
    "how made",
    "strength",
    "families found",
    "95 % lower bound",
    "median log10 p",
    "worst log10 p",
    "control, smallest log10 p",
    "layers taken that are listed",
    "layers listed that were not taken",
  ];
  return table(head, body);
}

function hazards(h: Hazards): string {
  const seeds = table(
    ["pair from one initial draw, other corpus", "log10 p"],
    h.sameSeed.map((s) => [`${s.a} / ${s.b}`, fixed(s.log10P)]),
  );
  const axes = table(
    ["axis, tested on independent models of equal shape", "pairs", "tests", "p ≤ 0.01", "rate", "smallest log10 p"],
    h.axes.map((x) => [x.what, x.pairs, x.tests, x.atHundredth, percent(x.atHundredth / x.tests), fixed(x.min)]),
  );
  const g = h.gains;
  const gains = `Norm gains of ${g.pairs} independent pairs: cosine median ${g.cosineMedian.toFixed(4)}, least ${g.cosineMin.toFixed(4)}; Pearson median ${g.pearsonMedian.toFixed(3)}, largest ${g.pearsonMax.toFixed(3)}.`;
  const story = `Largest Pearson correlation of any aligned matrix in 100 independent pairs: ${h.storyPearsonMax.toFixed(3)} ("related" starts at 0.5).`;
  return [seeds, axes, gains, story, renumbered(h.reordered)].join("\n\n");
}

/** What gives a renumbered model away: its equal-label pairs are no more alike than chance neighbours are. */
function renumbered({ pairs, derived }: Hazards["reordered"]): string {
  const kinds = [...new Set(derived.map((d) => d.b.split("-").slice(1).join("-")))].sort();
  const groups = [
    ["unrelated, reference renumbered after the suspect", pairs],
    ...kinds.map((kind) => [`true descendants, ${kind}`, derived.filter((d) => d.b.endsWith(`-${kind}`))] as const),
  ] as const;
  const span = (values: number[]) =>
    values.length === 0 ? "none" : `${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)}`;
  return table(
    ["MLP units", "pairs", "log10 p", "median cosine of equal-label pairs", "of the other mutual pairs"],
    groups.map(([what, list]) => [
      what,
      list.length,
      `${fixed(Math.min(...list.map((p) => p.log10P)))} to ${fixed(Math.max(...list.map((p) => p.log10P)))}`,
      span(list.map((p) => p.selfCosine)),
      span(list.map((p) => p.otherCosine).filter(Number.isFinite)),
    ]),
  );
}

function table(head: string[], body: (string | number)[][]): string {
  return [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function percent(rate: number): string {
  return `${(100 * rate).toFixed(2)} %`;
}

function fixed(x: number): string {
  return Number.isFinite(x) ? x.toFixed(1) : "–";
}
