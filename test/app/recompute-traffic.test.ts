/** Bundles of traffic and harvest, made and made again by the command line: with the log, its key and the transcripts alone. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { fromUtf8 } from "../../src/base/bytes.js";
import { unzipStrict } from "../../src/evidence/zip.js";
import { temporary } from "../host/temporary.js";
import { answersOf } from "../labs/behaviour/made-answers.js";
import { smallWorld } from "../labs/traffic/material.js";

// Optional peer: a checkout has it, a user may not.
const hasEngine = existsSync("node_modules/chdb");
const inTemporary = temporary();

function assay(...args: string[]) {
  const env = { ...process.env, ASSAY_HOME: inTemporary("home") };
  return spawnSync(process.execPath, [resolve("dist/command/main.js"), ...args], { encoding: "utf8", env });
}

function wellDone(...args: string[]): string {
  const { status, stdout, stderr } = assay(...args);
  expect(status, `${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

const requestOf = (zip: string) =>
  JSON.parse(fromUtf8(unzipStrict(new Uint8Array(readFileSync(zip))).get("data/request.json")!, "request"));

describe.skipIf(!hasEngine)("a bundle of traffic", () => {
  test("names its log's files and commits to its key, and is made again by who holds both", () => {
    const folder = inTemporary("traffic");
    const log = join(smallWorld(folder, "test-1", "accounts=30,rows=4000,camouflage=0.3"), "log");
    const key = join(folder, "owner.key");
    writeFileSync(key, `${"07".repeat(32)}\n`);
    const bundle = join(folder, "bundle.zip");
    wellDone("examine", "traffic", log, "--data", join(folder, "data"), "--key", key, "--out", bundle);
    expect(wellDone("verify", bundle)).toMatch(/The bundle holds/);

    const request = requestOf(bundle);
    const files = request.inputs.filter(({ role }: { role: string }) => role === "log-file");
    expect(files.map(({ name }: { name: string }) => name)).toEqual(readdirSync(log).sort());
    expect(request.settings.key).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(readFileSync(bundle).includes("07".repeat(16))).toBe(false);

    // Elsewhere, under other names of files, with the key beside them.
    const inputs = join(folder, "elsewhere");
    mkdirSync(inputs);
    for (const [i, name] of readdirSync(log).entries()) cpSync(join(log, name), join(inputs, `part-${i}.jsonl.gz`));
    const without = assay("verify", bundle, "--recompute", "--inputs", inputs);
    expect([without.status, without.stderr]).toEqual([
      2,
      expect.stringMatching(/expected the key that hashed the log/),
    ]);
    writeFileSync(join(inputs, "the.key"), `${"07".repeat(32)}\n`);
    const again = wellDone("verify", bundle, "--recompute", "--inputs", inputs);
    expect(again).toMatch(/recomputed finding: the same to the last bit/);
    expect(again).toMatch(/recomputed page/);

    rmSync(join(inputs, "part-0.jsonl.gz"));
    const less = assay("verify", bundle, "--recompute", "--inputs", inputs);
    expect([less.status, less.stderr]).toEqual([2, expect.stringMatching(/expected the log-file's files/)]);
  });
});

test("a bundle of harvest is written, verifies, and is made again from the transcripts", () => {
  const folder = inTemporary("harvest");
  const controls = join(folder, "controls");
  mkdirSync(controls, { recursive: true });
  const write = (path: string, maker: Parameters<typeof answersOf>[0], of: (id: number) => boolean) =>
    writeFileSync(
      path,
      [...answersOf(maker, 80)]
        .filter(([id]) => of(Number(id)))
        .map(
          ([id, text]) => `${JSON.stringify({ prompt_id: id, prompt: `question ${id} of ${Number(id) % 4}`, text })}\n`,
        )
        .join(""),
    );
  const [harvested, unharvested, suspect] = ["own-a", "own-b", "suspect"].map((name) => join(folder, `${name}.jsonl`));
  write(harvested!, { seed: "provider" }, (id) => id % 2 === 0);
  write(unharvested!, { seed: "provider" }, (id) => id % 2 === 1);
  write(suspect!, { seed: "student", parent: { seed: "provider", share: 0.5 } }, () => true);
  for (let i = 0; i < 20; i++) write(join(controls, `control-${i}.jsonl`), { seed: `other ${i}` }, () => true);
  const bundle = join(folder, "bundle.zip");
  const asked = [
    "--suspect",
    suspect!,
    "--controls",
    controls,
    "--harvested",
    harvested!,
    "--unharvested",
    unharvested!,
  ];
  wellDone("examine", "harvest", ...asked, "--out", bundle);
  expect(wellDone("verify", bundle)).toMatch(/The bundle holds/);
  expect(requestOf(bundle).inputs).toHaveLength(23);
  const again = wellDone("verify", bundle, "--recompute", "--inputs", folder);
  expect(again).toMatch(/recomputed finding: the same to the last bit/);
  expect(again).toMatch(/recomputed page/);
  rmSync(join(controls, "control-7.jsonl"));
  expect(assay("verify", bundle, "--recompute", "--inputs", folder).status).toBe(2);
});
