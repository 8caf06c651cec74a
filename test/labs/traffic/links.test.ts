/** Links weigh a shared template by its rarity: four that nobody else has join two accounts, four that all have do not. */
import { expect, test } from "vitest";
import type { Activity } from "../../../src/labs/traffic/graph/activity.js";
import { links } from "../../../src/labs/traffic/graph/links.js";
import { Hashes } from "../../../src/labs/traffic/log/hashes.js";

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
    judgedRows: new Uint32Array(lists.length),
    starts,
    template: Uint32Array.from(entries, (e) => e.template),
    account: Uint32Array.from(entries, (e) => e.account),
    finding: new Uint32Array(entries.length).fill(1),
    judging: new Uint32Array(entries.length),
    byTemplate,
    order,
  };
}

const COMMON = 300;
/** 400 accounts with 20 of 300 common templates each, in a fixed pattern. */
const people = (n: number) =>
  Array.from({ length: n }, (_, a) =>
    Array.from({ length: 20 }, (_, i) => (a * 7 + i * i * (1 + (a % 11)) + i) % COMMON),
  );

test("rare templates link, common ones do not", () => {
  const lists = people(400);
  lists[5] = [...lists[5]!.slice(0, 16), COMMON, COMMON + 1, COMMON + 2, COMMON + 3];
  lists[305] = [...lists[305]!.slice(0, 16), COMMON, COMMON + 1, COMMON + 2, COMMON + 3];
  const own = [...new Set(lists[17]!)].slice(0, 4);
  lists[204] = [...lists[204]!.slice(0, 16), ...own];
  const found = links(activityOf(lists, COMMON + 4)).map(({ a, b }) => `${a}-${b}`);
  expect(found).toContain("5-305");
  expect(found).not.toContain("17-204");
});

test("the order of accounts within a pass of pairs does not matter, and a pair is met once", () => {
  const lists = people(600).map((list, a) =>
    a < 12 ? [...list, ...Array.from({ length: 8 }, (_, i) => COMMON + i)] : list,
  );
  const found = links(activityOf(lists, COMMON + 8)).filter(({ a, b }) => a < 12 && b < 12);
  expect(found.length).toBe(66);
  expect(new Set(found.map(({ a, b }) => `${a}-${b}`)).size).toBe(66);
  expect(found.every(({ a, b }) => a < b)).toBe(true);
});
