/**
 * Membership, measures and statistics of a group from its tables alone: what the other side's expert runs. It cannot see
 * whether the counts are true to the log; the queries of the exhibits and the log can.
 */
import { log10P, scoreOf } from "../graph/membership-p.js";
import { MEMBER_LOG10_EXCESS, MEMBER_P_MAX } from "../method.js";
import type { GroupTables } from "./group-tables.js";
import { shareAtLeast } from "./lower-bounds.js";
import { type GroupMeasures, measuresOf, type WorkLine } from "./measures.js";
import { alike, named } from "./named.js";
import { CELL_KINDS } from "./sharing.js";
import { statistic } from "./statistic.js";

interface Recomputed {
  measures: GroupMeasures;
  statistic: { pooledOperation: number; extractionWorkload: number };
  /** In the order of the tables' members. */
  members: { account: string; log10P: number; member: boolean; listed: boolean }[];
}

/** From whole numbers alone, so that it comes out to the last bit. @param version of the method that the tables are of */
export function recomputeGroup(tables: GroupTables, version?: number): Recomputed {
  const { outside } = tables;
  const rate = (outside.rowsHere + 1) / (outside.rows + 1);
  const ranked = Float64Array.from(
    tables.outsideSenders.flatMap(([rows, judgedRows, accounts]) => {
      const score = scoreOf(rows, judgedRows, rate);
      return score > 0 ? Array.from({ length: accounts }, () => score) : [];
    }),
  ).sort();
  const members = tables.members.map(({ account, rows, judgedRows }) => {
    const score = scoreOf(rows, judgedRows, rate);
    const p = log10P(ranked, score, outside.accounts);
    return { account, log10P: p, member: score >= MEMBER_LOG10_EXCESS && p <= Math.log10(MEMBER_P_MAX) };
  });
  const senders = [
    ...tables.members.map(({ rows }) => ({ own: rows, all: rows })),
    ...tables.otherSenders.flatMap(([rows, accounts]) =>
      Array.from({ length: accounts }, () => ({ own: 0, all: rows })),
    ),
  ];
  const work = new Map(tables.members.flatMap((m, i): [number, WorkLine][] => (m.work === null ? [] : [[i, m.work]])));
  const { measures, sharing } = measuresOf({
    lines: [...work.values()],
    concentration: shareAtLeast(senders),
    sharedPrompts: tables.sharedPrompts,
    productRows: tables.productRows,
    streams: tables.streams,
    byHour: tables.byHour,
    cells: tables.cells.map((cell) => ({ ...cell, kind: CELL_KINDS.indexOf(cell.kind) })),
    members: tables.members.map((_, i) => i),
    hours: new Map(
      tables.members.flatMap((m, i): [number, readonly number[]][] => (m.work?.hours ? [[i, m.work.hours]] : [])),
    ),
    elsewhere: tables.elsewhere,
    asked: tables.asked ?? [],
  });
  const numbered = tables.members.map((_, account) => ({ account }));
  const asked = tables.members.some((m) => m.work?.everyDay) ? work : null;
  const listed = new Set(named(alike(numbered, work), sharing, asked).map(({ account }) => account));
  return {
    measures,
    statistic: {
      pooledOperation: statistic("traffic/pooled-operation", measures, version).value,
      extractionWorkload: statistic("traffic/extraction-workload", measures, version).value,
    },
    members: members.map((m, i) => ({ ...m, listed: m.member && listed.has(i) })),
  };
}
