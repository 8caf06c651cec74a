/**
 * How one laboratory's observations stand on the page: which figures they allow and how they are written out. The rest
 * of the page is the same for every finding. Whatever a view does not read is shown plainly.
 */
import type { Child } from "hono/jsx";
import type { Finding } from "../finding/finding.js";
import type { About } from "./about.js";
import type { NamedFigure } from "./figures/named-figure.js";

/** A figure with its number on the page. */
export interface NumberedFigure extends NamedFigure {
  number: number;
}

export interface ViewInput {
  finding: Finding;
  /** The figures that this view drew, numbered, in its own order. */
  figures: readonly NumberedFigure[];
}

export interface View {
  /** False when the observations are not of the laboratory's type. */
  reads: (finding: Finding) => boolean;
  figures: (finding: Finding) => NamedFigure[];
  /** Whom and what its observations name; left out, or null, where the subject says it all. */
  about?: (finding: Finding) => About | null;
  /** Content of the section "Observations". */
  Observations: (input: ViewInput) => Child;
  /** What the section "Method" adds beyond the tests. */
  Method?: (input: { finding: Finding }) => Child;
}
