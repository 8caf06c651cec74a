/** The first screen on a page: `first-screen.ts` says what stands on it. Everything after it is there to test it. */
import { whole } from "../figure-words.js";
import { firstScreen } from "../first-screen.js";
import type { PageInput } from "../page-input.js";
import { WithPowers } from "../parts/with-powers.js";

/** The one heading of level 1 on the page. */
export function Conclusion({ input }: { input: PageInput }) {
  const { finding, measuredOn, studiedBefore, proposition } = input;
  const about = input.view.about?.(finding) ?? null;
  const screen = firstScreen({ finding, words: proposition.words, about, measuredOn, studiedBefore });
  const supports = finding.outcome === "supports-hp" || finding.outcome === "supports-hd";
  return (
    <section class="app-conclusion" aria-labelledby="conclusion">
      <p class="govuk-body app-asked">
        <strong class={`govuk-tag ${supports ? "govuk-tag--blue" : "govuk-tag--grey"}`}>{screen.tag}</strong>
      </p>
      <h1 class="govuk-heading-l" id="conclusion">
        <span class="app-name">{screen.names}</span>: {screen.headline}
      </h1>
      <dl class="app-about govuk-body">
        {screen.rows.map(({ label, values, more = 0 }) => (
          <div>
            <dt>{label}</dt>
            <dd>
              {values.join(", ")}
              {more > 0 ? `${values.length > 0 ? ", and " : ""}${whole(more)} more` : ""}
            </dd>
          </div>
        ))}
        <div>
          <dt>Asked</dt>
          <dd>
            whether (first) {finding.proposition.hp}; or (second) {finding.proposition.hd}
          </dd>
        </div>
      </dl>
      <p class="govuk-body">{screen.meaning}</p>
      {screen.strength === null ? null : <p class="govuk-body app-strength">{screen.strength}</p>}
      {screen.why === null ? null : (
        <p class="govuk-body app-strength">
          <b>Why.</b> <WithPowers text={screen.why} />
        </p>
      )}
      {finding.outcome === "refused" ? null : (
        <div class="app-figures">
          <Figure title="Likelihood ratio, after its cap" {...screen.ratio} />
          <Figure title="False accusations in validation" {...screen.errors} />
        </div>
      )}
      <div class="app-not-said">
        <h2>What this does not say</h2>
        <ul>
          {screen.notSaid.map((item) => (
            <li>{item}</li>
          ))}
        </ul>
      </div>
    </section>
  );
}

function Figure({ title, value, says }: { title: string; value: string; says: string }) {
  return (
    <div class="app-figures__item">
      <h2>{title}</h2>
      <p class="app-figures__value">{value}</p>
      <p>{says}</p>
    </div>
  );
}
