/** Guided filing, one thing a page: who may read it, each fact, what is said, files; then all of it, checked, and signed. */
import type { Child } from "hono/jsx";
import { TIERS } from "../../../../../office/docket/pack/names.js";
import { KIND_WORDS, TIER_WORDS } from "../../../../../office/docket/view/kind-words.js";
import { DigestText } from "../../../../../report/parts/digest-text.js";
import { visibleText } from "../../../../../report/visible-text.js";
import { Value, wordsOf } from "../../../../docket/case/value.js";
import { type Choice, type Field, linesOf } from "../../../../docket/forms/field.js";
import { filingAddress, Limits } from "../pages.js";
import { chosen, type Draft, given } from "./draft.js";
import type { Made } from "./make.js";

/** Whose entry is public whoever it is about. */
const PUBLIC_ALONE = /^(club|key)\./;

/** Pages of a draft before its last: each asks for one thing. */
export type Step = { id: "circle" } | { id: "text" } | { id: "files" } | { id: "fact"; field: Field };

/** In the order in which they are asked. */
export function stepsOf(draft: Draft, fields: readonly Field[]): Step[] {
  return [
    ...(PUBLIC_ALONE.test(draft.kind) ? [] : [{ id: "circle" as const }]),
    ...fields.map((field) => ({ id: "fact" as const, field })),
    { id: "text" },
    ...(PUBLIC_ALONE.test(draft.kind) ? [] : [{ id: "files" as const }]),
  ];
}

function Framed({ draft, at, children }: { draft: Draft; at: number; children?: Child }) {
  return (
    <>
      {at > 0 ? (
        <p class="govuk-body">
          <a class="govuk-link" href={filingAddress(draft.role, draft.kind, at - 1)}>
            Back
          </a>
        </p>
      ) : null}
      <p class="app-quiet">
        {KIND_WORDS[draft.kind]}, page {at + 1}
      </p>
      {children}
    </>
  );
}

/** One page; its form is `#step`, its answer `#answer`. */
export function StepPage({ draft, steps, at }: { draft: Draft; steps: readonly Step[]; at: number }) {
  const step = steps[at]!;
  return (
    <Framed draft={draft} at={at}>
      <form id="step">
        {step.id === "circle" ? (
          <Radios
            legend="Who may read what you write and attach?"
            hint="What is asked as a fact is public in any case. An exhibit's title is not."
            values={[draft.tier]}
            choices={TIERS.map((tier) => ({ value: tier, text: TIER_WORDS[tier] }))}
          />
        ) : step.id === "text" ? (
          <Labelled
            label={draft.kind === "club.joined" ? "Your undertaking" : "What do you say? (optional)"}
            hint="At most 20,000 characters. An empty line begins a new paragraph."
          >
            <textarea class="govuk-textarea" id="answer" rows={12} maxlength={20_000} aria-describedby="hint">
              {draft.text}
            </textarea>
          </Labelled>
        ) : step.id === "files" ? (
          <>
            <Labelled label="Files (optional)" hint="They go with the entry. A draft keeps their names alone.">
              <input class="govuk-file-upload" id="answer" type="file" multiple aria-describedby="hint" />
            </Labelled>
            {draft.files.length === 0 ? null : (
              <div class="govuk-form-group">
                <fieldset class="govuk-fieldset">
                  <legend class="govuk-fieldset__legend govuk-fieldset__legend--s">
                    Take out of those named so far
                  </legend>
                  <Options
                    name="out"
                    type="checkbox"
                    values={[]}
                    choices={draft.files.map((value) => ({ value, text: value }))}
                  />
                </fieldset>
              </div>
            )}
          </>
        ) : (
          <Fact field={step.field} typed={draft.facts[step.field.path] ?? ""} />
        )}
        <div class="govuk-button-group">
          <button class="govuk-button" type="submit">
            Save and continue
          </button>
          <button class="govuk-button govuk-button--secondary" type="button" id="forget">
            Forget the draft
          </button>
        </div>
      </form>
    </Framed>
  );
}

function Fact({ field, typed }: { field: Field; typed: string }) {
  const { label, hint, input, choices, required } = field;
  const asked = required ? label : `${label} (optional)`;
  if (input === "choice" || input === "more")
    return (
      <Radios
        legend={asked}
        hint={hint}
        values={[typed]}
        choices={required ? choices : [...choices, { value: "", text: "I leave this open" }]}
      />
    );
  if (input === "choices")
    return (
      <Radios
        legend={asked}
        hint={hint ?? "Choose all that apply."}
        type="checkbox"
        values={linesOf(typed)}
        choices={choices}
      />
    );
  if (input === "file")
    return (
      <Labelled label={asked} hint={`${hint ?? ""}${typed === "" ? "" : ` Named so far: ${visibleText(typed)}.`}`}>
        <input class="govuk-file-upload" id="answer" type="file" aria-describedby="hint" />
      </Labelled>
    );
  if (input === "digest")
    return (
      <>
        <Labelled label={asked} hint={hint ?? "As sha256: and 64 hexadecimal digits, or by the file that it is of."}>
          <input class="govuk-input" id="answer" value={typed} maxlength={100} aria-describedby="hint" />
        </Labelled>
        <div class="govuk-form-group">
          <label class="govuk-label" for="answer-file">
            Its file, whose SHA-256 is taken in this page
            {field.attached ? "; it goes with the entry" : " and which goes nowhere"}
          </label>
          <input class="govuk-file-upload" id="answer-file" type="file" />
        </div>
      </>
    );
  return (
    <Labelled label={asked} hint={hint}>
      {input === "line" ? (
        <input class="govuk-input" id="answer" value={typed} maxlength={2000} {...describedBy(hint)} />
      ) : (
        <textarea class="govuk-textarea" id="answer" rows={6} {...describedBy(hint)}>
          {typed}
        </textarea>
      )}
    </Labelled>
  );
}

const describedBy = (hint: string | null) => (hint === null ? {} : { "aria-describedby": "hint" });

function Labelled({ label, hint, children }: { label: string; hint: string | null; children?: Child }) {
  return (
    <div class="govuk-form-group">
      <h1 class="govuk-label-wrapper">
        <label class="govuk-label govuk-label--l" for="answer">
          {label}
        </label>
      </h1>
      {hint === null ? null : (
        <div class="govuk-hint" id="hint">
          {hint}
        </div>
      )}
      {children}
    </div>
  );
}

function Radios({
  legend,
  hint,
  type = "radio",
  values,
  choices,
}: {
  legend: string;
  hint: string | null;
  type?: "radio" | "checkbox";
  values: readonly string[];
  choices: readonly Choice[];
}) {
  return (
    <div class="govuk-form-group">
      <fieldset class="govuk-fieldset" {...describedBy(hint)}>
        <legend class="govuk-fieldset__legend govuk-fieldset__legend--l">
          <h1 class="govuk-fieldset__heading">{legend}</h1>
        </legend>
        {hint === null ? null : (
          <div class="govuk-hint" id="hint">
            {hint}
          </div>
        )}
        <Options name="answer" type={type} values={values} choices={choices} />
      </fieldset>
    </div>
  );
}

function Options({
  name,
  type,
  values,
  choices,
}: {
  name: string;
  type: "radio" | "checkbox";
  values: readonly string[];
  choices: readonly Choice[];
}) {
  const kind = type === "radio" ? "radios" : "checkboxes";
  return (
    <div class={`govuk-${kind}`}>
      {choices.map(({ value, text }, n) => (
        <div class={`govuk-${kind}__item`}>
          <input
            class={`govuk-${kind}__input`}
            id={`${name}-${n}`}
            name={name}
            type={type}
            value={value}
            checked={values.includes(value)}
          />
          <label class={`govuk-label govuk-${kind}__label`} for={`${name}-${n}`}>
            {visibleText(text)}
          </label>
        </div>
      ))}
    </div>
  );
}

/** All that was answered, what stands against it, and how it is signed. */
export function CheckPage({
  draft,
  steps,
  made,
  byPasskey,
}: {
  draft: Draft;
  steps: readonly Step[];
  made: Made;
  byPasskey: boolean;
}) {
  const { against, readers, facts, ready } = made;
  return (
    <Framed draft={draft} at={steps.length}>
      <h1 class="govuk-heading-l">Check and sign: {KIND_WORDS[draft.kind].toLowerCase()}</h1>
      {against.length === 0 ? null : (
        <div class="govuk-error-summary">
          <div role="alert">
            <h2 class="govuk-error-summary__title">It cannot be filed so</h2>
            <div class="govuk-error-summary__body">
              <ul class="govuk-list govuk-error-summary__list" id="against">
                {against.map((each) => (
                  <li>{visibleText(each)}</li>
                ))}
              </ul>
            </div>
          </div>
        </div>
      )}
      <dl class="govuk-summary-list">
        {steps.map((step, at) => (
          <div class="govuk-summary-list__row">
            <dt class="govuk-summary-list__key">{nameOf(step)}</dt>
            <dd class="govuk-summary-list__value">{answerOf(step, draft)}</dd>
            <dd class="govuk-summary-list__actions">
              <a class="govuk-link" href={filingAddress(draft.role, draft.kind, at)}>
                Change<span class="govuk-visually-hidden"> {nameOf(step).toLowerCase()}</span>
              </a>
            </dd>
          </div>
        ))}
        {ready === null ? null : (
          <>
            <div class="govuk-summary-list__row">
              <dt class="govuk-summary-list__key">What is public of it</dt>
              <dd class="govuk-summary-list__value" id="facts">
                {Object.keys(facts ?? {}).length === 0
                  ? "that it was entered, by whom and when"
                  : Object.entries(facts!).map(([name, value]) => (
                      <div>
                        {wordsOf(name)}: <Value value={value} />
                      </div>
                    ))}
              </dd>
            </div>
            <div class="govuk-summary-list__row">
              <dt class="govuk-summary-list__key">Who will read the rest</dt>
              <dd class="govuk-summary-list__value">{visibleText(readers.join(", "))}</dd>
            </div>
            <div class="govuk-summary-list__row">
              <dt class="govuk-summary-list__key">Digest of what is signed</dt>
              <dd class="govuk-summary-list__value" id="digest">
                <DigestText digest={ready.digest} />
              </dd>
            </div>
          </>
        )}
      </dl>
      {ready === null ? null : (
        <>
          {against.length > 0 ? null : (
            <p class="govuk-body" id="checked">
              Checked: its facts are complete, {draft.tier === "PUBLIC" ? "" : "it is sealed to those named, "}and the
              office would admit it as the case stands now. Once it is entered it stays.
            </p>
          )}
          {against.length === 0 && byPasskey ? (
            <>
              <h2 class="govuk-heading-m">Sign with a passkey</h2>
              <button class="govuk-button" type="button" id="sign">
                Sign with my passkey and file
              </button>
              <Limits />
            </>
          ) : null}
          <h2 class="govuk-heading-m">Sign with the command line</h2>
          <p class="govuk-body">
            <a class="govuk-link" id="unsigned" href="#unsigned" download={`${draft.kind}.filing.zip`}>
              Take the filing along
            </a>
            , sign it where your key is, and compare the digest:
          </p>
          <pre class="app-code" tabindex={0}>
            assay case sign {draft.kind}.filing.zip --private-key {draft.role}-key.pem --out signed.zip
          </pre>
          <form id="signed">
            <div class="govuk-form-group">
              <label class="govuk-label" for="answer">
                The signed filing
              </label>
              <input class="govuk-file-upload" id="answer" type="file" />
            </div>
            <button class="govuk-button govuk-button--secondary" type="submit">
              File it
            </button>
          </form>
        </>
      )}
      <p class="govuk-body" id="told" role="status" />
    </Framed>
  );
}

function nameOf(step: Step): string {
  return step.id === "circle"
    ? "Circle"
    : step.id === "text"
      ? "Text"
      : step.id === "files"
        ? "Files"
        : step.field.label;
}

function answerOf(step: Step, draft: Draft): Child {
  if (step.id === "circle") return TIER_WORDS[draft.tier];
  if (step.id === "text")
    return draft.text === "" ? "none" : <Lines of={linesOf(draft.text.slice(0, 400)).map(visibleText)} />;
  if (step.id === "files")
    return draft.files.length === 0
      ? "none"
      : draft.files.map((name) => `${visibleText(name)}${chosen.has(name) ? "" : " (choose it again)"}`).join(", ");
  const { path, input, choices } = step.field;
  const typed = draft.facts[path] ?? "";
  if (typed === "") return "none";
  if (input === "file") return `${visibleText(typed)}${given.has(path) ? "" : " (choose it again)"}`;
  const said = (value: string) => visibleText(choices.find((each) => each.value === value)?.text ?? value);
  return input === "choices" || input === "lines" ? <Lines of={linesOf(typed).map(said)} /> : said(typed);
}

function Lines({ of }: { of: readonly string[] }) {
  return (
    <>
      {of.map((line) => (
        <div>{line}</div>
      ))}
    </>
  );
}

/** @param props `entry` is the number under which it stands from now on */
export function Filed({ draft, entry, id }: { draft: Draft; entry: number; id: string }) {
  return (
    <>
      <h1 class="govuk-heading-l">Filed as entry {entry}</h1>
      <p class="govuk-body">
        {KIND_WORDS[draft.kind]}. Its number never changes.{" "}
        <a class="govuk-link" href={`/cases/${id}/entries/${entry}`}>
          Read the entry
        </a>{" "}
        or see{" "}
        <a class="govuk-link" href={`/cases/${id}`}>
          what can be done now
        </a>
        .
      </p>
    </>
  );
}
