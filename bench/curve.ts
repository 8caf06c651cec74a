/** The cost of the exact stage against parameters, as a figure: bench/weights.json → bench/weights-curve.svg. */
import { readFileSync, writeFileSync } from "node:fs";
import * as Plot from "@observablehq/plot";
import { BLUE, draw, ORANGE } from "../dist/report/figures/drawing.js";

interface Row {
  rows: string;
  parameters: number;
  exactS: number;
}

export function writeCurve(folder: string): void {
  const { stages }: { stages: Row[] } = JSON.parse(readFileSync(`${folder}weights.json`, "utf8"));
  const data = stages.map((s) => ({
    G: s.parameters / 1e9,
    s: s.exactS,
    rows: s.rows === "all" ? "all rows" : "sampled",
  }));
  const description = `Seconds of the exact stage, files cold: ${data.map((d) => `${d.G.toFixed(2)} G ${d.rows} ${d.s.toFixed(1)} s`).join("; ")}.`;
  const svg = draw("weights-curve", "Exact stage against parameters", description, {
    height: 340,
    marginLeft: 60,
    x: {
      type: "log",
      label: "parameters a side, in thousand millions",
      grid: true,
      ticks: [0.1, 0.3, 1, 3, 10],
      tickFormat: String,
    },
    y: { type: "log", domain: [1, 100], label: "seconds", grid: true, ticks: [1, 3, 10, 30, 100], tickFormat: String },
    color: { domain: ["sampled", "all rows"], range: [ORANGE, BLUE] },
    marks: [
      Plot.line(data, { x: "G", y: "s", stroke: "rows", strokeWidth: 2.5 }),
      Plot.dot(data, { x: "G", y: "s", fill: "rows", r: 4 }),
      Plot.text(
        data,
        Plot.selectLast({ x: "G", y: "s", z: "rows", text: "rows", dx: -8, dy: -12, textAnchor: "end", fontSize: 13 }),
      ),
    ],
  });
  writeFileSync(`${folder}weights-curve.svg`, svg);
}

if (import.meta.main) writeCurve(new URL(".", import.meta.url).pathname);
