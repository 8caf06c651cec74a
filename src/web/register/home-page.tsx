/** Search and the latest entries. */

import { KINDS } from "../../office/register/declarations/kinds.js";
import { dayOf } from "../../office/register/label/label.js";
import type { Entry, ModelState, RegisterIndex } from "../../office/register/register-index.js";
import { Table } from "../../report/parts/table.js";
import { visibleText } from "../../report/visible-text.js";
import { ModelLink, page, SearchForm } from "./layout.js";

const LATEST = 20;
export const HITS_MAX = 50;

export interface Found {
  asked: string;
  models: ModelState[];
  cut: boolean;
}

/** What the home page and its twin show. */
export function homeRecord(index: RegisterIndex, found: Found | null) {
  return {
    type: "assay/register-home/v1",
    models: index.models.size,
    entries: index.size,
    foreign: index.foreign.count,
    ...(found
      ? { asked: found.asked, found: found.models.map(({ id, name }) => ({ model: id, name })), cut: found.cut }
      : { latest: index.entries.slice(-LATEST).reverse().map(entryRecord) }),
  };
}

/** One line of the list, as its twin in JSON prints it. */
export function entryRecord({ index, record, keyName, puts }: Entry) {
  const { kind, model, name, key, received } = record;
  return { entry: index, kind, puts, model, name, key, keyName, received: new Date(received * 1000).toISOString() };
}

/** @param found null for the latest entries */
export function homePage(index: RegisterIndex, found: Found | null, log: { origin: string; size: number }): string {
  const query = found ? `?q=${encodeURIComponent(found.asked)}` : "";
  return page(
    { title: found ? `Search: ${found.asked}` : "Home", twin: `/index.json${query}`, log },
    <>
      <h1 class="govuk-heading-l">Where AI models come from</h1>
      <p class="govuk-body">
        Publishers declare here, under their own keys, what a model was made from, where, and on what data. Every entry
        stands in a log that cannot be rewritten unseen. {index.models.size} models, {index.size} entries.
        {index.foreign.count > 0 ? (
          <>
            {" "}
            {index.foreign.count} of them are of kinds that this version does not know: nothing is answered about what
            they name.
          </>
        ) : null}
      </p>
      <SearchForm asked={found?.asked ?? ""} />
      {found ? <Hits found={found} index={index} /> : <Latest entries={index.entries.slice(-LATEST).reverse()} />}
    </>,
  );
}

function Hits({ found, index }: { found: Found; index: RegisterIndex }) {
  if (found.models.length === 0)
    return (
      <p class="govuk-body">
        No model has a name with words that begin so. A model that is not here has not been declared here; that says
        nothing about it.
      </p>
    );
  return (
    <>
      <Table
        caption={`${found.models.length} models${found.cut ? "; there may be more, so narrow the search" : ""}`}
        columns={[{ title: "Model" }, { title: "Declared by" }, { title: "Entries", numeric: true }]}
        rows={found.models.map((model) => {
          const declarer = index.declarer(model);
          const entry = model.entries.find(({ record }) => record.key === declarer);
          return [
            <ModelLink id={model.id} name={model.name} />,
            entry ? `${visibleText(entry.keyName)}${entry.roles.includes("publisher") ? "" : " (compiled)"}` : "nobody",
            String(model.entries.length),
          ];
        })}
        wide
      />
    </>
  );
}

function Latest({ entries }: { entries: Entry[] }) {
  return <EntriesTable entries={entries} caption="Latest entries" />;
}

/** In the order given; the caller cuts. */
export function EntriesTable({ entries, caption }: { entries: readonly Entry[]; caption: string }) {
  if (entries.length === 0) return <p class="govuk-body">No entries yet.</p>;
  return (
    <Table
      caption={caption}
      columns={[
        { title: "Entry" },
        { title: "Kind" },
        { title: "Model" },
        { title: "Signed by" },
        { title: "Received" },
        { title: "Status" },
      ]}
      rows={entries.map((entry) => [
        <a class="govuk-link" href={`/entries/${entry.index}`}>
          {entry.index}
        </a>,
        KINDS[entry.record.kind].title,
        <ModelLink id={entry.record.model} name={entry.record.name} />,
        visibleText(entry.keyName),
        dayOf(entry.record.received),
        statusOf(entry),
      ])}
      wide
    />
  );
}

/** What came after an entry, in words; the first of correction, withdrawal, closing speaks. */
export function statusOf({ correctedBy, withdrawnBy, closedBy, challenges }: Entry): string {
  if (correctedBy) return `corrected by entry ${correctedBy.index}`;
  if (withdrawnBy) return `withdrawn by entry ${withdrawnBy.index}`;
  if (closedBy) return `closed by entry ${closedBy.index}`;
  const open = challenges.filter((c) => c.closedBy === null && c.withdrawnBy === null).length;
  return open > 0 ? `in force, ${open} open challenge${open > 1 ? "s" : ""}` : "in force";
}
