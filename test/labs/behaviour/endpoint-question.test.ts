/** `examine endpoint` from files: kinds by name or folder, a bundle that is examined again, and names that say nothing. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { prng } from "../../../src/base/prng.js";
import { endpointQuestion } from "../../../src/labs/behaviour/desk/endpoint-question.js";
import type { SubstitutedObservations } from "../../../src/labs/behaviour/substituted/observations.js";

const folder = mkdtempSync(join(tmpdir(), "assay-endpoint-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const desk = {
  studies: [],
  openBundle: () => Promise.reject(new Error()),
  home: null,
  bundled: true,
  onProgress: () => undefined,
};

function write(path: string, weights: string, tokens = 0): string {
  const draws = prng("test/endpoint", path);
  const lines = Array.from({ length: 120 }, (_, i) => {
    const prompt = i % 60;
    const town = prng(weights, String(prompt)).below(90);
    return JSON.stringify({
      prompt_id: prompt,
      prompt: `Name town ${prompt}`,
      text: `Town ${draws.below(20) === 0 ? draws.below(90) : town}.`,
      settings: { temperature: 1, ...(tokens > 0 ? { input_tokens: tokens + prompt } : {}) },
    });
  });
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), `${lines.join("\n")}\n`);
  return join(folder, path);
}

const [reference, endpoint, honest] = [
  write("ours.jsonl", "a", 7),
  write("theirs.jsonl", "b", 9),
  write("again.jsonl", "a"),
];
for (const kind of ["host", "quantisation", "system-prompt", "template", "time"])
  for (const n of [1, 2]) write(kind === "time" ? `controls/time/${n}.jsonl` : `controls/${kind}-${n}.jsonl`, "a");
const options = { controls: join(folder, "controls"), seed: "assay" };
const observed = ({ findings }: Awaited<ReturnType<typeof endpointQuestion.examine>>) =>
  findings[0]!.observations as SubstitutedObservations;

test("other weights pass the house's level, the same do not, and token counts stand beside", async () => {
  const examined = await endpointQuestion.examine({ arguments: [reference, endpoint], options }, desk);
  expect(observed(examined).foundAt).toBeLessThanOrEqual(30);
  expect(observed(examined).tokens).toEqual({ prompts: 60, offset: 2, atOffset: 60, ratio: 1 });
  expect(observed(examined).controls.map(({ name, kind }) => `${kind}: ${name}`)).toContain("time: time/1");
  const same = await endpointQuestion.examine({ arguments: [reference, honest], options }, desk);
  expect(observed(same)).toMatchObject({ warningAt: null, foundAt: null });
});

test("a request is examined again to the same finding", async () => {
  const { findings, inputs, settings } = await endpointQuestion.examine(
    { arguments: [reference, endpoint], options: { ...options, substitute: honest } },
    desk,
  );
  const request = {
    type: "assay/request/v2" as const,
    plan: null,
    command: "examine endpoint",
    arguments: [],
    settings,
    inputs: inputs.map((input) => ({ ...input })),
  };
  const again = await endpointQuestion.again(request, {
    ...desk,
    inputs: [folder, join(folder, "controls")],
    stored: findings,
  });
  expect(again.findings).toEqual(findings);
});

test("a control that does not say what it shows is asked for its kind", async () => {
  writeFileSync(join(folder, "controls", "x.jsonl"), '{"prompt_id":1,"text":"a"}\n');
  await expect(endpointQuestion.examine({ arguments: [reference, endpoint], options }, desk)).rejects.toThrow(
    /--controls: expected the name of "x" to begin with host, quantisation/,
  );
  rmSync(join(folder, "controls", "x.jsonl"));
});
