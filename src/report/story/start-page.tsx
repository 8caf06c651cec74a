/** Where a reader of the told dispute begins: what came out, who reads what, and what happened, step by step. */
import { Table } from "../parts/table.js";
import { visibleText } from "../visible-text.js";
import { type Addresses, type StoryPlace, storyPage, To } from "./layout.js";

interface StartStep {
  title: string;
  says: string;
  verified: readonly { what: string; holds: boolean }[];
  places: readonly StoryPlace[];
}

interface StartReader {
  id: string;
  who: string;
  says: string;
}

/** What lay in a slot, and what the laboratory found before it was opened. */
interface StartOutcome {
  run: string;
  content: string;
  outcome: string;
}

const CONTENTS: Readonly<Record<string, string>> = {
  suspect: "the model in dispute: a copy, disguised",
  independent: "a decoy: made independently",
  "positive-control": "a control: a known copy",
};
const OUTCOMES: Readonly<Record<string, string>> = {
  "supports-hp": "supports shared ancestral weights",
  inconclusive: "inconclusive: accuses nobody",
};

/** @param told steps in order, readers, and the outcome of each slot in order of slots */
export function startPage(
  told: { steps: readonly StartStep[]; readers: readonly StartReader[]; outcomes: readonly StartOutcome[] },
  addresses: Addresses,
): string {
  const { steps, readers, outcomes } = told;
  const checks = steps.flatMap(({ verified }) => verified);
  const failed = checks.filter(({ holds }) => !holds).length;
  return storyPage(
    "A dispute, told",
    <>
      <p class="govuk-body">
        Aldgate Labs says that Meridian Cloud took its model. Below is the whole dispute, from the register to the
        appeal. The parties are fictional; the models are small and really trained; log, texts and findings are real
        output of the laboratories. What is true is known here, so that you can judge what was found.
      </p>
      <p class="govuk-inset-text">
        The case is a rehearsal: its times (2026) are given by hand. The register's times are those of this machine's
        clock. {checks.length} checks were made as the other side would make them;{" "}
        {failed === 0 ? "all hold." : `${failed} DO NOT HOLD.`}
      </p>
      <Table
        caption="What lay in the slots of the blind test, and what was found"
        columns={[{ title: "Slot" }, { title: "What it held" }, { title: "Finding" }]}
        rows={outcomes.map(({ run, content, outcome }, slot) => [
          String(slot),
          CONTENTS[content] ?? content,
          <a class="govuk-link" href={`bundles/${run}/data/page.html`}>
            {OUTCOMES[outcome] ?? outcome}
          </a>,
        ])}
        wide
      />
      <h2 class="govuk-heading-m" id="who">
        Who are you?
      </h2>
      <dl class="govuk-summary-list">
        {readers.map(({ id, who, says }) => (
          <div class="govuk-summary-list__row">
            <dt class="govuk-summary-list__key">
              <a class="govuk-link" href={`${id}.html`}>
                {who}
              </a>
            </dt>
            <dd class="govuk-summary-list__value">{says}</dd>
          </div>
        ))}
      </dl>
      <h2 class="govuk-heading-m" id="what">
        What happened
      </h2>
      <ol class="govuk-list govuk-list--number">
        {steps.map(({ title, says, verified, places }) => (
          <li>
            <strong>{title}.</strong> {visibleText(says)}
            <ul class="govuk-list govuk-list--bullet">
              {verified.map(({ what, holds }) => (
                <li>
                  {visibleText(what)}: <strong>{holds ? "holds" : "does not hold"}</strong>
                </li>
              ))}
              {places.map((place) => (
                <li>
                  Read <To place={place} addresses={addresses} />
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </>,
    false,
  );
}
