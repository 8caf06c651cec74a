/**
 * What the two sides share by probe, before and after residuals are taken, beside the largest of pairs that are no relation.
 * A drawing carries no name from the evidence.
 */
import * as Plot from "@observablehq/plot";
import { decimal } from "../../../report/figure-words.js";
import { BLUE, draw, type Figure, GREY, INK, ORANGE } from "../../../report/figures/drawing.js";
import type { PreferencesObservations } from "../observations.js";

type Bar = { label: string; value: number; colour: string };

/** Correlations from −1 to 1; raw agreement in grey, residuals in colour. */
export function residualsFigure({ probes, statistic }: PreferencesObservations): Figure {
  const bars: Bar[] = probes.flatMap(({ probe, raw, residual, agreement, kinds }) => [
    { label: `${probe}: the two sides, raw`, value: raw, colour: GREY },
    { label: `${probe}: unrelated, raw, largest`, value: agreement.max, colour: GREY },
    { label: `${probe}: the two sides, residual`, value: residual, colour: ORANGE },
    ...kinds.map(({ kind, max }) => ({ label: `${probe}: ${kind}`, value: max, colour: BLUE })),
  ]);
  const title = "Correlation of the two sides by probe, beside pairs that are no relation";
  const description = `Grey is raw agreement, which strangers reach too. The residual stands above every unrelated lineage on both probes: ${statistic > 1 ? "yes" : "no"}.`;
  const values = bars.map(({ value }) => value);
  const svg = draw("preferences-residuals", title, description, {
    width: 760,
    height: 46 + 24 * bars.length,
    marginLeft: 290,
    marginRight: 50,
    marginTop: 8,
    marginBottom: 34,
    x: { label: "correlation", domain: [Math.min(0, ...values), Math.max(0.5, ...values)], nice: true },
    y: { domain: bars.map(({ label }) => label), label: null, tickSize: 0 },
    marks: [
      Plot.ruleX([0], { stroke: INK }),
      Plot.barX(bars, { x: "value", y: "label", fill: "colour", insetTop: 4, insetBottom: 4 }),
      Plot.text(bars, {
        x: (bar: Bar) => Math.max(0, bar.value),
        y: "label",
        text: (bar: Bar) => decimal(bar.value, 2),
        dx: 6,
        textAnchor: "start",
      }),
    ],
    color: { type: "identity" },
    style: { fontSize: "12px" },
  });
  const rows = bars.map(({ label, value }) => [label, value]);
  return { svg, title, description, table: { caption: title, columns: ["Pair", "Correlation"], rows } };
}
