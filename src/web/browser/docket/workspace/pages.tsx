/** The workspace's own pages: what can I do now, my keys, search in what I may read. Bodies alone; `start.ts` gives them life. */
import { ROLES, type Role } from "../../../../office/docket/pack/names.js";
import type { CaseView } from "../../../../office/docket/view/case-view.js";
import { KIND_WORDS, ROLE_WORDS, TIER_WORDS } from "../../../../office/docket/view/kind-words.js";
import { visibleText } from "../../../../report/visible-text.js";
import { DeadlineTable } from "../../../docket/case/deadline-table.js";
import { EntryTable, line } from "../../../docket/case/entry-table.js";
import { draftsOf } from "./filing/draft.js";
import { here } from "./held.js";

const capital = (text: string) => `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}`;
/** Where a draft of this kind is written, page by page. */
export const filingAddress = (role: Role, kind: string, step = 0) =>
  `/cases/${here}/file?${new URLSearchParams({ role, kind, step: String(step) })}`;

/** @param props `opened` counts the entries that were opened of those that are sealed */
export function Now({
  shown,
  role,
  opened,
  of,
  kept,
}: {
  shown: CaseView;
  role: Role;
  opened: number;
  of: number;
  kept: boolean;
}) {
  const mine = shown.next.filter((step) => step.role === role);
  const times = shown.deadlines.filter(({ of: whose, status }) => status === "running" && whose.includes(role));
  const drafts = draftsOf(role);
  return (
    <>
      <h1 class="govuk-heading-l">
        <span class="govuk-caption-l">
          {here}
          {shown.title === here ? "" : `, ${visibleText(shown.title)}`}
        </span>
        What can I do now?
      </h1>
      <p class="govuk-body">
        {visibleText(capital(shown.stated.says))}, as of {shown.stated.asOf}.
      </p>
      <div class="govuk-form-group">
        <label class="govuk-label" for="role">
          My role
        </label>
        <select class="govuk-select" id="role">
          {ROLES.map((each) => (
            <option value={each} selected={each === role}>
              {ROLE_WORDS[each]}
            </option>
          ))}
        </select>
      </div>
      <ul class="govuk-list app-acts" id="acts" aria-live="polite">
        {mine.length === 0 ? <li>Nothing, as the case stands.</li> : null}
        {mine.map(({ kind, due, why, missing }) => (
          <li>
            {missing.length > 0 ? (
              <strong>{KIND_WORDS[kind]}</strong>
            ) : (
              <a class="govuk-link" href={filingAddress(role, kind)}>
                {KIND_WORDS[kind]}
              </a>
            )}
            {due === null ? "" : `, by ${due.replace("T", " ").replace("Z", " UTC")}`}
            <div class="app-quiet">
              {visibleText(capital(why))}
              {missing.length > 0 ? `. Not yet: ${visibleText(missing.join("; "))}` : ""}
            </div>
          </li>
        ))}
      </ul>
      {drafts.length === 0 ? null : (
        <>
          <h2 class="govuk-heading-m" id="drafts">
            Drafts in this browser
          </h2>
          <ul class="govuk-list">
            {drafts.map((kind) => (
              <li>
                <a class="govuk-link" href={filingAddress(role, kind)}>
                  Go on with: {KIND_WORDS[kind] ?? kind}
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
      <h2 class="govuk-heading-m" id="running">
        Times that run for me
      </h2>
      <DeadlineTable rows={times} none="None." caption="Times that run for this role, with how each was computed" />
      <h2 class="govuk-heading-m" id="sealed">
        What is sealed to me
      </h2>
      <p class="govuk-body">
        An identity is read by this page and goes nowhere; the server holds what is sealed and cannot open it. What was
        opened is forgotten when this page is left or loaded anew.
      </p>
      <form id="open">
        <div class="govuk-form-group">
          <label class="govuk-label" for="identity">
            My age identity (a file)
          </label>
          <input class="govuk-file-upload" id="identity" type="file" />
        </div>
        <div class="govuk-button-group">
          <button class="govuk-button" type="submit">
            Open
          </button>
          {kept ? (
            <button class="govuk-button govuk-button--secondary" type="button" id="unlock">
              Open with my passkey
            </button>
          ) : null}
          {opened > 0 ? (
            <button class="govuk-button govuk-button--secondary" type="button" id="lock">
              Lock
            </button>
          ) : null}
        </div>
      </form>
      <section aria-live="polite" aria-label="Opened">
        <p class="govuk-body" id="state">
          {opened} of {of} sealed entries are open in this page.
        </p>
        {opened === 0 ? null : (
          <EntryTable
            id={here}
            entries={shown.entries.filter(({ tier, sealed }) => tier !== "PUBLIC" && !sealed).map(line)}
            caption="Entries of narrower circles that are open here"
          />
        )}
      </section>
    </>
  );
}

/** @param props `recipient` of the identity that is open in this page */
export function Keys({
  role,
  recipient,
  kept,
  named,
  circle,
}: {
  role: Role;
  recipient: string | null;
  kept: boolean;
  named: boolean;
  circle: { who: string; tier: keyof typeof TIER_WORDS }[];
}) {
  return (
    <>
      <h1 class="govuk-heading-l">My keys</h1>
      {named ? null : (
        <p class="govuk-inset-text">
          Passkeys are bound to a name: open this workspace under localhost or its own name, not under a number.
        </p>
      )}
      <h2 class="govuk-heading-m" id="signing">
        A passkey that signs
      </h2>
      <p class="govuk-body">
        Your device makes it and keeps it. It counts in this case once the registrar has entered its enrolment.
      </p>
      <form id="passkey">
        <div class="govuk-form-group">
          <label class="govuk-label" for="party">
            Party
          </label>
          <input class="govuk-input" id="party" maxlength={100} />
        </div>
        <div class="govuk-form-group">
          <label class="govuk-label" for="holder">
            Who holds it
          </label>
          <input class="govuk-input" id="holder" maxlength={100} />
        </div>
        <div class="govuk-form-group">
          <label class="govuk-label" for="as">
            Role in the case
          </label>
          <select class="govuk-select" id="as">
            {ROLES.map((each) => (
              <option value={each} selected={each === role}>
                {ROLE_WORDS[each]}
              </option>
            ))}
          </select>
        </div>
        <button class="govuk-button" type="submit">
          Make a passkey
        </button>
      </form>
      <p class="govuk-body" id="made" aria-live="polite" />
      <p class="govuk-body" id="enrolment" />
      <Limits />
      <h2 class="govuk-heading-m" id="reading">
        An identity that opens seals
      </h2>
      <p class="govuk-body" id="recipient" aria-live="polite">
        {recipient === null ? "None is open in this page." : "Open in this page."}
      </p>
      {recipient === null ? null : (
        <details class="govuk-details">
          <summary class="govuk-details__summary">
            <span class="govuk-details__summary-text">What others seal to</span>
          </summary>
          <div class="govuk-details__text">
            <span class="app-digest">{recipient}</span>
          </div>
        </details>
      )}
      <p class="govuk-body" id="saved-identity" />
      <div class="govuk-button-group">
        <button class="govuk-button govuk-button--secondary" type="button" id="new-identity">
          Make an identity
        </button>
        {recipient === null ? null : (
          <button class="govuk-button govuk-button--secondary" type="button" id="keep">
            Keep it in this browser, under a passkey
          </button>
        )}
        {kept ? (
          <button class="govuk-button govuk-button--secondary" type="button" id="forget-identity">
            Forget the identity that is kept
          </button>
        ) : null}
      </div>
      <p class="govuk-body">
        To be sealed to, join a circle: it is among what you can do now. An identity that is lost opens nothing any
        more; keep its file apart from this browser.
      </p>
      <h2 class="govuk-heading-m" id="circle">
        Who is sealed to
      </h2>
      {circle.length === 0 ? (
        <p class="govuk-body">Nobody yet.</p>
      ) : (
        <ul class="govuk-list govuk-list--bullet">
          {circle.map(({ who, tier }) => (
            <li>
              {visibleText(who)}: {TIER_WORDS[tier]}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** Said where a passkey is made and where one signs. */
export function Limits() {
  return (
    <details class="govuk-details">
      <summary class="govuk-details__summary">
        <span class="govuk-details__summary-text">What a passkey does not do</span>
      </summary>
      <div class="govuk-details__text">
        <ul class="govuk-list govuk-list--bullet">
          <li>
            Your device shows you this site's address, not what you sign. This page shows the digest; a changed page at
            the same address could show another. Whoever must be sure signs by the command line, which computes it
            itself.
          </li>
          <li>It counts at the address where it was made and for the host's name in it, and nowhere else.</li>
          <li>
            A passkey that is kept on several devices is as safe as the account that keeps it. Counters are not
            compared.
          </li>
          <li>It says that the device checked its user, by a code or a finger; not who that is.</li>
        </ul>
      </div>
    </details>
  );
}

/** Searches what its reader may read, in this page: the server has no such search. */
export function Search({ shown, asked }: { shown: CaseView; asked: string }) {
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
  const textOf = (entry: CaseView["entries"][number]) =>
    [entry.title, entry.party, entry.text, JSON.stringify(entry.facts), ...entry.attachments.map(({ name }) => name)]
      .join("\n")
      .toLowerCase();
  const found =
    words.length === 0 ? [] : shown.entries.filter((entry) => words.every((word) => textOf(entry).includes(word)));
  return (
    <>
      <h1 class="govuk-heading-l">Search this case</h1>
      <form class="app-search" id="search">
        <div class="govuk-form-group">
          <label class="govuk-label" for="q">
            Words, in what is public and in what is open in this page
          </label>
          <input class="govuk-input" id="q" name="q" type="search" value={visibleText(asked)} maxlength={200} />
        </div>
        <button class="govuk-button" type="submit">
          Search
        </button>
      </form>
      {words.length === 0 ? null : found.length === 0 ? (
        <p class="govuk-body">No entry that is open here has these words.</p>
      ) : (
        <EntryTable
          id={here}
          entries={found.map(line)}
          caption={`${found.length} ${found.length === 1 ? "entry" : "entries"} found`}
        />
      )}
    </>
  );
}
