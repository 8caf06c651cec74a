/** What was seen, without opinion (ISO/IEC 27042 keeps analysis and interpretation apart). */
import { Fragment } from "hono/jsx";
import { AXES } from "../../labs/weights/axes.js";
import type { WeightsObservations } from "../../labs/weights/observations.js";
import { decimal, log10Figure, whole } from "../figure-words.js";
import type { NamedFigure } from "../figures.js";
import { FigureBlock } from "../parts/figure.js";
import { Section, Subheading } from "../parts/section.js";
import { Table } from "../parts/table.js";
import { Architecture } from "./architecture.js";
import { Blocks } from "./blocks.js";
import { Correspondence } from "./correspondence.js";
import { TensorStories } from "./tensor-stories.js";

/** Figures that belong to this section, numbered on the page in the order they were drawn. */
export function isObservationFigure({ name }: NamedFigure): boolean {
  return name.startsWith("evidence-map") || name === "block-evidence";
}

export function Observations({ seen, figures }: { seen: WeightsObservations; figures: readonly NamedFigure[] }) {
  const { settings } = seen;
  return (
    <Section id="observations">
      <p class="govuk-body">
        Settings: seed <code class="app-digest">{settings.seed}</code>;{" "}
        {settings.rows === "all" ? "all rows were read" : "rows were sampled by the seed"};{" "}
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
      {figures.map(({ name, figure }, i) =>
        isObservationFigure({ name, figure }) ? <FigureBlock figure={figure} name={name} number={i + 1} /> : null,
      )}
      <Blocks blocks={seen.blocks} />
      <Fragment>
        <Subheading>Correspondence of layers</Subheading>
        <Correspondence of={seen.correspondence} />
      </Fragment>
      <TensorStories stories={seen.tensors} />
      <Architecture architecture={seen.architecture} />
    </Section>
  );
}
