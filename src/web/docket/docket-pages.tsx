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
  cases: readonly FoundCase[];
  unreadable: { case: string; says: string }[];
}

/** @param query `q` words that must all begin a word in the public view of a case, `state`, `page` from 1 */
export async function casesRecord(docket: Docket, query: Readonly<Record<string, string>>): Promise<CasesRecord> {
  const asked = (query.q ?? "").slice(0, ASKED_MAX).trim();
  const state = query.state ?? "";
  const words = asked.split(/\s+/).filter(Boolean);
  const [paged, standing] = await Promise.all([
    onPage(query.page, CASES_A_PAGE, (offset, limit) =>
      docket.search({ words, ...(state === "" ? {} : { state }), by: "latest", offset, limit }),
    ),
    docket.standing(),
  ]);
  return { type: "assay/docket-cases/v1", asked, state, ...paged, ...standing };
}

/** @param asked the number of a page, from 1; what is no such page is the first or the last */
async function onPage<T extends { found: number }>(
  asked: string | undefined,
  size: number,
  search: (offset: number, limit: number) => Promise<T>,
): Promise<T & { page: number; pages: number }> {
  const page = /^[1-9][0-9]{0,5}$/.test(asked ?? "") ? Number(asked) : 1;
  const result = await search((page - 1) * size, size);
  const pages = Math.max(1, Math.ceil(result.found / size));
  if (page <= pages) return { ...result, page, pages };
  return { ...(await search((pages - 1) * size, size)), page: pages, pages };
}

/** To the page before and the one after, where there are any. */
function Pages({ at, pages, address }: { at: number; pages: number; address: (page: number) => string }) {
  if (pages === 1) return null;
  return (
    <nav aria-label="Pages">
      <p class="govuk-body">
        {at > 1 ? (
          <a class="govuk-link" href={address(at - 1)}>
            Page {at - 1}
          </a>
        ) : null}{" "}
        {at < pages ? (
          <a class="govuk-link" href={address(at + 1)}>
            Page {at + 1}
          </a>
        ) : null}
      </p>
    </nav>
  );
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
      <Pages at={at} pages={pages} address={query} />
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
  type: "assay/docket-deadlines/v1";
  found: number;
  page: number;
  pages: number;
  deadlines: { case: string; title: string; timer: string; due: string }[];
}

/** The next time of each case, the earliest first. @param query `page` from 1 */
export async function deadlinesRecord(
  docket: Docket,
  query: Readonly<Record<string, string>>,
): Promise<DocketDeadlines> {
  const { found, page, pages, cases } = await onPage(query.page, CASES_A_PAGE, (offset, limit) =>
    docket.search({ by: "due", offset, limit }),
  );
  const deadlines = cases.map(({ case: id, title, due }) => ({ case: id, title, ...due! }));
  return { type: "assay/docket-deadlines/v1", found, page, pages, deadlines };
}

/** Times as the fold computed them when the index was last brought up to date. */
export function deadlinesPage({ found, page: at, pages, deadlines: rows }: DocketDeadlines): string {
  return page(
    { title: "Deadlines", twin: `/deadlines.json?page=${at}`, feed: "/feed.atom" },
    <>
      <h1 class="govuk-heading-l">Deadlines</h1>
      <p class="govuk-body">
        The next time of each case.{" "}
        <a class="govuk-link" href="/deadlines.ics">
          Add to a calendar
        </a>
        .
      </p>
      {rows.length === 0 ? (
        <p class="govuk-body">No time runs.</p>
      ) : (
        <Table
          caption={`${found} ${found === 1 ? "time runs" : "times run"}, the earliest first; page ${at} of ${pages}`}
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
      <Pages at={at} pages={pages} address={(n) => `?page=${n}`} />
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
