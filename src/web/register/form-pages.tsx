/** Forms: submit a signed declaration, and write a draft of one. Neither needs a script; a draft is signed at home. */
import { REFUSALS, type RefusalReason } from "../../office/register/admission.js";
import { QUESTIONS } from "../../office/register/declarations/questions.js";
import { visibleText } from "../../report/visible-text.js";
import { page } from "./layout.js";

type Log = { origin: string; size: number };

interface SubmitOutcome {
  entry: number | null;
  refusal: { reason: RefusalReason; says: string } | null;
}

/** @param writable false says where to send instead @param outcome of what was just sent, null for an empty form */
export function submitPage(log: Log, writable: boolean, outcome: SubmitOutcome | null): string {
  return page(
    { title: "Submit", twin: null, log },
    <>
      {outcome?.refusal ? (
        <div class="govuk-error-summary" role="alert">
          <h2 class="govuk-error-summary__title">Refused: {REFUSALS[outcome.refusal.reason]}</h2>
          <div class="govuk-error-summary__body">
            <p>{visibleText(outcome.refusal.says)}</p>
          </div>
        </div>
      ) : null}
      <h1 class="govuk-heading-l">
        {outcome?.entry != null ? `Entered as entry ${outcome.entry}` : "Submit a signed declaration"}
      </h1>
      {outcome?.entry != null ? (
        <p class="govuk-body">
          <a class="govuk-link" href={`/entries/${outcome.entry}`}>
            Entry {outcome.entry}
          </a>
        </p>
      ) : null}
      <p class="govuk-body">
        Make one with <code class="app-digest">assay register declare --out</code>, or start with a{" "}
        <a class="govuk-link" href="/declare">
          draft
        </a>
        . Your key must be admitted here; the signature is what counts, not who sends it.
      </p>
      {writable ? (
        <form action="/submit" method="post" enctype="multipart/form-data">
          <div class="govuk-form-group">
            <label class="govuk-label" for="declaration">
              Signed declaration (JSON file)
            </label>
            <input
              class="govuk-file-upload"
              id="declaration"
              name="declaration"
              type="file"
              accept="application/json,.json"
              required
            />
          </div>
          <button class="govuk-button" type="submit">
            Submit
          </button>
        </form>
      ) : (
        <p class="govuk-inset-text">This copy of the register is read only. Send declarations to its operator.</p>
      )}
      <h2 class="govuk-heading-m">Why a declaration is refused</h2>
      <dl class="govuk-summary-list">
        {Object.entries(REFUSALS).map(([reason, words]) => (
          <div class="govuk-summary-list__row">
            <dt class="govuk-summary-list__key">{reason}</dt>
            <dd class="govuk-summary-list__value">{words}</dd>
          </div>
        ))}
      </dl>
    </>,
  );
}

interface DraftForm {
  values: ReadonlyMap<string, string>;
  faults: readonly string[];
}

/** Fields a form has beside the questions. */
export const NAME_FIELD = "name";

/** A form field's name: kind and keys joined by dots. */
export function fieldOf({ kind, at }: { kind: string; at: readonly string[] }): string {
  return [kind, ...at].join(".");
}

/** @param form values typed before come back, with the faults found in them */
export function draftPage(log: Log, { values, faults }: DraftForm): string {
  return page(
    { title: "Draft a declaration", twin: null, log },
    <>
      {faults.length > 0 ? (
        <div class="govuk-error-summary" role="alert">
          <h2 class="govuk-error-summary__title">Some answers cannot be read</h2>
          <div class="govuk-error-summary__body">
            <ul class="govuk-list govuk-error-summary__list">
              {faults.map((fault) => (
                <li>{visibleText(fault)}</li>
              ))}
            </ul>
          </div>
        </div>
      ) : null}
      <h1 class="govuk-heading-l">Draft a declaration</h1>
      <p class="govuk-body">
        You get a file of answers. Nothing is kept here. Then sign at home:{" "}
        <code class="app-digest">
          assay register declare MODEL --name … --answers answers.json --private-key key.pem
        </code>
        . What you leave empty is declared as not stated.
      </p>
      <form action="/declare" method="post">
        <Field name={NAME_FIELD} ask="Name (maker/model)" value={values.get(NAME_FIELD) ?? ""} />
        <Field name="base" ask="Base models, by commas (maker/model or an address)" value={values.get("base") ?? ""} />
        {QUESTIONS.filter(({ at }) => at[0] !== "bases").map((question) => (
          <Field name={fieldOf(question)} ask={question.ask} value={values.get(fieldOf(question)) ?? ""} />
        ))}
        <button class="govuk-button" type="submit">
          Get the file of answers
        </button>
      </form>
    </>,
  );
}

function Field({ name, ask, value }: { name: string; ask: string; value: string }) {
  return (
    <div class="govuk-form-group">
      <label class="govuk-label" for={name}>
        {ask}
      </label>
      <input class="govuk-input" id={name} name={name} type="text" value={visibleText(value)} maxlength={4000} />
    </div>
  );
}
