/** Guided filing, one thing a page: who may read it, each fact, what is said, files; then all of it, checked, and signed. */
import type { Child } from "hono/jsx";
import { TIERS } from "../../../../../office/docket/pack/names.js";
import { KIND_WORDS, TIER_WORDS } from "../../../../../office/docket/view/kind-words.js";
import { DigestText } from "../../../../../report/parts/digest-text.js";
import { visibleText } from "../../../../../report/visible-text.js";
import { filingAddress, Limits } from "../pages.js";
import { chosen, type Draft } from "./draft.js";
import type { Field } from "./fields.js";
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

function Framed({ draft, at, of, children }: { draft: Draft; at: number; of: number; children?: Child }) {
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
        {KIND_WORDS[draft.kind]}, page {at + 1} of {of + 1}
      </p>
      {children}
    </>
  );
}

/** One page; its form is `#step`, its answer `#answer`. */
export function StepPage({ draft, steps, at }: { draft: Draft; steps: readonly Step[]; at: number }) {
  const step = steps[at]!;
  return (
    <Framed draft={draft} at={at} of={steps.length}>
      <form id="step">
        {step.id === "circle" ? (
          <Radios
            legend="Who may read what you write and attach?"
            hint="What is asked as a fact is public in any case. An exhibit's title is not."
            value={draft.tier}
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
          <Labelled
            label={draft.kind === "exhibit" ? "The exhibit's file" : "Files (optional)"}
            hint={`A draft keeps their names alone.${draft.files.length > 0 ? ` Named so far: ${draft.files.map(visibleText).join(", ")}.` : ""}`}
          >
            <input class="govuk-file-upload" id="answer" type="file" multiple aria-describedby="hint" />
          </Labelled>
        ) : (
          <Fact field={step.field} typed={draft.facts[step.field.name] ?? ""} />
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
  if (input === "choice")
    return (
      <Radios
        legend={asked}
        hint={hint}
        value={typed}
        choices={required ? choices : [...choices, { value: "", text: "I leave this open" }]}
      />
    );
  return (
    <Labelled label={asked} hint={input === "json" ? `${hint ?? ""} As JSON, as the command line takes it.` : hint}>
      {input === "line" ? (
        <input class="govuk-input" id="answer" value={typed} maxlength={2000} {...describedBy(hint)} />
      ) : (
        <textarea class="govuk-textarea" id="answer" rows={6} {...describedBy(hint ?? "json")}>
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
  value,
  choices,
}: {
  legend: string;
  hint: string | null;
  value: string;
  choices: readonly { value: string; text: string }[];
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
        <div class="govuk-radios">
          {choices.map(({ value: each, text }, n) => (
            <div class="govuk-radios__item">
              <input
                class="govuk-radios__input"
                id={`answer-${n}`}
                name="answer"
                type="radio"
                value={each}
                checked={each === value}
              />
              <label class="govuk-label govuk-radios__label" for={`answer-${n}`}>
                {visibleText(text)}
              </label>
            </div>
          ))}
        </div>
      </fieldset>
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
  const { against, readers, ready } = made;
  return (
    <Framed draft={draft} at={steps.length} of={steps.length}>
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
              <dt class="govuk-summary-list__key">Who will read it</dt>
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
  if (step.id === "text") return draft.text === "" ? "none" : visibleText(draft.text.slice(0, 400));
  if (step.id === "files")
    return draft.files.length === 0
      ? "none"
      : draft.files.map((name) => `${visibleText(name)}${chosen.has(name) ? "" : " (choose it again)"}`).join(", ");
  const typed = draft.facts[step.field.name] ?? "";
  return typed === "" ? "none" : visibleText(step.field.choices.find(({ value }) => value === typed)?.text ?? typed);
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
