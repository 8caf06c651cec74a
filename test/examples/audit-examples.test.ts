/** The examples that commit while a run trains: the plain loop is run and commits four times; the callback by a stand-in of its base. */
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { beginRun, openRun, readRunKey } from "../../src/app/audit/run-log.js";

const home = mkdtempSync(join(tmpdir(), "assay-examples-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const python = spawnSync("python3", ["--version"]).status === 0;
const ASSAY = [process.execPath, resolve("dist/command/main.js")];

async function opened(name: string): Promise<string> {
  const key = join(home, `${name}.pem`);
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(key, privateKey.export({ type: "pkcs8", format: "pem" }));
  await beginRun({
    folder: join(home, name),
    name,
    purpose: "an example",
    declared: {},
    beacon: "local",
    key: await readRunKey(key),
    at: null,
    round: null,
    witnesses: null,
  });
  return key;
}

test("the callback is at most 60 lines", () => {
  expect(readFileSync("examples/assay_callback.py", "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(60);
});

describe.skipIf(!python)("run by Python", () => {
  test("a plain loop", async () => {
    const key = await opened("plain");
    const run = spawnSync("python3", [resolve("examples/plain_loop.py"), "plain", key, ...ASSAY], {
      cwd: home,
      encoding: "utf8",
    });
    expect(run.status, run.stderr).toBe(0);
    const { state } = await openRun(join(home, "plain"));
    expect(state.committed.get("steps")!.map(({ said }) => said.size)).toEqual([50, 100, 150, 200]);
  });

  test("the callback, with a stand-in for transformers", async () => {
    const key = await opened("called");
    mkdirSync(join(home, "stand-in"));
    writeFileSync(join(home, "stand-in/transformers.py"), "class TrainerCallback:\n    pass\n");
    const script = `
import json, sys
from types import SimpleNamespace as S
from assay_callback import AssayCommit
call = AssayCommit("called", sys.argv[1], every=10**9, assay=sys.argv[2:])
for step in range(1, 31):
    state = S(global_step=step, is_world_process_zero=True, num_input_tokens_seen=64 * step)
    call.on_log(None, state, None, logs={"loss": 1 / step, "learning_rate": 1e-3})
call.on_train_end(S(output_dir="none"), state, None)
`;
    const run = spawnSync("python3", ["-c", script, key, ...ASSAY], {
      cwd: home,
      encoding: "utf8",
      env: { ...process.env, PYTHONPATH: `${join(home, "stand-in")}:${resolve("examples")}` },
    });
    expect(run.status, run.stderr).toBe(0);
    const { state } = await openRun(join(home, "called"));
    expect(state.committed.get("steps")!.at(-1)!.said.size).toBe(30);
  });
});
