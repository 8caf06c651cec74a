/** Every entry of a case in its order, with filters; numbers never change. */
import type { CaseView, EntryView } from "../../../office/docket/view/case-view.js";
import { KIND_WORDS, ROLE_WORDS } from "../../../office/docket/view/kind-words.js";
import { visibleText } from "../../../report/visible-text.js";
import type { Query } from "./case-page.js";
import { EntryTable, line } from "./entry-table.js";

const FILTERS = ["kind", "role", "party"] as const;

/** @param query filters; unknown ones are ignored and values are cut to 100 characters */
export function timeline({ entries }: CaseView, query: Query) {
  const asked = Object.fromEntries(FILTERS.flatMap((each) => (query[each] ? [[each, query[each].slice(0, 100)]] : [])));
  const shown = entries.filter((each) =>
    FILTERS.every((name) => asked[name] === undefined || each[name] === asked[name]),
  );
  const choices = (name: (typeof FILTERS)[number]) =>
    [...new Set(entries.map((each) => each[name]))].filter((each) => each !== null);
  return {
    asked,
    of: entries.length,
    choices: { kind: choices("kind"), role: choices("role"), party: choices("party") },
    entries: shown.map(line),
  };
}

/** The page, from that record. */
export function Timeline(record: ReturnType<typeof timeline>, { case: id }: CaseView) {
  const words = (name: string, value: string) =>
    name === "kind"
      ? KIND_WORDS[value as EntryView["kind"]]
      : name === "role"
        ? ROLE_WORDS[value as EntryView["role"]]
        : value;
  return (
    <>
      <h1 class="govuk-heading-l">Timeline</h1>
      <form class="app-search app-no-print" action={`/cases/${id}/timeline`} method="get">
        {FILTERS.map((name) => (
          <div class="govuk-form-group">
            <label class="govuk-label" for={name}>
              {name === "kind" ? "Kind" : name === "role" ? "Role" : "Party"}
            </label>
            <select class="govuk-select" id={name} name={name}>
              <option value="">All</option>
              {record.choices[name].map((value) => (
                <option value={value} selected={record.asked[name] === value}>
                  {visibleText(words(name, value))}
                </option>
              ))}
            </select>
          </div>
        ))}
        <button class="govuk-button" type="submit">
          Filter
        </button>
      </form>
      <EntryTable
        id={id}
        entries={record.entries}
        caption={`${record.entries.length} of ${record.of} entries; a number never changes`}
      />
    </>
  );
}
