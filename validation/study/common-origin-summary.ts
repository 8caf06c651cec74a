/** From judged pairs to what findings quote and tables state. */

import { errorRate, log10Cap } from "../../dist/finding/strength.js";
import type { ValidationSummary } from "../../dist/finding/validation.js";
import { ORIGIN_METHOD_VERSION } from "../../dist/labs/behaviour/common-origin/method.js";
import { marginAsked } from "../../dist/labs/behaviour/common-origin/rule.js";
import { BEHAVIOUR_PROPOSITIONS } from "../../dist/labs/behaviour/propositions.js";
import { lower95, upper95 } from "../../dist/stats/clopper-pearson.js";
import type { Judged, JudgedPair } from "./common-origin-judge.ts";
import type { StrippedPanel } from "./common-origin-panels.ts";
import type { WrappedRow } from "./common-origin-wrapped.ts";

const ORIGIN = BEHAVIOUR_PROPOSITIONS.entries["behaviour/common-origin"];

/** Relations that answers may show: what the rate is stated for. */
const NEAR = ["same model", "tuned"];

export function summarise(
  chosen: readonly Judged[],
  heldOut: { alone: readonly Judged[]; beside: readonly Judged[] },
  wrappers: readonly WrappedRow[],
  panels: readonly StrippedPanel[],
): { study: ValidationSummary & { nullLog10P: number[]; positiveLog10P: number[] }; tables: string } {
  const main = chosen.find(({ set, prompts }) => set === "instructions" && prompts === 805)!;
  const inside = heldOut.beside.flatMap(({ pairs }) => pairs).filter((pair) => pair.inside);
  const nulls = [...main.pairs, ...inside].filter(({ side }) => side === "hd");
  const accused = nulls.filter((pair) => pair.above && pair.inside);
  const near = main.pairs.filter(({ kind }) => NEAR.includes(kind));
  const rates = byBase(near);
  const kinds = [...new Set(nulls.map(({ kind }) => kind))].sort();
  const study: ReturnType<typeof summarise>["study"] = {
    type: "assay/validation/v1",
    method: "behaviour/common-origin",
    methodVersion: ORIGIN_METHOD_VERSION,
    page: "validation/behaviour-common-origin.md",
    nulls: {
      pairs: nulls.length,
      families: families(nulls),
      accusedPairs: accused.length,
      accusedFamilies: families(accused),
      firstAmong: Math.min(...nulls.filter((pair) => pair.inside).map((pair) => pair.families)),
    },
    positives: {
      pairs: near.length,
      families: rates.length,
      foundPairs: near.filter(({ above }) => above).length,
      foundFamilies: Math.floor(rates.reduce((sum, { rate }) => sum + rate, 0)),
    },
    familiesFoundBy: "share",
    nullKinds: kinds.map((kind) => {
      const of = nulls.filter((pair) => pair.kind === kind);
      return { kind, pairs: of.length, families: families(of), statisticMax: largest(of) };
    }),
    nullLog10P: [],
    positiveLog10P: [],
  };
  return { study, tables: tables(chosen, heldOut, wrappers, panels, study) };
}

function byBase(pairs: readonly JudgedPair[]): { base: string; found: number; pairs: number; rate: number }[] {
  const bases = [...new Set(pairs.map(({ bases: [x] }) => x))].sort();
  return bases.map((base) => {
    const of = pairs.filter(({ bases: [x] }) => x === base);
    const found = of.filter(({ above }) => above).length;
    return { base, found, pairs: of.length, rate: found / of.length };
  });
}

function families(pairs: readonly JudgedPair[]): number {
  return new Set(pairs.flatMap(({ bases }) => bases)).size;
}

function largest(pairs: readonly JudgedPair[]): number {
  return pairs.reduce((max, { lead }) => Math.max(max, lead), -9);
}

/** Cross-entropy in bits of the rule's two answers as likelihood ratios, each base (or pair of bases) counted once. */
function cllr(pairs: readonly JudgedPair[], found: number, bound: number): number {
  const ratio = ({ above }: JudgedPair) => (above ? found / bound : (1 - found) / (1 - bound));
  const mean = (of: readonly JudgedPair[], loss: (pair: JudgedPair) => number) => {
    const groups = new Map<string, number[]>();
    for (const pair of of) {
      const key = pair.bases.join(" ");
      groups.set(key, [...(groups.get(key) ?? []), loss(pair)]);
    }
    const means = [...groups.values()].map((values) => values.reduce((a, b) => a + b, 0) / values.length);
    return means.reduce((a, b) => a + b, 0) / Math.max(1, means.length);
  };
  const hp = pairs.filter(({ kind }) => NEAR.includes(kind));
  const hd = pairs.filter(({ side }) => side === "hd");
  return (mean(hp, (pair) => Math.log2(1 + 1 / ratio(pair))) + mean(hd, (pair) => Math.log2(1 + ratio(pair)))) / 2;
}

/** Rate by base where the threshold is the largest stranger of the same material: the most a statistic could have found. */
function oracle(pairs: readonly JudgedPair[], of: (pair: JudgedPair) => number): string {
  const hd = pairs.filter(({ side }) => side === "hd");
  const most = hd.reduce((max, pair) => Math.max(max, of(pair)), Number.NEGATIVE_INFINITY);
  const near = pairs.filter(({ kind }) => NEAR.includes(kind)).map((pair) => ({ ...pair, above: of(pair) > most }));
  return near.length === 0 ? "—" : share(byBase(near));
}

function share(rates: ReturnType<typeof byBase>): string {
  return (rates.reduce((sum, { rate }) => sum + rate, 0) / Math.max(1, rates.length)).toFixed(2);
}

function tables(
  chosen: readonly Judged[],
  heldOut: { alone: readonly Judged[]; beside: readonly Judged[] },
  wrappers: readonly WrappedRow[],
  panels: readonly StrippedPanel[],
  study: ValidationSummary,
): string {
  const lines = ["# Tables of `behaviour/common-origin`, written by the study", ""];
  const row = (cells: readonly (string | number)[]) => lines.push(`| ${cells.join(" | ")} |`);
  const head = (cells: readonly string[]) => {
    row(cells);
    row(cells.map(() => "---"));
  };
  const trials = Math.floor(study.nulls.families / 2);
  const counted = upper95(0, trials);
  const { upper95: bound, firstAmong } = errorRate(ORIGIN, study);
  const found = lower95(study.positives.foundFamilies, study.positives.families);
  lines.push(
    `Study: ${study.nulls.pairs} pairs of strangers of ${study.nulls.families} families, ${study.nulls.accusedPairs} accused: at most ${counted.toFixed(3)} false accusations a pair by counting (Clopper–Pearson, ${trials} disjoint pairs of families), at most ${bound.toFixed(4)} by mutual first rank among ${firstAmong} families. Near relations found: ${study.positives.foundPairs} of ${study.positives.pairs} pairs, ${study.positives.foundFamilies} of ${study.positives.families} bases, so at least ${found.toFixed(3)}. Cap: 10^${log10Cap(ORIGIN, study)}.`,
    "",
  );
  const sets = (title: string, judged: readonly Judged[]) => {
    lines.push(`## ${title}`, "");
    head([
      "set",
      "prompts",
      "models",
      "strangers: pairs / families / inside the class",
      "above the margin: all / inside",
      "largest lead; margin",
      "near relations: found / first in both rows / pairs; rate by base",
      "first word, at its best",
      "first four words, at their best",
      "Cllr",
    ]);
    for (const { set, prompts, draw, models, pairs } of judged) {
      const hd = pairs.filter(({ side }) => side === "hd");
      const near = pairs.filter(({ kind }) => NEAR.includes(kind));
      row([
        draw > 0 ? `${set}, draw ${draw + 1}` : set,
        prompts,
        models,
        `${hd.length} / ${families(hd)} / ${hd.filter((pair) => pair.inside).length}`,
        `${hd.filter(({ above }) => above).length} / ${hd.filter((pair) => pair.above && pair.inside).length}`,
        `${largest(hd).toFixed(2)}; ${marginAsked(prompts).toFixed(2)}`,
        `${near.filter(({ above }) => above).length} / ${near.filter(({ lead }) => lead > 0).length} / ${near.length}; ${near.length ? share(byBase(near)) : "—"}`,
        oracle(pairs, ({ firstWord }) => firstWord),
        oracle(pairs, ({ fourWords }) => fourWords),
        near.length ? cllr(pairs, found, bound).toFixed(2) : "—",
      ]);
    }
    lines.push("");
  };
  sets("Material the rule was chosen on", chosen);
  sets("Held-out makers by themselves", heldOut.alone);
  sets("Held-out makers, the other half of the listing in their panels", heldOut.beside);
  lines.push("## By kind of pair, instructions, all prompts, and held-out code", "");
  head(["set", "kind", "counts as", "pairs", "bases or pairs of bases", "above the margin", "largest lead"]);
  for (const judged of [chosen.find(({ prompts }) => prompts === 805)!, ...heldOut.beside])
    for (const kind of [...new Set(judged.pairs.map((pair) => `${pair.side}|${pair.kind}`))].sort()) {
      const of = judged.pairs.filter((pair) => `${pair.side}|${pair.kind}` === kind);
      const [side, name] = kind.split("|");
      row([
        judged.set,
        name!,
        side === "hp" ? "common line" : side === "hd" ? "strangers" : "neither",
        of.length,
        new Set(of.map(({ bases }) => bases.join(" "))).size,
        of.filter(({ above }) => above).length,
        largest(of).toFixed(2),
      ]);
    }
  const all = chosen.find(({ prompts }) => prompts === 805)!.pairs;
  const largestStranger = largest(all.filter(({ side }) => side === "hd"));
  lines.push("", "## What the margin costs, instructions, all prompts", "");
  head(["margin", "strangers above", "near relations above", "rate by base"]);
  for (const [name, margin] of [
    ["as asked", marginAsked(805)],
    ["of versions 1 and 2", (0.55 / 0.8) * marginAsked(805)],
    ["the largest stranger's lead", largestStranger],
    ["none", 0],
  ] as const) {
    const above = all.map((pair) => ({ ...pair, above: pair.lead > margin }));
    const near = above.filter(({ kind }) => NEAR.includes(kind));
    row([
      `${name}: ${margin.toFixed(2)}`,
      above.filter((pair) => pair.side === "hd" && pair.above).length,
      near.filter((pair) => pair.above).length,
      share(byBase(near)),
    ]);
  }
  lines.push("", "## Rate by base, instructions, all prompts", "");
  head(["base", "found", "pairs"]);
  for (const { base, found: n, pairs } of byBase(
    chosen.find(({ prompts }) => prompts === 805)!.pairs.filter(({ kind }) => NEAR.includes(kind)),
  ))
    row([base, n, pairs]);
  lines.push("", "## Shared services before strangers", "");
  head([
    "service",
    "strength",
    "prompts",
    "prompts' texts",
    "pairs",
    "accused",
    "above the rule, class aside",
    "by the lead on all prompts alone",
    "first in both rows",
    "largest lead; margin there",
  ]);
  const inOrder = [...wrappers].sort(
    (x, y) => x.prompts - y.prompts || x.wrapper.localeCompare(y.wrapper, "en") || x.strength - y.strength,
  );
  for (const w of inOrder)
    row([
      w.wrapper,
      w.strength,
      w.prompts,
      w.promptsKnown ? "known" : "not known",
      w.pairs,
      w.accused,
      w.above,
      w.aboveAtAll,
      w.first,
      `${w.largestLead.toFixed(2)}; ${w.marginThere.toFixed(2)}`,
    ]);
  lines.push("", "## Strangers, where the families nearest to either side are taken out of every panel", "");
  head(["prompts", "families taken out", "pairs", "first in both rows", "above the margin", "largest lead; margin"]);
  for (const r of panels)
    row([r.prompts, r.takenOut, r.pairs, r.first, r.above, `${r.largestLead.toFixed(2)}; ${r.margin.toFixed(2)}`]);
  return `${lines.join("\n")}\n`;
}
