/**
 * A pact's standing as one self-contained page for ministers or for anyone: five questions answered, what is easily
 * misread, every standing with the entries it rests on. No script, no request, the same bytes for the same record.
 */
import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { STANDINGS, type Standing } from "../../office/pact/fold/standing.js";
import type { StatedPact } from "../../office/pact/fold/stated.js";
import type { Mapping } from "../../office/pact/model/shipped.js";
import type { Pact } from "../../office/pact/schema/pact.js";
import { PAGE_CSS } from "../generated/page-css.js";
import { Table } from "../parts/table.js";
import { visibleText, visibleValue } from "../visible-text.js";
import { answersFor, MISREADINGS, type Reader } from "./answers.js";

const STYLES = PAGE_CSS.replace(/^\ufeff/, "");
const COLOURS: Readonly<Record<Standing, string>> = {
  met: "green",
  "not met": "red",
  "unable to conclude": "yellow",
  "not yet due": "grey",
  reserved: "blue",
};

/** @param mapping what the pact's obligations have to do with law; null where it is not the pact that the mapping is of */
export function renderPactPage(reader: Reader, given: StatedPact, pact: Pact, mapping: Mapping | null): string {
  const stated = visibleValue(given) as StatedPact;
  const answers = visibleValue(answersFor(reader, given, pact)) as ReturnType<typeof answersFor>;
  const heading = reader === "ministers" ? "How the pact stands, for ministers" : "How the pact stands, for everyone";
  const html = (
    <html lang="en-GB" class="govuk-template">
      <head>
        <meta charset="utf-8" />
        <title>{`${heading} – ${visibleText(pact.data.title)}`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <link rel="icon" href="data:," />
        <style>{raw(STYLES)}</style>
      </head>
      <body class="govuk-template__body app-page">
        <a href="#main-content" class="govuk-skip-link">
          Skip to main content
        </a>
        <div class="govuk-width-container">
          <main class="govuk-main-wrapper" id="main-content">
            <span class="govuk-caption-l">
              {visibleText(pact.data.title)}, as of {stated.asOf.slice(0, 10)}
              {stated.rehearsal ? "; a rehearsal" : ""}
            </span>
            <h1 class="govuk-heading-l">{heading}</h1>
            {answers.map(({ question, answer, lines }, i) => (
              <section aria-labelledby={`question-${i + 1}`}>
                <h2 class="govuk-heading-m" id={`question-${i + 1}`}>
                  {question}
                </h2>
                <p class="govuk-body">{answer}</p>
                <Bullets lines={lines} />
              </section>
            ))}
            <h2 class="govuk-heading-m" id="misread">
              What is easily misread
            </h2>
            <Bullets lines={[...MISREADINGS]} />
            <h2 class="govuk-heading-m" id="standings">
              Each promise, and how it stands
            </h2>
            <Table
              caption="Counts by party: no rank"
              columns={[{ title: "Party" }, ...STANDINGS.map((title) => ({ title, numeric: true }))]}
              rows={stated.parties
                .filter(({ bound }) => bound !== null)
                .map(({ name, counts }) => [name, ...STANDINGS.map((standing) => String(counts[standing]))])}
              wide
            />
            <Table
              caption="Standings, with the entries they rest on"
              columns={[
                { title: "Party" },
                { title: "Promise" },
                { title: "Standing" },
                { title: "Why" },
                { title: "Rests on" },
              ]}
              rows={stated.standings.map(({ party, obligation, standing, says, occasions }) => [
                party,
                `${pact.obligations.get(obligation)!.article}. ${visibleText(pact.obligations.get(obligation)!.title)}`,
                <strong class={`govuk-tag govuk-tag--${COLOURS[standing]}`}>{standing}</strong>,
                says,
                occasions
                  .flatMap(({ rests }) => rests)
                  .map(({ log, entry, as }) => `${log} ${entry} (${as})`)
                  .join(", ") || "no entry",
              ])}
              wide
              dense
            />
            {reader === "ministers" ? <Articles pact={pact} /> : null}
            {reader === "ministers" && mapping ? <Laws mapping={mapping} /> : null}
            <h2 class="govuk-heading-m" id="cannot-see">
              What this cannot see
            </h2>
            <Bullets
              lines={[
                ...stated.cannotSee,
                ...pact.data.obligations.map(({ title, cannotSee }) => `${title}: ${cannotSee}`).map(visibleText),
              ]}
            />
          </main>
        </div>
      </body>
    </html>
  );
  return `<!doctype html>\n${html.toString()}\n`;
}

function Bullets({ lines }: { lines: readonly string[] }): Child {
  return lines.length === 0 ? null : (
    <ul class="govuk-list govuk-list--bullet">
      {lines.map((each) => (
        <li>{each}</li>
      ))}
    </ul>
  );
}

/** Text beside query: what is promised, and what is looked for. */
function Articles({ pact }: { pact: Pact }) {
  return (
    <>
      <h2 class="govuk-heading-m" id="articles">
        The articles, beside what is looked for
      </h2>
      <Table
        caption="Text and query"
        columns={[{ title: "Article" }, { title: "Text" }, { title: "What is looked for" }]}
        rows={pact.data.obligations.map(({ article, title, text, looksFor }) => [
          `${article}. ${visibleText(title)}`,
          visibleText(text),
          visibleText(looksFor),
        ])}
        wide
        dense
      />
    </>
  );
}

function Laws({ mapping }: { mapping: Mapping }) {
  return (
    <>
      <h2 class="govuk-heading-m" id="laws">
        What this has to do with law
      </h2>
      <p class="govuk-body">{mapping.says}</p>
      <Table
        caption="Duties of law, and obligations that leave evidence"
        columns={[
          { title: "Law" },
          { title: "It asks" },
          { title: "Obligations" },
          { title: "Status" },
          { title: "Where this was read" },
        ]}
        rows={mapping.rows.map(({ law, asks, obligations, how, status, source, seen, note }) => [
          law,
          asks,
          how === "none" ? "none" : `${how}: ${obligations.join(", ")}`,
          `${status}${note ? `; ${note}` : ""}`,
          `${source}, ${seen}`,
        ])}
        wide
        dense
      />
    </>
  );
}
