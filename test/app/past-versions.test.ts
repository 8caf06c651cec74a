/** A bundle goes on holding when its method's version is found to have accused innocents: whoever checks it is told. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { verifyBundleZip } from "../../src/app/bundle/verify-bundle.js";
import { foundSinceOfEntries } from "../../src/app/docket/finding-facts.js";
import { LABORATORIES } from "../../src/app/known.js";
import { foundSinceOf, foundSinceText } from "../../src/app/past-versions.js";
import { METHOD_VERSION as HABITS } from "../../src/labs/behaviour/method.js";
import { SUBSTITUTED_METHOD } from "../../src/labs/behaviour/substituted/method.js";

const PAST = LABORATORIES.flatMap(({ pastVersions = [] }) => pastVersions);
const kept = (form: string, name: string) => gunzipSync(readFileSync(`fixtures/bundles/${form}/${name}.zip.gz`));

/** Of methods as they are asked now: by their studies, and where no study carries one by its own name. */
function inUse(): Map<string, number> {
  const studies = LABORATORIES.flatMap(({ studies }) => studies);
  const used = new Map(studies.map(({ method, version }) => [method, Number(version)]));
  for (const { method } of PAST)
    if (!used.has(method) && method.startsWith("behaviour/")) used.set(method, Number(HABITS));
  return used.set(SUBSTITUTED_METHOD.id, Number(SUBSTITUTED_METHOD.version)).set("weights/direction", 2);
}

test("of every version of a method that is asked no more it is stated whether it is known to have accused innocents", () => {
  for (const [method, version] of inUse()) {
    const stated = PAST.filter((of) => of.method === method).map((of) => of.version);
    expect([method, stated]).toEqual([method, Array.from({ length: version - 1 }, (_, i) => String(i + 1))]);
  }
  for (const { method } of PAST) expect(inUse().has(method), method).toBe(true);
  for (const { told } of PAST) expect(existsSync(told), told).toBe(true);
});

test("a past version belongs to the laboratory whose method it was", () => {
  for (const { id, pastVersions = [] } of LABORATORIES)
    for (const { method } of pastVersions) expect(method.startsWith(`${id}/`), method).toBe(true);
});

test("a bundle by such a version holds, and its report says what was found since", () => {
  const report = verifyBundleZip(kept("v2", "canaries-named"));
  expect(report.holds).toBe(true);
  expect(report.foundSince.map(({ method, version }) => `${method} ${version}`)).toEqual(["marks/canary 1"]);
});

test("nothing is said of a version in use, of one that is not known here, or of an outcome that accuses nobody", () => {
  for (const name of ["marks-version-3", "membership", "planted"])
    expect([name, verifyBundleZip(kept("v2", name)).foundSince]).toEqual([name, []]);
  const past = { method: "weights/unit-labels", version: "5" };
  expect(
    foundSinceOf([
      { ...past, outcome: "inconclusive" },
      { ...past, outcome: "refused" },
    ]),
  ).toEqual([]);
  expect(foundSinceOf([{ ...past, version: "99", outcome: "supports-hp" }])).toEqual([]);
  const speaks = { ...past, outcome: "supports-hp" };
  expect(foundSinceOf([speaks, { ...speaks, outcome: "uncalibrated" }])).toHaveLength(1);
});

test("of a case it is said by what its entries state", () => {
  const facts = { method: "traffic/lockstep", version: "6", outcome: "supports-hp" };
  const entries = [
    { kind: "finding", facts },
    { kind: "complaint", facts },
  ];
  expect(foundSinceOfEntries(entries).map(({ version }) => version)).toEqual(["6"]);
  expect(foundSinceOfEntries(entries.slice(1))).toEqual([]);
});

test("assay verify prints it below its conclusion, states it as JSON, and ends in 0", () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-past-"));
  const path = join(folder, "case.zip");
  writeFileSync(path, kept("v2", "traffic-version-8"));
  const verify = (...more: string[]) =>
    execFileSync(process.execPath, ["dist/command/main.js", "verify", path, ...more], { encoding: "utf8" });
  const { holds, foundSince } = JSON.parse(verify("--json"));
  expect(holds).toBe(true);
  expect(foundSince).toHaveLength(1);
  expect(verify()).toContain(`The bundle holds.\n${foundSinceText(foundSince[0])}\n`);
  rmSync(folder, { recursive: true });
}, 60_000);
