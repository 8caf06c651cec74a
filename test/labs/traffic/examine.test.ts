/**
 * The laboratory from log to findings in the real engine: a planted campaign stands first, a benign world is not accused,
 * and neither the order of lines, nor how they are cut into files, nor a kill changes a byte.
 */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyBundle } from "../../../src/app/bundle/verify-bundle.js";
import { KNOWN_RULES } from "../../../src/app/known-rules.js";
import { encodeFinding } from "../../../src/finding/codec.js";
import { incoherences } from "../../../src/finding/coherence.js";
import type { Finding } from "../../../src/finding/finding.js";
import { examineLogs } from "../../../src/labs/traffic/desk/examine-logs.js";
import { respondToTraffic } from "../../../src/labs/traffic/desk/respond-to-traffic.js";
import { REST_P_MAX } from "../../../src/labs/traffic/method.js";
import type { TrafficObservations } from "../../../src/labs/traffic/observations.js";
import { trafficObservationsSchema } from "../../../src/labs/traffic/observations.js";
import { recomputeGroup } from "../../../src/labs/traffic/score/recompute-group.js";
import { bundleOf, studiesOf } from "../../asked.js";
import { smallWorld } from "./material.js";

// Optional peer: a checkout has it, a user may not.
const hasEngine = existsSync("node_modules/chdb");
const scratch = mkdtempSync(join(tmpdir(), "assay-traffic-"));
const keyFile = join(scratch, "key");
writeFileSync(keyFile, `${"07".repeat(32)}\n`);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const studies = await studiesOf("examine traffic");

const run = (logs: string[], name: string, reveal = false) =>
  examineLogs({
    logs,
    folder: join(scratch, name),
    keyFile,
    keyMayBeNew: false,
    mapping: null,
    reveal,
    studies,
    threads: 2,
    onProgress: () => undefined,
  });

function inputsOf([first]: readonly Finding[]) {
  const { subject } = first!;
  return subject.kind === "log" ? [{ role: "log", name: subject.log.name, root: subject.log.root }] : [];
}

describe.skipIf(!hasEngine)("examine traffic", () => {
  let world: string;
  beforeAll(() => {
    world = smallWorld(join(scratch, "a"), "test-1", "accounts=30,rows=4000,camouflage=0.3");
  }, 120_000);

  test("a planted campaign stands first, with its accounts and no others", async () => {
    const { findings } = await run([join(world, "log")], "first", true);
    const ids = ["traffic/pooled-operation", "traffic/extraction-workload"];
    expect(findings.slice(0, 2).map((f) => f.proposition.id)).toEqual(ids);
    for (const finding of findings.slice(0, 2)) {
      expect(incoherences(finding, KNOWN_RULES)).toEqual([]);
      const seen = trafficObservationsSchema.parse(finding.observations);
      const truth = new Set(
        readFileSync(join(world, "truth.jsonl"), "utf8")
          .trim()
          .split("\n")
          .map((l) => JSON.parse(l).account as string),
      );
      expect(seen.accounts.filter((a) => !truth.has(a.account))).toEqual([]);
      expect(seen.accounts.length).toBeGreaterThanOrEqual(29);
      expect(seen.exhibits.length).toBe(5);
      expect(seen.byDay.length).toBeGreaterThanOrEqual(14);
      expect(seen.templates.length).toBeGreaterThan(0);
      // The accused's expert gets the same from the finding alone.
      const again = recomputeGroup(seen.tables!);
      expect(again.measures).toEqual(seen.group!.measures);
      expect(again.statistic.pooledOperation).toBe(seen.group!.statistic.pooledOperation);
      expect(again.members.filter((m) => m.listed).map((m) => m.account)).toEqual(seen.accounts.map((a) => a.account));
      for (const [i, member] of again.members.entries())
        expect(member.log10P).toBeCloseTo(seen.tables!.members[i]!.log10P, 5);
      expect(seen.accounts.every((a) => a.reasons.length === 5)).toBe(true);
      // Each is at work at hours at which a person who rests is not.
      expect(seen.accounts.every((a) => a.rest!.log10P <= Math.log10(REST_P_MAX))).toBe(true);
    }
  }, 180_000);

  test("shuffled lines in another cut of files, and a second run, give the same bytes", async () => {
    const again = await run([join(world, "log")], "first");
    expect(again.newRows).toBe(0);
    const lines = readdirSync(join(world, "log"))
      .sort()
      .flatMap((name) =>
        gunzipSync(readFileSync(join(world, "log", name)))
          .toString()
          .trim()
          .split("\n"),
      );
    const shuffled = lines.map((line, i) => ({ line, at: (i * 7919) % lines.length })).sort((a, b) => a.at - b.at);
    const cut = Math.floor(lines.length / 3);
    const files = [shuffled.slice(0, cut), shuffled.slice(cut)].map((part, i) => {
      const path = join(scratch, `part-${i}.jsonl`);
      writeFileSync(path, part.map(({ line }) => `${line}\n`).join(""));
      return path;
    });
    const other = await run(files, "shuffled");
    expect(other.findings.map(encodeFinding)).toEqual(again.findings.map(encodeFinding));
  }, 240_000);

  test("the log that an accusation was made from agrees with it, account by account", async () => {
    const { findings } = await run([join(world, "log")], "first");
    const asked = { findings, settings: { reveal: false }, arguments: ["LOG"], inputs: inputsOf(findings) };
    const accusation = verifyBundle(await bundleOf("examine traffic", asked, studies));
    const [response] = await respondToTraffic({
      logs: [join(world, "log")],
      folder: join(scratch, "respondent"),
      keyFile,
      keyMayBeNew: false,
      mapping: null,
      reveal: false,
      threads: 2,
      accusation,
      onProgress: () => undefined,
    });
    expect(response!.recomputed.holds).toBe(true);
    expect(response!.answers.length).toBeGreaterThanOrEqual(29);
    expect(response!.answers.filter((answer) => answer.differs.length > 0)).toEqual([]);
  }, 240_000);

  test("a benign world with every decoy is not accused, and says so on the whole log", async () => {
    const benign = smallWorld(join(scratch, "b"), "test-2", null);
    const { findings } = await run([join(benign, "log")], "benign");
    expect(findings.length).toBe(2);
    for (const finding of findings) {
      expect(["inconclusive", "uncalibrated"]).toContain(finding.outcome);
      expect((finding.observations as TrafficObservations).accounts).toEqual([]);
      expect(incoherences(finding, KNOWN_RULES)).toEqual([]);
    }
  }, 180_000);
});
