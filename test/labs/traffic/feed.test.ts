/** What follows from a finding: entries that expire and say why and where to object; each account told once; leads nothing. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Finding } from "../../../src/finding/finding.js";
import { tell, tellingOf } from "../../../src/labs/traffic/desk/tell-accounts.js";

const scratch = mkdtempSync(join(tmpdir(), "assay-feed-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const observations = (names: string[]) => ({
  log: {
    ...{ rows: 9, accounts: 3, from: "2026-03-02", to: "2026-03-15", days: 14, promptShare: 1, distinctPrompts: 9 },
    ...{ formats: [], rejects: [], known: { payment: 3, network: 3, org: 3, joined: 3 } },
    ...{ popular: { templates: 0, uses: 0 }, names: "keyed-hash" },
  },
  ...{ group: null, groups: [], tables: null, outOfReach: [], leads: [], byDay: [], templates: [], signals: [] },
  ...{ infrastructure: [], models: [], exhibits: [], notFound: [] },
  accounts: names.map((account) => ({
    ...{ account, log10P: -2.6, rows: 60, judgedRows: 70, onCard: 6, onNetwork: 6, onBoth: 6 },
    reasons: [`why ${account}`],
  })),
});
const finding = (outcome: Finding["outcome"], names: string[]) =>
  ({
    outcome,
    proposition: { id: "traffic/pooled-operation", hp: "", hd: "" },
    observations: observations(names),
  }) as unknown as Finding;

test("a feed's entries expire, name the finding, say why and where to object; what supports nothing makes none", async () => {
  const feed = join(scratch, "feed.json");
  const telling = await tellingOf({ feed, appeal: "mailto:appeals@example.org", feedDays: "2" }, scratch);
  await tell([finding("supports-hp", ["a", "b"]), finding("inconclusive", ["c"])], telling);
  const { type, issued, entries } = JSON.parse(readFileSync(feed, "utf8"));
  expect(type).toBe("assay/traffic-feed/v1");
  expect(entries.map((e: { account: string }) => e.account)).toEqual(["a", "b"]);
  expect(entries[0]).toMatchObject({
    ...{ action: "step-up", appeal: "mailto:appeals@example.org", reasons: ["why a"] },
    ...{ finding: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), id: expect.stringMatching(/^[0-9a-f]{32}$/) },
  });
  expect(Date.parse(entries[0].expires) - Date.parse(issued)).toBe(2 * 86_400_000);
  // Nothing is found any more: the feed is empty at once.
  await tell([finding("inconclusive", [])], telling);
  expect(JSON.parse(readFileSync(feed, "utf8")).entries).toEqual([]);
});

test("a feed without a way to object, without an end, or with another action is refused", async () => {
  const appeal = "https://example.org/appeal";
  await expect(tellingOf({ feed: "f" }, scratch)).rejects.toThrow(/^--appeal: expected where an account objects/);
  await expect(tellingOf({ feed: "f", appeal, feedDays: "1000" }, scratch)).rejects.toThrow(/^--feed-days/);
  await expect(tellingOf({ feed: "f", appeal, feedAction: "ban" }, scratch)).rejects.toThrow(/^--feed-action/);
});

test("an address that is none is refused at once, and a broken list of who was told is not taken for an empty one", async () => {
  await expect(tellingOf({ webhook: "gateway" }, scratch)).rejects.toThrow(/^--webhook: expected an address/);
  const folder = mkdtempSync(join(tmpdir(), "assay-told-"));
  try {
    writeFileSync(join(folder, "told.json"), '["a", "b');
    await expect(tellingOf({ webhook: "http://127.0.0.1:1/" }, folder)).rejects.toThrow(/told.json: expected the list/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("no cell of a list is a formula", async () => {
  const alert = join(scratch, "alert.csv");
  const names = ["=1+1", "\t=1+1", "\r=1+1", "-1", "plain", 'a"b'];
  await tell([finding("supports-hp", names)], await tellingOf({ alert }, scratch));
  const cells = names.map((name) => (name === "plain" || name === 'a"b' ? name : `'${name}`).replaceAll('"', '""'));
  const text = readFileSync(alert, "utf8");
  for (const cell of cells) expect(text).toContain(`\n"${cell}",`);
});

test("each account is told once under one id, also after a restart; what was not taken is told again", async () => {
  const bodies: string[][] = [];
  let status = 500;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      bodies.push(JSON.parse(body).accounts.map(({ account }: { account: string }) => account));
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const first = await tellingOf({ webhook }, scratch);
  await tell([finding("supports-hp", ["a"])], first);
  status = 200;
  await tell(null, first);
  await tell([finding("supports-hp", ["a", "b"])], first);
  await tell([finding("supports-hp", ["a", "b"])], await tellingOf({ webhook }, scratch));
  expect(bodies).toEqual([["a"], ["a"], ["b"]]);
  server.close();
});
