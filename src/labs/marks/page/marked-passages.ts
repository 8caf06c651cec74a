/**
 * Where in the texts the mark stands: each text a bar of its tokens, the passages that survive payment for all windows on
 * it. What lies between passages was not shown to be unmarked. A drawing carries no name: texts are numbered.
 */
import * as Plot from "@observablehq/plot";
import { log10Figure, whole } from "../../../report/figure-words.js";
import { BLUE, draw, FAINT, type Figure, INK, ORANGE } from "../../../report/figures/drawing.js";
import type { PresentObservations } from "../record/observations.js";

/** Texts drawn; the table of the page lists all passages. */
const TEXTS_MAX = 24;
const LOG10_ALPHA = -6;

/** Lengths are in tokens; of many texts the first are drawn and the table has the rest. */
export function markedPassages({ passages, texts }: PresentObservations): Figure {
  const ids = [...new Set(passages.map(({ id }) => id))].slice(0, TEXTS_MAX);
  const row = (id: string) => `text ${ids.indexOf(id) + 1}`;
  const drawn = passages.filter(({ id }) => ids.includes(id));
  const reach = (id: string) => Math.max(...drawn.filter((p) => p.id === id).map(({ to }) => to + 1));
  const lengths = ids.map((id) => ({
    row: row(id),
    tokens: Math.max(texts.find((text) => text.id === id)?.tokens ?? 0, reach(id)),
  }));
  const title = "Passages that carry the mark, by place in their text";
  const strong = drawn.filter(({ log10P }) => log10P <= LOG10_ALPHA).length;
  const description = `${whole(drawn.length)} passages in ${whole(ids.length)} texts; ${whole(strong)} of them at p 10 to the power −6 or below after paying for every window looked at (orange), the others at 1 % or below (blue). Grey is the rest of the text, of which nothing is said.`;
  const svg = draw("marked-passages", title, description, {
    width: 760,
    height: 62 + 24 * ids.length,
    marginLeft: 70,
    marginRight: 20,
    marginTop: 10,
    marginBottom: 42,
    x: { label: "token", domain: [0, Math.max(...lengths.map(({ tokens }) => tokens))], nice: true },
    y: { domain: ids.map(row), label: null, tickSize: 0 },
    marks: [
      Plot.barX(lengths, { x1: 0, x2: "tokens", y: "row", fill: FAINT, insetTop: 7, insetBottom: 7 }),
      Plot.barX(drawn, {
        x1: "from",
        x2: (p: { to: number }) => p.to + 1,
        y: (p: { id: string }) => row(p.id),
        fill: (p: { log10P: number }) => (p.log10P <= LOG10_ALPHA ? ORANGE : BLUE),
        stroke: INK,
        strokeWidth: 0.5,
        insetTop: 3,
        insetBottom: 3,
      }),
    ],
    style: { fontSize: "12px" },
  });
  const rows = drawn.map((p) => [row(p.id), p.from, p.to, p.tuples, p.score, log10Figure(p.log10P)]);
  const columns = ["Text", "First token", "Last token", "Tuples", "Score", "Log10 p, paid"];
  return { svg, title, description, table: { caption: title, columns, rows } };
}
