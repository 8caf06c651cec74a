/**
 * Of a campaign's accounts that no finding lists: at which step of the list each was lost, and who else would have been
 * listed without that step. What keeps the whole group below the level is told by its statistic's parts, not here.
 */
import type { FoundGroup, Search } from "../../dist/labs/traffic/find-groups.js";
import { judge, outsidersOf, sendersIn } from "../../dist/labs/traffic/graph/membership.js";
import { CELL_MIN, JOINED_MIN, MEMBER_ROWS_MIN } from "../../dist/labs/traffic/method.js";

export const STEPS = [
  "no row in the log",
  "no row in the group's templates on the days that judge",
  "one row or two there",
  "three rows or more there, and not a member",
  "a member that works unlike the others",
  "shares no card and network with the same others",
  "rests, or has too few rows to tell",
] as const;
export type Step = (typeof STEPS)[number];

export interface Lost {
  /** Accounts by the step at which they were lost. */
  steps: Partial<Record<Step, number>>;
  /** Of them: those whose card and network three listed accounts or more share, and those that sent a row of the list besides. */
  besideListed: number;
  besideListedAndAsked: number;
  /** Accounts of others that are members; that work alike; that are joined too, whom only their rest keeps off the list; that share a listed account's card and network; and sent a row of the list besides. */
  others: { members: number; alike: number; joined: number; besideListed: number; besideListedAndAsked: number };
}

/** An account as the generator drew it: its number in the log, if it sent anything, and its card with its network. */
export interface Drawn {
  number: number | undefined;
  cell: string;
}

/**
 * @param own the campaign's accounts @param all the log's, for who shares its cards with networks
 * @param group the campaign's, as the search found it; null where it found none: then the group is handed over whole
 */
export function lost(own: readonly Drawn[], all: readonly Drawn[], group: FoundGroup | null, search: Search): Lost {
  const { activity } = search;
  const campaign = new Set(own.flatMap(({ number }) => number ?? []));
  const accounts = [...campaign].sort((a, b) => a - b);
  const judged = group ?? judge(accounts, outsidersOf([accounts], activity), activity);
  const members = new Set(judged.members.map(({ account }) => account));
  const alike = new Set((group?.alike ?? []).map(({ account }) => account));
  const listed = new Set((group?.listed ?? []).map(({ account }) => account));
  const sent = new Map(sendersIn(judged.templates, activity).map(({ account, rows }) => [account, rows]));
  const onCell = new Map<string, number>();
  for (const { number, cell } of all)
    if (number !== undefined && listed.has(number)) onCell.set(cell, (onCell.get(cell) ?? 0) + 1);
  const beside = ({ cell }: Drawn) => (onCell.get(cell) ?? 0) >= CELL_MIN;
  const joined = (account: number) => (group?.sharing.joined.get(account) ?? 0) >= JOINED_MIN;
  const near = all.filter((a) => a.number !== undefined && !campaign.has(a.number) && beside(a));
  const out: Lost = {
    steps: {},
    besideListed: 0,
    besideListedAndAsked: 0,
    others: {
      members: [...members].filter((account) => !campaign.has(account)).length,
      alike: [...alike].filter((account) => !campaign.has(account)).length,
      joined: [...alike].filter((account) => !campaign.has(account) && joined(account)).length,
      besideListed: near.length,
      besideListedAndAsked: near.filter(({ number }) => (sent.get(number!) ?? 0) > 0).length,
    },
  };
  for (const account of own) {
    const { number } = account;
    if (number !== undefined && listed.has(number)) continue;
    const step = stepOf(number, number === undefined ? 0 : (sent.get(number) ?? 0), group);
    out.steps[step] = (out.steps[step] ?? 0) + 1;
    if (!beside(account)) continue;
    out.besideListed++;
    if (number !== undefined && (sent.get(number) ?? 0) > 0) out.besideListedAndAsked++;
  }
  return out;

  function stepOf(number: number | undefined, rows: number, found: FoundGroup | null): Step {
    if (number === undefined) return STEPS[0];
    if (rows === 0) return STEPS[1];
    if (!members.has(number)) return rows < MEMBER_ROWS_MIN ? STEPS[2] : STEPS[3];
    if (found !== null && !alike.has(number)) return STEPS[4];
    return joined(number) ? STEPS[6] : STEPS[5];
  }
}
