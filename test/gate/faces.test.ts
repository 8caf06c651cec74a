/** What the gate prints and ships for others: a cluster's configuration, and a step of a workflow. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { FLAGS } from "../../src/cli/flags/vocabulary.js";

const root = mkdtempSync(join(tmpdir(), "assay-gate-faces-"));
afterAll(() => rmSync(root, { recursive: true }));

test("the cluster's configuration fails closed only where a namespace asks for it, and never in the cluster's own", () => {
  const { status, stdout } = spawnSync(
    process.execPath,
    [resolve("dist/command/main.js"), "gate", "serve", "--policy", "x", "--register", "y", "--print-config"],
    { encoding: "utf8" },
  );
  expect(status).toBe(0);
  const { kind, webhooks } = parse(stdout);
  expect(kind).toBe("ValidatingWebhookConfiguration");
  for (const { failurePolicy, namespaceSelector, sideEffects, timeoutSeconds, clientConfig } of webhooks) {
    const [own, system] = namespaceSelector.matchExpressions;
    expect([own.key, failurePolicy === "Fail" ? "In" : "NotIn"]).toEqual(["assay.gate", own.operator]);
    expect(system).toMatchObject({ operator: "NotIn", values: ["kube-system", "assay-gate"] });
    expect([sideEffects, timeoutSeconds <= 10]).toEqual(["None", true]);
    expect(clientConfig.service.path).toBe(failurePolicy === "Fail" ? "/enforce" : "/warn");
  }
  expect(webhooks.map(({ failurePolicy }: { failurePolicy: string }) => failurePolicy)).toEqual(["Fail", "Ignore"]);
});

test("the workflow's step passes on the gate's refusal, and takes its inputs as values", () => {
  const { runs, inputs } = parse(readFileSync("examples/gate-action/action.yml", "utf8"));
  const steps = runs.steps as { id?: string; run?: string; env?: Record<string, string> }[];
  for (const { run } of steps) expect(run ?? "").not.toContain("${{");
  const { run, env } = steps.find(({ id }) => id === "check")!;
  for (const [, flag] of run!.matchAll(/--([a-z-]+)/g)) expect(Object.keys(FLAGS)).toContain(flag);
  expect(Object.values(env!).map((value) => /inputs\.([a-z]+)/.exec(value)![1])).toEqual(
    Object.keys(inputs).filter((name) => name !== "package"),
  );
  // Run with a stand-in for the command that says what it was given and refuses.
  const bin = join(root, "assay/node_modules/.bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "assay"), '#!/bin/sh\nprintf "%s\\n" "$@"\nexit 3\n');
  chmodSync(join(bin, "assay"), 0o755);
  const [output, summary] = [join(root, "output"), join(root, "summary")];
  const asked = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", run!], {
    encoding: "utf8",
    env: {
      PATH: process.env.PATH,
      RUNNER_TEMP: root,
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      MODEL: "a model; rm -rf x",
      POLICY: "gate",
      REGISTER: "log",
      EVALUATIONS: "evals",
    },
  });
  expect(asked.status).toBe(3);
  expect(asked.stdout.split("\n").slice(0, 3)).toEqual(["gate", "check", "a model; rm -rf x"]);
  expect(readFileSync(output, "utf8")).toContain("verdict=");
});
