/**
 * A group of accounts in a log: its rows and active accounts day by day, and its measures beside those of the other
 * groups found. A drawing carries no name from the evidence.
 */
import * as Plot from "@observablehq/plot";
import { decimal } from "../../../report/figure-words.js";
import { BLUE, draw, type Figure, GREY, INK, ORANGE } from "../../../report/figures/drawing.js";
import type { TrafficObservations } from "../observations.js";

/** Rows in the group's own templates and members at work, for each day of the log. */
export function trafficDays({ byDay }: TrafficObservations): Figure {
  const title = "The group's rows in its own templates, and its accounts at work, day by day";
  const most = byDay.reduce((max, day) => Math.max(max, day.groupRows), 0);
  const busy = byDay.reduce((max, day) => Math.max(max, day.groupAccounts), 0);
  const worked = byDay.filter((day) => day.groupRows > 0).length;
  const description = `It worked on ${worked} of ${byDay.length} days, at most ${most} rows and ${busy} accounts a day.`;
  const days = byDay.map((day) => ({ day: day.day.slice(5), rows: day.groupRows, accounts: day.groupAccounts }));
  const every = Math.max(1, Math.ceil(days.length / 15));
  const svg = draw("traffic-days", title, description, {
    width: 760,
    height: 260,
    marginLeft: 60,
    marginRight: 20,
    marginBottom: 40,
    x: {
      domain: days.map(({ day }) => day),
      label: null,
      ticks: days.filter((_, i) => i % every === 0).map((d) => d.day),
    },
    y: { label: "rows of the group; accounts at work (line, same scale)", nice: true, grid: true },
    marks: [
      Plot.ruleY([0], { stroke: INK }),
      Plot.barY(days, { x: "day", y: "rows", fill: BLUE, insetLeft: 1, insetRight: 1 }),
      Plot.line(days, { x: "day", y: "accounts", stroke: ORANGE, strokeWidth: 2.5 }),
    ],
    style: { fontSize: "12px" },
  });
  const rows = byDay.map((d) => [d.day, d.groupRows, d.groupAccounts, d.rows, d.accounts]);
  const columns = ["Day", "Rows of the group", "Its accounts at work", "Rows of the log", "Accounts of the log"];
  return { svg, title, description, table: { caption: title, columns, rows } };
}

/** In the words that the page uses for them. */
const MEASURES = {
  concentration: "its templates are its own",
  balance: "work is dealt evenly",
  division: "prompts are divided, not repeated",
  persistence: "day after day",
  offClock: "by no clock",
  singleTurn: "single questions, no talk",
  beyondProduct: "not one product's system prompt",
  oneStream: "one stream, not many users",
  oneRhythm: "all keep the same hours",
  oneShift: "through the whole day, by no shift",
  noRuns: "not in runs of minutes",
  crowdSeen: "many users would have shown",
  aroundClock: "day and night",
  joined: "cards and networks shared",
  manyCards: "not one card for all",
  harvest: "asks for what students learn from",
  manyAsks: "asks for several such things",
} as const;

/** From 0 to 1; other groups of the log as dots. */
export function trafficMeasures({ group, groups }: TrafficObservations): Figure {
  const title = "The group's measures beside the other groups of the log";
  const others = groups.filter((other) => other.id !== group?.id);
  // Findings of earlier versions lack some of them.
  const shown = group ? [group, ...groups] : groups;
  const names = (Object.keys(MEASURES) as (keyof typeof MEASURES)[]).filter((name) =>
    shown.some(({ measures }) => measures[name] !== undefined),
  );
  const bars = names.map((name) => ({ label: MEASURES[name], value: group?.measures[name] ?? 0 }));
  const dots = names.flatMap((name) => others.map((o) => ({ label: MEASURES[name], value: o.measures[name] ?? 0 })));
  const operation = bars.filter(({ label }) => label !== MEASURES.harvest && label !== MEASURES.manyAsks);
  const weakest = operation.reduce((a, b) => (b.value < a.value ? b : a));
  const description = `The weakest is ${decimal(weakest.value, 2)} ("${weakest.label}"), harvesting left aside; ${others.length} other groups stand as dots.`;
  const svg = draw("traffic-measures", title, description, {
    width: 760,
    height: 46 + 30 * bars.length,
    marginLeft: 220,
    marginRight: 50,
    marginBottom: 34,
    x: { label: "measure, 0 to 1", domain: [0, 1] },
    y: { domain: bars.map(({ label }) => label), label: null, tickSize: 0 },
    marks: [
      Plot.ruleX([0], { stroke: INK }),
      Plot.barX(bars, { x: "value", y: "label", fill: ORANGE, insetTop: 6, insetBottom: 6 }),
      Plot.dot(dots, { x: "value", y: "label", fill: GREY, r: 3 }),
      Plot.text(bars, {
        x: "value",
        y: "label",
        text: (b: { value: number }) => decimal(b.value, 2),
        dx: 6,
        textAnchor: "start",
      }),
    ],
    style: { fontSize: "12px" },
  });
  const rows = names.map((name) => [
    MEASURES[name],
    group?.measures[name] ?? 0,
    others.reduce((max, o) => Math.max(max, o.measures[name] ?? 0), 0),
  ]);
  return {
    svg,
    title,
    description,
    table: { caption: title, columns: ["Measure", "The group", "Highest other"], rows },
  };
}
