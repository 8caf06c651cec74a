/**
 * Honest software, groups and relays that look like a campaign (version 3 of the method accused three tools of four): none
 * comes near a level, none is listed. Beside them one campaign in a world with its imitated tool: nobody else is listed.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { COMMUNITIES } from "../../../materials/worlds/communities.ts";
import { CONTRACTS, CONTRACTS_LIKE_CAMPAIGNS } from "../../../materials/worlds/contracts.ts";
import { HONEST } from "../../../materials/worlds/decoys.ts";
import { LIKE_CAMPAIGNS, TRADES } from "../../../materials/worlds/trades.ts";
import { examineLogs } from "../../../src/labs/traffic/desk/examine-logs.js";
import { LEVELS } from "../../../src/labs/traffic/method.js";
import { trafficObservationsSchema } from "../../../src/labs/traffic/observations.js";
import { recomputeGroup } from "../../../src/labs/traffic/score/recompute-group.js";
import { studiesOf } from "../../asked.js";
import { worldOf } from "./material.js";

const studies = await studiesOf("examine traffic");

const hasEngine = existsSync("node_modules/chdb");
const scratch = mkdtempSync(join(tmpdir(), "assay-honest-"));
const keyFile = join(scratch, "key");
writeFileSync(keyFile, `${"07".repeat(32)}\n`);
afterAll(() => rmSync(scratch, { recursive: true, force: true }), 60_000);

async function examined(name: string, args: readonly string[]) {
  const world = worldOf(join(scratch, name), args);
  const { findings } = await examineLogs({
    logs: [join(world, "log")],
    folder: join(scratch, name, "data"),
    keyFile,
    keyMayBeNew: false,
    mapping: null,
    reveal: true,
    studies,
    threads: 2,
    onProgress: () => undefined,
  });
  const seen = findings.map((finding) => ({
    finding,
    value: finding.tests[0]!.statistic.value,
    seen: trafficObservationsSchema.parse(finding.observations),
  }));
  return { world, seen };
}

/** Half of the level: a test's few seeds must not stand where chance decides. */
const FAR = 0.5 * LEVELS["traffic/pooled-operation"];
/** More would leave a log without plain people, in which nobody can be told from anybody. */
const A_WORLD = 4;
/** Of all kinds those that stood highest in the study: relays, an agency, resold accounts; who shares cards and lines; relays of one tool's users, a public list, probes; what never closes and does less at night. */
const HIGHEST = [
  ["relay-least-used", "relay-round-robin", "agency", "resold"],
  ["tutoring", "franchise", "shifts", "one-shop"],
  ["tool-relay-singles", "prompt-relay", "replayers", "probes"],
  ["stations", "cameras", "worklist", "bot-pool"],
];

describe.skipIf(!hasEngine)("honest worlds", () => {
  const alike: readonly string[] = [...LIKE_CAMPAIGNS, ...CONTRACTS_LIKE_CAMPAIGNS];
  const every = [...HONEST, ...COMMUNITIES, ...TRADES, ...CONTRACTS].filter((kind) => !alike.includes(kind));
  const worlds = process.env.SLOW
    ? Array.from({ length: Math.ceil(every.length / A_WORLD) }, (_, w) => every.slice(w * A_WORLD, (w + 1) * A_WORLD))
    : HIGHEST;
  for (const [w, kinds] of worlds.entries())
    test(`nobody is accused or listed: ${kinds.join(", ")}`, async () => {
      const args = ["--decoys", ...kinds, "--accounts", "600", "--rows", "27000", "--seed", `honest-${w}`];
      const { seen } = await examined(`honest-${w}`, args);
      expect(seen.length).toBe(2);
      for (const { finding, value, seen: observed } of seen) {
        expect(finding.outcome).not.toBe("supports-hp");
        expect(value).toBeLessThan(FAR);
        expect(observed.accounts).toEqual([]);
        // They were found and judged: a log in which nobody can be is no test.
        expect(observed.groups.filter(({ judged }) => judged >= 25).length).toBeGreaterThanOrEqual(2);
      }
    }, 240_000);

  test("who uses the templates that a campaign imitates is not listed", async () => {
    const campaign = "accounts=40,rows=5000,families=1";
    const args = ["--decoys", "imitated", "--campaign", campaign, "--accounts", "600", "--rows", "20000"];
    const { world, seen } = await examined("framing", [...args, "--seed", "framing-1"]);
    const truth = new Set(
      readFileSync(join(world, "truth.jsonl"), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).account as string),
    );
    for (const { seen: observed } of seen)
      expect(observed.accounts.filter(({ account }) => !truth.has(account))).toEqual([]);
  }, 240_000);

  test("who shares a campaign's card, line and tool, and rests, is not listed", async () => {
    const args = ["--decoys", "desks-mostly-tool", "--campaign", "accounts=40,rows=5000,families=1"];
    const { world, seen } = await examined("beside", [
      ...args,
      "--accounts",
      "500",
      "--rows",
      "12000",
      "--seed",
      "b-1",
    ]);
    const lines = readFileSync(join(world, "truth.jsonl"), "utf8").trim().split("\n");
    const truth = new Set(lines.map((line) => JSON.parse(line).account as string));
    const { seen: observed } = seen[0]!;
    expect(observed.accounts.length).toBeGreaterThanOrEqual(30);
    expect(observed.accounts.filter(({ account }) => !truth.has(account))).toEqual([]);
    // They were there to be listed: alike in their work and joined, as version 7 asked, and no more.
    const { tables } = observed;
    const joined = new Set(tables!.cells.filter(({ kind }) => kind === "both").flatMap(({ accounts }) => accounts));
    const spared = tables!.members.filter((m, i) => joined.has(i) && !truth.has(m.account));
    expect(spared.length).toBeGreaterThan(0);
    expect(spared.every(({ listed }) => !listed)).toBe(true);
    const members = tables!.members.map((m) => ({ ...m, work: m.work && { ...m.work, everyDay: undefined } }));
    expect(
      recomputeGroup({ ...tables!, members }).members.filter((m) => m.listed && !truth.has(m.account)).length,
    ).toBeGreaterThan(0);
  }, 240_000);

  test("a log without cards, networks or organisations says what is out of reach, whatever was planted", async () => {
    for (const without of ["payment", "payment,network", "org"]) {
      const args = ["--decoys", "none", "--campaign", "accounts=40,rows=5000", "--accounts", "600", "--rows", "15000"];
      const { seen } = await examined(`without-${without.replace(",", "-")}`, [
        ...args,
        "--seed",
        "without-1",
        "--without",
        without,
      ]);
      for (const { finding, value, seen: observed } of seen) {
        expect(finding.outcome).not.toBe("supports-hp");
        expect(value).toBe(0);
        expect(observed.outOfReach.length).toBe(without.split(",").length);
        if (finding.outcome === "inconclusive") expect(finding.reason).toMatch(/^Out of reach of this log: /);
        expect(observed.accounts).toEqual([]);
      }
      // The group is there to look at, marked as no finding.
      expect(seen[0]!.seen.leads.some((lead) => lead.noFinding && lead.count >= 35)).toBe(true);
    }
  }, 400_000);
});
