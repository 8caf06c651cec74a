/** What each proposition's statistic leaves out: a system prompt speaks against pooled operation only, talk against the harvest only. */
import { expect, test } from "vitest";
import { statistic } from "../../../src/labs/traffic/score/statistic.js";

const QUEUE = {
  concentration: 0.97,
  balance: 0.95,
  division: 1,
  persistence: 1,
  offClock: 0.96,
  singleTurn: 0.99,
  beyondProduct: 1,
};

test("a queue stands high in both", () => {
  expect(statistic("traffic/pooled-operation", QUEUE)).toEqual({ value: 0.95, least: "balance" });
  expect(statistic("traffic/extraction-workload", QUEUE)).toEqual({ value: 0.95, least: "balance" });
});

test("under one product's system prompt accounts are not called operated together; their workload may still be one", () => {
  const product = { ...QUEUE, beyondProduct: 0 };
  expect(statistic("traffic/pooled-operation", product)).toEqual({ value: 0, least: "beyondProduct" });
  expect(statistic("traffic/extraction-workload", product).value).toBe(0.95);
});

test("conversations are no harvest; who holds them may still be one operator", () => {
  const talk = { ...QUEUE, singleTurn: 0.2 };
  expect(statistic("traffic/extraction-workload", talk)).toEqual({ value: 0.2, least: "singleTurn" });
  expect(statistic("traffic/pooled-operation", talk).value).toBe(0.95);
});
