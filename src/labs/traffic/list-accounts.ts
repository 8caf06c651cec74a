/**
 * What a finding says of each account that it lists, and what a lead says of a group that no finding follows from. A
 * statement of reasons has figures that its account can hold against its own records; it names nobody else.
 */
import type { FoundGroup, Search } from "./find-groups.js";
import { sendersIn } from "./graph/membership.js";
import { CELL_MIN, JOINED_MIN, MEMBER_ROWS_MIN } from "./method.js";
import type { Lead, ListedAccount } from "./observations.js";
import type { GroupTables } from "./score/group-tables.js";
import type { WorkLine } from "./score/measures.js";
import { restOf } from "./score/rest.js";
import { CELL_KINDS } from "./score/sharing.js";
import { type Part, partsOf } from "./score/statistic.js";

/** The name of an account: its keyed hash, or in clear. */
export type Naming = (account: number) => string;

/** log10 p is of the account's membership among accounts outside any group; counts are of the judging days alone. */
export function listed(group: FoundGroup, search: Search, name: Naming): ListedAccount[] {
  return group.listed.map(({ account, log10P, rows }) => {
    const [onCard, onNetwork, onBoth] = group.sharing.customers.get(account) ?? [0, 0, 0];
    const rest = restOf(group.measured.work.get(account)?.everyDay);
    const judgedRows = search.activity.judgedRows[account]!;
    return {
      account: name(account),
      log10P: round6(log10P),
      rows,
      judgedRows,
      onCard,
      onNetwork,
      onBoth,
      rest: { ...rest, log10P: round6(rest.log10P) },
      reasons: [
        `On the days that judge, ${rows} of its ${judgedRows} rows with a prompt stand in templates that mostly this group sends; among the log's accounts outside any group a share of ${power(log10P)} has as much.`,
        `It pays with a card that ${onCard} separate customers of the group use, itself included (counted from ${CELL_MIN}).`,
        `It sends from a network that ${onNetwork} separate customers of the group use, itself included (counted from ${CELL_MIN}).`,
        `On one card and one network at once ${onBoth} of them stand, itself included (counted from ${CELL_MIN}).`,
        `No rest of one person is seen in its hours: of its ${rest.rows} rows in these templates on all days, ${rest.quiet} lie in the six hours of the day that have fewest; and in the six hours that speak best for it it was at work on ${rest.nights} of ${rest.days} days. Who has some six hours in which he sends a twentieth of his rows at the most, or is at work on one day in ten at the most, shows as much with a chance of ${power(rest.log10P)} at the most.`,
      ],
    };
  });
}

/** Everything a group's membership and statistics were computed from, for its finding. */
export function tablesOf(group: FoundGroup, search: Search, name: Naming): GroupTables {
  const { activity, outsiders } = search;
  const { counts, work } = group.measured;
  const inside = new Map(group.members.map(({ account }, i) => [account, i]));
  const listed = new Set(group.listed.map(({ account }) => account));
  const scored = new Map<string, [number, number, number]>();
  const others = new Map<number, [number, number]>();
  let rowsHere = 0;
  for (const { account, rows } of sendersIn(group.templates, activity)) {
    if (outsiders.is[account] === 1) rowsHere += rows;
    if (inside.has(account)) continue;
    const sent = others.get(rows) ?? [rows, 0];
    sent[1]++;
    others.set(rows, sent);
    if (outsiders.is[account] !== 1 || rows < MEMBER_ROWS_MIN) continue;
    const judged = activity.judgedRows[account]!;
    const line = scored.get(`${rows} ${judged}`) ?? [rows, judged, 0];
    line[2]++;
    scored.set(`${rows} ${judged}`, line);
  }
  return {
    members: group.members.map(({ account, rows, log10P }) => ({
      account: name(account),
      rows,
      judgedRows: activity.judgedRows[account]!,
      log10P: round6(log10P),
      listed: listed.has(account),
      work: workOf(work.get(account)),
    })),
    outside: { accounts: outsiders.count, rows: outsiders.rows, rowsHere },
    outsideSenders: [...scored.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1]),
    otherSenders: [...others.values()].sort((a, b) => a[0] - b[0]),
    sharedPrompts: counts.sharedPrompts,
    productRows: counts.productRows,
    streams: counts.streams,
    byHour: [...counts.byHour],
    cells: counts.cells.map(({ kind, value, customers, everyone, accounts }) => ({
      kind: CELL_KINDS[kind]!,
      value,
      customers,
      everyone,
      accounts: accounts.map((account) => inside.get(account)!),
    })),
    elsewhere: counts.elsewhere,
    asked: counts.asked.map((line) => ({ ...line })),
  };
}

function workOf(line: WorkLine | undefined): GroupTables["members"][number]["work"] {
  if (!line) return null;
  const { n, prompts, days, span, single, busiest, marked, gaps, regular, hours, everyDay: every } = line;
  return {
    ...{ n, prompts, days, span, single, busiest, marked, gaps, regular },
    ...(hours ? { hours: [...hours] } : {}),
    ...(every ? { everyDay: { hours: [...every.hours], days: [...every.days], nights: [...every.nights] } } : {}),
  };
}

/** Leads shown, and accounts of one lead. */
const LEADS_MAX = 20;
const LEAD_ACCOUNTS_MAX = 500;
/** A lead has at least this much of the marks of one list of work, or of what joins accounts besides content. */
const LEAD_PART_MIN = 0.5;

/**
 * Groups that stand out in marks or in what joins them, though no finding follows: they never make an entry in a feed.
 */
export function leads(
  groups: readonly { id: string; group: FoundGroup; pooled: number; extraction: number }[],
  name: Naming,
): Lead[] {
  return groups
    .filter(({ group }) => {
      const parts = partsOf(group.measures);
      return parts.marks >= LEAD_PART_MIN || parts.joined >= LEAD_PART_MIN;
    })
    .slice(0, LEADS_MAX)
    .map(({ id, group, pooled, extraction }) => ({
      noFinding: true as const,
      group: id,
      accounts: group.alike.slice(0, LEAD_ACCOUNTS_MAX).map(({ account }) => name(account)),
      count: group.alike.length,
      statistic: { pooledOperation: pooled, extractionWorkload: extraction },
      lacks: lacks(group),
    }));
}

/** A part below this keeps a group from the level, or nearly. */
const LACKING = 0.7;

const LACKS: Record<Part, string> = {
  marks:
    "Its rows do not look like one list of work: talk, one product's prompt, few days, or templates that others send too.",
  concentration: "Its templates are mostly sent by others.",
  persistence: "Its accounts work on few days, as at an event.",
  offClock: "A clock explains when it sends, as scheduled jobs do.",
  division: "Its accounts send the same prompts, as those do who run one public list.",
  oneStream: "Its templates come in runs of their own, as those of many users behind a relay do.",
  balance: "Its accounts send as unequally as separate customers do.",
  oneRhythm: "Its accounts keep hours of their own, as people in several places do.",
  oneShift: "Its accounts work some hours on end, as people in shifts or at a sitting do.",
  noRuns: "Its rows come in runs of minutes, as scripts and sittings of many users do.",
  crowdSeen:
    "Its rows are too few or too alike to show whether many users stand behind its accounts: they cannot be ruled out.",
  aroundClock:
    "It does less at some hours than at others, as people of one town do and machines whose work comes from them.",
  joined:
    "Its accounts are not joined by cards and networks that the same separate customers share: users of one tool look so too.",
  manyCards: "One card pays for most of it, as a school's, a product's or a reseller's does.",
  harvest:
    "What it asks does not show harvesting: no reasoning elicited, no grading, no rewriting, no probing beyond what others ask.",
  manyAsks:
    "It asks for one such thing only, in one tool's wording: a lawful grader or reasoner with a tool of its own does so too.",
};

function lacks(group: FoundGroup): string[] {
  const parts = partsOf(group.measures);
  const out = (Object.keys(parts) as Part[]).filter((part) => parts[part] < LACKING).map((part) => LACKS[part]);
  const few = group.alike.filter(({ account }) => (group.sharing.joined.get(account) ?? 0) >= JOINED_MIN).length;
  if (few > 0 && few < group.alike.length) out.push(`${few} of its ${group.alike.length} accounts are so joined.`);
  return out;
}

function power(log10P: number): string {
  return Number((10 ** log10P).toPrecision(2)).toString();
}

function round6(value: number): number {
  return Math.round(value * 1e6) / 1e6 + 0;
}
