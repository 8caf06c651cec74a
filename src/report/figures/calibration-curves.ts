/**
 * How a study's held-out likelihood ratios behaved before the cap: Tippett's curves, and the empirical cross-entropy
 * beside what a ratio of 1 and the best monotone recalibration would cost (Ramos and Gonzalez-Rodriguez 2013). A drawing
 * carries no name from the evidence.
 */
import * as Plot from "@observablehq/plot";
import type { ValidationSummary } from "../../finding/validation.js";
import { decimal } from "../figure-words.js";
import { BLUE, draw, type Figure, GREY, INK, ORANGE } from "./drawing.js";

type Curves = NonNullable<ValidationSummary["curves"]>;
type Point = { x: number; y: number; name: string };

/** Share of the height that a name takes. */
const ROOM = 0.05;
const FRAME = { width: 760, height: 300, marginLeft: 60, marginRight: 40, marginBottom: 44, marginTop: 16 };

/** @param at thresholds as log10 ratios; positives and nulls are shares above each */
export function tippettCurves({ at, positives, nulls }: Curves): Figure {
  const title = "Held-out likelihood ratios of the study before the cap (Tippett)";
  const zero = at.reduce((best, x, i) => (Math.abs(x) < Math.abs(at[best]!) ? i : best), 0);
  const description = `Above 10^${decimal(at[zero]!, 1)} stand ${share(positives[zero]!)} of the related and ${share(nulls[zero]!)} of the unrelated cases, each family counted once.`;
  const svg = lines(
    "validation-tippett",
    title,
    description,
    "log10 likelihood ratio",
    "share of cases above it",
    [0, 1],
    [
      { name: "related", colour: ORANGE, dash: null, values: points(at, positives, "related") },
      { name: "unrelated", colour: BLUE, dash: "6 3", values: points(at, nulls, "unrelated") },
    ],
  );
  const rows = at.map((x, i) => [x, positives[i]!, nulls[i]!]);
  const columns = ["Log10 likelihood ratio", "Related above it", "Unrelated above it"];
  return { svg, title, description, table: { caption: title, columns, rows } };
}

/** @param at prior odds as log10; entropies are in bits */
export function crossEntropyCurves({ at, crossEntropy, crossEntropyMin }: Curves): Figure {
  const title = "What the study's ratios cost a reader at each prior odds (empirical cross-entropy)";
  const neutral = at.map((x) => Math.round(1e4 * priorEntropy(x)) / 1e4);
  const worse = at.filter((_, i) => crossEntropy[i]! > neutral[i]!);
  const description =
    worse.length === 0
      ? "At every prior odds drawn the ratios cost less than saying nothing."
      : `At prior odds of ${worse.map((x) => `10^${decimal(x, 1)}`).join(", ")} the ratios cost more than saying nothing.`;
  const most = Math.max(...neutral, ...crossEntropy);
  const svg = lines(
    "validation-cross-entropy",
    title,
    description,
    "log10 prior odds",
    "bits",
    [0, most],
    [
      { name: "saying nothing", colour: GREY, dash: "2 3", values: points(at, neutral, "saying nothing") },
      { name: "as calibrated", colour: ORANGE, dash: null, values: points(at, crossEntropy, "as calibrated") },
      {
        name: "best recalibration",
        colour: BLUE,
        dash: "6 3",
        values: points(at, crossEntropyMin, "best recalibration"),
      },
    ],
  );
  const rows = at.map((x, i) => [x, neutral[i]!, crossEntropy[i]!, crossEntropyMin[i]!]);
  const columns = ["Log10 prior odds", "Saying nothing, bits", "As calibrated, bits", "Best recalibration, bits"];
  return { svg, title, description, table: { caption: title, columns, rows } };
}

interface Line {
  name: string;
  colour: string;
  dash: string | null;
  values: Point[];
}

function lines(
  id: string,
  title: string,
  description: string,
  x: string,
  y: string,
  domain: [number, number],
  all: readonly Line[],
): string {
  return draw(id, title, description, {
    ...FRAME,
    x: { label: x },
    y: { label: y, domain, nice: true },
    marks: [
      Plot.ruleY([0], { stroke: INK }),
      Plot.ruleX([0], { stroke: GREY, strokeWidth: 0.5 }),
      ...all.map(({ values, colour, dash }) =>
        Plot.lineY(values, {
          x: "x",
          y: "y",
          stroke: colour,
          strokeWidth: 2,
          ...(dash ? { strokeDasharray: dash } : {}),
        }),
      ),
      // Each line is named where it stands farthest from the others.
      ...all.map(({ name }, i) => {
        const { point, lowest } = apart(all, i);
        return Plot.text([point], {
          x: "x",
          y: "y",
          text: () => name,
          textAnchor: "start",
          dx: 8,
          // Below a line only where there is room above the axis.
          dy: lowest && point.y > ROOM * domain[1] ? 12 : -8,
          fill: INK,
          stroke: "#fff",
          strokeWidth: 3,
        });
      }),
    ],
    style: { fontSize: "12px" },
  });
}

/** The point of a line that is farthest from every other line there, and whether the line is the lowest at it. */
function apart(all: readonly Line[], i: number): { point: Point; lowest: boolean } {
  const others = all.filter((_, k) => k !== i);
  const distance = (point: Point, at: number) =>
    Math.min(...others.map(({ values }) => Math.abs(values[at]!.y - point.y)));
  const own = all[i]!.values;
  const at = own.reduce((best, point, k) => (distance(point, k) > distance(own[best]!, best) ? k : best), 0);
  return { point: own[at]!, lowest: others.every(({ values }) => values[at]!.y >= own[at]!.y) };
}

function points(at: readonly number[], values: readonly number[], name: string): Point[] {
  return at.map((x, i) => ({ x, y: values[i]!, name }));
}

function priorEntropy(log10Odds: number): number {
  const p = 1 / (1 + 10 ** -log10Odds);
  return -(p * Math.log2(p) + (1 - p) * Math.log2(1 - p));
}

function share(value: number): string {
  return `${decimal(100 * value, 1)} %`;
}
