/** How the e-value grew over the requests, beside the early warning and the house's level. A drawing carries no name. */
import * as Plot from "@observablehq/plot";
import { decimal } from "../../../report/figure-words.js";
import { draw, type Figure, GREY, INK, ORANGE } from "../../../report/figures/drawing.js";
import type { SubstitutedObservations } from "../substituted/observations.js";

const [WARNING, LEVEL] = [3, 6];

/** log10 of the e-value after each request looked at, in the drawn order. */
export function endpointCourse({ course, warningAt, foundAt }: SubstitutedObservations): Figure {
  const title = "The e-value, request by request, in the drawn order";
  const reached = (at: number | null, what: string) =>
    at === null ? `${what} is not reached` : `${what} is reached after ${at} requests`;
  const description = `${reached(warningAt, "The early warning, 10³,")}; ${reached(foundAt, "the house's level, 10⁶,")}. Looking after each request costs nothing.`;
  const lines = [
    { y: WARNING, says: "early warning, no outcome" },
    { y: LEVEL, says: "the house's level" },
  ];
  const last = course.at(-1)!.requests;
  const svg = draw("endpoint-course", title, description, {
    width: 760,
    height: 260,
    marginLeft: 50,
    marginRight: 20,
    marginBottom: 40,
    x: { label: "requests", domain: [0, last], nice: true },
    y: {
      label: "log10 of the e-value",
      domain: [Math.min(0, ...course.map(({ log10E }) => log10E)), Math.max(7, ...course.map(({ log10E }) => log10E))],
      nice: true,
    },
    marks: [
      Plot.ruleY([0], { stroke: INK }),
      Plot.ruleY(lines, { y: "y", stroke: GREY, strokeDasharray: "4 3" }),
      Plot.text(lines, { x: last, y: "y", text: "says", dy: -7, textAnchor: "end" }),
      Plot.lineY(course, { x: "requests", y: "log10E", stroke: ORANGE, strokeWidth: 2 }),
    ],
    style: { fontSize: "12px" },
  });
  const rows = course.map(({ requests, log10E }) => [requests, decimal(log10E, 2)]);
  return { svg, title, description, table: { caption: title, columns: ["Requests", "Log10 of the e-value"], rows } };
}
