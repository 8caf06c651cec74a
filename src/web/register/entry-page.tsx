/** One entry: what was signed, by whom, when it came in, and what came after it. */
import type { Child } from "hono/jsx";
import type { StatementRecord } from "../../app/register/register-record.js";
import { KINDS } from "../../office/register/declarations/kinds.js";
import type { Entry } from "../../office/register/register-index.js";
import { DigestText } from "../../report/parts/digest-text.js";
import { SummaryList } from "../../report/parts/summary-list.js";
import { visibleText } from "../../report/visible-text.js";
import { statusOf } from "./home-page.js";
import { ModelLink, modelPath, page } from "./layout.js";

/** @param statement as the record has it: `says` is what was signed, in full */
export function entryPage(
  entry: Entry,
  { says, time }: StatementRecord,
  log: { origin: string; size: number },
): string {
  const { record, index } = entry;
  const title = `${KINDS[record.kind].title}: entry ${index}`;
  const rows: [string, Child][] = [
    ["Model", <ModelLink id={record.model} name={record.name} />],
    [
      "Signed by",
      <a class="govuk-link" href={`/publishers/${record.key}`}>
        {visibleText(entry.keyName)}
      </a>,
    ],
    ["As", entry.roles.join(", ")],
    ["Dated by its signer", record.issued],
    ["Received", `${new Date(record.received * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`],
    [
      "First cosigned",
      time.cosigned === null
        ? "no witness is known here"
        : `${time.cosigned.slice(0, 19).replace("T", " ")} UTC by ${visibleText(time.witness!)}`,
    ],
    ...(time.uncertain
      ? ([["Time uncertain", "the operator's clock ran more than ten minutes ahead of the first cosignature"]] as [
          string,
          Child,
        ][])
      : []),
    ["Status", statusOf(entry)],
    ["Statement", <DigestText digest={record.statement} />],
    ["Signed bundle", <DigestText digest={record.bundle} />],
    ...(record.about ? ([["About statement", <DigestText digest={record.about} />]] as [string, Child][]) : []),
  ];
  return page(
    { title, twin: `/entries/${index}.json`, log, crumbs: [{ text: record.name, href: modelPath(record.model) }] },
    <>
      <h1 class="govuk-heading-l">{title}</h1>
      <SummaryList rows={rows} />
      <p class="govuk-body">
        <a class="govuk-link" href={`/entries/${index}/receipt.json`}>
          Receipt
        </a>
        , which verifies offline.{" "}
        <a class="govuk-link" href={`/log/${bundlePath(record.bundle)}`}>
          Signed bundle
        </a>
        .
      </p>
      <h2 class="govuk-heading-m">What it says</h2>
      <Value value={says} />
    </>,
  );
}

/** Below the log's prefix. */
export function bundlePath(digest: string): string {
  const hex = digest.slice(7);
  return `objects/${hex.slice(0, 2)}/${hex}`;
}

/** Any JSON as nested lists: every field of a declaration is shown, nulls included, as "not stated". */
function Value({ value }: { value: unknown }): Child {
  if (value === null || value === undefined) return <span class="app-quiet">not stated</span>;
  if (typeof value === "boolean") return <span>{value ? "yes" : "no"}</span>;
  if (typeof value !== "object") return <span>{visibleText(String(value))}</span>;
  if (Array.isArray(value)) {
    if (value.length === 0) return <span class="app-quiet">none</span>;
    return (
      <ul class="govuk-list govuk-list--bullet">
        {value.map((item) => (
          <li>
            <Value value={item} />
          </li>
        ))}
      </ul>
    );
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return <span class="app-quiet">none</span>;
  return (
    <dl class="govuk-summary-list">
      {entries.map(([key, inner]) => (
        <div class="govuk-summary-list__row">
          <dt class="govuk-summary-list__key">{visibleText(spaced(key))}</dt>
          <dd class="govuk-summary-list__value">
            <Value value={inner} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Field names as words. */
function spaced(key: string): string {
  const words = key.replaceAll(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
