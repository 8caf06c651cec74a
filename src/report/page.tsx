/**
 * One finding as one self-contained HTML page: no script, no request, the same bytes for the same input. Order of
 * ISO 21043-5, PD 35 and the ENFSI guideline. Markup and class names of govuk-frontend with its generic header.
 * It prints what the finding says and adds no opinion; it cannot see whether the finding is right.
 */
import { raw } from "hono/html";
import { canonicalJson, canonicalJsonBytes } from "../base/canonical-json.js";
import { sha256Digest } from "../base/digest.js";
import type { Finding } from "../finding/finding.js";
import { drawFigures } from "./figures.js";
import { PAGE_CSS } from "./generated/page-css.js";
import { outcomeWords } from "./outcome-words.js";
import type { PageInput } from "./page-input.js";
import { Contents, SECTIONS, Section, type SectionId } from "./parts/section.js";
import { Alternatives } from "./sections/alternatives.js";
import { Asked } from "./sections/asked.js";
import { Conclusion } from "./sections/conclusion.js";
import { Exhibits } from "./sections/exhibits.js";
import { Limits } from "./sections/limits.js";
import { Method } from "./sections/method.js";
import { Reproduce } from "./sections/reproduce.js";
import { ScaleSection } from "./sections/scale.js";
import { Status } from "./sections/status.js";
import { Validation } from "./sections/validation.js";
import { viewOf } from "./shown.js";
import { visibleText, visibleValue } from "./visible-text.js";

/** Sass opens a style sheet that is not ASCII with a byte order mark, which inside <style> would spoil the first rule. */
const STYLES = PAGE_CSS.replace(/^\ufeff/, "");

/** The page, from `<!doctype html>` on. Hostile text in the finding is made visible and escaped. */
export function renderPage(given: PageInput): string {
  const findingDigest = sha256Digest(canonicalJsonBytes(given.finding));
  const input: PageInput = {
    ...given,
    finding: visibleValue(asWritten(given.finding)),
    signed: visibleValue(given.signed),
    reproduce: { command: given.reproduce.command.split("\n").map(visibleText).join("\n") },
  };
  const { finding } = input;
  const figures = drawFigures(input);
  const view = viewOf(input);
  const ofView = new Set(view?.figures(finding).map(({ name }) => name));
  const numbered = figures.map((named, i) => ({ ...named, number: i + 1 })).filter(({ name }) => ofView.has(name));
  const present = new Set((Object.keys(SECTIONS) as SectionId[]).filter((id) => id !== "observations" || view));
  const page = (
    <html lang="en" class="govuk-template">
      <head>
        <meta charset="utf-8" />
        <title>{`${outcomeWords(finding, input.proposition.words).headline} – Assay finding`}</title>
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
        <Header method={`${finding.method.id} ${finding.method.version}`} />
        <div class="govuk-width-container">
          <main class="govuk-main-wrapper" id="main-content">
            <Conclusion input={input} />
            <Contents present={present} />
            <Asked input={input} />
            <Exhibits finding={finding} />
            <Method input={input} />
            {view ? (
              <Section id="observations">
                <view.Observations finding={finding} figures={numbered} />
              </Section>
            ) : null}
            <Validation input={input} figures={figures} />
            <ScaleSection finding={finding} figures={figures} />
            <Alternatives finding={finding} />
            <Limits finding={finding} />
            <Reproduce input={input} findingDigest={findingDigest} />
            <Status />
          </main>
        </div>
        <footer class="govuk-width-container">
          <p class="app-footer">
            Assay finding {finding.proposition.id}, {finding.outcome}. {findingDigest}
          </p>
        </footer>
      </body>
    </html>
  );
  return `<!doctype html>\n${page.toString()}\n`;
}

/** As its canonical text gives it back: the order of names in memory must not reach the page, for nobody else has it. */
function asWritten(finding: Finding): Finding {
  return JSON.parse(canonicalJson(finding)) as Finding;
}

function Header({ method }: { method: string }) {
  return (
    <header class="govuk-template__header">
      <div class="govuk-generic-header">
        <div class="govuk-generic-header__container govuk-width-container app-header">
          <div class="govuk-generic-header__logo">
            <span class="govuk-generic-header__homepage-link">Assay</span>
          </div>
          <span class="app-header__note">Finding by {method}</span>
        </div>
      </div>
    </header>
  );
}
