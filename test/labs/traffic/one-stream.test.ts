/** Whether many users stand behind accounts: what shows them, and what could not have. */
import { expect, test } from "vitest";
import { type StreamCounts, streamsOf } from "../../../src/labs/traffic/score/one-stream.js";

/**
 * Version 6 accused this relay at 1.000: its users' prompts fell into few templates (rows alike by chance: four of five), so
 * that blocks could not be more alike than the whole. Counts of the study's benign world 65 of that version.
 */
const RELAY: StreamCounts = {
  templates: { alike: 1_053_464, pairs: 1_280_292 },
  byTime: { alike: 25_074, pairs: 29_658 },
  byAccount: { alike: 3072, pairs: 3782 },
  byOwner: { alike: 25_124, pairs: 30_582 },
  byClock: { alike: 48_750, pairs: 58_078 },
  hours: { alike: 164_760, pairs: 1_280_292 },
  own: { alike: 3476, pairs: 30_582 },
  ownDay: { alike: 200, pairs: 3782 },
  inHour: { alike: 3340, pairs: 8534 },
};
const part = (pairs: number, share: number) => ({ alike: Math.round(pairs * share), pairs });
/** A list dealt out: blocks as mixed as the whole, of as many rows. */
const DEALT: StreamCounts = {
  templates: part(4_000_000, 0.1),
  byTime: part(90_000, 0.1),
  byAccount: part(12_000, 0.1),
  byOwner: part(100_000, 0.1),
  byClock: part(160_000, 0.1),
  hours: part(4_000_000, 0.125),
  own: part(100_000, 0.125),
  ownDay: part(12_000, 0.125),
  inHour: part(26_000, 1 / 12),
};

test("a list dealt out shows no crowd where one would have shown", () => {
  expect(streamsOf(DEALT)).toEqual({ oneStream: 1, oneRhythm: 1, oneShift: 1, noRuns: 1, crowdSeen: 1 });
});

test("a relay whose users' prompts fall into few templates does not pass for want of anything to see", () => {
  const { oneStream, noRuns, crowdSeen } = streamsOf(RELAY);
  expect(oneStream).toBeGreaterThan(0.99);
  expect(crowdSeen).toBe(0);
  expect(noRuns).toBeLessThan(0.3);
});

test("words show what templates do not: users with words of their own, at once, on an account or at an hour of the day", () => {
  const grain = {
    all: part(4_000_000, 0.02),
    byHour: part(7000, 0.02),
    byTime: part(90_000, 0.02),
    byAccount: part(12_000, 0.02),
    byOwner: part(100_000, 0.02),
    byClock: part(160_000, 0.02),
  };
  expect(streamsOf({ ...DEALT, grains: [grain] }).oneStream).toBe(1);
  for (const block of ["byHour", "byTime", "byAccount", "byOwner", "byClock"] as const) {
    const own = { ...grain, [block]: part(grain[block].pairs, 0.06) };
    expect(streamsOf({ ...DEALT, grains: [own] }).oneStream).toBeLessThan(0.5);
  }
});

test("one template can be seen through by its words alone", () => {
  const same = { templates: part(4_000_000, 1), byTime: part(90_000, 1), byAccount: part(12_000, 1) };
  const one = { ...DEALT, ...same, byOwner: part(100_000, 1), byClock: part(160_000, 1) };
  expect(streamsOf(one).crowdSeen).toBe(0);
  const words = {
    all: part(4_000_000, 0.1),
    byHour: part(7000, 0.1),
    byTime: part(90_000, 0.1),
    byAccount: part(12_000, 0.1),
    byOwner: part(100_000, 0.1),
    byClock: part(160_000, 0.1),
  };
  expect(streamsOf({ ...one, grains: [words] }).crowdSeen).toBe(1);
});

test("few rows show nothing: no bound is wide enough to be a sign", () => {
  const few = Object.fromEntries(
    Object.entries(DEALT as Record<string, { alike: number; pairs: number }>).map(([name, { alike, pairs }]) => [
      name,
      { alike: Math.round(alike / 400), pairs: Math.round(pairs / 400) },
    ]),
  ) as unknown as StreamCounts;
  expect(streamsOf(few).crowdSeen).toBe(0);
});
