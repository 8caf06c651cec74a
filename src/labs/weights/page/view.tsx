/** The weights laboratory's observations: evidence by axis and layer, what corresponds, tensor by tensor. */
import { Fragment } from "hono/jsx";
import { decimal, log10Figure, whole } from "../../../report/figure-words.js";
import type { NamedFigure } from "../../../report/figures/named-figure.js";
import { FigureBlock } from "../../../report/parts/figure.js";
import { Subheading } from "../../../report/parts/section.js";
import { Table } from "../../../report/parts/table.js";
import type { View, ViewInput } from "../../../report/view.js";
import { AXES, FORBIDDEN_AXES } from "../tests/axes.js";
import { Aligned } from "./aligned.js";
import { alignmentMap } from "./alignment-map.js";
import { Architecture } from "./architecture.js";
import { blockEvidence } from "./block-evidence.js";
import { Blocks } from "./blocks.js";
import { Correspondence } from "./correspondence.js";
import { evidenceMap } from "./evidence-map.js";
import { Likenesses } from "./likenesses.js";
import { MakingSection } from "./making.js";
import { Permuted, Rotated, shareByDepth } from "./paired.js";
import { weightsObservations } from "./seen.js";
import { Sketches } from "./sketches.js";
import { TensorStories } from "./tensor-stories.js";

export const weightsView: View = {
  reads: (finding) => finding.proposition.id.startsWith("weights/") && weightsObservations(finding) !== null,
  figures: (finding) => {
    const drawn: NamedFigure[] = [];
    const seen = weightsObservations(finding);
    if (seen?.permuted) drawn.push({ name: "share-by-depth", figure: shareByDepth(seen.permuted) });
    if (seen?.rotated) drawn.push({ name: "share-by-depth-tokens", figure: shareByDepth(seen.rotated, "tokens") });
    if (seen?.aligned) drawn.push({ name: "alignment-map", figure: alignmentMap(seen.aligned) });
    for (const map of seen?.maps ?? [])
      if (map.log10P.length > 0 && !drawn.some(({ name }) => name === `evidence-map-${map.axis}`))
        drawn.push({ name: `evidence-map-${map.axis}`, figure: evidenceMap(map) });
    if (seen && seen.blocks.length > 0) drawn.push({ name: "block-evidence", figure: blockEvidence(seen.blocks) });
    return drawn;
  },
  Observations,
  Method: Axes,
};

const ROWS_READ = {
  all: "all rows were read",
  sampled: "rows were sampled by the seed",
  screened: "few rows were read, drawn by the seed (screening)",
} as const;

function Observations({ finding, figures }: ViewInput) {
  const seen = weightsObservations(finding);
  if (!seen) return null;
  const { settings } = seen;
  return (
    <>
      <p class="govuk-body">
        Settings: seed <code class="app-digest">{settings.seed}</code>; {ROWS_READ[settings.rows]};{" "}
        {settings.labelsMax === null ? "all labels" : `at most ${whole(settings.labelsMax)} labels a side`} in a block,
        at most {whole(settings.scanLabelsMax)} in the scan of the map.
      </p>
      <Table
        caption="Evidence by axis"
        columns={[
          { title: "Axis" },
          { title: "Weight", numeric: true },
          { title: "Log10 p", numeric: true },
          { title: "Note" },
        ]}
        rows={seen.axes.map(({ axis, weight, log10P, note }) => [
          AXES[axis].title,
          decimal(weight, 1),
          log10P === null ? "not examined" : log10Figure(log10P),
          note,
        ])}
        wide
      />
      {seen.permuted ? <Permuted permuted={seen.permuted} /> : null}
      {seen.rotated ? <Rotated rotated={seen.rotated} /> : null}
      {seen.aligned ? <Aligned aligned={seen.aligned} /> : null}
      {figures.map(({ name, figure, number }) => (
        <FigureBlock figure={figure} name={name} number={number} />
      ))}
      <Blocks blocks={seen.blocks} />
      <Fragment>
        <Subheading>Correspondence of layers</Subheading>
        <Correspondence of={seen.correspondence} />
      </Fragment>
      <MakingSection making={seen.making} />
      <Sketches sketches={seen.sketches} />
      <TensorStories stories={seen.tensors} />
      <Architecture architecture={seen.architecture} />
      <Likenesses exhibits={seen.exhibits} />
    </>
  );
}

function Axes() {
  return (
    <>
      <Subheading>Axes that may carry a test</Subheading>
      <p class="govuk-body">
        The test asks whether units of two models carry the same label more often than chance. That is evidence only on
        an axis whose units could have stood in any order.
      </p>
      <Table
        caption="Axes used, and why each may be used"
        captionHidden
        columns={[{ title: "Axis" }, { title: "Unit" }, { title: "Why" }, { title: "Weight", numeric: true }]}
        rows={Object.values(AXES).map((axis) => [axis.title, axis.unit, axis.why, decimal(axis.weight, 1)])}
        wide
      />
      <Subheading>Axes that may not, and were not used</Subheading>
      <Table
        caption="Axes on which equal labels mean nothing"
        captionHidden
        columns={[{ title: "Axis" }, { title: "Why not" }]}
        rows={FORBIDDEN_AXES.map(({ axis, why }) => [axis, why])}
      />
    </>
  );
}
