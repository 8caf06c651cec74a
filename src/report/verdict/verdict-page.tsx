/**
 * The report as one self-contained page, in the order of ISO 21043-5, PD 35 and the ENFSI guideline: conclusion first, then
 * what a reader needs to test it. What follows from the case is drawn from entries and findings; what is opinion is a
 * person's and says so. HTML is the record; a PDF is a print of it.
 */
import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { SCALE } from "../../finding/scale.js";
import { PAGE_CSS } from "../generated/page-css.js";
import { DigestText } from "../parts/digest-text.js";
import { QrCode } from "../parts/qr.js";
import { SummaryList } from "../parts/summary-list.js";
import { visibleText } from "../visible-text.js";
import { Conclusions, Instructions } from "./sections/conclusions.js";
import { Evaluation, ScaleTable } from "./sections/evaluation.js";
import { CustodyLog, ExhibitDigests, Exhibits } from "./sections/exhibits.js";
import { Alternatives, Limits, NotSaid } from "./sections/limits.js";
import { LogProofs, placeOf } from "./sections/log.js";
import { Methods, Observations, Validation } from "./sections/methods.js";
import { Said } from "./sections/parts.js";
import { Propositions } from "./sections/propositions.js";
import { Admissibility, Declarations, Reproduce } from "./sections/reproduce.js";
import type { Verdict } from "./verdict.js";
import { verdictFigures } from "./verdict-figures.js";

const STYLES = PAGE_CSS.replace(/^\ufeff/, "");

export const SECTIONS = [
  ["conclusions", "Summary of conclusions"],
  ["examiner", "Examiner, qualifications, conflicts, duty"],
  ["instructions", "Instructions received"],
  ["propositions", "Propositions and what was assumed"],
  ["exhibits", "Exhibits and chain of custody"],
  ["methods", "Methods"],
  ["observations", "Observations, without opinion"],
  ["validation", "Validation for this condition"],
  ["evaluation", "Evaluation: strength, cap, planned against run"],
  ["scale", "Verbal conclusion and the whole scale"],
  ["alternatives", "Range of opinion and other explanations"],
  ["limits", "Limitations, and what was not tested"],
  ["not-said", "What this report does not say"],
  ["reproduce", "How to reproduce"],
  ["declarations", "Declarations"],
  ["admissibility", "Pointers for admissibility"],
  ["custody", "Annex: custody log"],
  ["log", "Annex: proofs that the entries are in the log"],
] as const;

/** Beside the styles of all pages: lists in tables at the table's size, and no head of a table alone at a page's end. */
const OWN_STYLES =
  ".app-qr{margin:0 0 30px}.govuk-table .govuk-list{font-size:inherit;margin-bottom:0}@media print{.app-page .govuk-table .govuk-list{font-size:inherit}thead{break-after:avoid}tbody>tr:first-child{break-before:avoid}}";

/** @param signed whether it is signed: a draft says so on its first line */
export function verdictPage(verdict: Verdict, signed: boolean): string {
  const figures = verdictFigures(verdict).map((drawn, n) => ({ ...drawn, number: n + 1 }));
  const bodies: Record<(typeof SECTIONS)[number][0], Child> = {
    conclusions: <Conclusions verdict={verdict} />,
    examiner: <Said verdict={verdict} items={["qualifications", "duty"]} />,
    instructions: <Instructions verdict={verdict} />,
    propositions: <Propositions verdict={verdict} />,
    exhibits: <Exhibits verdict={verdict} />,
    methods: <Methods verdict={verdict} />,
    observations: <Observations verdict={verdict} />,
    validation: <Validation verdict={verdict} figures={figures} />,
    evaluation: <Evaluation verdict={verdict} figures={figures} />,
    scale: <ScaleTable verdict={verdict} />,
    alternatives: <Alternatives verdict={verdict} />,
    limits: <Limits verdict={verdict} />,
    "not-said": <NotSaid />,
    reproduce: <Reproduce verdict={verdict} />,
    declarations: <Declarations verdict={verdict} />,
    admissibility: <Admissibility />,
    custody: <CustodyLog verdict={verdict} figures={figures} />,
    log: <LogProofs verdict={verdict} figures={figures} />,
  };
  const html = (
    <html lang="en" class="govuk-template">
      <head>
        <meta charset="utf-8" />
        <title>{visibleText(`Report in ${verdict.case}: ${verdict.title}`)}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <meta name="referrer" content="no-referrer" />
        <link rel="icon" href="data:," />
        <style>{raw(`${STYLES}${OWN_STYLES}`)}</style>
      </head>
      <body class="govuk-template__body app-page">
        <a href="#main-content" class="govuk-skip-link">
          Skip to main content
        </a>
        <div class="govuk-width-container">
          <main class="govuk-main-wrapper" id="main-content">
            <h1 class="govuk-heading-l">
              <span class="govuk-caption-l">Expert report, {visibleText(verdict.case)}</span>
              {visibleText(verdict.title)}
            </h1>
            <p class="govuk-inset-text">
              {signed
                ? "Signed: the signature beside this file names its signer's key. "
                : "Draft, not signed: it states no opinion of anybody. "}
              {verdict.rehearsal ? "The case is a rehearsal: its times are given by hand. " : ""}
              {verdict.opinion.accreditation.trim() === ""
                ? "The work reported here was not done under accreditation."
                : visibleText(verdict.opinion.accreditation)}
            </p>
            <SummaryList
              rows={[
                ["Case", visibleText(`${verdict.case} of ${verdict.origin}`)],
                ["As of", verdict.asOf],
                [
                  "Rests on",
                  verdict.head ? (
                    <>
                      entries 0 to {verdict.head.entry}; the last record is <DigestText digest={verdict.head.record} />
                    </>
                  ) : (
                    "no entry"
                  ),
                ],
                ["Exhibits", <ExhibitDigests verdict={verdict} />],
                ["Plan", verdict.plan ? <DigestText digest={verdict.plan.plan} /> : "none adopted"],
                ["Scale", SCALE.id],
                [
                  "Written by",
                  visibleText(`${verdict.software.name} ${verdict.software.version}, ${verdict.software.commit}`),
                ],
              ]}
            />
            {verdict.head ? (
              <QrCode
                text={placeOf(verdict, verdict.head)}
                says="Code with the case, its last entry and that entry's digest"
              />
            ) : null}
            <nav aria-labelledby="contents">
              <h2 class="govuk-heading-s" id="contents">
                Contents
              </h2>
              <ol class="govuk-list govuk-list--number" start={1}>
                {SECTIONS.map(([id, title]) => (
                  <li>
                    <a class="govuk-link" href={`#${id}`}>
                      {title}
                    </a>
                  </li>
                ))}
              </ol>
            </nav>
            {SECTIONS.map(([id, title], n) => (
              <section class="app-section" aria-labelledby={id}>
                <h2 class="govuk-heading-m" id={id}>
                  <span class="app-section__number">{n + 1}</span> {title}
                </h2>
                {bodies[id]}
              </section>
            ))}
          </main>
        </div>
      </body>
    </html>
  );
  return `<!doctype html>\n${html.toString()}\n`;
}
