/** Names and values, one a row. */
import type { Child } from "hono/jsx";

/** @param props `rows` as name and value; text is escaped by the renderer */
export function SummaryList({ rows }: { rows: [string, Child][] }) {
  return (
    <dl class="govuk-summary-list">
      {rows.map(([key, value]) => (
        <div class="govuk-summary-list__row">
          <dt class="govuk-summary-list__key">{key}</dt>
          <dd class="govuk-summary-list__value">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
