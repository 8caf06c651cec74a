/**
 * The likelihood ratio of this case on the verbal scale, and how far the validation study permits one to go. A ratio
 * below 1 is turned round and read for the second proposition.
 */
import * as Plot from "@observablehq/plot";
import type { Strength } from "../../finding/finding.js";
import { SCALE } from "../../finding/scale.js";
import { decimal, powerGlyphs, ratio } from "../figure-words.js";
import { draw, type Figure, GREY, INK, ORANGE } from "./drawing.js";

/** Where the open last band is cut off in the drawing. */
const END = 8;
/** The band for "no support", drawn left of 1. */
const START = -1;

interface Band {
  from: number;
  to: number;
  term: string;
}

/** Ends beyond the ruler, open ones among them, stand at its edge. */
export function strengthRuler(strength: Strength): Figure {
  const { low, high } = strength.log10LR;
  const turned = (low ?? high ?? 0) < 0;
  const sign = turned ? -1 : 1;
  const cap = clamp(Math.abs(strength.cap.log10LR));
  const ends = [low, high].map((v) => (v === null ? null : sign * v)).sort((a, b) => (a ?? 99) - (b ?? 99));
  const [from, to] = [clamp(ends[0] ?? START), clamp(ends[1] ?? END)];
  const title = "Strength on the verbal scale";
  const side = turned ? "second" : "first";
  const description =
    `The likelihood ratio for the ${side} proposition, log10 ${decimal(from, 2)} to ${decimal(to, 2)}, falls in the ` +
    `band "${strength.term}". The validation study permits at most ${ratio(cap)}.`;
  const bands = scaleBands();
  const svg = draw("strength-ruler", title, description, {
    width: 760,
    height: 158,
    marginLeft: 10,
    marginRight: 16,
    marginTop: 44,
    marginBottom: 40,
    x: {
      domain: [START, END],
      ticks: [0, 1, 2, 3, 4, 5, 6, 7],
      tickFormat: (v: number) => (v < 4 ? String(10 ** v) : powerGlyphs(v)),
      label: `times more probable under the ${side} proposition`,
      labelAnchor: "center",
      labelArrow: "none",
      labelOffset: 36,
    },
    y: { domain: [0, 1], axis: null },
    marks: [
      Plot.rect(bands, {
        x1: "from",
        x2: "to",
        y1: 0,
        y2: 1,
        fill: (_: Band, i: number) => (i % 2 ? "#e8ebed" : "#f5f6f7"),
      }),
      Plot.rect([0], { x1: cap, x2: END, y1: 0, y2: 0.16, fill: GREY }),
      Plot.text(bands, {
        x: (d: Band) => (d.from + d.to) / 2,
        y: 0.4,
        text: (d: Band) => d.term.replace(/ support$/, "").replace(" for one proposition over the other", ""),
        lineWidth: 6.5,
        fontSize: 12,
      }),
      Plot.rect([0], { x1: from, x2: Math.max(to, from + 0.015), y1: 0.66, y2: 1, fill: ORANGE }),
      Plot.ruleX([from, to], { y1: 0.66, y2: 1, stroke: INK, strokeWidth: 2 }),
      Plot.ruleX([cap], { y1: 0, y2: 0.16, stroke: INK, strokeWidth: 2 }),
      Plot.text([`this case: ${from === to ? ratio(from) : `${ratio(from)} to ${ratio(to)}`}`], {
        x: to,
        ...besides(to),
        fontWeight: 700,
        fontSize: 12,
        frameAnchor: "top",
        dy: -28,
      }),
      Plot.text([`beyond ${ratio(cap)}: not permitted by the validation study`], {
        x: cap,
        ...besides(cap),
        fontSize: 12,
        frameAnchor: "top",
        dy: -12,
      }),
    ],
    style: { fontSize: "11px" },
  });
  return { svg, title, description, table: table(bands, from, to, cap) };
}

/** A label starts right of its line, or ends left of it near the right edge. */
function besides(x: number): { textAnchor: "start" | "end"; dx: number } {
  return x > 3.5 ? { textAnchor: "end", dx: -4 } : { textAnchor: "start", dx: -1 };
}

function scaleBands(): Band[] {
  return SCALE.bands.map(({ above, term }, i) => ({
    from: above ?? START,
    to: SCALE.bands[i + 1]?.above ?? END,
    term,
  }));
}

function clamp(value: number): number {
  return Math.min(END, Math.max(START, value));
}

function table(bands: readonly Band[], from: number, to: number, cap: number): Figure["table"] {
  const bounds = (b: Band) => [b.from === START ? "no bound" : b.from, b.to === END ? "no bound" : b.to];
  return {
    caption: "Bands of the scale by log10 likelihood ratio, and where this case and the cap stand.",
    columns: ["What", "Log10 above", "Log10 up to"],
    rows: [
      ...bands.map((b) => [b.term, ...bounds(b)]),
      ["this case", from, to],
      ["cap of the validation study", "no bound", cap],
    ],
  };
}
