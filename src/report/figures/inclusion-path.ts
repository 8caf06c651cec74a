/** How an entry is proved to be in a log: its way from leaf to root, and the hashes beside it that the proof carries. */
import * as Plot from "@observablehq/plot";
import { inclusionRanges, type Range } from "../../tlog/merkle-ranges.js";
import { BLUE, draw, type Figure, GREY, INK, ORANGE } from "./drawing.js";

interface Node extends Range {
  level: number;
  /** Carried by the proof; else computed on the way. */
  carried: boolean;
}

/** @param index of the entry @param size of the log under the checkpoint, above the index */
export function inclusionPath(index: number, size: number): Figure {
  const nodes: Node[] = [{ start: index, end: index + 1, level: 0, carried: false }];
  const edges: { from: Node; to: Node }[] = [];
  for (const sibling of inclusionRanges(index, size)) {
    const own = nodes.filter(({ carried }) => !carried).at(-1)!;
    const beside: Node = { ...sibling, level: own.level, carried: true };
    const above: Node = {
      start: Math.min(own.start, beside.start),
      end: Math.max(own.end, beside.end),
      level: own.level + 1,
      carried: false,
    };
    nodes.push(beside, above);
    edges.push({ from: own, to: above }, { from: beside, to: above });
  }
  const carried = nodes.filter((node) => node.carried);
  const title = `How entry ${index} is proved to be in the log`;
  const description = `From the hash of entry ${index} and ${carried.length} ${carried.length === 1 ? "hash" : "hashes"} beside it the root of all ${size} entries is computed, which the checkpoint signs.`;
  const middle = ({ start, end }: Range) => (start + end - 1) / 2;
  const range = ({ start, end }: Range) => (end - start === 1 ? String(start) : `${start}–${end - 1}`);
  const levels = nodes.reduce((most, { level }) => Math.max(most, level), 0);
  const svg = draw("inclusion-path", title, description, {
    width: 760,
    height: 70 + 46 * levels,
    marginLeft: 40,
    marginRight: 40,
    marginTop: 26,
    marginBottom: 36,
    x: { domain: [-0.5, size - 0.5], label: "entries under the hash", labelArrow: "none", ticks: 8 },
    y: { domain: [0, Math.max(1, levels)], axis: null },
    marks: [
      Plot.link(edges, {
        x1: (edge: { from: Node }) => middle(edge.from),
        x2: (edge: { to: Node }) => middle(edge.to),
        y1: (edge: { from: Node }) => edge.from.level,
        y2: (edge: { to: Node }) => edge.to.level,
        stroke: GREY,
      }),
      Plot.dot(nodes, {
        x: middle,
        y: "level",
        r: 6,
        fill: (node: Node) => (node.carried ? ORANGE : BLUE),
        stroke: INK,
        symbol: (node: Node) => (node.carried ? "square" : "circle"),
      }),
      Plot.text(nodes, { x: middle, y: "level", text: range, dy: -14, fontSize: 11 }),
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
      caption: "Hashes from the entry to the root: circles are computed, squares come with the proof.",
      columns: ["Level", "First entry", "Last entry", "Hash"],
      rows: nodes.map(({ level, start, end, carried: given }) => [
        level,
        start,
        end - 1,
        given ? "in the proof" : level === levels ? "the root, computed" : "computed",
      ]),
    },
  };
}
