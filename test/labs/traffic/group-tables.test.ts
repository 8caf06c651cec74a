/** A group's tables carry its membership, measures and statistics to the last bit; an altered count shows. */
import { expect, test } from "vitest";
import { respond } from "../../../src/labs/traffic/respond.js";
import type { GroupTables } from "../../../src/labs/traffic/score/group-tables.js";
import { recomputeGroup } from "../../../src/labs/traffic/score/recompute-group.js";

const ACCOUNTS = 30;
const work = { n: 60, prompts: 60, days: 6, span: 12, single: 60, busiest: 15, marked: 30, gaps: 50, regular: 4 };
const cell = (kind: "payment" | "network" | "both", g: number) => ({
  kind,
  value: `${kind}-${g}`,
  customers: 6,
  everyone: 6,
  accounts: Array.from({ length: 6 }, (_, k) => 6 * g + k),
});
const tables: GroupTables = {
  members: Array.from({ length: ACCOUNTS }, (_, i) => ({
    account: `account-${i}`,
    rows: 60,
    judgedRows: 70,
    log10P: -2.6,
    listed: true,
    work,
  })),
  outside: { accounts: 400, rows: 4000, rowsHere: 12 },
  outsideSenders: [[4, 40, 3]],
  otherSenders: [[4, 3]],
  sharedPrompts: { shared: 0, prompts: 1800 },
  productRows: 0,
  streams: {
    templates: { alike: 1000, pairs: 30_000 },
    byTime: { alike: 100, pairs: 3000 },
    byAccount: { alike: 50, pairs: 1500 },
    hours: { alike: 4000, pairs: 30_000 },
    own: { alike: 300, pairs: 2200 },
    ownDay: { alike: 300, pairs: 2200 },
    byOwner: { alike: 500, pairs: 15_000 },
    byClock: { alike: 50, pairs: 1500 },
    inHour: { alike: 200, pairs: 2400 },
  },
  cells: [0, 1, 2, 3, 4].flatMap((g) => [cell("payment", g), cell("network", g), cell("both", g)]),
  byHour: new Array<number>(24).fill(75),
  elsewhere: { marked: 10, rows: 4000 },
  // Reasoning written out, and grades by a rubric with reasons.
  asked: [
    { wordings: 1, settings: 0, rows: 500 },
    { wordings: 3, settings: 0, rows: 400 },
  ],
};

test("a group that shares cards and networks stands above, its members are listed", () => {
  const found = recomputeGroup(tables);
  expect(found.statistic.pooledOperation).toBe(1);
  expect(found.statistic.extractionWorkload).toBe(1);
  expect(found.members.every((m) => m.member && m.listed)).toBe(true);
});

test("one tool's wording, with or without a word of its users', is no harvest, nor are tables that do not tell what is asked", () => {
  for (const asked of [
    [{ wordings: 2, settings: 0, rows: 900 }],
    [
      { wordings: 2, settings: 0, rows: 880 },
      { wordings: 3, settings: 0, rows: 20 },
    ],
    [],
    undefined,
  ]) {
    const { statistic } = recomputeGroup({ ...tables, asked });
    expect(statistic).toEqual({ pooledOperation: 1, extractionWorkload: 0 });
    // As version 8 counted it.
    expect(recomputeGroup({ ...tables, asked }, 8).statistic.extractionWorkload).toBe(1);
  }
});

test("what the tables do not show is not taken for absent: without the counts that would show users nobody is above", () => {
  for (const lacking of ["byOwner", "ownDay", "inHour"] as const) {
    const streams = { ...tables.streams, byAccount: { alike: 0, pairs: 0 }, [lacking]: undefined };
    expect(recomputeGroup({ ...tables, streams }).statistic.pooledOperation).toBe(0);
  }
});

test("without its cards nobody is listed, and the statistic is nothing", () => {
  const found = recomputeGroup({ ...tables, cells: tables.cells.filter(({ kind }) => kind === "network") });
  expect(found.statistic.pooledOperation).toBe(0);
  expect(found.members.some((m) => m.listed)).toBe(false);
});

test("cards that mostly others of the log hold do not count", () => {
  const cells = tables.cells.map((c) => (c.kind === "network" ? { ...c, everyone: 40 } : c));
  expect(recomputeGroup({ ...tables, cells }).measures.joined).toBe(0);
});

test("a card of one seller and a shared line, each with other people, join nobody; people who sleep neither", () => {
  const crossed = tables.cells.filter(({ kind }) => kind !== "both");
  expect(recomputeGroup({ ...tables, cells: crossed }).statistic.pooledOperation).toBe(0);
  const byHour = tables.byHour.map((n, hour) => (hour < 7 ? 0 : n));
  expect(recomputeGroup({ ...tables, byHour }).statistic.pooledOperation).toBe(0);
});

test("one card behind all is not many: a school, a product, a reseller", () => {
  const all = Array.from({ length: ACCOUNTS }, (_, i) => i);
  const cells = (["payment", "network", "both"] as const).map((kind) => ({
    kind,
    value: kind,
    customers: ACCOUNTS,
    everyone: ACCOUNTS,
    accounts: all,
  }));
  expect(recomputeGroup({ ...tables, cells }).statistic.pooledOperation).toBe(0);
});

test("one's own log is held against the accusation: what differs is said, account by account", () => {
  const stated = { pooledOperation: 1, extractionWorkload: 1 };
  const listed = tables.members.map(({ account }) => account);
  const own = (judgedRows: number, networks: string[]) => ({
    account: "account-0",
    rows: 150,
    judgedRows,
    days: 13,
    orgs: 1,
    keys: 1,
    cards: ["payment-0"],
    networks,
  });
  const agrees = respond({ group: "group-1", tables, stated, listed, version: 7 }, [own(70, ["network-0"])]);
  expect(agrees.recomputed).toMatchObject({ holds: true, pooledOperation: 1 });
  expect(agrees.answers).toMatchObject([{ account: "account-0", listed: true, differs: [] }]);
  const differs = respond({ group: "group-1", tables, stated, listed, version: 7 }, [own(40, ["network-9"])]);
  expect(differs.answers[0]!.differs.length).toBe(3);
  const wrong = respond(
    { group: "group-1", tables, stated: { ...stated, pooledOperation: 0.9 }, listed, version: 7 },
    [],
  );
  expect(wrong.recomputed.holds).toBe(false);
  // A version that asks whether accounts rest, with tables that do not tell.
  expect(respond({ group: "group-1", tables, stated, listed, version: 8 }, []).recomputed.holds).toBe(false);
});
