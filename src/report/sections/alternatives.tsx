/** Explanations that the method cannot tell apart, in the laboratory's words. */
import type { Finding } from "../../finding/finding.js";
import { explains, NOTHING_TO_EXPLAIN } from "../first-screen.js";
import { Section } from "../parts/section.js";
import { Sentences } from "../parts/sentences.js";

/** One sentence in their place where the outcome says nothing that needs explaining. */
export function Alternatives({ finding }: { finding: Finding }) {
  return (
    <Section id="alternatives">
      {!explains(finding) ? (
        <p class="govuk-body">{NOTHING_TO_EXPLAIN}</p>
      ) : finding.alternatives.length > 0 ? (
        <>
          <p class="govuk-body">
            The same observations would also be expected under these, which the method cannot tell apart:
          </p>
          <Sentences of={finding.alternatives} />
        </>
      ) : (
        <p class="govuk-body">The laboratory lists none.</p>
      )}
    </Section>
  );
}
