/** The preferences laboratory's observations: both probes, what mere agreement reaches, the panel, exhibits. */
import type { Finding } from "../../../finding/finding.js";
import { listed, subjectAbout } from "../../../report/about.js";
import { decimal, whole } from "../../../report/figure-words.js";
import { FigureBlock } from "../../../report/parts/figure.js";
import { SummaryList } from "../../../report/parts/summary-list.js";
import { Table } from "../../../report/parts/table.js";
import type { View } from "../../../report/view.js";
import { type PreferencesObservations, preferencesObservationsSchema } from "../observations.js";
import { type PlantedObservations, plantedObservationsSchema } from "../planted/observations.js";
import { ALIKE_BY_CHANCE } from "../states/measured.js";
import { Planted } from "./planted.js";
import { residualsFigure } from "./residuals.js";

export const preferencesView: View = {
  reads: (finding) =>
    finding.proposition.id.startsWith("preferences/") && (seenIn(finding) !== null || plantedIn(finding) !== null),
  figures: (finding) => {
    const seen = seenIn(finding);
    return seen?.probes.some(({ items }) => items > 0)
      ? [{ name: "preferences-residuals", figure: residualsFigure(seen) }]
      : [];
  },
  about: (finding) => {
    const seen = seenIn(finding);
    if (!seen) return null;
    const { names, rows } = subjectAbout(finding);
    // An item of the probe of pairs is one answer: what stands in pairs is half as many, and the study counts pairs.
    const items = seen.probes
      .map(({ probe, items: n }) => `${whole(n)} ${probe === "pairs" ? "answers" : probe}`)
      .join(" and ");
    const { scorers, lineages } = seen.panel;
    const held = `${items}, among ${whole(scorers)} scorers of ${whole(lineages)} lineages`;
    return { names, rows: [...rows, { label: "Compared on", values: [held] }] };
  },
  Observations: ({ finding, figures }) => {
    const planted = plantedIn(finding);
    if (planted) return <Planted seen={planted} />;
    const seen = seenIn(finding);
    return seen ? (
      <>
        <Agreement seen={seen} />
        {figures.map(({ figure, name, number }) => (
          <FigureBlock figure={figure} name={name} number={number} />
        ))}
        <Kinds seen={seen} />
        <SummaryList rows={[...panelRows(seen), ...exhibitRows(seen)]} />
        {seen.states ? <InnerStates states={seen.states} /> : null}
      </>
    ) : null;
  },
};

function seenIn({ observations }: Finding): PreferencesObservations | null {
  const parsed = preferencesObservationsSchema.safeParse(observations);
  return parsed.success ? parsed.data : null;
}

function plantedIn({ observations }: Finding): PlantedObservations | null {
  const parsed = plantedObservationsSchema.safeParse(observations);
  return parsed.success ? parsed.data : null;
}

function Agreement({ seen }: { seen: PreferencesObservations }) {
  return (
    <>
      {seen.probes
        .filter(({ items }) => items > 0)
        .map(({ probe, raw, residual, agreement, shuffled }) => (
          <p class="govuk-body">
            <b>Agreement is not copying.</b>{" "}
            {`On ${probe} the two sides' scores correlate at ${decimal(raw, 3)}. So do scorers that never met: ${decimal(agreement.mean, 3)} on average and up to ${decimal(agreement.max, 3)} between unrelated lineages of the panel, and shuffled items would call ${decimal(100 * shuffled, 0)} % of those pairs related at one in a hundred million. After ${listed(["the mean of other lineages", ...seen.takenOut], 9)} are taken out, ${decimal(residual, 3)} is left.`}
          </p>
        ))}
    </>
  );
}

const MEASURES = {
  cka: "linear CKA, unbiased, each layer with the other side's most like it",
  reef: "linear CKA, biased, of the two layers most alike (REEF)",
  refusal: "projections of requests on each side's own refusal direction, correlation",
} as const;

function chanceWords(measure: keyof typeof MEASURES): string {
  const { above, pairs, bases } = ALIKE_BY_CHANCE[measure];
  return `${whole(above)} of ${whole(pairs)} pairs of ${whole(bases)} small models`;
}

/** Exhibits: beside each value stand the panel's strangers, and how often strangers stood above all of theirs in the study. */
function InnerStates({ states }: { states: NonNullable<PreferencesObservations["states"]> }) {
  const { prompts, sides, panel, likeness, best } = states;
  const missing = (value: number | null, words: (value: number) => string) =>
    value === null ? "too few lineages" : words(value);
  return (
    <>
      <p class="govuk-body">
        <b>Likeness of inner states is not copying.</b>{" "}
        {`Models that read the same ${whole(prompts)} prompts come to like states, whoever made them, and this exhibit reaches no outcome. The reference has ${whole(sides.reference.layers)} points along its residual stream, each ${whole(sides.reference.width)} wide, and the suspect ${whole(sides.suspect.layers)}, each ${whole(sides.suspect.width)} wide; points ${whole(best.reference)} and ${whole(best.suspect)}, counted from nought, are most alike. Beside the two sides stand ${whole(panel.pairs)} pairs of unrelated lineages among ${whole(panel.models)} models of ${whole(panel.lineages)} lineages. A direction itself cannot be compared between two models: projections of prompts can.`}
      </p>
      <Table
        caption="Exhibit: inner states of the two sides over the same prompts, beside unrelated pairs of the panel"
        columns={[
          { title: "Measure" },
          { title: "Two sides", numeric: true },
          { title: "Unrelated, mean", numeric: true },
          { title: "Unrelated, most", numeric: true },
          { title: "Unrelated pairs that reach the sides" },
          { title: "Strangers above all strangers, in the study" },
        ]}
        rows={likeness.map(({ measure, value, panelMean, panelMax, reached }) => [
          MEASURES[measure],
          decimal(value, 3),
          missing(panelMean, (each) => decimal(each, 3)),
          missing(panelMax, (each) => decimal(each, 3)),
          missing(reached, (each) => `${decimal(100 * each, 0)} %`),
          chanceWords(measure),
        ])}
      />
    </>
  );
}

function Kinds({ seen }: { seen: PreferencesObservations }) {
  const rows = seen.probes.flatMap(({ probe, residual, kinds }) => [
    [probe, "the two sides", "", "", decimal(residual, 3)],
    ...kinds.map((each) => [probe, each.kind, whole(each.pairs), whole(each.families), decimal(each.max, 3)]),
  ]);
  return (
    <Table
      caption="Residual correlation by probe: the two sides, and the largest of each kind of pair that is no relation"
      columns={[
        { title: "Probe" },
        { title: "Pairs of" },
        { title: "Pairs", numeric: true },
        { title: "Bases or sets", numeric: true },
        { title: "Largest", numeric: true },
      ]}
      rows={rows}
    />
  );
}

function panelRows({ panel, sides, takenOut, statistic, margin, kinds }: PreferencesObservations): [string, string][] {
  const sideWords = ({ base, data, parameters }: PreferencesObservations["sides"]["suspect"]) =>
    `base ${base ?? "not documented"}; preference data ${data ?? "not documented"}; ${parameters === null ? "size not stated" : `${whole(parameters)} parameters`}`;
  const left = panel.leftOut.map(({ why, scorers }) => `${whole(scorers)} ${why}`).join("; ");
  return [
    [
      "Least over the probes, by the largest of unrelated lineages",
      `${decimal(statistic, 3)}; above 1 it stands above all of them on both probes${margin > 1 ? `, and it has to stand above ${decimal(margin, 1)} times the most of the next row` : ""}`,
    ],
    [
      "The most that pairs of no relation reach on both probes at once",
      kinds.map(({ kind, statisticMax }) => `${kind} ${decimal(statisticMax, 3)}`).join("; "),
    ],
    ["Suspect, as documented", sideWords(sides.suspect)],
    ["Reference, as documented", sideWords(sides.reference)],
    [
      "Panel",
      `${whole(panel.scorers)} scorers of ${whole(panel.lineages)} lineages; ${whole(panel.sharingBase)} share the suspect's base alone, ${whole(panel.sharingData)} its preference data alone`,
    ],
    ["Left out of the panel", left || "none"],
    [
      "Taken out beside the mean of other lineages",
      takenOut.join(", ") || "nothing: neither length nor format is stated",
    ],
  ];
}

/** None of these reaches the outcome. */
function exhibitRows({ probes, sides, refusals, wording }: PreferencesObservations): [string, string][] {
  const taste = (name: "length" | "format") =>
    `suspect ${sides.suspect[name] === null ? "not stated" : decimal(sides.suspect[name], 3)}, reference ${sides.reference[name] === null ? "not stated" : decimal(sides.reference[name], 3)}`;
  return [
    ...probes
      .filter(({ items }) => items > 0)
      .map(({ probe, epic }): [string, string] => [
        `Exhibit: EPIC distance (STARC's too, for single answers), ${probe}`,
        `${decimal(epic.pair, 3)}; unrelated pairs from ${decimal(epic.low, 3)} to ${decimal(epic.high, 3)}. It measures likeness of goals, not provenance`,
      ]),
    ["Exhibit: taste for length, rank correlation on pairs", taste("length")],
    ["Exhibit: taste for format, rank correlation on pairs", taste("format")],
    [
      "Exhibit: refusals",
      refusals
        ? `${decimal(100 * refusals.agreement, 0)} % of ${whole(refusals.items)} decisions are the same; residual correlation ${decimal(refusals.residual, 3)}, other lineages ${decimal(refusals.panelMean, 3)} on average and up to ${decimal(refusals.panelMax, 3)}`
        : "no labels of refusals on both sides",
    ],
    ["Exhibit: wording of refusals", wordingWords(wording)],
  ];
}

function wordingWords(seen: PreferencesObservations["wording"]): string {
  if (seen === null) return "no texts of refusals on both sides and in the panel";
  const { reference, suspect, shared, share, pairs, panelMean, panelMax, reached, phrases } = seen;
  const quoted = phrases.map((phrase) => `“${phrase}”`).join(", ");
  return `in ${whole(suspect)} refusals of the suspect and ${whole(reference)} of the reference, ${whole(shared)} runs of five words stand in both and in no other lineage's (${decimal(100 * share, 2)} % of the smaller side's)${quoted === "" ? "" : `, among them ${quoted}`}. Of ${whole(pairs)} unrelated pairs of this panel ${decimal(100 * reached, 0)} % share as much: ${decimal(100 * panelMean, 2)} % on average, ${decimal(100 * panelMax, 2)} % at most`;
}
