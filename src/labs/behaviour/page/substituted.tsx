/** The page of a finding on an endpoint: who was compared, how surprises ran, what share other weights may have given. */
import { decimal, whole } from "../../../report/figure-words.js";
import { FigureBlock } from "../../../report/parts/figure.js";
import { Subheading } from "../../../report/parts/section.js";
import { SummaryList } from "../../../report/parts/summary-list.js";
import { Table } from "../../../report/parts/table.js";
import type { ViewInput } from "../../../report/view.js";
import type { SubstitutedObservations } from "../substituted/observations.js";

type Seen = { seen: SubstitutedObservations; figures: ViewInput["figures"] };

const percent = (share: number) => `${decimal(100 * share, 1)} %`;

/** @param props `seen` is what the observations hold, read by schema */
export function Substituted({ seen, figures }: Seen) {
  return (
    <>
      <SummaryList rows={rowsOf(seen)} />
      <Subheading>How often honest hosts surprise</Subheading>
      <p class="govuk-body">
        An answer surprises where hardly any honest answer to the same prompt agrees with the other hosts as little.
        Each host is judged among the others; the endpoint is held against the one that explains it best.
      </p>
      <Table
        caption="The reference and the controls"
        columns={[
          { title: "Host" },
          { title: "Kind" },
          { title: "Answers", numeric: true },
          ...seen.levels.map(({ level }) => ({ title: `Surprising at ${decimal(level, 2)}`, numeric: true })),
        ]}
        rows={seen.controls.map(({ name, kind, answers, surprising }) => [
          name,
          kind,
          whole(answers),
          ...surprising.map((count) => percent(answers > 0 ? count / answers : 0)),
        ])}
        wide
      />
      <Table
        caption="The endpoint"
        columns={[
          { title: "Level", numeric: true },
          { title: "Surprising answers", numeric: true },
          { title: "Of the endpoint's", numeric: true },
          { title: "Most surprising control" },
          { title: "Its rate", numeric: true },
          { title: "Log10 of the e-value", numeric: true },
        ]}
        rows={seen.levels.map(({ level, surprising, control, controlRate, log10E }) => [
          decimal(level, 2),
          whole(surprising),
          percent(seen.requests > 0 ? surprising / seen.requests : 0),
          control,
          percent(controlRate),
          decimal(log10E, 2),
        ])}
        wide
      />
      {figures.map(({ figure, name, number }) => (
        <FigureBlock figure={figure} name={name} number={number} />
      ))}
      <Table
        caption="The most surprising answers: openings, without frames"
        columns={[
          { title: "Prompt" },
          { title: "The endpoint" },
          { title: "Commonest honest answer" },
          { title: "Surprise", numeric: true },
        ]}
        rows={seen.exhibits.map(({ promptId, prompt, endpoint, honest, surprise }) => [
          prompt ?? promptId,
          endpoint,
          honest,
          decimal(surprise, 3),
        ])}
        wide
      />
    </>
  );
}

function rowsOf({
  prompts,
  requests,
  leftOut,
  frames,
  warningAt,
  foundAt,
  share,
  tokens,
  settings,
}: SubstitutedObservations) {
  const rows: [string, string][] = [
    ["Prompts that all answered", whole(prompts)],
    ["Answers of the endpoint", whole(requests)],
    ["Left out of the endpoint's", `${whole(leftOut.unanswered)} empty or rejected, ${whole(leftOut.notices)} notices`],
    [
      "Early warning (no outcome), at an e-value of 1,000",
      warningAt === null ? "not reached" : `after ${whole(warningAt)} requests`,
    ],
    [
      "The house's level, at an e-value of 1,000,000",
      foundAt === null ? "not reached" : `after ${whole(foundAt)} requests`,
    ],
  ];
  if (share)
    rows.push([
      "Share of answers from other weights, 95 %",
      `${percent(share.low)} to ${percent(share.high)}${share.substitute ? `, were they those of ${share.substitute}` : "; nothing at hand bounds it from above"}`,
    ]);
  if (tokens)
    rows.push([
      "Token counts stated for prompts: an exhibit",
      `the endpoint's less the reference's is ${tokens.offset} at ${whole(tokens.atOffset)} of ${whole(tokens.prompts)} prompts${tokens.ratio === 1 ? "" : `; beyond that the endpoint counts ${decimal(tokens.ratio, 4)} times as many`}`,
    ]);
  for (const { side, frame } of frames) rows.push([`Taken off the answers of ${side}`, `“${frame}”`]);
  rows.push(["Seed of the order of requests", settings.seed]);
  return rows;
}
