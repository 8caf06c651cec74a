/** A figure and the name of its files in a bundle. */
import type { Figure } from "./drawing.js";

export interface NamedFigure {
  name: string;
  figure: Figure;
}
