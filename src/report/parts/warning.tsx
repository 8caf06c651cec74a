/** A sentence that must not be missed. */
import type { Child } from "hono/jsx";

/** The word "Warning" is spoken and not shown: the sign stands for it. */
export function Warning({ children }: { children: Child }) {
  return (
    <div class="govuk-warning-text">
      <span class="govuk-warning-text__icon" aria-hidden="true">
        !
      </span>
      <strong class="govuk-warning-text__text">
        <span class="govuk-visually-hidden">Warning: </span>
        {children}
      </strong>
    </div>
  );
}
