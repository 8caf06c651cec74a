/**
 * Layer × layer evidence map of one axis: each cell is one layer of the reference against one of the suspect, shaded
 * by its uncorrected log10 p. Shared depth order shows as a diagonal; inserted, dropped or shuffled layers as a bent one.
 * It cannot show which of two neighbouring cells is "the" counterpart: the block table says that.
 */
import * as Plot from "@observablehq/plot";
import { log10Figure, powerGlyphs, whole } from "../../../report/figure-words.js";
import { draw, type Figure, GREY, INK } from "../../../report/figures/drawing.js";
import type { EvidenceMap } from "../observations.js";
import { AXES } from "../tests/axes.js";

/** Upper edges of the shades, as log10 p. Blank above 10⁻²: one cell in a hundred shows that by chance. */
const EDGES = [-2, -6, -20, -60, -200, -600] as const;
/** One hue, light to dark (ColorBrewer Blues, ends stretched): order survives greyscale. */
const SHADES = ["#dbe8f4", "#aecde6", "#73aed6", "#3f85bd", "#1b559c", "#08244d"] as const;

function shade(log10P: number): number {
  return EDGES.findLastIndex((edge) => log10P <= edge);
}

/** Rows are layers of the reference, columns of the suspect. */
export function evidenceMap(map: EvidenceMap): Figure {
  const rows = map.log10P.length;
  const columns = map.log10P[0]?.length ?? 0;
  const cells = map.log10P.flatMap((row, reference) =>
    row.map((log10P, suspect) => ({ reference, suspect, shade: shade(log10P) })),
  );
  const least = map.log10P.flat().reduce((a, b) => Math.min(a, b), 0);
  const strong = map.log10P.flat().filter((p) => p <= -6).length;
  const title = `Evidence map: ${AXES[map.axis].title}`;
  const description =
    `Each cell compares one layer of the reference (row) with one layer of the suspect (column) by the labels of ` +
    `paired units, ${whole(map.labels)} labels at most. Of ${whole(rows * columns)} cells, ${whole(strong)} stand at or below ` +
    `10 to the power −6; the smallest p is 10 to the power ${log10Figure(least)}. Uncorrected for the number of cells.`;
  const side = Math.max(3, Math.min(40, 470 / Math.max(rows, columns)));
  const [plotWidth, plotHeight] = [side * columns, side * rows];
  const svg = draw(`evidence-map-${map.axis}`, title, description, {
    width: 760,
    height: plotHeight + 110,
    marginTop: 62,
    marginLeft: 64,
    marginRight: 760 - 64 - plotWidth,
    marginBottom: 48,
    padding: 0,
    x: { type: "band", round: false, domain: numbers(columns), ticks: some(columns), label: null, tickSize: 4 },
    y: { type: "band", round: false, domain: numbers(rows), ticks: some(rows), label: null, tickSize: 4 },
    marks: [
      Plot.cell(
        cells.filter((cell) => cell.shade >= 0),
        { x: "suspect", y: "reference", fill: (d) => SHADES[d.shade], inset: side > 12 ? 0.5 : 0 },
      ),
      Plot.frame({ stroke: GREY, strokeWidth: 0.75 }),
      Plot.text(["layer of the suspect"], { frameAnchor: "bottom", dy: 36, fontSize: 12, lineAnchor: "bottom" }),
      Plot.text(["layer of the reference"], { frameAnchor: "left", rotate: -90, dx: -48, fontSize: 12 }),
      legend,
    ],
    style: { fontSize: "11px" },
  });
  return { svg, title, description, table: table(map) };
}

/** Swatches above the map, drawn as a Plot mark so that they live in the same picture. */
// biome-ignore lint/suspicious/noExplicitAny: Plot's render function in a build without DOM types
const legend: any = (_i: unknown, _s: unknown, _c: unknown, _d: unknown, context: any) => {
  const svg = (tag: string, attributes: Record<string, string | number>, text?: string) => {
    const element = context.document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const group = svg("g", { "text-anchor": "middle", "font-size": 11, fill: INK });
  group.append(svg("text", { x: 64, y: 12, "text-anchor": "start", "font-size": 12 }, "p of each cell, at most"));
  const swatches = [{ fill: "#fff", text: "1" }, ...SHADES.map((fill, i) => ({ fill, text: powerGlyphs(EDGES[i]!) }))];
  swatches.forEach(({ fill, text }, i) => {
    const x = 64 + i * 52;
    group.append(svg("rect", { x, y: 20, width: 52, height: 11, fill, stroke: GREY, "stroke-width": 0.5 }));
    group.append(svg("text", { x: x + 26, y: 44 }, text));
  });
  return group;
};

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function some(count: number): number[] {
  const step = [1, 2, 4, 5, 10, 20, 50].find((s) => count / s <= 18) ?? 100;
  return numbers(count).filter((i) => i % step === 0);
}

function table(map: EvidenceMap): Figure["table"] {
  return {
    caption: `Log10 p of each layer of the reference (row) against each layer of the suspect (column), ${AXES[map.axis].title}.`,
    columns: ["Reference layer", ...numbers(map.log10P[0]?.length ?? 0).map(String)],
    rows: map.log10P.map((row, i) => [i, ...row]),
  };
}
