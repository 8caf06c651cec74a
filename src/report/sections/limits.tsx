/** What the method cannot see, in the laboratory's words. */
import type { Finding } from "../../finding/finding.js";
import { Section } from "../parts/section.js";
import { Sentences } from "../parts/sentences.js";

/** Sentences of the finding, unaltered. */
export function Limits({ finding }: { finding: Finding }) {
  return (
    <Section id="limits">
      {finding.limits.length > 0 ? (
        <>
          <p class="govuk-body">This method cannot see the following.</p>
          <Sentences of={finding.limits} />
        </>
      ) : (
        <p class="govuk-body">The laboratory lists none.</p>
      )}
    </Section>
  );
}
