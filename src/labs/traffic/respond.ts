/**
 * The respondent's side: one's own log held against the group tables of an accusation. What the accusation says of each
 * of one's accounts is set beside what one's own rows say, and its membership and statistics are computed again from its
 * tables alone. It cannot see the rows of others, so that which templates are the group's own is taken from the
 * accusation; and it compares hashes, so that it needs the key that hashed them, or an accusation in clear.
 */

import type { SqlEngine } from "./engine.js";
import { HALF_SQL, NONE } from "./graph/activity.js";
import { ABSENT } from "./graph/holders.js";
import type { GroupTables } from "./score/group-tables.js";
import { recomputeGroup } from "./score/recompute-group.js";

interface OwnAccount {
  account: string;
  rows: number;
  /** With a prompt, on the days that judge. */
  judgedRows: number;
  days: number;
  orgs: number;
  keys: number;
  cards: string[];
  networks: string[];
}

interface Answer {
  account: string;
  listed: boolean;
  /** What the accusation says, and what one's own log says; null where one's own log has no such account. */
  stated: { rows: number; judgedRows: number; everyDay: number; cards: string[]; networks: string[] };
  own: Omit<OwnAccount, "account"> | null;
  /** Where the two differ, in sentences. */
  differs: string[];
}

export interface Response {
  type: "assay/traffic-response/v1";
  group: string;
  /** Whether the accusation's tables give the statistics and the list that it states. */
  recomputed: { holds: boolean; pooledOperation: number; extractionWorkload: number; differs: string[] };
  answers: Answer[];
  /** Accounts of one's own log that the accusation does not speak of. */
  otherAccounts: number;
}

/** Cards and networks read of one account. */
const VALUES_MAX = 20;

const OWN_SQL = `SELECT lower(hex(account)) AS name, toUInt64(count()) AS rows,
 toUInt64(countIf(${HALF_SQL} = 1 AND (prompt != ${NONE} OR template != ${NONE}))) AS judgedRows, toUInt64(uniqExact(toDate(ts))) AS days,
 toUInt64(uniqExactIf(org, org != ${ABSENT})) AS orgs, toUInt64(uniqExactIf(key, key != ${ABSENT})) AS keys,
 arraySort(groupUniqArrayIf(${VALUES_MAX})(lower(hex(payment)), payment != ${ABSENT})) AS cards,
 arraySort(groupUniqArrayIf(${VALUES_MAX})(lower(hex(network)), network != ${ABSENT})) AS networks
FROM rows GROUP BY account ORDER BY account`;

/** Counts of one's own rows by account, in the halves that the accuser's key decides. */
export async function ownAccounts(engine: SqlEngine): Promise<OwnAccount[]> {
  // The column is not called `account`: an alias of that name would stand in for the hash in HALF_SQL.
  const lines = await engine.rows<Omit<OwnAccount, "account"> & { name: string }>(OWN_SQL);
  return lines.map(({ name, ...rest }) => ({ account: name, ...rest }));
}

export interface Accusation {
  group: string;
  tables: GroupTables;
  stated: { pooledOperation: number; extractionWorkload: number };
  /** Accounts that the accusation lists. */
  listed: readonly string[];
  /** Of the method that the finding names; versions before 8 did not ask whether an account rests. */
  version: number;
}

/** @param names clear name → keyed hash, for an accusation that names accounts in clear */
export function respond(
  accusation: Accusation,
  own: readonly OwnAccount[],
  names: (account: string) => string = (account) => account,
): Response {
  const { tables, group } = accusation;
  const mine = new Map(own.map((line) => [line.account, line]));
  const again = recomputeGroup(tables, accusation.version);
  const answers = tables.members.flatMap((member, i): Answer[] => {
    // A name in clear may look like a hash, and an accusation in clear shows the hash of whom it has no name for.
    const line = mine.get(names(member.account)) ?? mine.get(member.account);
    if (!line) return [];
    const on = (kind: "payment" | "network") =>
      tables.cells.filter((cell) => cell.kind === kind && cell.accounts.includes(i)).map(({ value }) => value);
    const stated = {
      rows: member.rows,
      judgedRows: member.judgedRows,
      everyDay: (member.work?.everyDay?.hours ?? []).reduce((sum, n) => sum + n, 0),
      cards: on("payment"),
      networks: on("network"),
    };
    const { account: _, ...rest } = line;
    return [{ account: member.account, listed: member.listed, stated, own: rest, differs: differences(stated, line) }];
  });
  return {
    type: "assay/traffic-response/v1",
    group,
    recomputed: {
      ...again.statistic,
      differs: recomputedDifferences(accusation, again),
      holds: recomputedDifferences(accusation, again).length === 0,
    },
    answers,
    otherAccounts: own.length - answers.length,
  };
}

function differences(stated: Answer["stated"], own: OwnAccount): string[] {
  const out: string[] = [];
  if (own.judgedRows !== stated.judgedRows)
    out.push(
      `The accusation counts ${stated.judgedRows} rows with a prompt on the days that judge; this log holds ${own.judgedRows}.`,
    );
  if (stated.rows > own.judgedRows)
    out.push(
      `The accusation counts ${stated.rows} rows in the group's templates; this log holds no more than ${own.judgedRows} rows on these days.`,
    );
  if (stated.everyDay > own.rows)
    out.push(
      `The accusation counts ${stated.everyDay} rows in the group's templates on all days; this log holds ${own.rows} rows.`,
    );
  for (const [kind, said, held] of [
    ["card", stated.cards, own.cards],
    ["network", stated.networks, own.networks],
  ] as const) {
    if (held.length === 0 && said.length > 0) out.push(`This log names no ${kind}; the accusation leans on one.`);
    else if (said.some((value) => !held.includes(value)))
      out.push(`The accusation puts it on a ${kind} that this log does not show.`);
  }
  return out;
}

/** The first version that asks whether an account rests. */
const ASKS_REST = 8;

function recomputedDifferences(
  { stated, listed, tables, version }: Accusation,
  again: ReturnType<typeof recomputeGroup>,
): string[] {
  const out: string[] = [];
  for (const name of ["pooledOperation", "extractionWorkload"] as const)
    if (again.statistic[name] !== stated[name])
      out.push(`${name}: the finding states ${stated[name]}, its tables give ${again.statistic[name]}.`);
  // Without these counts the list would be computed by the rule of an earlier version, which spares fewer.
  if (version >= ASKS_REST && !tables.members.some((m) => m.work?.everyDay))
    out.push(
      "The finding's version asks of each account whether it rests; its tables do not tell when any of them worked.",
    );
  const named = again.members.filter((m) => m.listed).map(({ account }) => account);
  if (named.length !== listed.length || named.some((account, i) => account !== listed[i]))
    out.push(`The finding lists ${listed.length} accounts, its tables give ${named.length}.`);
  return out;
}
