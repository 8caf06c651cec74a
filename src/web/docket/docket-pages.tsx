/** Pages across cases: the list with its search, times that run, and what the docket is. */
import type { Docket } from "../../app/docket/docket.js";
import type { FoundCase } from "../../app/docket/index/search-cases.js";
import { Table } from "../../report/parts/table.js";
import { visibleText } from "../../report/visible-text.js";
import { page, REMINDER, Tag } from "./layout.js";

const CASES_A_PAGE = 50;
const ASKED_MAX = 200;

interface CasesRecord {
  type: "assay/docket-cases/v1";
  asked: string;
  state: string;
  states: string[];
  found: number;
  page: number;
  pages: number;
  cases: FoundCase[];
  unreadable: { case: string; says: string }[];
}

/** @param query `q` words that must all begin a word in the public view of a case, `state`, `page` from 1 */
export async function casesRecord(docket: Docket, query: Readonly<Record<string, string>>): Promise<CasesRecord> {
  const asked = (query.q ?? "").slice(0, ASKED_MAX).trim();
  const state = query.state ?? "";
  const page = /^[1-9][0-9]{0,5}$/.test(query.page ?? "") ? Number(query.page) : 1;
  const words = asked.split(/\s+/).filter(Boolean);
  const search = (at: number) =>
    docket.search({
      words,
      ...(state === "" ? {} : { state }),
      by: "latest",
      offset: (at - 1) * CASES_A_PAGE,
      limit: CASES_A_PAGE,
    });
  let result = await search(page);
  const pages = Math.max(1, Math.ceil(result.found / CASES_A_PAGE));
  if (page > pages) result = await search(pages);
  return {
    type: "assay/docket-cases/v1",
    asked,
    state,
    ...result,
    page: Math.min(page, pages),
    pages,
    ...(await docket.standing()),
  };
}

/** One page of the list, drawn from the record that its twin in JSON prints. */
export function casesPage(record: CasesRecord): string {
  const { asked, state, states, found, page: at, pages, cases, unreadable } = record;
  const query = (n: number) => `?${new URLSearchParams({ q: asked, state, page: String(n) })}`;
  return page(
    { title: "Cases", twin: `/index.json${query(at)}`, feed: "/feed.atom" },
    <>
      <h1 class="govuk-heading-l">Cases</h1>
      <search>
        <form class="app-search app-no-print" action="/" method="get">
          <div class="govuk-form-group">
            <label class="govuk-label" for="q">
              Party, case number, or words of an entry
            </label>
            <input class="govuk-input" id="q" name="q" type="search" value={visibleText(asked)} maxlength={ASKED_MAX} />
          </div>
          <div class="govuk-form-group">
            <label class="govuk-label" for="state">
              State
            </label>
            <select class="govuk-select" id="state" name="state">
              <option value="">Any</option>
              {states.map((each) => (
                <option value={each} selected={each === state}>
                  {each}
                </option>
              ))}
            </select>
          </div>
          <button class="govuk-button" type="submit">
            Search
          </button>
        </form>
      </search>
      {cases.length === 0 ? (
        <p class="govuk-body">No case has these words in its public entries.</p>
      ) : (
        <Table
          caption={`${found} ${found === 1 ? "case" : "cases"}, the latest entry first; page ${at} of ${pages}`}
          columns={[
            { title: "Case" },
            { title: "State" },
            { title: "Next time" },
            { title: "Decision" },
            { title: "Entries", numeric: true },
          ]}
          rows={cases.map((each) => [
            <>
              <a class="govuk-link" href={`/cases/${each.case}`}>
                {visibleText(each.title)}
              </a>
              <div class="app-quiet">
                {each.case}
                {each.rehearsal ? ", a rehearsal" : ""}
              </div>
            </>,
            <Tag text={each.state} />,
            each.due === null ? "none" : `${each.due.timer}, ${each.due.due.slice(0, 10)}`,
            each.outcome ?? "none yet",
            String(each.entries),
          ])}
          wide
        />
      )}
      {pages > 1 ? (
        <nav aria-label="Pages">
          <p class="govuk-body">
            {at > 1 ? (
              <a class="govuk-link" href={query(at - 1)}>
                Page {at - 1}
              </a>
            ) : null}{" "}
            {at < pages ? (
              <a class="govuk-link" href={query(at + 1)}>
                Page {at + 1}
              </a>
            ) : null}
          </p>
        </nav>
      ) : null}
      {unreadable.length > 0 ? (
        <>
          <h2 class="govuk-heading-m">Cannot be read</h2>
          <ul class="govuk-list">
            {unreadable.map(({ case: id, says }) => (
              <li>
                {visibleText(id)}: {visibleText(says)}
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </>,
  );
}

interface DocketDeadlines {
  found: number;
  deadlines: { case: string; title: string; timer: string; due: string }[];
}

/** Times of cases, the earliest first; so many on a page. */
export const DEADLINES_MAX = 200;

/** Times as the fold computed them when the index was last brought up to date. */
export function deadlinesPage({ found, deadlines: rows }: DocketDeadlines): string {
  return page(
    { title: "Deadlines", twin: "/deadlines.json", feed: "/feed.atom" },
    <>
      <h1 class="govuk-heading-l">Deadlines</h1>
      <p class="govuk-body">
        The next time of each case{found > rows.length ? `, the ${rows.length} earliest of ${found}` : ""}.{" "}
        <a class="govuk-link" href="/deadlines.ics">
          Add to a calendar
        </a>
        .
      </p>
      {rows.length === 0 ? (
        <p class="govuk-body">No time runs.</p>
      ) : (
        <Table
          caption="Times that run, the earliest first"
          columns={[{ title: "Ends" }, { title: "Case" }, { title: "Time" }]}
          rows={rows.map(({ case: id, title, timer, due }) => [
            <time datetime={due}>{due.replace("T", " ").replace("Z", " UTC")}</time>,
            <a class="govuk-link" href={`/cases/${id}/deadlines`}>
              {visibleText(title)}
            </a>,
            timer,
          ])}
        />
      )}
    </>,
  );
}

export const ABOUT = [
  "Each case is a list of signed entries in a log of its own. State, times, orders and gates are computed from the entries under the case's rules; nothing on these pages was set by hand.",
  "A number, once given, never changes. A sealed entry stays listed with its number, who entered it and when; what it holds is encrypted to named readers and is not on this server in clear.",
  "Every page has a twin in JSON: the same address with .json. Each case can be taken along as one file and verified without this server.",
  "These pages are computed by the office that runs this server. Whoever does not believe it verifies the file, and compares the log's head with what others saw.",
];

/** The same sentences as its twin in JSON. */
export function aboutPage(): string {
  return page(
    { title: "About", twin: "/about.json", feed: "/feed.atom" },
    <>
      <h1 class="govuk-heading-l">About this docket</h1>
      {[...ABOUT, REMINDER].map((each) => (
        <p class="govuk-body">{each}</p>
      ))}
    </>,
  );
}
