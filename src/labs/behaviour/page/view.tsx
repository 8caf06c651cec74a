/** The behaviour laboratory's observations: ranks by family, kinds of null, rounds, and the prompts that weigh most. */
import type { Finding } from "../../../finding/finding.js";
import { subjectAbout } from "../../../report/about.js";
import { decimal, whole } from "../../../report/figure-words.js";
import type { NamedFigure } from "../../../report/figures/named-figure.js";
import { FigureBlock } from "../../../report/parts/figure.js";
import { Subheading } from "../../../report/parts/section.js";
import { SummaryList } from "../../../report/parts/summary-list.js";
import { Table } from "../../../report/parts/table.js";
import type { View, ViewInput } from "../../../report/view.js";
import { type CommonOriginObservations, commonOriginObservationsSchema } from "../common-origin/observations.js";
import { type BehaviourObservations, behaviourObservationsSchema } from "../observations.js";
import { type SubstitutedObservations, substitutedObservationsSchema } from "../substituted/observations.js";
import { CommonOrigin } from "./common-origin.js";
import { Exhibits } from "./exhibits.js";
import { behaviourRanks, behaviourRounds } from "./ranks.js";
import { Substituted } from "./substituted.js";
import { endpointCourse } from "./surprises.js";

export const behaviourView: View = {
  reads: (finding) =>
    finding.proposition.id.startsWith("behaviour/") &&
    [seenIn, originIn, endpointIn].some((read) => read(finding) !== null),
  figures: (finding) => {
    const seen = seenIn(finding);
    const drawn: NamedFigure[] = [];
    if (seen && seen.nullKinds.length > 0) drawn.push({ name: "behaviour-ranks", figure: behaviourRanks(seen) });
    if (seen && seen.rounds.length > 1) drawn.push({ name: "behaviour-rounds", figure: behaviourRounds(seen) });
    const endpoint = endpointIn(finding);
    if (endpoint && endpoint.course.length > 1)
      drawn.push({ name: "endpoint-course", figure: endpointCourse(endpoint) });
    return drawn;
  },
  about: (finding) => {
    const seen = seenIn(finding);
    if (!seen) return null;
    const { names, rows } = subjectAbout(finding);
    const { models, families } = seen.panel;
    const held = `${whole(seen.prompts)} prompts, among ${whole(models)} models of ${whole(families)} families`;
    return { names, rows: [...rows, { label: "Compared on", values: [held] }] };
  },
  Observations,
};

function seenIn({ observations }: Finding): BehaviourObservations | null {
  const parsed = behaviourObservationsSchema.safeParse(observations);
  return parsed.success ? parsed.data : null;
}

function originIn({ observations }: Finding): CommonOriginObservations | null {
  const parsed = commonOriginObservationsSchema.safeParse(observations);
  return parsed.success ? parsed.data : null;
}

function endpointIn({ observations }: Finding): SubstitutedObservations | null {
  const parsed = substitutedObservationsSchema.safeParse(observations);
  return parsed.success ? parsed.data : null;
}

function Observations({ finding, figures }: ViewInput) {
  const endpoint = endpointIn(finding);
  if (endpoint) return <Substituted seen={endpoint} figures={figures} />;
  const origin = originIn(finding);
  if (origin) return <CommonOrigin seen={origin} />;
  const seen = seenIn(finding);
  if (!seen) return null;
  return (
    <>
      <Summary seen={seen} />
      {figures.map(({ figure, name, number }) => (
        <FigureBlock figure={figure} name={name} number={number} />
      ))}
      <Families seen={seen} />
      <Change seen={seen} />
      <OneDistribution seen={seen} />
      <Exhibits exhibits={seen.exhibits} />
      {seen.identity.length > 0 ? (
        <Table
          caption="What each side says it is: shown, never weighed"
          columns={[{ title: "Side" }, { title: "Prompt" }, { title: "Words" }]}
          rows={seen.identity.map(({ side, promptId, sentence }) => [side, promptId, sentence])}
          wide
        />
      ) : null}
    </>
  );
}

function Summary({ seen }: { seen: BehaviourObservations }) {
  const { score, panel, sides } = seen;
  const ratio = score.log10LRBeforeCap;
  return (
    <SummaryList
      rows={[
        ["Prompts both sides answered", whole(seen.prompts)],
        ["Panel", `${whole(panel.models)} models of ${whole(panel.families)} families, presumed unrelated`],
        ...panel.leftOut.map(({ why, models }): [string, string] => [
          "Left out of the panel",
          `${whole(models)}: ${why}`,
        ]),
        ["Score", decimal(score.value, 3)],
        [
          "Log10 likelihood ratio of the development calibration, before the cap",
          ratio
            ? `${decimal(ratio.value, 2)} (95 %: ${decimal(ratio.low, 2)} to ${decimal(ratio.high, 2)}); not a strength: the cap is`
            : "none",
        ],
        ["Development bases left out for this pair", whole(score.basesLeftOut)],
        [
          "Answers that are not empty, in Latin script, different from one another",
          (["reference", "suspect"] as const)
            .map((side) => {
              const { answeredShare, latinShare, distinctShare } = sides[side];
              return `${side}: ${[answeredShare, latinShare, distinctShare].map((x) => `${decimal(100 * x, 0)} %`).join(", ")}`;
            })
            .join("; "),
        ],
        ["Seed of the order of prompts", seen.settings.seed],
      ]}
    />
  );
}

function Families({ seen }: { seen: BehaviourObservations }) {
  return (
    <Table
      caption="Families of features, each with its own rank among the pairs of the two sides with the panel"
      columns={[
        { title: "Family" },
        { title: "Standard score", numeric: true },
        { title: "Weight", numeric: true },
        { title: "Nulls that reach it", numeric: true },
        { title: "Nulls", numeric: true },
      ]}
      rows={seen.families.map((f) => [
        f.family,
        decimal(f.standardScore, 2),
        decimal(f.weight, 3),
        whole(f.nullsAtOrAbove),
        whole(f.nulls),
      ])}
      wide
    />
  );
}

function Change({ seen }: { seen: BehaviourObservations }) {
  const { attribution, beforeAfter } = seen;
  return (
    <>
      {attribution ? (
        <>
          <Subheading>Which of these teachers?</Subheading>
          <p class="govuk-body">
            The suspect's score with the reference, {decimal(attribution.score, 2)}, is {decimal(attribution.lead, 2)}{" "}
            above its score with the next model. Among {whole(attribution.placebos)} panel models taken as placebo
            students, {whole(attribution.placebosAtOrAbove)} show the reference as far ahead.
          </p>
          <Table
            caption="Rivals of the reference: how much nearer the suspect stands to the reference, less what panel models do"
            columns={[
              { title: "Rival" },
              { title: "Suspect's score with it", numeric: true },
              { title: "Difference of differences", numeric: true },
              { title: "95 % of placebos", numeric: true },
            ]}
            rows={attribution.teachers.map(({ teacher, sibling, score, difference, placeboLow, placeboHigh }) => [
              sibling ? `${teacher} (sibling of the reference)` : teacher,
              decimal(score, 2),
              decimal(difference, 2),
              `${decimal(placeboLow, 2)} to ${decimal(placeboHigh, 2)}`,
            ])}
            wide
          />
        </>
      ) : null}
      {beforeAfter ? (
        <>
          <Subheading>Before and after</Subheading>
          <p class="govuk-body">
            The suspect's score with the reference went from {decimal(beforeAfter.before, 2)} to{" "}
            {decimal(beforeAfter.after, 2)}, a change of {decimal(beforeAfter.change, 2)}. Towards the panel's models 95
            % of the changes lie between {decimal(beforeAfter.placeboLow, 2)} and {decimal(beforeAfter.placeboHigh, 2)};{" "}
            {whole(beforeAfter.placebosAtOrAbove)} of {whole(beforeAfter.placebos)} are as large.
          </p>
        </>
      ) : null}
    </>
  );
}

function OneDistribution({ seen }: { seen: BehaviourObservations }) {
  const tests = seen.identityTests;
  if (!tests) return null;
  return (
    <>
      <Subheading>Did one distribution answer?</Subheading>
      <p class="govuk-body">
        A small p here says that the two recordings differ in something: weights, system prompt, sampling or serving.
        These tests are uncalibrated and reach no outcome.
      </p>
      <SummaryList
        rows={[
          ...(tests.equality
            ? [
                [
                  "Model equality test (discrepancy of sampled answers)",
                  `${decimal(tests.equality.statistic, 4)} over ${whole(tests.equality.prompts)} prompts, log10 p ${decimal(tests.equality.log10P, 2)}`,
                ] as [string, string],
              ]
            : []),
          ...(tests.rankUniformity
            ? [
                [
                  "Rank uniformity of stated probabilities",
                  `distance ${decimal(tests.rankUniformity.statistic, 3)}, mean rank ${decimal(tests.rankUniformity.meanRank, 3)} over ${whole(tests.rankUniformity.prompts)} prompts, log10 p ${decimal(tests.rankUniformity.log10P, 2)}`,
                ] as [string, string],
              ]
            : []),
        ]}
      />
    </>
  );
}
