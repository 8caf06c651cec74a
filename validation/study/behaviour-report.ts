/** The study's tables: detection beside the baselines, calibration, the rows of likely wrong accusations, prompts needed. */

import { log10Cap } from "../../dist/finding/strength.js";
import type { ValidationSummary } from "../../dist/finding/validation.js";
import { type BehaviourProposition, METHOD_VERSION } from "../../dist/labs/behaviour/method.js";
import { BEHAVIOUR_PROPOSITIONS } from "../../dist/labs/behaviour/propositions.js";
import { type Fit, likelihoodRatio } from "../../dist/labs/behaviour/score/development.js";
import { crossEntropy, crossEntropyMin, tippett } from "../../dist/stats/calibration.js";
import { drawOf, type Material } from "../../materials/answers/material.ts";
import { BASELINES, baselineScores, type Prepared } from "./behaviour-baselines.ts";
import { chosenWithout } from "./behaviour-choice.ts";
import { auc, type Case, calibrateWithout, costs, gain, truePositiveRate, weighed } from "./behaviour-figures.ts";
import { Fitter, INDEPENDENT, NULL_KINDS, QUESTIONS, type Rows, score } from "./behaviour-fits.ts";
import { promptsNeeded } from "./behaviour-prompts-needed.ts";
import { separation } from "./behaviour-separation.ts";

interface Input {
  id: BehaviourProposition;
  material: Material;
  rows: ReadonlyMap<number, readonly Rows[]>;
  fits: readonly { prompts: number; fits: readonly Fit[] }[];
  prepared: Prepared;
}

export interface Report {
  id: BehaviourProposition;
  summary: ValidationSummary & Record<string, unknown>;
  tables: string[];
}

const LISTED = {
  "behaviour/same-model": "same_model",
  "behaviour/tuned-from": "tuned_from",
  "behaviour/taught-by": "taught_by",
} as const;
/** The issue's baseline. */
const FOUR_WORDS = 1;
const SIZES = NULL_KINDS.indexOf("same maker, other size");

/** The baselines' scores do not depend on the question. */
const BASELINE_SCORES = new Map<string, Float64Array[]>();

/** The calibration used at so many prompts, as an examination would take it; the smallest below the least. */
const calibratedAt = (prompts: number) => (prompts >= 800 ? 800 : prompts >= 200 ? 200 : 50);

export function report(input: Input): Report {
  const { id, material, rows, prepared } = input;
  const { labels, lineage, pairs } = material;
  const place = (name: string) => labels.names.indexOf(name);
  const listed = new Set(
    lineage[LISTED[id]].map(([x, y]) => `${Math.max(place(x), place(y))},${Math.min(place(x), place(y))}`),
  );
  const positives = QUESTIONS[id].positives;
  const isListed = (i: number) => listed.has(`${pairs[i]!.a},${pairs[i]!.b}`);
  // Detection is measured as lineage.json defines pairs: a null never shares a base.
  const isNull = (i: number) =>
    NULL_KINDS.slice(0, 4).includes(pairs[i]!.kind as (typeof NULL_KINDS)[number]) && !isListed(i);
  const basesOf = (i: number) =>
    [labels.bases[pairs[i]!.a]!, labels.bases[pairs[i]!.b]!].sort((a, b) => a - b) as [number, number];

  const byOut = new Map(
    input.fits.map(({ prompts, fits }) => [prompts, new Map(fits.map((fit) => [fit.out.join(), fit]))] as const),
  );
  const fitOf = (prompts: number, out: readonly number[]): Fit | null =>
    byOut.get(calibratedAt(prompts))!.get([...new Set(out)].join()) ?? null;
  /** Every pair by the fit without its bases; a question of fixed weights by its score. */
  const casesAt = (prompts: number, which: "listed" | "all", draw: number): Case[] => {
    const features = rows.get(prompts)![draw]!;
    return pairs.flatMap((pair, i) => {
      const positive = which === "listed" ? isListed(i) : positives.includes(pair.kind);
      if (!positive && !isNull(i)) return [];
      const bases = basesOf(i);
      const fit = fitOf(prompts, bases);
      // Fixed weights need no fit, and where some pairs have a calibration and others none, all stay scores.
      if (!QUESTIONS[id].learned || !fit)
        return [{ log10LR: score(features[i]!, fitOf(prompts, [])!.weights), positive, bases }];
      return [{ log10LR: likelihoodRatio(fit, score(features[i]!, fit.weights)).log10LR, positive, bases }];
    });
  };
  const baselinesAt = (prompts: number, which: "listed" | "all", draw: number): Case[][] => {
    const key = `${prompts}/${draw}`;
    const known =
      BASELINE_SCORES.get(key) ??
      baselineScores(material, prepared, drawOf(material, Math.min(prompts, material.prompts.length), draw));
    BASELINE_SCORES.set(key, known);
    return known.map((scores) => {
      const raw = pairs.flatMap((pair, i) => {
        const positive = which === "listed" ? isListed(i) : positives.includes(pair.kind);
        return positive || isNull(i) ? [{ log10LR: scores[i]!, positive, bases: basesOf(i) }] : [];
      });
      return raw;
    });
  };
  const calibratedBaseline = (prompts: number, which: "listed" | "all", draw: number): Case[] =>
    calibrateWithout(spread(baselinesAt(prompts, which, draw)[FOUR_WORDS]!));
  const mean = (prompts: number, of: (draw: number) => number) => {
    const draws = rows.get(prompts)!.length;
    return Array.from({ length: draws }, (_, d) => of(d)).reduce((s, v) => s + v, 0) / draws;
  };

  const tables: string[] = [`## ${id}`, ""];
  const detection: Record<string, unknown>[] = [];
  tables.push(
    "Detection, every pair by the fit without its bases; nulls share no base. `AUC / TPR at 1 % false positives`.",
    "",
  );
  tables.push(
    `| prompts | method, listed pairs | method, extended | ${BASELINES.map((b) => `${b}, listed`).join(" | ")} |`,
  );
  tables.push(`|---|---|---|${BASELINES.map(() => "---").join("|")}|`);
  for (const prompts of rows.keys()) {
    const two = (of: (draw: number) => Case[]) => ({
      auc: mean(prompts, (d) => auc(of(d))),
      tpr: mean(prompts, (d) => truePositiveRate(of(d), 0.01)),
    });
    const own = two((d) => casesAt(prompts, "listed", d));
    const all = two((d) => casesAt(prompts, "all", d));
    const others = BASELINES.map((_, b) => two((d) => baselinesAt(prompts, "listed", d)[b]!));
    detection.push({ prompts, listed: own, extended: all, baselines: others });
    const cell = ({ auc: a, tpr }: { auc: number; tpr: number }) => `${a.toFixed(3)} / ${tpr.toFixed(2)}`;
    tables.push(`| ${prompts} | ${[own, all, ...others].map(cell).join(" | ")} |`);
  }

  const calibration: Record<string, unknown>[] = [];
  const choice: Record<string, unknown>[] = [];
  const learned = QUESTIONS[id].learned;
  if (learned) {
    tables.push(
      "",
      "Calibration (bits; each base once) and the gain in log score over the calibrated first-four-words baseline, with its 95 % interval over bases.",
      "",
    );
    tables.push(
      "| prompts | Cllr | Cllr min | loss | baseline Cllr | gain, listed pairs | gain, extended |",
      "|---|---|---|---|---|---|---|",
    );
    for (const prompts of [50, 200, 805]) {
      // All draws together; a base counts once however many draws it is in.
      const drawn = <T>(of: (draw: number) => T[]): T[] => rows.get(prompts)!.flatMap((_, d) => of(d));
      const cases = drawn((d) => casesAt(prompts, "all", d));
      const list = drawn((d) => casesAt(prompts, "listed", d));
      const own = costs(cases);
      const baseline = drawn((d) => calibratedBaseline(prompts, "all", d));
      const baselineListed = drawn((d) => calibratedBaseline(prompts, "listed", d));
      const [g, gl] = [
        gain(cases, baseline, labels.baseNames.length),
        gain(list, baselineListed, labels.baseNames.length),
      ];
      calibration.push({ prompts, ...own, baseline: costs(baseline), gain: g, gainListed: gl });
      const cell = (x: typeof g) => `${x.gain.toFixed(3)} (${x.low.toFixed(3)} to ${x.high.toFixed(3)})`;
      tables.push(
        `| ${prompts} | ${own.cllr.toFixed(3)} | ${own.cllrMin.toFixed(3)} | ${own.loss.toFixed(3)} | ${costs(baseline).cllr.toFixed(3)} | ${cell(gl)} | ${cell(g)} |`,
      );
    }
  }

  if (learned) {
    tables.push(
      "",
      "The choice of statistics left to the data: all, or those the method uses, whichever cost less on the other bases; equal weights; first draw.",
      "",
      "| prompts | listed pairs | Cllr | loss | gain, listed pairs | `all` chosen with these bases left out |",
      "|---|---|---|---|---|---|",
    );
    for (const prompts of [50, 805]) {
      const places = pairs.flatMap((pair, i) => {
        const positive = positives.includes(pair.kind);
        return positive || isNull(i) ? [{ pair: i, positive, bases: basesOf(i), log10LR: 0 }] : [];
      });
      const { cases, choices } = chosenWithout(places, rows.get(prompts)![0]!);
      const list = cases.filter((c, i) => !c.positive || isListed(places[i]!.pair));
      const g = gain(list, calibratedBaseline(prompts, "listed", 0), labels.baseNames.length);
      const own = costs(cases);
      const all = Object.entries(choices).filter(([, name]) => name === "all");
      choice.push({ prompts, auc: auc(list), tpr: truePositiveRate(list, 0.01), ...own, gainListed: g });
      tables.push(
        `| ${prompts} | ${auc(list).toFixed(3)} / ${truePositiveRate(list, 0.01).toFixed(2)} | ${own.cllr.toFixed(3)} | ${own.loss.toFixed(3)} | ${g.gain.toFixed(3)} (${g.low.toFixed(3)} to ${g.high.toFixed(3)}) | ${all.length} of ${Object.keys(choices).length} |`,
      );
    }
  }

  // The outcome rule on every pair: above the largest of every kind, its bases left out of all of them.
  const features = rows.get(805)!;
  const fitter = new Fitter(material, features, id);
  const kinds = NULL_KINDS.map((kind) => ({
    kind,
    pairs: 0,
    accused: 0,
    accusedBut: 0,
    values: [] as number[],
    families: new Set<number>(),
    accusedFamilies: new Set<string>(),
    largest: -9,
  }));
  const found = new Map<number, { pairs: number; found: number; strict: number }>();
  const nulls = { pairs: 0, accusedPairs: 0, families: new Set<number>(), accused: new Set<string>() };
  pairs.forEach((pair, i) => {
    const bases = basesOf(i);
    const kind = fitter.nullKind(i);
    const positive = positives.includes(pair.kind);
    if (kind === -1 && !positive) return;
    const fit = fitOf(805, bases) ?? fitOf(805, [])!;
    const s = score(features[0]![i]!, fit.weights);
    const above = (strict: boolean) =>
      fit.nullMax.every((max, k) => fit.nullFamilies[k] === 0 || (!strict && k === SIZES) || s > max);
    if (positive) {
      // taught-by: the student's base; the teachers are of one base.
      const family =
        pair.kind === "taught" ? Math.max(...bases.filter((b) => labels.baseNames[b] !== "gpt")) : bases[0];
      const of = found.get(family) ?? { pairs: 0, found: 0, strict: 0 };
      found.set(family, of);
      of.pairs++;
      if (above(false)) of.found++;
      if (above(true)) of.strict++;
      return;
    }
    const of = kinds[kind]!;
    of.pairs++;
    of.values.push(learned ? likelihoodRatio(fit, s).log10LR : s);
    of.largest = Math.max(of.largest, s);
    for (const b of bases) of.families.add(b);
    if (above(true)) {
      of.accused++;
      of.accusedFamilies.add(bases.join());
    }
    if (above(false)) of.accusedBut++;
    // Every kind counts: that of a pair of one maker is as wrong an accusation as that of a pair of strangers.
    nulls.pairs++;
    for (const b of bases) nulls.families.add(b);
    if (above(false)) {
      nulls.accusedPairs++;
      nulls.accused.add(bases.join());
    }
  });
  tables.push(
    "",
    "The outcome rule at all prompts, each pair ranked among nulls without its bases. Second count: without the kind `same maker, other size`, which given siblings replace.",
    "",
  );
  const unrelated = kinds
    .filter(({ kind }) => (INDEPENDENT as readonly string[]).includes(kind))
    .flatMap((k) => k.values);
  const onePercent = unrelated.sort((a, b) => a - b)[Math.floor(0.99 * unrelated.length)]!;
  tables.push(
    "| kind of null | pairs | bases | accused | accused, siblings given | rate above the threshold of 1 % among unrelated pairs | largest score |",
    "|---|---|---|---|---|---|---|",
  );
  for (const k of kinds)
    if (k.pairs > 0)
      tables.push(
        `| ${k.kind} | ${k.pairs} | ${k.families.size} | ${k.accused} | ${k.accusedBut} | ${((100 * k.values.filter((v) => v > onePercent).length) / k.pairs).toFixed(1)} % | ${k.largest.toFixed(2)} |`,
      );
  // A family counts by the share of its pairs that were found; whole families out of the sum.
  const shares = [...found.values()];
  const whole = Math.floor(shares.reduce((sum, f) => sum + f.found / f.pairs, 0) + 1e-9);
  tables.push("", "| base of the positives | pairs | above all nulls | above all, sizes given |", "|---|---|---|---|");
  const byPairs = [...found.values()].sort((a, b) => b.pairs - a.pairs);
  for (const [i, f] of byPairs.entries()) tables.push(`| family ${i + 1} | ${f.pairs} | ${f.strict} | ${f.found} |`);
  const summary: Report["summary"] = {
    type: "assay/validation/v1",
    method: id,
    methodVersion: METHOD_VERSION,
    page: "validation/behaviour.md",
    nulls: {
      pairs: nulls.pairs,
      families: nulls.families.size,
      accusedPairs: nulls.accusedPairs,
      accusedFamilies: nulls.accused.size,
    },
    positives: {
      pairs: shares.reduce((sum, f) => sum + f.pairs, 0),
      families: found.size,
      foundPairs: shares.reduce((sum, f) => sum + f.found, 0),
      foundFamilies: whole,
    },
    familiesFoundBy: "share",
    nullKinds: kinds
      .filter((k) => k.pairs > 0)
      .map((k) => ({
        kind: k.kind,
        pairs: k.pairs,
        families: k.families.size,
        statisticMax: Number(k.largest.toFixed(4)),
      })),
    nullLog10P: [],
    positiveLog10P: [],
  };
  const cap = log10Cap(BEHAVIOUR_PROPOSITIONS.entries[id as keyof typeof BEHAVIOUR_PROPOSITIONS.entries], summary);
  tables.push("", `Cap by these counts: log10 LR ${Number.isFinite(cap) ? cap.toFixed(2) : "none"}.`);
  if (learned) {
    const capped = casesAt(805, "all", 0).map((c) => ({
      ...c,
      log10LR: Math.max(-Math.max(0, cap), Math.min(Math.max(0, cap), c.log10LR)),
    }));
    const best = casesAt(805, "all", 0).map((c) => ({
      ...c,
      log10LR: c.positive ? Math.max(0, cap) : -Math.max(0, cap),
    }));
    tables.push(
      `Cllr of capped ratios ${costs(capped).cllr.toFixed(3)}; the best the cap allows ${costs(best).cllr.toFixed(3)}.`,
    );
    const at = [-2, -1, -0.5, 0, 0.5, 1, 1.5, 2];
    const cases = casesAt(805, "all", 0);
    const [same, different] = [weighed(cases, true), weighed(cases, false)];
    tables.push("", `| log10 LR above | ${at.join(" | ")} |`, `|---|${at.map(() => "---").join("|")}|`);
    tables.push(
      `| positives (Tippett) | ${tippett(same, at)
        .map((x) => x.toFixed(3))
        .join(" | ")} |`,
    );
    tables.push(
      `| nulls (Tippett) | ${tippett(different, at)
        .map((x) => x.toFixed(3))
        .join(" | ")} |`,
    );
    tables.push(
      `| cross-entropy at these prior odds, bits | ${at.map((x) => crossEntropy(same, different, x).toFixed(3)).join(" | ")} |`,
    );
    const grid = Array.from({ length: 25 }, (_, i) => (i - 12) / 4);
    const four = (of: readonly number[]) => of.map((x) => Math.round(1e4 * x) / 1e4);
    summary.curves = {
      at: grid,
      positives: four(tippett(same, grid)),
      nulls: four(tippett(different, grid)),
      crossEntropy: four(grid.map((x) => crossEntropy(same, different, x))),
      crossEntropyMin: four(grid.map((x) => crossEntropyMin(same, different, x))),
    };
  }
  if (id === "behaviour/same-model") tables.push(...separation(material, rows.get(805)![0]!));
  summary.detection = detection;
  summary.calibration = calibration;
  summary.choice = choice;
  tables.push("");
  return { id, summary, tables };
}

/** Scores of a baseline on the scale that the logistic takes: as wide as the method's own. */
function spread(cases: readonly Case[]): Case[] {
  const scale = Math.max(...cases.map((c) => Math.abs(c.log10LR)));
  return cases.map((c) => ({ ...c, log10LR: Math.asinh((30 * c.log10LR) / scale) }));
}

export function tablesOf(reports: readonly Report[]): string {
  return [
    "# Tables of the behaviour study",
    "",
    "Written by `validation/behaviour.study.ts`. Scores are the weighted mean of asinh standard scores.",
    "",
    ...promptsNeeded(reports),
    ...reports.flatMap((r) => r.tables),
  ].join("\n");
}
