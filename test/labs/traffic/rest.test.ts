/**
 * Who shares a campaign's card, line and tool, and rests, is not listed. The chance that one who rests at the borders of the
 * rule passes it is drawn, not computed by the rule's own tail.
 */
import { expect, test } from "vitest";
import { prng } from "../../../src/base/prng.js";
import { REST_DAYS_MAX, REST_P_MAX, REST_ROWS_MAX } from "../../../src/labs/traffic/method.js";
import type { WorkLine } from "../../../src/labs/traffic/score/measures.js";
import { named } from "../../../src/labs/traffic/score/named.js";
import { daysByStart, type EveryDay, neverRests, restOf } from "../../../src/labs/traffic/score/rest.js";

/** Counts of rows at these hours since the log began, by their definition. */
function everyDay(at: readonly number[]): EveryDay {
  const places = Array.from({ length: 24 }, (_, s) =>
    at.map((hour) => [Math.floor((hour - s) / 24), hour - s] as const),
  );
  return {
    hours: Array.from({ length: 24 }, (_, h) => at.filter((hour) => hour % 24 === h).length),
    days: places.map((list) => new Set(list.map(([day]) => day)).size),
    nights: places.map(
      (list) => new Set(list.filter(([, hour]) => ((hour % 24) + 24) % 24 < 6).map(([day]) => day)).size,
    ),
  };
}

const r = prng("test/traffic", "rest");
const unit = () => r.below(1e6) / 1e6;
const DAYS = 14;
/** Rows of one who works at any hour, or between 8 and 24 alone but for a share of them. */
const rows = (n: number, atNight: number) =>
  Array.from({ length: n }, () => {
    const hour = unit() < atNight ? r.below(6) : 6 + r.below(18);
    return 24 * r.below(DAYS) + hour;
  });

test("days are counted from each hour as their definition says", () => {
  for (let i = 0; i < 200; i++) {
    const sent = rows(1 + r.below(120), unit());
    const { days, nights } = everyDay(sent);
    const distinct = [...new Set(sent)].sort((p, q) => p - q);
    expect(daysByStart(Uint32Array.from(distinct))).toEqual({ days, nights });
  }
});

test("who works at all hours is told from who rests, and too few rows tell nothing", () => {
  const awake = Array.from({ length: 100 }, () => everyDay(rows(100, 0.25)));
  expect(awake.filter(neverRests).length).toBeGreaterThanOrEqual(95);
  const few = Array.from({ length: 100 }, () => everyDay(rows(12, 0.25)));
  expect(few.filter(neverRests)).toEqual([]);
  const people = Array.from({ length: 300 }, (_, i) => everyDay(rows(20 + i, 0.015)));
  expect(people.filter(neverRests)).toEqual([]);
});

test("one who rests at the border passes no oftener than stated, however he sends", () => {
  const draws = 2000;
  const most = draws * REST_P_MAX + 3 * Math.sqrt(draws * REST_P_MAX);
  const byRows = Array.from({ length: draws }, () => everyDay(rows(90, REST_ROWS_MAX)));
  expect(byRows.filter(neverRests).length).toBeLessThanOrEqual(most);
  // A dozen rows at once in one night of ten.
  const byDays = Array.from({ length: draws }, () =>
    everyDay(
      Array.from({ length: DAYS }, (_, day) => {
        const night = unit() < REST_DAYS_MAX ? Array.from({ length: 12 }, () => 24 * day + r.below(6)) : [];
        return [...night, ...Array.from({ length: 6 }, () => 24 * day + 6 + r.below(18))];
      }).flat(),
    ),
  );
  expect(byDays.filter(neverRests).length).toBeLessThanOrEqual(most);
});

test("one long night makes nobody an account that never rests", () => {
  const once = everyDay([...rows(60, 0), ...Array.from({ length: 40 }, (_, i) => 72 + (i % 6))]);
  expect(restOf(once).quiet).toBeGreaterThan(0);
  expect(neverRests(once)).toBe(false);
});

test("the night may lie anywhere in the day", () => {
  for (const shift of [0, 5, 11, 19]) {
    const moved = everyDay(rows(120, 0.01).map((hour) => hour + shift));
    expect(neverRests(moved)).toBe(false);
  }
});

test("a joined account whose nights are not told is not listed, but by tables of versions that did not ask", () => {
  const like = [{ account: 0 }, { account: 1 }, { account: 2 }];
  const sharing = { joined: new Map(like.map(({ account }) => [account, 1])) } as Parameters<typeof named>[1];
  const line = { n: 60, prompts: 60, days: 6, span: 12, single: 60, busiest: 15, marked: 0, gaps: 50, regular: 4 };
  const work = new Map<number, WorkLine>([
    [0, { ...line, everyDay: everyDay(rows(100, 0.25)) }],
    [1, { ...line, everyDay: everyDay(rows(100, 0.01)) }],
    [2, line],
  ]);
  expect(named(like, sharing, work)).toEqual([{ account: 0 }]);
  expect(named(like, sharing, null)).toEqual(like);
});
