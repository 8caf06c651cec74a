/** What a statistic leans on: one weak mark neither evades nor accuses; an honest explanation, or content alone, gives nothing. */
import { expect, test } from "vitest";
import { LEVELS } from "../../../src/labs/traffic/method.js";
import { MARKS, statistic } from "../../../src/labs/traffic/score/statistic.js";

const CAMPAIGN = {
  concentration: 0.97,
  balance: 0.95,
  division: 1,
  persistence: 1,
  offClock: 0.96,
  singleTurn: 0.99,
  beyondProduct: 1,
  oneStream: 1,
  oneRhythm: 1,
  oneShift: 1,
  noRuns: 1,
  crowdSeen: 1,
  aroundClock: 0.9,
  joined: 1,
  manyCards: 1,
  harvest: 0.5,
  manyAsks: 0.4,
};
const POOLED = "traffic/pooled-operation";
const EXTRACTION = "traffic/extraction-workload";

test("a campaign that shares cards and networks and asks for reasoning stands high in both", () => {
  expect(statistic(POOLED, CAMPAIGN).value).toBe(1);
  expect(statistic(EXTRACTION, CAMPAIGN).value).toBe(1);
});

test("one weak mark does not let it evade", () => {
  for (const mark of MARKS)
    expect(statistic(POOLED, { ...CAMPAIGN, [mark]: mark === "concentration" ? 0.65 : 0.3 }).value).toBeGreaterThan(
      LEVELS[POOLED],
    );
});

test("content alone accuses nobody: users of one tool, each with a card and a network, stand at nothing", () => {
  const tool = { ...CAMPAIGN, joined: 0 };
  expect(statistic(POOLED, tool)).toEqual({ value: 0, weakest: "joined" });
  expect(statistic(EXTRACTION, tool).value).toBe(0);
});

test("a clock, an event, a public's templates or list, many users behind the accounts, volumes or hours of their own, shifts, runs of minutes, too little to see users in, a town's night, one card for all: each explains by itself", () => {
  for (const part of [
    "offClock",
    "persistence",
    "concentration",
    "division",
    "balance",
    "oneStream",
    "oneRhythm",
    "oneShift",
    "noRuns",
    "aroundClock",
    "manyCards",
  ] as const)
    expect(statistic(POOLED, { ...CAMPAIGN, [part]: 0.05 })).toEqual({ value: 0, weakest: part });
});

test("tills, cameras and wards that never close but do less at night stand at nothing; version 8 took them for a machine's", () => {
  // What even filling stations and even cameras measured (validation/traffic.md).
  for (const night of [0.45, 0.55, 0.65]) {
    const till = { ...CAMPAIGN, aroundClock: night };
    expect(statistic(POOLED, till)).toEqual({ value: 0, weakest: "aroundClock" });
    expect(statistic(EXTRACTION, till).value).toBe(0);
  }
  expect(statistic(POOLED, { ...CAMPAIGN, aroundClock: 0.6 }, 8).value).toBeGreaterThan(LEVELS[POOLED]);
});

test("where many users could not have shown, their absence is no sign", () => {
  expect(statistic(POOLED, { ...CAMPAIGN, crowdSeen: 0 })).toEqual({ value: 0, weakest: "crowdSeen" });
});

test("one tool's wording is no harvest: a call centre that scores its own calls by a rubric is operated together, and no more", () => {
  const scored = { ...CAMPAIGN, harvest: 1, manyAsks: 0 };
  expect(statistic(POOLED, scored).value).toBe(1);
  expect(statistic(EXTRACTION, scored)).toEqual({ value: 0, weakest: "manyAsks" });
  // What version 8 said of it.
  expect(statistic(EXTRACTION, scored, 8).value).toBe(1);
});

test("volume is no harvest: without what students are trained on only the operation can be found", () => {
  const plain = { ...CAMPAIGN, harvest: 0 };
  expect(statistic(POOLED, plain).value).toBe(1);
  expect(statistic(EXTRACTION, plain)).toEqual({ value: 0, weakest: "harvest" });
});
