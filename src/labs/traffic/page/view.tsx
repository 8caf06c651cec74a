/** The traffic laboratory's observations: the group day by day, its measures, templates, what it shares, and what was not found. */
import type { Finding } from "../../../finding/finding.js";
import { decimal, whole } from "../../../report/figure-words.js";
import type { NamedFigure } from "../../../report/figures/named-figure.js";
import { FigureBlock } from "../../../report/parts/figure.js";
import { Subheading } from "../../../report/parts/section.js";
import { SummaryList } from "../../../report/parts/summary-list.js";
import { Table } from "../../../report/parts/table.js";
import type { View, ViewInput } from "../../../report/view.js";
import { type TrafficObservations, trafficObservationsSchema } from "../observations.js";
import { trafficAbout } from "./about.js";
import { trafficDays, trafficMeasures } from "./group.js";

export const trafficView: View = {
  reads: (finding) => finding.proposition.id.startsWith("traffic/") && seenIn(finding) !== null,
  figures: (finding) => {
    const seen = seenIn(finding);
    const drawn: NamedFigure[] = [];
    if (seen?.group && seen.byDay.length > 0) drawn.push({ name: "traffic-days", figure: trafficDays(seen) });
    if (seen?.group) drawn.push({ name: "traffic-measures", figure: trafficMeasures(seen) });
    return drawn;
  },
  about: trafficAbout,
  Observations,
};

/** Lines of a table on the page; the finding holds them all. */
const LINES_MAX = 60;

function seenIn({ observations }: Finding): TrafficObservations | null {
  const parsed = trafficObservationsSchema.safeParse(observations);
  return parsed.success ? parsed.data : null;
}

function Observations({ finding, figures }: ViewInput) {
  const seen = seenIn(finding);
  if (!seen) return null;
  return (
    <>
      <Summary seen={seen} />
      {figures.map(({ figure, name, number }) => (
        <FigureBlock figure={figure} name={name} number={number} />
      ))}
      <Groups seen={seen} />
      {seen.group ? <Group seen={seen} /> : null}
      <Reach seen={seen} />
      <Leads seen={seen} />
    </>
  );
}

function Summary({ seen }: { seen: TrafficObservations }) {
  const { log, group } = seen;
  const rejected = log.rejects.reduce((n, { lines }) => n + lines, 0);
  return (
    <SummaryList
      rows={[
        ["Log", `${whole(log.rows)} rows of ${whole(log.accounts)} accounts, ${log.from} to ${log.to}`],
        ["Read as", log.formats.join(", ")],
        ["Rows with a prompt", `${decimal(100 * log.promptShare, 1)} %`],
        [
          "Lines set aside",
          rejected === 0 ? "none" : log.rejects.map((r) => `${r.reason}: ${whole(r.lines)}`).join("; "),
        ],
        ["Accounts are named", log.names === "clear" ? "in clear" : "by keyed hash"],
        ...(group
          ? ([
              [
                "The group",
                `${whole(group.accounts)} accounts listed, of ${whole(group.judged)} that the judging days support and ${whole(group.joined)} joined on the days that find`,
              ],
              ["Its own templates", whole(group.templates)],
            ] as [string, string][])
          : []),
      ]}
    />
  );
}

function Groups({ seen: { groups, group } }: { seen: TrafficObservations }) {
  if (groups.length === 0) return <p class="govuk-body">No group of accounts was found in the log.</p>;
  return (
    <Table
      caption="Every group found in the log, by standing"
      columns={[
        { title: "Group" },
        { title: "Accounts", numeric: true },
        { title: "Rows judged", numeric: true },
        { title: "Templates", numeric: true },
        { title: "Pooled operation", numeric: true },
        { title: "Extraction workload", numeric: true },
        { title: "Weakest part" },
      ]}
      rows={groups
        .slice(0, LINES_MAX)
        .map((g) => [
          g.id === group?.id ? `${g.id} (this finding)` : g.id,
          whole(g.accounts),
          whole(g.measures.rows),
          whole(g.templates),
          decimal(g.statistic.pooledOperation, 2),
          decimal(g.statistic.extractionWorkload, 2),
          g.statistic.weakest,
        ])}
      wide
      dense
    />
  );
}

function Reach({ seen: { outOfReach } }: { seen: TrafficObservations }) {
  if (outOfReach.length === 0) return null;
  return (
    <>
      <Subheading>Out of reach of this log</Subheading>
      <ul class="govuk-list govuk-list--bullet">
        {outOfReach.map(({ conclusion, why }) => (
          <li>{`${conclusion}: ${why}.`}</li>
        ))}
      </ul>
    </>
  );
}

function Leads({ seen: { leads } }: { seen: TrafficObservations }) {
  if (leads.length === 0) return null;
  return (
    <>
      <Subheading>Leads, which are no findings</Subheading>
      <p class="govuk-body">
        These groups stand below the level. Honest tools stand here too: nothing follows from a lead, and nobody may be
        called anything on account of it.
      </p>
      {leads.map(({ group, accounts, count, lacks, statistic }) => (
        <details class="govuk-details">
          <summary class="govuk-details__summary">
            <span class="govuk-details__summary-text">
              {`${group}, no finding: ${whole(count)} accounts, operated together ${decimal(statistic.pooledOperation, 2)}, harvest ${decimal(statistic.extractionWorkload, 2)}`}
            </span>
          </summary>
          <div class="govuk-details__text">
            <ul class="govuk-list govuk-list--bullet">
              {lacks.map((sentence) => (
                <li>{sentence}</li>
              ))}
            </ul>
            <p class="govuk-body" style="overflow-wrap: anywhere">
              {accounts.slice(0, LINES_MAX).join(", ")}
            </p>
          </div>
        </details>
      ))}
    </>
  );
}

function Group({ seen }: { seen: TrafficObservations }) {
  const rests = seen.accounts.some(({ rest }) => rest !== undefined);
  return (
    <>
      <Table
        caption="Its templates, by their keyed hashes"
        columns={[
          { title: "Template" },
          { title: "Rows", numeric: true },
          { title: "Accounts", numeric: true },
          { title: "Distinct prompts", numeric: true },
          { title: "Rows of anyone else", numeric: true },
        ]}
        rows={seen.templates
          .slice(0, LINES_MAX)
          .map((t) => [
            t.template.slice(0, 12),
            whole(t.rows),
            whole(t.accounts),
            whole(t.prompts),
            whole(t.rowsOutside),
          ])}
        wide
        dense
      />
      <Table
        caption="Models asked"
        columns={[
          { title: "Model" },
          { title: "Rows of the group", numeric: true },
          { title: "Share", numeric: true },
          { title: "Share elsewhere", numeric: true },
        ]}
        rows={seen.models.map((m) => [m.model, whole(m.rows), percent(m.share), percent(m.shareElsewhere)])}
        wide
      />
      <Table
        caption="What its accounts share"
        columns={[
          { title: "Kind" },
          { title: "Values", numeric: true },
          { title: "Accounts on the commonest", numeric: true },
          { title: "Accounts that share any", numeric: true },
        ]}
        rows={seen.infrastructure.map((i) => [i.kind, whole(i.values), whole(i.largest), whole(i.sharedAccounts)])}
        wide
      />
      <Table
        caption="Wordings and settings that published cases name"
        columns={[
          { title: "Signal" },
          { title: "Rows of the group", numeric: true },
          { title: "Share", numeric: true },
          { title: "Share elsewhere", numeric: true },
        ]}
        rows={seen.signals.map((s) => [s.signal, whole(s.rows), percent(s.share), percent(s.shareElsewhere)])}
        wide
      />
      {seen.terms ? (
        <Table
          caption={`Terms that its accounts accepted, as the log says${seen.terms.length > LINES_MAX ? ` (the first ${LINES_MAX} of ${whole(seen.terms.length)})` : ""}`}
          columns={[
            { title: "Account" },
            { title: "Terms" },
            { title: "Accepted" },
            { title: "First row that says so" },
          ]}
          rows={seen.terms
            .slice(0, LINES_MAX)
            .map((t) => [t.account, t.terms, t.accepted === "" ? "not said" : t.accepted, t.firstSaid])}
          wide
        />
      ) : null}
      <Subheading>What was not found</Subheading>
      <ul class="govuk-list govuk-list--bullet">
        {seen.notFound.map((sentence) => (
          <li>{sentence}</li>
        ))}
      </ul>
      <Subheading>How each exhibit is read from the hashed log</Subheading>
      {seen.exhibits.map(({ id, says, sql, sha256, rows }) => (
        <details class="govuk-details">
          <summary class="govuk-details__summary">
            <span class="govuk-details__summary-text">
              {id}: {says}
            </span>
          </summary>
          <div class="govuk-details__text">
            <p class="govuk-body">
              {whole(rows)} lines, SHA-256 of their canonical JSON <code>{sha256.slice(0, 16)}…</code>
            </p>
            <pre style="white-space: pre-wrap; overflow-wrap: anywhere">{sql.replaceAll("\\u000a", "\n")}</pre>
          </div>
        </details>
      ))}
      <Table
        caption={`Its accounts, each with its own log10 p and what it is listed for${seen.accounts.length > LINES_MAX ? ` (the first ${LINES_MAX} of ${whole(seen.accounts.length)})` : ""}`}
        columns={[
          { title: "Account" },
          { title: "log10 p", numeric: true },
          { title: "Rows in its templates", numeric: true },
          { title: "Rows judged", numeric: true },
          { title: "Customers on its card", numeric: true },
          { title: "Customers on its network", numeric: true },
          { title: "On both at once", numeric: true },
          ...(rests
            ? [
                { title: "Rows in its quietest six hours", numeric: true },
                { title: "Of its rows on all days", numeric: true },
              ]
            : []),
        ]}
        rows={seen.accounts
          .slice(0, LINES_MAX)
          .map((a) => [
            a.account,
            decimal(a.log10P, 2),
            whole(a.rows),
            whole(a.judgedRows),
            whole(a.onCard),
            whole(a.onNetwork),
            whole(a.onBoth),
            ...(rests ? [a.rest ? whole(a.rest.quiet) : "not said", a.rest ? whole(a.rest.rows) : "not said"] : []),
          ])}
        wide
        dense
      />
    </>
  );
}

function percent(share: number): string {
  return `${decimal(100 * share, 1)} %`;
}
