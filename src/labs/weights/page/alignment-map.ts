/**
 * Layer × layer map after alignment: each cell is one layer of the reference against one of the suspect, shaded by the
 * share of units that answer to each other by gate rows and by up rows alike. Taken layers show as dark cells.
 * Shares are counts, not evidence by themselves: the p of the best cell pays for all of them.
 */
import * as Plot from "@observablehq/plot";
import { log10Figure, whole } from "../../../report/figure-words.js";
import { draw, type Figure, GREY } from "../../../report/figures/drawing.js";
import type { AlignedObservations } from "../observations.js";

/** Lower edges of the shades: below the tolerance of 5 % a cell is blank. */
const EDGES = [0.05, 0.1, 0.25, 0.5, 0.9] as const;
/** One hue, light to dark (ColorBrewer Blues): order survives greyscale. */
const SHADES = ["#dbe8f4", "#aecde6", "#73aed6", "#1b559c", "#08244d"] as const;

/** Shades go by the share of labels that agree, in steps. */
export function alignmentMap({ layerPairs }: AlignedObservations): Figure {
  const rows = 1 + Math.max(...layerPairs.map((p) => p.referenceLayer));
  const columns = 1 + Math.max(...layerPairs.map((p) => p.suspectLayer));
  const cells = layerPairs.map(({ referenceLayer, suspectLayer, agreeing, labels }) => ({
    reference: referenceLayer,
    suspect: suspectLayer,
    agreeing,
    shade: EDGES.findLastIndex((edge) => agreeing > edge * labels),
  }));
  const strong = layerPairs.filter((p) => p.log10P <= -6).length;
  const least = layerPairs.reduce((a, p) => Math.min(a, p.log10P), 0);
  const title = "Units that answer to each other after alignment";
  const description =
    `Each cell compares one layer of the reference (row) with one layer of the suspect (column): the number of units ` +
    `paired alike by gate rows and by up rows, shaded by their share of the layer's units; blank up to 5 %. Of ` +
    `${whole(cells.length)} cells, ${whole(strong)} stand at or below 10 to the power −6 with tolerance and all ` +
    `choices paid; the smallest p is 10 to the power ${log10Figure(least)}.`;
  const side = Math.max(4, Math.min(44, 470 / Math.max(rows, columns)));
  const [plotWidth, plotHeight] = [side * columns, side * rows];
  const axis = { type: "band", round: false, label: null, tickSize: 4 } as const;
  const svg = draw("alignment-map", title, description, {
    width: 760,
    height: plotHeight + 60,
    marginTop: 12,
    marginLeft: 64,
    marginRight: 760 - 64 - plotWidth,
    marginBottom: 48,
    padding: 0,
    x: { ...axis, domain: numbers(columns), ticks: some(columns) },
    y: { ...axis, domain: numbers(rows), ticks: some(rows) },
    marks: [
      Plot.cell(
        cells.filter((cell) => cell.shade >= 0),
        { x: "suspect", y: "reference", fill: (d) => SHADES[d.shade], inset: side > 12 ? 0.5 : 0 },
      ),
      ...(side >= 26
        ? [
            Plot.text(cells, {
              x: "suspect",
              y: "reference",
              text: (d) => String(d.agreeing),
              fill: (d) => (d.shade >= 3 ? "#fff" : "#0b0c0c"),
              fontSize: 11,
            }),
          ]
        : []),
      Plot.frame({ stroke: GREY, strokeWidth: 0.75 }),
      Plot.text(["layer of the suspect"], { frameAnchor: "bottom", dy: 36, fontSize: 12, lineAnchor: "bottom" }),
      Plot.text(["layer of the reference"], { frameAnchor: "left", rotate: -90, dx: -48, fontSize: 12 }),
    ],
    style: { fontSize: "11px" },
  });
  return { svg, title, description, table: table(layerPairs) };
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function some(count: number): number[] {
  const step = [1, 2, 4, 5, 10, 20, 50].find((s) => count / s <= 18) ?? 100;
  return numbers(count).filter((i) => i % step === 0);
}

function table(layerPairs: AlignedObservations["layerPairs"]): Figure["table"] {
  return {
    caption: "Units paired alike by gate and by up rows (k), of those in both lists (m), of the smaller layer (n).",
    columns: ["Reference layer", "Suspect layer", "k", "m", "n", "log10 p with tolerance", "log10 p without"],
    rows: layerPairs.map((p) => [
      p.referenceLayer,
      p.suspectLayer,
      p.agreeing,
      p.pairs,
      p.labels,
      p.log10P,
      p.log10PUntolerant,
    ]),
  };
}
