/** The propositions, verbatim: mutually exclusive, at one level, fixed before the result (ENFSI 2015). */
import type { PageInput } from "../page-input.js";
import { Section } from "../parts/section.js";

/** Words come from the finding, their version from the table that it names. */
export function Asked({ input }: { input: PageInput }) {
  const { proposition } = input.finding;
  const { version, words } = input.proposition;
  return (
    <Section id="asked">
      <p class="govuk-body">
        Two propositions were set before the examination. The finding says how probable the observations are under each.
        It does not say how probable either proposition is: that also depends on everything else the reader knows.
      </p>
      <dl class="app-proposition govuk-body">
        <dt>First (hp)</dt>
        <dd>{proposition.hp}</dd>
        <dt>Second (hd)</dt>
        <dd>{proposition.hd}</dd>
        <dt>List</dt>
        <dd>
          <code>{proposition.id}</code>, version {version} of the closed list
        </dd>
      </dl>
      {words.oneSided ? (
        <p class="govuk-body">
          The question is one-sided: this method can support the first proposition or remain inconclusive. It never
          supports the second.
        </p>
      ) : null}
    </Section>
  );
}
