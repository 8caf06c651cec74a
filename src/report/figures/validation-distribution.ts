/**
 * What the method gave on cases whose history was known: unrelated cases above, related cases below, this case marked
 * in both. Bars count cases in unequal bins, each panel scaled to its own tallest bar; the counts are in the table. Cases that share a model
 * are not independent: rates are counted by family, not from this picture.
 */
import * as Plot from "@observablehq/plot";
import { log10Figure, pGlyphs, powerGlyphs, whole } from "../figure-words.js";
import { BLUE, draw, type Figure, GREY, INK, ORANGE } from "./drawing.js";
import { evidence, evidenceScale } from "./log-evidence.js";

interface DistributionData {
  nullLog10P: readonly number[];
  positiveLog10P: readonly number[];
  /** Combined log10 p of this case; null when no test ran. */
  caseLog10P: number | null;
}

/** Bin edges as −log10 p, with α = 10⁻⁶ an edge, so that no bar stands on both sides of it. */
const STEPS = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9];
const EDGES = [
  ...[0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875],
  ...STEPS,
  ...STEPS.map((s) => 10 * s),
  ...STEPS.map((s) => 100 * s),
  ...STEPS.map((s) => 1000 * s),
  ...STEPS.map((s) => 10_000 * s),
  Number.POSITIVE_INFINITY,
];

interface Bin {
  from: number;
  to: number;
  nulls: number;
  positives: number;
}

/** Values are log10 p; a case without one is left out of the drawing and said to be. */
export function validationDistribution(data: DistributionData): Figure {
  const { nullLog10P, positiveLog10P, caseLog10P } = data;
  const bins = binned(nullLog10P, positiveLog10P);
  const least = [...nullLog10P, ...positiveLog10P, caseLog10P ?? 0].reduce((a, b) => Math.min(a, b), -6);
  const title = "Known cases of the validation study, and this case";
  const description =
    `${spoken("unrelated", nullLog10P)} ${spoken("related", positiveLog10P)} ` +
    (caseLog10P === null ? "This case has no p." : `This case stands at log10 p ${log10Figure(caseLog10P)}.`);
  const tallest = {
    nulls: largest(bins.map((bin) => bin.nulls)),
    positives: largest(bins.map((bin) => bin.positives)),
  };
  const rows = [
    panel("Unrelated cases", nullLog10P, tallest.nulls),
    panel("Related cases", positiveLog10P, tallest.positives),
  ];
  const bars = bins.flatMap((bin) => [
    { ...bin, row: rows[0]!, height: bin.nulls / tallest.nulls, fill: GREY },
    { ...bin, row: rows[1]!, height: bin.positives / tallest.positives, fill: BLUE },
  ]);
  const scale = evidenceScale(least, "combined p of a case, smaller to the right");
  const end = scale.domain[1]!;
  const svg = draw("validation-distribution", title, description, {
    width: 760,
    height: 330,
    marginLeft: 26,
    marginRight: 36,
    marginTop: 44,
    marginBottom: 42,
    x: { type: "linear", domain: scale.domain, axis: null },
    y: { domain: [0, 1], axis: null },
    fy: { domain: rows, padding: 0.28, axis: null },
    marks: [
      Plot.axisX({
        ticks: scale.ticks,
        tickFormat: scale.tickFormat,
        label: scale.label,
        labelArrow: "none",
        labelAnchor: "center",
        labelOffset: 38,
        facetAnchor: "bottom",
        fontSize: 12,
      }),
      Plot.rect(
        bars.filter((bar) => bar.height > 0),
        {
          x1: (d) => evidence(-d.from),
          x2: (d) => Math.min(end, evidence(-d.to)),
          y1: 0,
          y2: "height",
          fy: "row",
          fill: "fill",
          insetLeft: 0.4,
          insetRight: 0.4,
        },
      ),
      Plot.ruleY([0], { stroke: INK }),
      Plot.ruleX([evidence(-6)], { stroke: GREY, strokeDasharray: "4 3" }),
      Plot.text(rows, {
        fy: (d: string) => d,
        text: (d: string) => d,
        frameAnchor: "top-left",
        dx: 8,
        dy: -16,
        fontSize: 12,
        fontWeight: 600,
      }),
      ...caseMarks(caseLog10P, rows, end),
    ],
    style: { fontSize: "11px" },
  });
  return { svg, title, description, table: table(bins) };
}

/** This case: a line through both panels, labelled at the top, the label kept inside the frame. */
function caseMarks(caseLog10P: number | null, rows: string[], end: number) {
  const alpha = { x: evidence(-6), text: `level set in advance, ${powerGlyphs(-6)}`, color: GREY };
  const label = (x: number, text: string, dy: number, fontWeight: number) =>
    Plot.text([text], {
      x: () => x,
      fy: () => rows[0],
      text: (d: string) => d,
      frameAnchor: "top",
      textAnchor: x > 0.7 * end ? "end" : "start",
      dx: x > 0.7 * end ? -4 : 4,
      dy,
      fontSize: 12,
      fontWeight,
    });
  const marks: Plot.Markish[] = [label(alpha.x, alpha.text, 2, 400)];
  if (caseLog10P === null) return marks;
  const at = evidence(caseLog10P);
  return [
    Plot.ruleX([at], { stroke: ORANGE, strokeWidth: 5 }),
    Plot.ruleX([at], { stroke: INK, strokeWidth: 1.5 }),
    label(at, `this case: ${pGlyphs(caseLog10P)}`, -32, 700),
    ...marks,
  ];
}

function panel(name: string, log10P: readonly number[], tallest: number): string {
  return log10P.length === 0
    ? `${name}: none at hand`
    : `${name}: ${whole(log10P.length)}; tallest bar ${whole(tallest)}`;
}

/** At least 1, to divide by. */
function largest(counts: readonly number[]): number {
  return counts.reduce((a, b) => Math.max(a, b), 1);
}

function spoken(kind: string, log10P: readonly number[]): string {
  if (log10P.length === 0) return `No ${kind} case is at hand.`;
  const least = log10P.reduce((a, b) => Math.min(a, b));
  const most = log10P.reduce((a, b) => Math.max(a, b));
  return `${whole(log10P.length)} ${kind} cases gave log10 p from ${log10Figure(most)} to ${log10Figure(least)}.`;
}

function binned(nulls: readonly number[], positives: readonly number[]): Bin[] {
  const bins = EDGES.slice(0, -1).map((from, i) => ({ from, to: EDGES[i + 1]!, nulls: 0, positives: 0 }));
  const bin = (log10P: number) => bins.findLast((b) => -log10P >= b.from) ?? bins[0]!;
  for (const p of nulls) bin(p).nulls++;
  for (const p of positives) bin(p).positives++;
  return bins.filter((b) => b.nulls + b.positives > 0);
}

function table(bins: readonly Bin[]): Figure["table"] {
  return {
    caption: "Cases by combined log10 p; bins without cases are left out.",
    columns: ["Log10 p from", "down to, excluded", "Unrelated cases", "Related cases"],
    rows: bins.map((b) => [0 - b.from, Number.isFinite(b.to) ? -b.to : "no bound", b.nulls, b.positives]),
  };
}
