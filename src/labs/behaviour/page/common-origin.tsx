/** The page of a finding on a common origin: five fixed questions, answered from what was seen, and common misreadings. */
import { decimal, whole } from "../../../report/figure-words.js";
import { Subheading } from "../../../report/parts/section.js";
import { SummaryList } from "../../../report/parts/summary-list.js";
import { Table } from "../../../report/parts/table.js";
import type { CommonOriginObservations } from "../common-origin/observations.js";
import { Exhibits } from "./exhibits.js";

type Seen = { seen: CommonOriginObservations };

/** Ways in which such a page was misread, or is likely to be, each with what it does say. */
const MISREADINGS: readonly [misread: string, instead: string][] = [
  [
    "“The suspect was copied from the reference.”",
    "A common line has several forms and no direction: either may come from the other, or both from a third.",
  ],
  [
    "“Inconclusive: so they are unrelated.”",
    "The rule asks for a wide lead. Students, mixtures and remote relatives mostly stay below it.",
  ],
  [
    "“The score is a percentage of copied answers.”",
    "It is a distance in spreads of strangers’ scores; no share of anything follows from it.",
  ],
  [
    "“The nearest stranger named here is a relative.”",
    "Somebody is always nearest. The name shows what the lead was measured against.",
  ],
  [
    "“The bound is the probability that they are unrelated.”",
    "It bounds how often an unrelated suspect would come first, under the assumption stated beside the tests.",
  ],
];

/** @param props `seen` is what the observations hold, read by schema */
export function CommonOrigin({ seen }: Seen) {
  return (
    <>
      <Subheading>1. What was compared?</Subheading>
      <Compared seen={seen} />
      <Subheading>2. What was left out, and why?</Subheading>
      <LeftOut seen={seen} />
      <Subheading>3. Do the two stand nearer to one another than to any stranger?</Subheading>
      <Leads seen={seen} />
      <Subheading>4. How often would an unrelated suspect come first?</Subheading>
      <Bound seen={seen} />
      <Subheading>5. Which answers weigh most?</Subheading>
      <Exhibits exhibits={seen.exhibits} />
      <Statistics seen={seen} />
      <Subheading>What this page is often taken to say, and what it says</Subheading>
      <Table
        caption="Misreadings"
        columns={[{ title: "Misread" }, { title: "What it says" }]}
        rows={MISREADINGS.map(([misread, instead]) => [misread, instead])}
        wide
      />
    </>
  );
}

function Compared({ seen: { prompts, panel, settings, sides } }: Seen) {
  return (
    <SummaryList
      rows={[
        ["Prompts both sides answered", whole(prompts.shared)],
        ["Prompts on which both answers were compared", whole(prompts.compared)],
        ["Panel", `${whole(panel.models)} models of ${whole(panel.families)} families, presumed unrelated`],
        [
          "Answers of the reference, compared",
          `${whole(sides.reference.compared)} of ${whole(sides.reference.answers)}`,
        ],
        ["Answers of the suspect, compared", `${whole(sides.suspect.compared)} of ${whole(sides.suspect.answers)}`],
        ["Suspects, references or prompt sets tried, as stated", whole(settings.tries)],
        ["Seed of the order of prompts", settings.seed],
      ]}
    />
  );
}

function LeftOut({ seen: { prompts, panel, sides } }: Seen) {
  const row = (name: string, of: CommonOriginObservations["panel"]["answers"]) => [
    name,
    whole(of.empty),
    whole(of.cutByReasoning),
    whole(of.otherScript),
    whole(of.boilerplate),
  ];
  return (
    <>
      <p class="govuk-body">
        Before answers are compared, leaked reasoning, what a transcript says again and again and echoes of the prompt
        are taken out of every model's answers alike. The texts of {whole(prompts.known)} of {whole(prompts.shared)}{" "}
        prompts are known; where one is not, its echo stays. On {whole(prompts.same)} prompts both sides gave the same
        words, as a cache or a relay would; these are not compared.
      </p>
      <Table
        caption="Answers not compared"
        columns={[
          { title: "Whose" },
          { title: "Empty", numeric: true },
          { title: "Cut off while reasoning", numeric: true },
          { title: "Another script or look-alike letters", numeric: true },
          { title: "Boilerplate or echo alone", numeric: true },
        ]}
        rows={[
          row("the reference", sides.reference),
          row("the suspect", sides.suspect),
          row("the panel", panel.answers),
        ]}
        wide
      />
      {panel.leftOut.length > 0 ? (
        <SummaryList
          rows={panel.leftOut.map(({ why, models }): [string, string] => [
            "Models left out of the panel",
            `${whole(models)}: ${why}`,
          ])}
        />
      ) : null}
    </>
  );
}

function Leads({ seen: { said, content, margin, apart } }: Seen) {
  const row = (name: string, of: CommonOriginObservations["said"]) => [
    name,
    decimal(of.pair, 2),
    `${decimal(of.best.reference, 2)} (${of.nearest.reference})`,
    `${decimal(of.best.suspect, 2)} (${of.nearest.suspect})`,
    decimal(of.lead, 2),
    of.lead > margin ? "yes" : "no",
  ];
  return (
    <>
      <p class="govuk-body">
        Both scores must lead the best stranger with the reference and the best stranger with the suspect by more than{" "}
        {decimal(margin, 2)}. A model that resembles everybody leads nowhere; a frame around answers lifts how things
        are said, not what is said.
      </p>
      <Table
        caption="The pair's scores beside the best stranger of the panel"
        columns={[
          { title: "Score" },
          { title: "The pair", numeric: true },
          { title: "Best stranger with the reference" },
          { title: "Best stranger with the suspect" },
          { title: "Lead", numeric: true },
          { title: "Above the margin" },
        ]}
        rows={[row("how it is said", said), row("what is said", content)]}
        wide
      />
      {apart ? <Apart apart={apart} /> : null}
    </>
  );
}

function Apart({ apart }: { apart: NonNullable<CommonOriginObservations["apart"]> }) {
  return (
    <p class="govuk-body">
      Two services that quote one source share wording that neither model made. So the lead is also asked on the{" "}
      {whole(apart.prompts)} prompts where the two answers share no run of nine words. There it is{" "}
      {decimal(apart.said, 2)} for how it is said and {decimal(apart.content, 2)} for what is said;{" "}
      {apart.asked === null ? "nothing is left to ask it of" : `more than ${decimal(apart.asked, 2)} is asked of both`}.
    </p>
  );
}

function Bound({ seen: { bound, panel, settings } }: Seen) {
  return (
    <p class="govuk-body">
      At most {decimal(bound, 4)}: one in {whole(panel.families + 1)} for each of {whole(settings.tries)} tries, if an
      unrelated suspect is exchangeable with the panel's families. The study bounds the same rate by what it counted;
      the lesser of the two limits the strength stated above.
    </p>
  );
}

function Statistics({ seen }: Seen) {
  return (
    <Table
      caption="Each statistic with its rank among the pairs of the two sides with the panel"
      columns={[
        { title: "Statistic" },
        { title: "Part of" },
        { title: "Standard score", numeric: true },
        { title: "Nulls that reach it", numeric: true },
        { title: "Nulls", numeric: true },
      ]}
      rows={seen.statistics.map((s) => [
        s.statistic,
        { said: "how it is said", content: "what is said", shown: "neither: shown only" }[s.part],
        decimal(s.standardScore, 2),
        whole(s.nullsAtOrAbove),
        whole(s.nulls),
      ])}
      wide
    />
  );
}
