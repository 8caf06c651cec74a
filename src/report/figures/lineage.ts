/**
 * A lineage as an SVG: bases to the left, what was made from them to the right, one box a model, one line a declared
 * link. It draws what was declared; a dashed line is text taught (distilled), where no weights pass.
 */

import type { ModelId } from "../../office/register/declarations/vocabulary.js";
import type { Lineage, LineageModel } from "../../office/register/lineage.js";
import { visibleText } from "../visible-text.js";

const BOX = { width: 230, height: 40, gapX: 70, gapY: 14 };
/** More boxes are left to the table below the drawing. */
const BOXES_MAX = 80;
const NAME_CHARACTERS_MAX = 30;

interface LineageDrawing {
  svg: string;
  /** Models left out of the drawing. */
  left: number;
}

/** @param href where a box leads; null for none */
export function drawLineage(lineage: Lineage, href: (model: LineageModel) => string | null): LineageDrawing {
  const models = lineage.models.slice(0, BOXES_MAX);
  const columns = columnsOf(lineage, models);
  const rows = new Map<number, number>();
  const at = new Map<ModelId, { x: number; y: number }>();
  for (const model of models) {
    const column = columns.get(model.id)!;
    const row = rows.get(column) ?? 0;
    rows.set(column, row + 1);
    at.set(model.id, { x: column * (BOX.width + BOX.gapX) + 8, y: row * (BOX.height + BOX.gapY) + 8 });
  }
  const width = Math.max(...[...columns.values()].map((c) => c + 1)) * (BOX.width + BOX.gapX) - BOX.gapX + 16;
  const height = Math.max(...rows.values()) * (BOX.height + BOX.gapY) - BOX.gapY + 16;
  const links = lineage.links.flatMap(({ child, parent, relation }) => {
    const [from, to] = [at.get(parent), at.get(child)];
    return from && to ? [line(from, to, relation)] : [];
  });
  const boxes = models.map((model) => box(model, at.get(model.id)!, model.id === lineage.of, href(model)));
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="${models.some((model) => href(model) !== null) ? "group" : "img"}" aria-labelledby="lineage-title">` +
    `<title id="lineage-title">${escaped(titleOf(lineage))}</title>${links.join("")}${boxes.join("")}</svg>`;
  return { svg, left: lineage.models.length - models.length };
}

function titleOf({ question, models, links }: Lineage): string {
  const what =
    question === "made-of" ? "What the model is declared to be made of" : "What is declared to derive from the model";
  return `${what}: ${models.length} models, ${links.length} links`;
}

/** Bases left of what was made from them; a circle is cut where it is met. */
function columnsOf({ question, links }: Lineage, models: readonly LineageModel[]): Map<ModelId, number> {
  const depth = new Map<ModelId, number>(models.map(({ id }) => [id, 0]));
  for (let pass = 0, moved = true; moved && pass < models.length; pass++) {
    moved = false;
    for (const { child, parent } of links) {
      const [near, far] = question === "made-of" ? [child, parent] : [parent, child];
      const [a, b] = [depth.get(near), depth.get(far)];
      if (a === undefined || b === undefined || b > a || a + 1 >= models.length) continue;
      depth.set(far, a + 1);
      moved = true;
    }
  }
  const deepest = Math.max(...depth.values());
  return new Map([...depth].map(([id, d]) => [id, question === "made-of" ? deepest - d : d]));
}

function line(from: { x: number; y: number }, to: { x: number; y: number }, relation: string): string {
  const [x1, y1, x2, y2] = [from.x + BOX.width, from.y + BOX.height / 2, to.x, to.y + BOX.height / 2];
  const middle = (x1 + x2) / 2;
  const dash = relation === "distilled" ? ' stroke-dasharray="5 4"' : "";
  return `<path d="M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}" fill="none" stroke="#484949" stroke-width="1.5"${dash}><title>${escaped(relation)}</title></path>`;
}

function box(model: LineageModel, { x, y }: { x: number; y: number }, asked: boolean, href: string | null): string {
  const name = model.name ?? "not declared here";
  const shown = name.length > NAME_CHARACTERS_MAX ? `${name.slice(0, NAME_CHARACTERS_MAX - 1)}…` : name;
  const notes = [
    ...(model.name === null ? [`${model.id.slice(0, 18)}…`] : []),
    ...(model.withdrawn ? ["withdrawn"] : []),
    ...(model.openChallenges > 0
      ? [`${model.openChallenges} open challenge${model.openChallenges > 1 ? "s" : ""}`]
      : []),
  ].join(", ");
  const stroke = model.withdrawn || model.openChallenges > 0 ? "#942514" : model.name === null ? "#767676" : "#1d70b8";
  const inner =
    `<rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="3" fill="${asked ? "#e8f1f8" : "#fff"}" stroke="${stroke}" stroke-width="${asked ? 3 : 1.5}"${model.name === null ? ' stroke-dasharray="4 3"' : ""}/>` +
    `<text x="${x + 10}" y="${y + (notes ? 17 : 25)}" font-family="Arial, sans-serif" font-size="14" fill="#0b0c0c">${escaped(shown)}</text>` +
    (notes
      ? `<text x="${x + 10}" y="${y + 33}" font-family="Arial, sans-serif" font-size="12" fill="#484949">${escaped(notes)}</text>`
      : "") +
    `<title>${escaped(`${name} (${model.id})`)}</title>`;
  return href === null ? `<g>${inner}</g>` : `<a href="${escaped(href)}">${inner}</a>`;
}

function escaped(text: string): string {
  return visibleText(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
