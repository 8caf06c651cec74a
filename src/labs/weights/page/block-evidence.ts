/**
 * Log10 p per layer: for each layer of the reference its best counterpart in the suspect, one panel an axis. Whether
 * the whole depth carries the evidence or a few layers do. The choice of the best counterpart is not paid for here.
 */
import * as Plot from "@observablehq/plot";
import { log10Figure } from "../../../report/figure-words.js";
import { BLUE, draw, type Figure, GREY, INK, ORANGE } from "../../../report/figures/drawing.js";
import { evidence, evidenceScale } from "../../../report/figures/log-evidence.js";
import type { Block } from "../observations.js";
import { AXES, type Axis } from "../tests/axes.js";

type Layered = Block & { referenceLayer: number };

/** The description tells blocks without a layer (residual dimensions) too. */
export function blockEvidence(blocks: readonly Block[]): Figure {
  const best = bestPerReferenceLayer(blocks);
  const whole = blocks.filter((block) => block.referenceLayer === null);
  const least = blocks.reduce((p, block) => Math.min(p, block.log10P), 0);
  const layers = best.reduce((n, block) => Math.max(n, block.referenceLayer + 1), 1);
  const panels = (Object.keys(AXES) as Axis[]).filter((axis) => blocks.some((block) => block.axis === axis));
  const title = "Evidence per layer of the reference, best counterpart in the suspect";
  const description = `${panels.map((axis) => spoken(axis, best, whole)).join(" ")} The dashed line stands at 10 to the power −6.`;
  const scale = evidenceScale(least, "p of the block");
  const panelHeight = 118;
  const svg = draw("block-evidence", title, description, {
    width: 760,
    height: 70 + panels.length * panelHeight,
    marginLeft: 58,
    marginRight: 16,
    marginTop: 34,
    marginBottom: 40,
    x: { domain: [-0.7, layers - 0.3], ticks: layerTicks(layers), tickFormat: "d", label: null, tickSize: 4 },
    y: { ...scale, label: null, ticks: thinned(scale.ticks), grid: false },
    fy: { domain: panels, padding: 0.34, axis: null },
    marks: [
      Plot.gridY(thinned(scale.ticks), { stroke: "#000", strokeOpacity: 0.1 }),
      Plot.ruleY([0], { stroke: INK }),
      Plot.ruleY([evidence(-6)], { stroke: GREY, strokeDasharray: "4 3" }),
      Plot.rectY(best, {
        x1: (d: Layered) => d.referenceLayer - 0.34,
        x2: (d: Layered) => d.referenceLayer + 0.34,
        y: (d: Layered) => evidence(d.log10P),
        fy: "axis",
        fill: (d: Layered) => (d.axis === "mlp-hidden" ? BLUE : ORANGE),
      }),
      Plot.ruleY(whole, { y: (d: Block) => evidence(d.log10P), fy: "axis", stroke: INK, strokeWidth: 4 }),
      Plot.text(panels, {
        fy: (axis: Axis) => axis,
        text: (axis: Axis) =>
          axis === "residual" ? `${AXES[axis].title}: one block for the whole model` : AXES[axis].title,
        frameAnchor: "top-left",
        dy: -18,
        fontSize: 12,
        fontWeight: 600,
      }),
      Plot.text(["layer of the reference"], {
        fy: () => panels.at(-1),
        frameAnchor: "bottom",
        dy: 36,
        fontSize: 12,
        lineAnchor: "bottom",
      }),
    ],
    style: { fontSize: "11px" },
  });
  return { svg, title, description, table: table(blocks) };
}

function bestPerReferenceLayer(blocks: readonly Block[]): Layered[] {
  const best = new Map<string, Layered>();
  for (const block of blocks) {
    if (block.referenceLayer === null) continue;
    const key = `${block.axis} ${block.referenceLayer}`;
    const seen = best.get(key);
    if (!seen || block.log10P < seen.log10P) best.set(key, { ...block, referenceLayer: block.referenceLayer });
  }
  return [...best.values()];
}

/** Every other tick where they would crowd a low panel. */
function thinned(ticks: number[]): number[] {
  return ticks.length <= 6 ? ticks : ticks.filter((_, i) => i % 2 === (ticks.length - 1) % 2 || i === 0);
}

function layerTicks(layers: number): number[] {
  const step = [1, 2, 4, 5, 10, 20, 50].find((s) => layers / s <= 33) ?? 100;
  return Array.from({ length: Math.ceil(layers / step) }, (_, i) => i * step);
}

function spoken(axis: Axis, best: readonly Layered[], whole: readonly Block[]): string {
  const own = [...best, ...whole].filter((block) => block.axis === axis).map((block) => block.log10P);
  const name = AXES[axis].title;
  if (own.length === 1) return `On ${name}, the one block has log10 p ${log10Figure(own[0]!)}.`;
  const below = own.filter((p) => p <= -6).length;
  return `On ${name}, ${below} of ${own.length} layers stand at or below 10 to the power −6; log10 p runs from ${log10Figure(Math.max(...own))} to ${log10Figure(Math.min(...own))}.`;
}

function table(blocks: readonly Block[]): Figure["table"] {
  return {
    caption: "Log10 p of each block, uncorrected.",
    columns: ["Axis", "Reference layer", "Suspect layer", "Log10 p"],
    rows: blocks.map((b) => [b.axis, b.referenceLayer ?? "all", b.suspectLayer ?? "all", b.log10P]),
  };
}
