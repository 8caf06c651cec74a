/** When each exhibit was hashed again, and whether it was then the same: a row an exhibit, a mark an event of custody. */
import * as Plot from "@observablehq/plot";
import { BLUE, draw, type Figure, GREY, INK, ORANGE } from "./drawing.js";

interface CustodyMark {
  /** Number of the exhibit in the report's table, from 1: a drawing carries no name from the evidence. */
  row: number;
  entry: number;
  /** As the docket writes it, in UTC. */
  received: string;
  event: string;
  /** Whether the digest was the exhibit's. */
  same: boolean;
}

/** Null where no event is entered. @param rows how many exhibits there are */
export function custodyTimeline(marks: readonly CustodyMark[], rows: number): Figure | null {
  if (marks.length === 0) return null;
  const title = "Custody of the exhibits over time";
  const moments = marks.map(({ received }) => received).sort();
  const other = marks.filter(({ same }) => !same).length;
  const description = `${marks.length} ${marks.length === 1 ? "event" : "events"} of ${new Set(marks.map(({ row }) => row)).size} of ${rows} exhibits, from ${moments[0]} to ${moments.at(-1)}; at ${other} of them the digest was another.`;
  const at = (mark: CustodyMark) => new Date(mark.received);
  const svg = draw("custody-timeline", title, description, {
    width: 760,
    height: 60 + 24 * rows,
    marginLeft: 50,
    marginRight: 20,
    marginTop: 20,
    marginBottom: 36,
    x: { type: "utc", label: "received by the office, UTC", labelArrow: "none", nice: true },
    y: { type: "band", domain: Array.from({ length: rows }, (_, n) => n + 1), label: "exhibit", labelArrow: "none" },
    marks: [
      Plot.ruleY(
        Array.from({ length: rows }, (_, n) => n + 1),
        { y: (n: number) => n, stroke: GREY, strokeOpacity: 0.4 },
      ),
      Plot.dot(marks, {
        x: at,
        y: "row",
        r: 5,
        symbol: (mark: CustodyMark) => (mark.same ? "circle" : "times"),
        fill: (mark: CustodyMark) => (mark.same ? BLUE : ORANGE),
        stroke: INK,
      }),
    ],
    symbol: { type: "identity" },
    color: { type: "identity" },
    style: { fontSize: "11px" },
  });
  return {
    svg,
    title,
    description,
    table: {
      caption: "Events of custody as they were entered.",
      columns: ["Exhibit", "Entry", "Received", "Event", "Digest"],
      rows: marks.map(({ row, entry, received, event, same }) => [
        row,
        entry,
        received,
        event,
        same ? "the same" : "another",
      ]),
    },
  };
}
