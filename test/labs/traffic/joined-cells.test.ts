/**
 * Cells: accounts on one card and one network, too little alike one by one, are linked together; people are not, nor a
 * cell whose templates people share as often. A cell that rests at the same hours joins nobody.
 */
import { expect, test } from "vitest";
import type { Activity } from "../../../src/labs/traffic/graph/activity.js";
import { cellGroups } from "../../../src/labs/traffic/graph/joined-cells.js";
import { links } from "../../../src/labs/traffic/graph/links.js";
import { Hashes } from "../../../src/labs/traffic/log/hashes.js";
import { keepsNight } from "../../../src/labs/traffic/score/around-clock.js";
import { sharingOf } from "../../../src/labs/traffic/score/sharing.js";

/** An activity from lists of templates, one an account, each used once in the finding half. */
function activityOf(lists: number[][], templates: number): Activity {
  const entries = lists.flatMap((list, account) =>
    [...new Set(list)].sort((a, b) => a - b).map((template) => ({ account, template })),
  );
  const starts = new Uint32Array(lists.length + 1);
  const byTemplate = new Uint32Array(templates + 1);
  for (const { account, template } of entries) {
    starts[account + 1]!++;
    byTemplate[template + 1]!++;
  }
  for (let a = 0; a < lists.length; a++) starts[a + 1]! += starts[a]!;
  for (let t = 0; t < templates; t++) byTemplate[t + 1]! += byTemplate[t]!;
  const next = byTemplate.slice();
  const order = new Uint32Array(entries.length);
  for (const [i, { template }] of entries.entries()) order[next[template]!++] = i;
  return {
    accounts: new Hashes(new Uint8Array(16 * lists.length)),
    templates: new Hashes(new Uint8Array(16 * templates)),
    judgedRows: Uint32Array.from(lists, (list) => list.length),
    starts,
    template: Uint32Array.from(entries, (e) => e.template),
    account: Uint32Array.from(entries, (e) => e.account),
    finding: new Uint32Array(entries.length).fill(1),
    judging: new Uint32Array(entries.length),
    byTemplate,
    order,
  };
}

const PEOPLE = 400;
const COMMON = 20_000;
const CELL = 8;
const CELLS = 5;
/** A fixed hash of two numbers, below `of`. */
const mixed = (n: number, k: number, of: number) => {
  let x = Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(k + 1, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
  return ((x ^ (x >>> 15)) >>> 0) % of;
};
/** People with 20 of 20,000 common templates each; then cells of eight with 40 of `own` each. */
function world(own: number, from: number): { lists: number[][]; cells: number[][] } {
  const people = Array.from({ length: PEOPLE }, (_, a) => Array.from({ length: 20 }, (_, k) => mixed(a, k, COMMON)));
  const campaign = Array.from({ length: CELL * CELLS }, (_, a) =>
    Array.from({ length: 40 }, (_, k) => from + mixed(PEOPLE + a, k + 100, own)),
  );
  const cells = Array.from({ length: CELLS }, (_, c) => Array.from({ length: CELL }, (_, k) => PEOPLE + CELL * c + k));
  return { lists: [...people, ...campaign], cells };
}

test("a list too wide for any two accounts to have much of it in common links the cells that share it", () => {
  const { lists, cells } = world(2000, COMMON);
  const activity = activityOf(lists, COMMON + 2000);
  const inside = links(activity).filter(({ a, b }) => a >= PEOPLE && b >= PEOPLE);
  expect(inside.length).toBeLessThan(CELL * CELLS);
  expect(cellGroups(activity, cells)).toEqual([cells.flat()]);
});

test("cells of people who use what everybody uses are linked with nobody", () => {
  const { lists, cells } = world(COMMON, 0);
  expect(cellGroups(activityOf(lists, COMMON), cells)).toEqual([]);
  expect(cellGroups(activityOf(lists, COMMON), [])).toEqual([]);
});

test("a cell that rests six hours of the day joins nobody, one that works through joins its accounts", () => {
  const even = new Array<number>(24).fill(5);
  const asleep = even.map((n, hour) => (hour < 7 ? 0 : n));
  expect(keepsNight(even)).toBe(false);
  expect(keepsNight(asleep)).toBe(true);
  const accounts = [0, 1, 2, 3];
  const cells = [0, 1, 2].map((kind) => ({ kind, value: `${kind}`, customers: 4, everyone: 4, accounts }));
  const joined = (hours: number[]) => sharingOf(accounts, cells, new Map(accounts.map((a) => [a, hours]))).share;
  expect(joined(even)).toBe(1);
  expect(joined(asleep)).toBe(0);
  // Tables of earlier versions do not tell the hours of an account.
  expect(sharingOf(accounts, cells, new Map()).share).toBe(1);
});
