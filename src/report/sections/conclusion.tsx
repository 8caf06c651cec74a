/**
 * The first screen: what was asked, the outcome, its strength, its error rate, the test's own p beside the cap with
 * the assumption each needs, and what is not said. Everything after it is there to test it.
 */
import { combinedTest } from "../combined-test.js";
import { percentUp, ratio, whole } from "../figure-words.js";
import { outcomeWords } from "../outcome-words.js";
import type { PageInput } from "../page-input.js";
import { Power } from "../parts/power.js";
import { WithPowers } from "../parts/with-powers.js";
import { strengthWords } from "../strength-words.js";

export function Conclusion({ input }: { input: PageInput }) {
  const { finding } = input;
  const words = outcomeWords(finding, input.proposition.words);
  const strength = strengthWords(finding);
  const supports = finding.outcome === "supports-hp" || finding.outcome === "supports-hd";
  return (
    <section class="app-conclusion" aria-labelledby="conclusion">
      <p class="govuk-body app-asked">
        <strong class={`govuk-tag ${supports ? "govuk-tag--blue" : "govuk-tag--grey"}`}>{words.tag}</strong>
      </p>
      <h1 class="govuk-heading-l" id="conclusion">
        {words.headline}
      </h1>
      <p class="govuk-body app-asked">
        <b>Asked</b> <Asked finding={finding} />
      </p>
      <p class="govuk-body">{words.meaning}</p>
      {strength ? <p class="govuk-body app-strength">{strength.join(" ")}</p> : null}
      {strength ? null : (
        <p class="govuk-body app-strength">
          <b>Why.</b> <WithPowers text={finding.reason} />
        </p>
      )}
      <Figures finding={finding} />
      <div class="app-not-said">
        <h2>What this does not say</h2>
        <ul>
          {input.proposition.words.notSaid.map((item) => (
            <li>{item}</li>
          ))}
        </ul>
      </div>
    </section>
  );
}

type Given = { finding: PageInput["finding"] };

function Asked({ finding: { subject, proposition } }: Given) {
  if (subject.kind !== "pair")
    return (
      <span>
        whether (first proposition) {proposition.hp}; or (second proposition) {proposition.hd}.
      </span>
    );
  return (
    <span>
      of the reference <b class="app-name">{subject.reference.name}</b> and the suspect{" "}
      <b class="app-name">{subject.suspect.name}</b>: whether (first proposition) {proposition.hp}; or (second
      proposition) {proposition.hd}.
    </span>
  );
}

function Figures({ finding }: Given) {
  if (finding.outcome === "refused") return null;
  return (
    <div class="app-figures">
      <TestFigure finding={finding} />
      <CapFigure finding={finding} />
      <RateFigure finding={finding} />
    </div>
  );
}

function TestFigure({ finding }: Given) {
  const combined = combinedTest(finding);
  if (!combined) return null;
  return (
    <div class="app-figures__item">
      <h2>The test’s own p, at most</h2>
      <p class="app-figures__value">
        <Power log10={combined.log10P} />
      </p>
      <p>
        How rarely the test would show this if the second proposition held. It assumes: {combined.assumptions.join(" ")}
      </p>
    </div>
  );
}

function CapFigure({ finding: { strength } }: Given) {
  return (
    <div class="app-figures__item">
      <h2>Highest ratio the validation permits</h2>
      <p class="app-figures__value">{strength ? ratio(Math.abs(strength.cap.log10LR)) : "none stated"}</p>
      <p>
        {strength
          ? "However small p is, no stronger statement is made than the known cases can carry. It assumes that this case is of the kind that was validated."
          : "A ratio is stated only when the outcome supports a proposition."}
      </p>
    </div>
  );
}

function RateFigure({ finding: { errorRate, outcome } }: Given) {
  if (!errorRate)
    return (
      <div class="app-figures__item">
        <h2>False accusations</h2>
        <p class="app-figures__value">not measured</p>
        <p>No validation study of this version of the method is at hand.</p>
      </div>
    );
  const { falsePositives, families, nulls, upper95 } = errorRate;
  return (
    <div class="app-figures__item">
      <h2>False accusations in validation</h2>
      <p class="app-figures__value">
        {whole(falsePositives)} of {whole(families)} families
      </p>
      <p>
        {whole(nulls)} unrelated cases. With 95 % confidence the rate of false accusation is below {percentUp(upper95)}.{" "}
        {outcome === "uncalibrated" ? "It does not speak for this case." : "It is not known to be nought."}
      </p>
    </div>
  );
}
