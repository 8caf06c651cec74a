/**
 * One drawing as standalone SVG: Observable Plot on a server-side DOM (linkedom), then made self-describing (role,
 * title, desc), free of style sheets and generated class names, and the same bytes for the same data.
 * A drawing carries no name from the evidence: only layer numbers, axes and figures.
 */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

export interface FigureTable {
  caption: string;
  columns: string[];
  rows: (string | number)[][];
}

export interface Figure {
  svg: string;
  title: string;
  description: string;
  table: FigureTable;
}

/** Told apart in greyscale and by colour-blind readers: near-black, one dark blue, one orange (Okabe and Ito, 2008). */
export const INK = "#0b0c0c";
export const BLUE = "#1f5a94";
export const ORANGE = "#e69f00";
export const GREY = "#6b7276";
export const FAINT = "#d5d8da";

const FONT = "-apple-system, 'Segoe UI', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif";

/**
 * @param id start of the ids inside the drawing; unique on a page
 * @param options Plot's, less document and className
 */
export function draw(id: string, title: string, description: string, options: Plot.PlotOptions): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = Plot.plot({ width: 760, ...options, document, className: id, style: { fontFamily: FONT } });
  for (const style of [...svg.querySelectorAll("style")]) style.remove();
  for (const inner of [...svg.querySelectorAll("*")]) {
    inner.removeAttribute("aria-label"); // named groups inside an image are noise, or not allowed at all (axe)
    inner.removeAttribute("aria-description");
    inner.removeAttribute("aria-hidden");
  }
  svg.removeAttribute("class");
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.setAttribute("style", `background: #fff; color: ${INK}`);
  svg.setAttribute("font-family", FONT);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-labelledby", `${id}-title ${id}-desc`);
  svg.prepend(named(document, "title", `${id}-title`, title), named(document, "desc", `${id}-desc`, description));
  return `${svg.outerHTML.replaceAll("&nbsp;", "\u00a0")}\n`;
}

// biome-ignore lint/suspicious/noExplicitAny: linkedom's document; this library is compiled without DOM types
function named(document: any, tag: string, id: string, text: string) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  element.setAttribute("id", id);
  element.textContent = text;
  return element;
}
