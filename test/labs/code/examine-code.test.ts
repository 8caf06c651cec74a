/** `assay examine code` and `assay code corpus` as commands: a copy is seen, independent programs are not, bundles hold. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCorpus } from "../../../src/labs/code/desk/corpus.js";
import { pythonProgram, renamed, writeTree } from "./programs.js";

const root = mkdtempSync(join(tmpdir(), "assay-code-"));
const at = (...path: string[]) => join(root, ...path);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const assay = (...args: string[]) =>
  spawnSync(process.execPath, ["dist/cli/main.js", ...args], {
    encoding: "utf8",
    env: { ...process.env, ASSAY_HOME: at("home") },
  });
const findingOf = (...args: string[]) => {
  const { stdout, stderr } = assay("examine", "code", ...args, "--json");
  expect(stderr).not.toMatch(/^assay:/m);
  return JSON.parse(stdout);
};

beforeAll(async () => {
  for (let i = 0; i < 16; i++) writeTree(at("public", `maker-${i}`), { "a.py": pythonProgram(`maker ${i}`, 60) });
  await buildCorpus({ sources: at("public"), out: at("index"), dated: "2026-06-30", say: () => {} });
  const ours = pythonProgram("claimant", 12);
  writeTree(at("ours"), { "ours.py": ours });
  writeTree(at("copied"), { "theirs.py": `${pythonProgram("suspect", 6)}\n${renamed(ours)}` });
  writeTree(at("independent"), { "theirs.py": pythonProgram("independent", 12) });
});

describe("exclusive containment", () => {
  test("a copy under other names stands above every maker, both ways", () => {
    const { observations, outcome } = findingOf(at("ours"), at("copied"), "--corpus", at("index"));
    const { forward, turned } = observations;
    expect(forward.max).toBeGreaterThan(0.5);
    expect(turned.max).toBeGreaterThan(0.3);
    expect([forward.panelAtOrAbove, turned.panelAtOrAbove]).toEqual([0, 0]);
    expect(["supports-hp", "uncalibrated"]).toContain(outcome);
  });

  test("independent programs share nothing", () => {
    const { observations, outcome } = findingOf(at("ours"), at("independent"), "--corpus", at("index"));
    expect([observations.forward.max, observations.turned.max]).toEqual([0, 0]);
    expect(outcome).not.toBe("supports-hp");
  });

  test("what is public already counts for nothing", () => {
    writeTree(at("public-copy"), { "b.py": renamed(pythonProgram("maker 3", 60)) });
    const { observations } = findingOf(at("public", "maker-3"), at("public-copy"), "--corpus", at("index"));
    expect(observations).toMatchObject({ forward: { scored: 0, max: 0, kin: [{ maker: "maker-3", share: 1 }] } });
    const left = findingOf(
      at("public", "maker-3"),
      at("public-copy"),
      "--corpus",
      at("index"),
      "--leave-out",
      "maker-3",
    );
    expect(left.observations).toMatchObject({ corpus: { leftOut: ["maker-3"], makers: 15 } });
    expect(left.observations.forward.max).toBeGreaterThan(0.5);
  });

  test("code under the head of a licence is read, and the head is counted", () => {
    const head =
      '# Licensed under the Apache License, Version 2.0 (the "License").\n# You may obtain a copy of the License at\n#\n#     http://www.apache.org/licenses/LICENSE-2.0\n';
    writeTree(at("headed"), { "ours.py": `${head}${pythonProgram("claimant", 12)}` });
    const { observations } = findingOf(at("headed"), at("copied"), "--corpus", at("index"));
    expect(observations.forward.max).toBeGreaterThan(0.5);
    expect(observations.sides.reference).toMatchObject({
      leftOut: [],
      licenceHeads: [{ licence: "Apache-2.0", files: 1 }],
    });
  });

  test("a file that says where it comes from is set aside, unless it names the claimant", () => {
    const ours = pythonProgram("claimant", 12);
    writeTree(at("credited"), { "theirs.py": `# Adapted from https://example.org/northwind/kit\n${ours}` });
    const { observations } = findingOf(at("ours"), at("credited"), "--corpus", at("index"));
    expect(observations.forward.max).toBe(0);
    expect(observations.sides.suspect.leftOut).toEqual([{ why: "says that it comes from a third source", files: 1 }]);
  });
});

describe("an outcome needs a panel", () => {
  test("fewer than 15 makers of the language: uncalibrated", () => {
    const args = [
      at("ours"),
      at("copied"),
      "--corpus",
      at("index"),
      "--leave-out",
      "maker-1",
      "--leave-out",
      "maker-2",
    ];
    const { outcome, reason } = findingOf(...args);
    expect(outcome).toBe("uncalibrated");
    expect(reason).toMatch(/14 makers of python; at least 15 are needed/);
  });
});

test("a bundle verifies and is examined again from the trees", () => {
  expect(assay("examine", "code", at("ours"), at("copied"), "--corpus", at("index"), "--out", at("case")).status).toBe(
    0,
  );
  writeTree(at("kept", "one"), { "ours.py": pythonProgram("claimant", 12) });
  const again = assay(
    "verify",
    at("case"),
    "--recompute",
    "--inputs",
    at("kept"),
    "--inputs",
    at("copied"),
    "--inputs",
    at("index"),
  );
  expect(again.stdout + again.stderr).toMatch(/recomputed finding: the same to the last bit/);
});

test("a reader's record of other trees or by another index is an error", () => {
  const { evidence } = findingOf(at("ours"), at("copied"), "--corpus", at("index"));
  const [claimant, suspect, corpus] = evidence as [string, string, string];
  const other = `sha256:${"0".repeat(64)}`;
  const asked = (record: object) => {
    const whole = {
      type: "assay/code-review/v1",
      claimant,
      suspect,
      corpus,
      reader: "A. Reader",
      units: [],
      ...record,
    };
    writeFileSync(at("review.json"), JSON.stringify(whole));
    return assay("examine", "code", at("ours"), at("copied"), "--corpus", at("index"), "--review", at("review.json"));
  };
  expect(asked({}).status).toBe(0);
  expect(asked({ suspect: other })).toMatchObject({ status: 2, stderr: expect.stringMatching(/got one of others/) });
  expect(asked({ corpus: other })).toMatchObject({ status: 2, stderr: expect.stringMatching(/got one by another/) });
});

describe("hostile trees get one line and exit status 2", () => {
  const refused = (path: string) => {
    const { status, stderr } = assay("examine", "code", path, at("ours"), "--corpus", at("index"));
    expect([status, stderr.trim().split("\n").length]).toEqual([2, 1]);
    return stderr;
  };
  test("nothing there, no source, only links, a folder too deep", () => {
    expect(refused(at("nowhere"))).toMatch(/got nothing at/);
    writeTree(at("empty"), { "README.md": "none" });
    expect(refused(at("empty"))).toMatch(/expected source files/);
    writeTree(at("links"), { "x.txt": "" });
    symlinkSync(at("ours", "ours.py"), at("links", "a.py"));
    symlinkSync(at("links"), at("links", "round"));
    expect(refused(at("links"))).toMatch(/expected source files/);
    writeTree(at("deep"), { [`${"d/".repeat(70)}a.py`]: "x = 1\n" });
    expect(refused(at("deep"))).toMatch(/at most 64 folders deep/);
  });
});
