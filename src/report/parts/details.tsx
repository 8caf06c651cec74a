/** A collapsed part: closed on screen, opened on paper (page.scss). Works without script. */
import type { Child } from "hono/jsx";

/** @param props `summary` is what shows while it is closed */
export function Details({ summary, children }: { summary: string; children: Child }) {
  return (
    <details class="govuk-details">
      <summary class="govuk-details__summary">
        <span class="govuk-details__summary-text">{summary}</span>
      </summary>
      <div class="govuk-details__text">{children}</div>
    </details>
  );
}
