/**
 * How the stated ratio of one finding comes about, from what the test alone would allow down to what is said: a p bounds a
 * ratio by 1/p; the validation study takes away what it does not permit; the interval's lower end is what the term rests on.
 * Of one finding at a time: ratios of several laboratories are not multiplied.
 */
import * as Plot from "@observablehq/plot";
import type { Strength } from "../../finding/finding.js";
import { decimal, ratio } from "../figure-words.js";
import { BLUE, draw, type Figure, GREY, INK, ORANGE } from "./drawing.js";

interface Bar {
  what: string;
  from: number;
  to: number;
  colour: string;
  says: string;
}

/**
 * @param log10P of all the finding's tests together
 * @returns null where the ratio has no end, or speaks for the second proposition, which no p of the tests bounds
 */
export function strengthWaterfall({ log10LR, cap }: Strength, log10P: number): Figure | null {
  const { low, high } = log10LR;
  if (low === null || high === null || low < 0) return null;
  const alone = Math.max(0, -log10P);
  const most = Math.max(low, Math.min(high, cap.log10LR));
  const bars: Bar[] = [
    { what: "the test alone, at most", from: 0, to: alone, colour: GREY, says: ratioFigure(alone) },
    ...(alone > most
      ? [
          {
            what: "not permitted by the study",
            from: most,
            to: alone,
            colour: ORANGE,
            says: `−${decimal(alone - most, 2)}`,
          },
        ]
      : []),
    ...(most > low
      ? [{ what: "width of the interval", from: low, to: most, colour: ORANGE, says: `−${decimal(most - low, 2)}` }]
      : []),
    { what: "stated, at least", from: 0, to: low, colour: BLUE, says: ratioFigure(low) },
  ];
  const title = "How the stated ratio comes about";
  const description = `As log10: the test alone would allow at most ${decimal(alone, 2)}; the validation study permits ${decimal(cap.log10LR, 2)}; at least ${decimal(low, 2)} is stated.`;
  const svg = draw("strength-waterfall", title, description, {
    width: 760,
    height: 60 + 34 * bars.length,
    marginLeft: 190,
    marginRight: 90,
    marginTop: 10,
    marginBottom: 40,
    x: {
      type: "symlog",
      constant: 1,
      domain: [0, Math.max(1, alone, most)],
      ticks: [0, 1, 2, 4, 10, 30, 100, 300, 1000, 3000, 10_000].filter((tick) => tick <= Math.max(1, alone, most)),
      tickFormat: (v: number) => String(v),
      label: "log10 likelihood ratio",
      labelAnchor: "center",
      labelArrow: "none",
      labelOffset: 34,
    },
    y: { type: "band", domain: bars.map(({ what }) => what), label: null, padding: 0.3 },
    marks: [
      Plot.rect(bars, {
        x1: "from",
        x2: (bar: Bar) => Math.max(bar.to, bar.from + 0.01),
        y: "what",
        fill: "colour",
        stroke: INK,
        strokeWidth: 0.5,
      }),
      Plot.text(bars, { x: "to", y: "what", text: "says", textAnchor: "start", dx: 6, fontSize: 12 }),
    ],
    color: { type: "identity" },
    style: { fontSize: "12px" },
  });
  return {
    svg,
    title,
    description,
    table: {
      caption: title,
      columns: ["Step", "Log10 from", "Log10 to"],
      rows: bars.map(({ what, from, to }) => [what, decimal(from, 2), decimal(to, 2)]),
    },
  };
}

/** As a ratio where it can be read as one. */
function ratioFigure(log10LR: number): string {
  return log10LR <= 6 ? ratio(log10LR) : `10^${decimal(log10LR, 1)}`;
}
