/**
 * The pages of one case. Each has a record, made from the reader's view, and a body drawn from that record alone: the page
 * and its twin cannot say different things.
 */
import type { Child } from "hono/jsx";
import type { CaseView, EntryView, ExhibitView } from "../../office/docket/view/case-view.js";
import { KIND_WORDS, ROLE_WORDS, TIER_WORDS } from "../../office/docket/view/kind-words.js";
import { DigestText } from "../../report/parts/digest-text.js";
import { SummaryList } from "../../report/parts/summary-list.js";
import { Table } from "../../report/parts/table.js";
import { visibleText } from "../../report/visible-text.js";
import { EntryLink, Tag } from "./layout.js";

export type Query = Readonly<Record<string, string>>;

export interface CasePage<R extends object = object> {
  /** Path below the case's own; empty for the case itself. */
  path: string;
  text: string;
  /** @returns null where the case has no such page */
  record: (shown: CaseView, query: Query, rest: string) => R | null;
  body: (record: R, shown: CaseView) => Child;
}

function casePage<R extends object>(page: CasePage<R>): CasePage {
  return page as unknown as CasePage;
}

export const CASE_PAGES: readonly CasePage[] = [
  casePage({ path: "", text: "Overview", record: overview, body: Overview }),
  casePage({ path: "timeline", text: "Timeline", record: timeline, body: Timeline }),
  casePage({ path: "deadlines", text: "Deadlines", record: deadlines, body: Deadlines }),
  casePage({ path: "exhibits", text: "Exhibits", record: exhibits, body: Exhibits }),
  casePage({ path: "findings", text: "Plan and findings", record: findings, body: Findings }),
  casePage({ path: "orders", text: "Orders", record: orders, body: Orders }),
  casePage({ path: "decision", text: "Decision", record: decision, body: Decision }),
];

export const ENTRY_PAGE: CasePage = casePage({ path: "entries", text: "Entry", record: entry, body: Entry });

/** An entry in a list: without what its signer wrote at length. */
function line({ seq, title, kind, role, party, received, tier, sealed, about }: EntryView) {
  return { seq, title, kind, role, party, received, tier, sealed, about };
}

function overview({
  stated,
  parties,
  orders: made,
  decision: held,
  next,
  deadlines: times,
  entries,
  ...shown
}: CaseView) {
  return {
    title: shown.title,
    rehearsal: shown.rehearsal,
    asOf: stated.asOf,
    state: stated.state,
    says: stated.says,
    pack: stated.pack,
    parties,
    panel: stated.panel,
    flags: stated.flags,
    running: times.filter(({ status }) => status === "running" || status === "paused"),
    ordersInForce: made.filter(({ inForce }) => inForce),
    decision: held && { entry: held.entry, outcome: held.outcome, appealed: held.appealed },
    next: next.map(({ role, kind, due, why, missing }) => ({ role, kind, due, why, missing })),
    history: stated.history,
    latest: entries.slice(-5).reverse().map(line),
    sealedEntries: shown.sealedEntries,
  };
}

function Overview(record: ReturnType<typeof overview>, { case: id }: CaseView) {
  return (
    <>
      <h1 class="govuk-heading-l">
        {visibleText(record.title)} <span class="app-quiet">{id}</span>
      </h1>
      <p class="app-status">
        <Tag text={record.state} /> {visibleText(record.says)}
      </p>
      {record.rehearsal ? (
        <p class="govuk-inset-text">This case is a rehearsal: its times are given by hand, not by a clock.</p>
      ) : null}
      <SummaryList
        rows={[
          ["As of", record.asOf],
          ["Rules", visibleText(record.pack.id)],
          [
            "Parties",
            <ul class="govuk-list">
              {record.parties.map(({ party, roles }) => (
                <li>
                  {visibleText(party)}, {roles.map((role) => ROLE_WORDS[role].toLowerCase()).join(", ")}
                </li>
              ))}
            </ul>,
          ],
          ["Panel", record.panel.length > 0 ? visibleText(record.panel.join(", ")) : "not appointed"],
          [
            "Decision",
            record.decision ? (
              <>
                <a class="govuk-link" href={`/cases/${id}/decision`}>
                  {record.decision.outcome}
                </a>
                {record.decision.appealed ? `; appeal: ${record.decision.appealed}` : ""}
              </>
            ) : (
              "none yet"
            ),
          ],
          [
            "Orders in force",
            record.ordersInForce.length > 0 ? (
              <a class="govuk-link" href={`/cases/${id}/orders`}>
                {record.ordersInForce.length}
              </a>
            ) : (
              "none"
            ),
          ],
          ["Sealed", `${record.sealedEntries} entries have contents that are not public`],
        ]}
      />
      <h2 class="govuk-heading-m" id="running">
        Times that run
      </h2>
      <DeadlineTable rows={record.running} none="No time runs." caption="Times that run, with how each was computed" />
      <h2 class="govuk-heading-m" id="next">
        What may happen next
      </h2>
      {record.next.length === 0 ? (
        <p class="govuk-body">Nothing: the case is over.</p>
      ) : (
        <details class="govuk-details">
          <summary class="govuk-details__summary">
            <span class="govuk-details__summary-text">{record.next.length} acts, by role</span>
          </summary>
          <div class="govuk-details__text">
            <Table
              caption="Acts that the rules allow as the case stands"
              columns={[{ title: "Who" }, { title: "What" }, { title: "By" }, { title: "Why" }]}
              rows={record.next.map(({ role, kind, due, why, missing }) => [
                ROLE_WORDS[role],
                KIND_WORDS[kind],
                due ?? "",
                visibleText(missing.length > 0 ? `${why}; not yet: ${missing.join("; ")}` : why),
              ])}
              wide
            />
          </div>
        </details>
      )}
      <h2 class="govuk-heading-m" id="latest">
        Latest entries
      </h2>
      <EntryTable id={id} entries={record.latest} caption="The five latest entries" />
      <h2 class="govuk-heading-m" id="take">
        Take it along
      </h2>
      <ul class="govuk-list govuk-list--bullet">
        <li>
          <a class="govuk-link" href={`/cases/${id}/bundle.zip`}>
            The public case as one file
          </a>
          , which{" "}
          <a class="govuk-link" href="/verify">
            verifies offline
          </a>
        </li>
        <li>
          <a class="govuk-link" href={`/cases/${id}/feed.atom`}>
            Feed
          </a>{" "}
          and{" "}
          <a class="govuk-link" href={`/cases/${id}/deadlines.ics`}>
            calendar
          </a>{" "}
          of this case
        </li>
        <li>
          <a class="govuk-link" href={`/cases/${id}/print`}>
            Everything on one page
          </a>
          , for printing
        </li>
      </ul>
    </>
  );
}

const FILTERS = ["kind", "role", "party"] as const;

function timeline({ entries }: CaseView, query: Query) {
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

function Timeline(record: ReturnType<typeof timeline>, { case: id }: CaseView) {
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

function EntryTable({ id, entries, caption }: { id: string; entries: ReturnType<typeof line>[]; caption: string }) {
  return (
    <Table
      caption={caption}
      columns={[{ title: "No." }, { title: "Received" }, { title: "What" }, { title: "By" }]}
      rows={entries.map(({ seq, title, role, party, received, tier, sealed, about }) => [
        <a class="govuk-link" id={`entry-${seq}`} href={`/cases/${id}/entries/${seq}`}>
          {seq}
        </a>,
        <time datetime={received}>{received.replace("T", " ").replace("Z", " UTC")}</time>,
        <>
          {title}
          {about === null ? null : (
            <>
              , about <EntryLink id={id} seq={about} />
            </>
          )}
          {sealed ? (
            <>
              {" "}
              <Tag text={TIER_WORDS[tier]} colour="grey" />
            </>
          ) : null}
        </>,
        <>
          {ROLE_WORDS[role]}
          {party === null ? null : <div class="app-quiet">{visibleText(party)}</div>}
        </>,
      ])}
      wide
    />
  );
}

function entry({ entries }: CaseView, _: Query, rest: string): EntryView | null {
  return /^(0|[1-9][0-9]{0,8})$/.test(rest) ? (entries[Number(rest)] ?? null) : null;
}

function Entry(record: EntryView, { case: id, entries }: CaseView) {
  const { seq, title, role, party, received, issued, tier, statement, about, facts, text, attachments, sealed } =
    record;
  return (
    <>
      <h1 class="govuk-heading-l">
        <span class="govuk-caption-l">
          Entry {seq} of {id}
        </span>
        {title}
      </h1>
      <SummaryList
        rows={[
          ["By", `${ROLE_WORDS[role]}${party === null ? "" : `, ${visibleText(party)}`}`],
          ["Received", `${received}, on the office's clock`],
          ["Dated", issued],
          ["Circle", TIER_WORDS[tier]],
          ...(about === null ? [] : ([["About", <EntryLink id={id} seq={about} />]] as [string, Child][])),
          ["What was signed", <DigestText digest={statement} />],
          ["Record in the log", <DigestText digest={record.record} />],
        ]}
      />
      {sealed ? (
        <p class="govuk-inset-text">
          {TIER_WORDS[tier]}: what was written and attached here is not shown to your circle.
        </p>
      ) : null}
      {text === null ? null : (
        <>
          <h2 class="govuk-heading-m" id="text">
            Text
          </h2>
          <div class="app-prose">
            {text.split(/\n{2,}/).map((part) => (
              <p class="govuk-body">{visibleText(part)}</p>
            ))}
          </div>
        </>
      )}
      {Object.keys(facts).length === 0 ? null : (
        <>
          <h2 class="govuk-heading-m" id="facts">
            Facts
          </h2>
          <SummaryList rows={Object.entries(facts).map(([key, value]) => [wordsOf(key), <Value value={value} />])} />
        </>
      )}
      {attachments.length === 0 ? null : (
        <>
          <h2 class="govuk-heading-m" id="files">
            Files
          </h2>
          <ul class="govuk-list">
            {attachments.map(({ name, digest }) => (
              <li>
                <a class="govuk-link" href={`/cases/${id}/files/${digest.slice(7)}`}>
                  {visibleText(name)}
                </a>{" "}
                <DigestText digest={digest} />
              </li>
            ))}
          </ul>
        </>
      )}
      <nav class="app-no-print" aria-label="Entries before and after">
        <p class="govuk-body">
          {seq > 0 ? (
            <a class="govuk-link" href={`/cases/${id}/entries/${seq - 1}`}>
              Entry {seq - 1}
            </a>
          ) : null}{" "}
          {seq + 1 < entries.length ? (
            <a class="govuk-link" href={`/cases/${id}/entries/${seq + 1}`}>
              Entry {seq + 1}
            </a>
          ) : null}
        </p>
      </nav>
    </>
  );
}

/** `publicKey` as `Public key`. */
function wordsOf(key: string): string {
  const words = key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return visibleText(words[0]!.toUpperCase() + words.slice(1));
}

function Value({ value }: { value: unknown }): Child {
  if (value === null) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return String(value);
  if (typeof value === "string")
    return /^(sha256|uri):|^-----BEGIN|^[0-9a-f]{32,}$|^[A-Za-z0-9+/=]{40,}$/.test(value) ? (
      <DigestText digest={visibleText(value.trim())} />
    ) : (
      visibleText(value)
    );
  if (Array.isArray(value))
    return value.length === 0 ? (
      "none"
    ) : (
      <ul class="govuk-list">
        {value.map((each) => (
          <li>
            <Value value={each} />
          </li>
        ))}
      </ul>
    );
  return (
    <ul class="govuk-list">
      {Object.entries(value as object).map(([key, inner]) => (
        <li>
          {wordsOf(key)}: <Value value={inner} />
        </li>
      ))}
    </ul>
  );
}

function deadlines({ deadlines: times, stated }: CaseView) {
  return { asOf: stated.asOf, deadlines: times };
}

function Deadlines(record: ReturnType<typeof deadlines>, { case: id }: CaseView) {
  const over = record.deadlines.filter(({ status }) => status !== "running" && status !== "paused");
  return (
    <>
      <h1 class="govuk-heading-l">Deadlines</h1>
      <p class="govuk-body">
        As of {record.asOf}.{" "}
        <a class="govuk-link" href={`/cases/${id}/deadlines.ics`}>
          Add to a calendar
        </a>
        .
      </p>
      <h2 class="govuk-heading-m" id="running">
        Running
      </h2>
      <DeadlineTable
        rows={record.deadlines.filter((each) => !over.includes(each))}
        none="No time runs."
        caption="Running times, with how each was computed"
      />
      <h2 class="govuk-heading-m" id="over">
        Over
      </h2>
      <DeadlineTable rows={over} none="No time has run." caption="Times that are over, with how each was computed" />
    </>
  );
}

function DeadlineTable({ rows, none, caption }: { rows: CaseView["deadlines"]; none: string; caption: string }) {
  if (rows.length === 0) return <p class="govuk-body">{none}</p>;
  return (
    <Table
      caption={caption}
      captionHidden
      columns={[{ title: "Time" }, { title: "Whose" }, { title: "Ends" }, { title: "State" }, { title: "Computation" }]}
      rows={rows.map(({ timer, of, due, status, computation, expiry }) => [
        wordsOf(timer.replaceAll("-", " ")),
        of.map((role) => ROLE_WORDS[role]).join(", "),
        <time datetime={due}>{due.replace("T", " ").replace("Z", " UTC")}</time>,
        <Tag text={status} colour={status === "running" ? "blue" : status === "expired" ? "red" : "grey"} />,
        <>
          <ul class="govuk-list app-steps">
            {computation.map((step) => (
              <li>{visibleText(step)}</li>
            ))}
          </ul>
          <div class="app-quiet">When it runs out: {visibleText(expiry)}</div>
        </>,
      ])}
      wide
    />
  );
}

function exhibits({ exhibits: list }: CaseView) {
  return { exhibits: list };
}

function Exhibits(record: ReturnType<typeof exhibits>, { case: id }: CaseView) {
  const state = (held: ExhibitView) =>
    held.gaps.length > 0 ? "gap in custody" : (held.custody.at(-1)?.event ?? "entered");
  if (record.exhibits.length === 0)
    return (
      <>
        <h1 class="govuk-heading-l">Exhibits</h1>
        <p class="govuk-body">None.</p>
      </>
    );
  return (
    <>
      <h1 class="govuk-heading-l">Exhibits</h1>
      <Table
        caption="Every exhibit, sealed ones included"
        columns={[
          { title: "Exhibit" },
          { title: "Title" },
          { title: "Circle" },
          { title: "State" },
          { title: "Digest and custody" },
        ]}
        rows={record.exhibits.map((held) => [
          <span id={held.exhibit}>{visibleText(held.exhibit)}</span>,
          <>
            {held.title === null ? "sealed" : visibleText(held.title)}
            <div class="app-quiet">
              {visibleText(held.kind)}, <EntryLink id={id} seq={held.entry} />, from the {held.source}
            </div>
          </>,
          <Tag text={TIER_WORDS[held.tier]} colour={held.tier === "PUBLIC" ? "green" : "grey"} />,
          <Tag text={state(held)} colour={held.gaps.length > 0 ? "red" : "blue"} />,
          <>
            <DigestText digest={held.root} />
            <ul class="govuk-list app-steps">
              {held.custody.map(({ entry: at, event, purpose }) => (
                <li>
                  {event}: {visibleText(purpose)} (<EntryLink id={id} seq={at} />)
                </li>
              ))}
              {held.gaps.map((gap) => (
                <li>
                  <strong>{visibleText(gap)}</strong>
                </li>
              ))}
            </ul>
          </>,
        ])}
        wide
      />
    </>
  );
}

function findings({ stated }: CaseView) {
  const { plan, findings: list, unplanned, triedBefore, gates } = stated;
  return { plan, findings: list, unplanned, triedBefore, gates };
}

function Findings(record: ReturnType<typeof findings>, { case: id }: CaseView) {
  const { plan } = record;
  return (
    <>
      <h1 class="govuk-heading-l">Plan and findings</h1>
      <SummaryList
        rows={[
          [
            "Plan",
            plan ? (
              <>
                <DigestText digest={plan.plan} />; {plan.runs} runs; {plan.status}
              </>
            ) : (
              "none adopted"
            ),
          ],
          [
            "Labels",
            plan?.labels ? plan.labels.map((label, slot) => `slot ${slot}: ${label}`).join("; ") : "not opened",
          ],
          ["Outside the plan", String(record.unplanned)],
          ["Tested and dropped before filing", record.triedBefore === null ? "not stated" : String(record.triedBefore)],
        ]}
      />
      {record.findings.length === 0 ? (
        <p class="govuk-body">No finding is entered.</p>
      ) : (
        <Table
          caption="Every finding, planned or not"
          columns={[
            { title: "Entry" },
            { title: "Question" },
            { title: "Outcome" },
            { title: "About" },
            { title: "Standing" },
            { title: "Computed again", numeric: true },
          ]}
          rows={record.findings.map((each) => [
            <EntryLink id={id} seq={each.entry} />,
            visibleText(each.proposition),
            <Tag text={each.outcome} colour={each.outcome === "supports-hp" ? "yellow" : "grey"} />,
            each.about,
            each.standing,
            String(each.recomputed),
          ])}
          wide
        />
      )}
      <h2 class="govuk-heading-m" id="gates">
        Gates of remedies
      </h2>
      <p class="govuk-body">A gate says that an order may be made, never that it must be.</p>
      <Table
        caption="Remedies, and what each still lacks"
        columns={[{ title: "Rung", numeric: true }, { title: "Remedy" }, { title: "Gate" }, { title: "Lacks" }]}
        rows={record.gates.map(({ rung, name, open, conditions }) => [
          String(rung),
          visibleText(name),
          <Tag text={open ? "open" : "shut"} colour={open ? "green" : "grey"} />,
          <ul class="govuk-list app-steps">
            {conditions
              .filter(({ holds }) => !holds)
              .map(({ says }) => (
                <li>{visibleText(says)}</li>
              ))}
          </ul>,
        ])}
        wide
      />
    </>
  );
}

function orders({ orders: list }: CaseView) {
  return { inForce: list.filter(({ inForce }) => inForce).map(({ entry: at }) => at), orders: list };
}

function Orders(record: ReturnType<typeof orders>, { case: id }: CaseView) {
  return (
    <>
      <h1 class="govuk-heading-l">Orders</h1>
      {record.orders.length === 0 ? (
        <p class="govuk-body">No order was made.</p>
      ) : (
        record.orders.map((order) => (
          <section aria-labelledby={`order-${order.entry}`}>
            <h2 class="govuk-heading-m" id={`order-${order.entry}`}>
              {visibleText(order.name)}
            </h2>
            <p class="app-status">
              <Tag
                text={
                  order.inForce
                    ? "in force"
                    : order.stayed && order.standing === "made"
                      ? "stayed until final"
                      : order.standing
                }
                colour={order.inForce ? "red" : "grey"}
              />
            </p>
            <SummaryList
              rows={[
                ["Made by", <EntryLink id={id} seq={order.entry} />],
                ["Rung", String(order.rung)],
                ["Effect", order.effect],
                ["Reach", order.reach],
                [
                  "Models",
                  order.models.length === 0 ? (
                    "none"
                  ) : (
                    <ul class="govuk-list">
                      {order.models.map((model) => (
                        <li>
                          <DigestText digest={model} />
                        </li>
                      ))}
                    </ul>
                  ),
                ],
                ["Reasons", visibleText(order.reasons)],
              ]}
            />
          </section>
        ))
      )}
    </>
  );
}

function decision({ decision: held, stated }: CaseView) {
  return { decision: held, conduct: stated.conduct };
}

function Decision(record: ReturnType<typeof decision>, { case: id }: CaseView) {
  const { decision: held, conduct } = record;
  return (
    <>
      <h1 class="govuk-heading-l">Decision</h1>
      {held === null ? (
        <p class="govuk-body">Not decided.</p>
      ) : (
        <>
          <p class="app-status">
            <Tag text={held.outcome} /> <EntryLink id={id} seq={held.entry} />
            {held.appealed ? <>; appeal: {held.appealed}</> : null}
          </p>
          {held.text === null ? null : (
            <div class="app-prose">
              {held.text.split(/\n{2,}/).map((part) => (
                <p class="govuk-body">{visibleText(part)}</p>
              ))}
            </div>
          )}
          {held.issues.map((issue, n) => (
            <section aria-labelledby={`issue-${n}`}>
              <h2 class="govuk-heading-m" id={`issue-${n}`}>
                {n + 1}. {visibleText(issue.question)}
              </h2>
              <SummaryList
                rows={[
                  ["Held", issue.held],
                  ["Standard of proof", issue.standard],
                  ["Reasons", visibleText(issue.reasons)],
                  [
                    "Findings relied on",
                    issue.findings.length === 0 ? (
                      "none"
                    ) : (
                      <ul class="govuk-list">
                        {issue.findings.map((each) => (
                          <li>
                            <DigestText digest={each} />
                          </li>
                        ))}
                      </ul>
                    ),
                  ],
                  ["Conduct relied on", issue.conduct.length === 0 ? "none" : issue.conduct.join(", ")],
                  [
                    "Alternatives answered",
                    issue.answers.length === 0 ? (
                      "none"
                    ) : (
                      <ul class="govuk-list">
                        {issue.answers.map(({ finding, alternative, answer }) => (
                          <li>
                            Alternative {alternative} of <DigestText digest={finding} />: {visibleText(answer)}
                          </li>
                        ))}
                      </ul>
                    ),
                  ],
                ]}
              />
            </section>
          ))}
          {Object.keys(conduct).length === 0 ? null : (
            <>
              <h2 class="govuk-heading-m" id="conduct">
                Conduct, found apart from derivation
              </h2>
              <SummaryList
                rows={Object.entries(conduct).map(([element, was]) => [wordsOf(element.replaceAll("-", " ")), was])}
              />
            </>
          )}
        </>
      )}
    </>
  );
}
