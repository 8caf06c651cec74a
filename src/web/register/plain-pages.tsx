/** Pages of few words: publishers, one publisher, what the register proves, something that is not here. */
import type { AppendPolicy } from "../../office/register/append-policy.js";
import type { Entry } from "../../office/register/register-index.js";
import { DigestText } from "../../report/parts/digest-text.js";
import { SummaryList } from "../../report/parts/summary-list.js";
import { Table } from "../../report/parts/table.js";
import { visibleText } from "../../report/visible-text.js";
import { plainPolicy } from "../../tlog/policy.js";
import { EntriesTable } from "./home-page.js";
import { page } from "./layout.js";

type Log = { origin: string; size: number };
const PUBLISHERS_SHOWN_MAX = 500;
export const ENTRIES_SHOWN_MAX = 200;

/** Of a long list the first; the twin in JSON has all. */
export function publishersPage(policy: AppendPolicy, log: Log): string {
  const keys = [...policy].slice(0, PUBLISHERS_SHOWN_MAX);
  return page(
    { title: "Publishers", twin: "/publishers.json", log },
    <>
      <h1 class="govuk-heading-l">Who may append</h1>
      <p class="govuk-body">
        Publishers are keys. The names are what the register's operator takes their holders to be. The list is itself an
        entry of the log, and each change a new one.
      </p>
      <Table
        caption={`${policy.size} keys in force${policy.size > keys.length ? `; the first ${keys.length}` : ""}`}
        columns={[{ title: "Name" }, { title: "Roles" }, { title: "Names it may declare" }, { title: "Key" }]}
        rows={keys.map(([id, { name, roles, names }]) => [
          <a class="govuk-link" href={`/publishers/${id}`}>
            {visibleText(name)}
          </a>,
          roles.join(", "),
          names.map(visibleText).join(", ") || "none",
          <DigestText digest={id} />,
        ])}
        wide
      />
    </>,
  );
}

/** @param id of a key, which may hold no right any more @param entries signed by it */
export function publisherPage(id: string, policy: AppendPolicy, entries: readonly Entry[], log: Log): string {
  const holder = policy.get(id);
  const name = holder?.name ?? entries[0]?.keyName ?? "A key";
  const shown = entries.slice(-ENTRIES_SHOWN_MAX).reverse();
  return page(
    { title: name, twin: `/publishers/${id}.json`, feed: `/publishers/${id}/feed.atom`, log },
    <>
      <h1 class="govuk-heading-l">{visibleText(name)}</h1>
      <SummaryList
        rows={[
          ["Key", <DigestText digest={id} />],
          ["Roles now", holder ? holder.roles.join(", ") : "none: the key was taken out"],
          ["Names it may declare", holder?.names.map(visibleText).join(", ") || "none"],
        ]}
      />
      {holder ? (
        <>
          <h2 class="govuk-heading-m">Public key</h2>
          <code class="app-code">{holder.key.pem}</code>
        </>
      ) : null}
      <h2 class="govuk-heading-m">Entries</h2>
      <EntriesTable
        entries={shown}
        caption={
          entries.length > shown.length ? `The latest ${shown.length} of ${entries.length}` : "All entries by this key"
        }
      />
    </>,
  );
}

/** @param verifierKeys of the log, to be copied into a policy */
export function aboutPage(verifierKeys: readonly string[], log: Log): string {
  return page(
    { title: "About", twin: null, log },
    <>
      <h1 class="govuk-heading-l">What this register shows, and what not</h1>
      <ul class="govuk-list govuk-list--bullet">
        <li>
          <strong>Declared:</strong> somebody said so. <strong>Signed:</strong> the holder of a registered key signed
          it. <strong>Logged:</strong> it stands in the log, and the log's tree leads to it. <strong>Witnessed:</strong>{" "}
          others cosigned that tree, so that the operator cannot show you another.
        </li>
        <li>
          <strong>Audited, reproduced:</strong> an auditor's key signed that it looked, and how. None of this shows that
          a declaration is true.
        </li>
        <li>
          <strong>Compiled:</strong> written down from public sources by someone else than the publisher. It gives way
          as soon as the publisher declares.
        </li>
        <li>
          <strong>A finding</strong> of a laboratory stands beside declarations and is never counted as a fault of
          anyone. An inconclusive finding shows nothing, in neither direction.
        </li>
        <li>A model that is not here has not been declared here. That says nothing about it.</li>
        <li>Nothing is edited: corrections and withdrawals are new entries, and the old ones stay.</li>
      </ul>
      <h2 class="govuk-heading-m">Check it yourself</h2>
      <p class="govuk-body">
        The log is a set of static files after the C2SP specifications (tlog-tiles) under{" "}
        <a class="govuk-link" href="/log/checkpoint">
          /log
        </a>
        . Trust policy to start from; add the witnesses you trust:
      </p>
      <code class="app-code">{plainPolicy(verifierKeys)}</code>
      <code class="app-code">
        {
          "assay register fsck THIS-SITE/log --policy trust.txt\nassay log monitor THIS-SITE/log --policy trust.txt --state seen.txt\n"
        }
      </code>
    </>,
  );
}

/** @param what made visible before it is shown: it may quote an address */
export function missingPage(what: string, log: Log): string {
  return page(
    { title: "Not here", twin: null, log },
    <>
      <h1 class="govuk-heading-l">Not here</h1>
      <p class="govuk-body">{visibleText(what)}</p>
      <p class="govuk-body">A model that is not here has not been declared here. That says nothing about it.</p>
    </>,
  );
}

/** The log could not be read or does not hold: nothing of it is shown. */
export function closedPage(reason: string): string {
  return page(
    { title: "The log cannot be checked", twin: null, log: { origin: "log not checked", size: 0 } },
    <>
      <h1 class="govuk-heading-l">The log cannot be checked</h1>
      <p class="govuk-body">So nothing of the register is shown. {visibleText(reason)}</p>
    </>,
  );
}
