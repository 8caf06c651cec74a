/** Frame of the told dispute's own pages, and how their places become addresses. */
import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { PAGE_CSS } from "../generated/page-css.js";
import { visibleText } from "../visible-text.js";

/** Which program serves a place. */
type StorySite = "story" | "docket" | "register" | "workspace";
export interface StoryPlace {
  site: StorySite;
  path: string;
  text: string;
}

/** Addresses of the programs that run beside the pages, each with a slash at the end; null while none is served. */
export type Addresses = Readonly<Record<Exclude<StorySite, "story">, string>> | null;

/** A link, or its text where the program that would answer is not running. */
export function To({ place, addresses }: { place: StoryPlace; addresses: Addresses }) {
  const text = visibleText(place.text);
  if (place.site === "story")
    return (
      <a class="govuk-link" href={place.path}>
        {text}
      </a>
    );
  if (addresses === null) return <>{text} (not served)</>;
  return (
    <a class="govuk-link" href={`${addresses[place.site]}${place.path}`}>
      {text}
    </a>
  );
}

/** Paper leads nowhere: the way back is left out, and a link into another program shows its address. */
const ON_PAPER =
  '@media print{nav{display:none}p>.govuk-link[href^="http"]::after,li .govuk-link[href^="http"]::after{content:" (" attr(href) ")" !important}}';

/** @param back whether a link leads to the start page */
export function storyPage(title: string, body: Child, back: boolean): string {
  const html = (
    <html lang="en-GB" class="govuk-template">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title} – Assay</title>
        <link rel="icon" href="data:," />
        <style>{raw(`${PAGE_CSS.replace(/^\ufeff/, "")}${ON_PAPER}`)}</style>
      </head>
      <body class="govuk-template__body app-page">
        <a href="#main-content" class="govuk-skip-link">
          Skip to main content
        </a>
        <div class="govuk-width-container">
          {back ? (
            <nav aria-label="Back" style="padding-top: 15px">
              <a href="index.html" class="govuk-link">
                All that was told
              </a>
            </nav>
          ) : null}
          <main class="govuk-main-wrapper" id="main-content">
            <h1 class="govuk-heading-l">{title}</h1>
            {body}
          </main>
        </div>
      </body>
    </html>
  );
  return `<!doctype html>\n${html.toString()}\n`;
}
