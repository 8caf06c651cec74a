/**
 * The access ledger as anyone may see it: that an owner granted access, when, until when, and the commitments. To whom,
 * what and on which terms is sealed; this page cannot show it.
 */
import type { Child } from "hono/jsx";
import { ACCESS_TITLES } from "../../office/register/access/fields.js";
import {
  type AccessEntry,
  type AccessLedger,
  type GrantState,
  standingOfGrant,
} from "../../office/register/access/ledger.js";
import { dayOf } from "../../office/register/label/label.js";
import type { EntryTime } from "../../office/register/log-time.js";
import { DigestText } from "../../report/parts/digest-text.js";
import { SummaryList } from "../../report/parts/summary-list.js";
import { Table } from "../../report/parts/table.js";
import { visibleText } from "../../report/visible-text.js";
import { bundlePath } from "./entry-page.js";
import { page } from "./layout.js";

/** Latest grants shown; the twin has as many. */
const GRANTS_SHOWN = 200;

interface Log {
  origin: string;
  size: number;
}

/** @param now Unix seconds */
export function accessRecordPage(ledger: AccessLedger, now: number, foreign: number) {
  const grants = latest(ledger);
  return {
    type: "assay/register-access/v1",
    entries: ledger.entries.length,
    foreign,
    grants: grants.map((grant) => ({ ...accessEntryRecord(grant.entry), ...under(grant, now) })),
    cut: ledger.grantCount > grants.length,
  };
}

function latest(ledger: AccessLedger): GrantState[] {
  return ledger.latestGrants(GRANTS_SHOWN);
}

function under(grant: GrantState, now: number) {
  return {
    standing: standingOfGrant(grant, now),
    deliveries: grant.deliveries.map(({ index }) => index),
    receipts: [...grant.receipts.values()].map(({ index }) => index),
    revokedBy: grant.revokedBy?.index ?? null,
  };
}

/** What the page's twin in JSON prints; private fields are commitments. */
export function accessEntryRecord({ index, record, keyName }: AccessEntry) {
  const { kind, key, issued, received, statement, bundle, sealed, commitments, until, grant, delivery } = record;
  return {
    entry: index,
    kind,
    key,
    keyName,
    issued,
    received: new Date(received * 1000).toISOString(),
    statement,
    bundle,
    sealed,
    commitments,
    until: until ?? null,
    grant: grant ?? null,
    delivery: delivery ?? null,
  };
}

/** @param now Unix seconds, to say which grants have run out */
export function accessPage(ledger: AccessLedger, now: number, log: Log): string {
  const grants = latest(ledger);
  return page(
    { title: "Access ledger", twin: "/access.json", log },
    <>
      <h1 class="govuk-heading-l">Access ledger</h1>
      <p class="govuk-body">
        Owners of models, code and data record here whom they give access, before a dispute. To whom, to what and on
        which terms is sealed; the log shows commitments, so that an owner, a partner or a court can show later what was
        recorded, and when. An access that nobody recorded is not here.
      </p>
      {grants.length === 0 ? (
        <p class="govuk-body">No grants yet.</p>
      ) : (
        <Table
          caption={`Grants: ${ledger.grantCount}${ledger.grantCount > grants.length ? `; the latest ${grants.length}` : ""}`}
          columns={[
            { title: "Entry" },
            { title: "Signed by" },
            { title: "Received" },
            { title: "Until" },
            { title: "Standing" },
            { title: "Given", numeric: true },
            { title: "Acknowledged", numeric: true },
          ]}
          rows={grants.map((grant) => [
            <EntryLink index={grant.entry.index} />,
            visibleText(grant.entry.keyName),
            dayOf(grant.entry.record.received),
            grant.entry.record.until!.slice(0, 10),
            grant.revokedBy ? (
              <>
                revoked, entry <EntryLink index={grant.revokedBy.index} />
              </>
            ) : (
              standingOfGrant(grant, now)
            ),
            String(grant.deliveries.length),
            String(grant.receipts.size),
          ])}
          wide
        />
      )}
    </>,
  );
}

/** @param time what witnesses' clocks say of the entry */
export function accessEntryPage(ledger: AccessLedger, entry: AccessEntry, log: Log, time: EntryTime): string {
  const { record, index } = entry;
  const linked = (digest: string | undefined): Child => {
    const found = digest === undefined ? null : ledger.statement(digest);
    return found ? <EntryLink index={found.index} /> : "none";
  };
  const rows: [string, Child][] = [
    [
      "Signed by",
      <a class="govuk-link" href={`/publishers/${record.key}`}>
        {visibleText(entry.keyName)}
      </a>,
    ],
    ["Dated by its signer", record.issued],
    ["Received, by the operator's clock", `${shortTime(time.received)} UTC`],
    [
      "First cosigned",
      time.cosigned === null
        ? "by no witness known here"
        : `${shortTime(time.cosigned)} UTC, by ${visibleText(time.witness!)}`,
    ],
    ...(time.uncertain
      ? ([["Time uncertain", "the operator's clock ran more than ten minutes ahead of the first cosignature"]] as [
          string,
          Child,
        ][])
      : []),
    ...(record.until ? ([["Until", record.until]] as [string, Child][]) : []),
    ...(record.grant ? ([["Under the grant", linked(record.grant)]] as [string, Child][]) : []),
    ...(record.delivery ? ([["Acknowledges", linked(record.delivery)]] as [string, Child][]) : []),
    ["Statement", <DigestText digest={record.statement} />],
    [
      "Signed bundle",
      <a class="govuk-link" href={`/log/${bundlePath(record.bundle)}`}>
        {record.bundle}
      </a>,
    ],
    [
      "Sealed fields (age)",
      <a class="govuk-link" href={`/log/${bundlePath(record.sealed)}`}>
        {record.sealed}
      </a>,
    ],
  ];
  return page(
    {
      title: `${ACCESS_TITLES[record.kind]}: entry ${index}`,
      twin: `/entries/${index}.json`,
      log,
      crumbs: [{ text: "Access ledger", href: "/access" }],
    },
    <>
      <h1 class="govuk-heading-l">
        {ACCESS_TITLES[record.kind]}: entry {index}
      </h1>
      <SummaryList rows={rows} />
      <h2 class="govuk-heading-m">Commitments</h2>
      <p class="govuk-body">
        One salted commitment a private field (RFC 9901, section 4.2). Whoever holds a field's disclosure can show that
        it is the one committed to here.
      </p>
      <ul class="govuk-list govuk-list--bullet">
        {record.commitments.map((each) => (
          <li>
            <code>{each}</code>
          </li>
        ))}
      </ul>
    </>,
  );
}

function shortTime(moment: string): string {
  return moment.slice(0, 19).replace("T", " ");
}

function EntryLink({ index }: { index: number }) {
  return (
    <a class="govuk-link" href={`/entries/${index}`}>
      {index}
    </a>
  );
}
