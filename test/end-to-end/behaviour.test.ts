/** From real models behind an HTTP endpoint to pages in a bundle: collect, examine, publish, verify. */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { verifyBundle } from "../../src/app/bundle/verify-bundle.js";
import { collect } from "../../src/app/collect.js";
import { recompute } from "../../src/app/recompute.js";
import { commonOriginObservationsSchema } from "../../src/labs/behaviour/common-origin/observations.js";
import { examineTranscripts } from "../../src/labs/behaviour/desk/examine-transcripts.js";
import { behaviourObservationsSchema } from "../../src/labs/behaviour/observations.js";
import { drawPrompts, readPromptSet } from "../../src/transcript/prompt-set.js";
import { readTranscript } from "../../src/transcript/read-transcript.js";
import { bundleOf, studiesOf } from "../asked.js";
import { serveDemoModels } from "./demo-model-server.js";

const PROMPTS = 4;
const TOKENS = 6;

it("asks served models, examines what they answered and writes pages that verify", { timeout: 300_000 }, async () => {
  const server = await serveDemoModels();
  const dir = mkdtempSync(join(tmpdir(), "assay-end-to-end-"));
  mkdirSync(join(dir, "panel"));
  const models = ["base", "finetune", "panel/independent-twin", "panel/text-student"];
  const out = (name: string) => join(dir, `${name}.jsonl`);
  try {
    const prompts = drawPrompts(
      readPromptSet(readFileSync("data/prompts/general-1.json"), "general-1"),
      "end-to-end",
      PROMPTS,
    );
    const collections = await collect({
      endpoints: models.map((name) => ({
        url: server.url,
        protocol: "openai" as const,
        out: out(name),
        key: null,
        settings: { model: name.replace("panel/", ""), temperature: 0, maxTokens: TOKENS, system: null, seed: null },
      })),
      prompts,
      samples: 1,
      seed: "end-to-end",
      requestsMax: null,
      costMax: null,
      prices: null,
      concurrency: 1,
      intervalMs: 0,
      triesMax: 2,
      waitMs: 10,
      timeoutMs: 120_000,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    expect(collections.every((c) => c.complete && c.answers === PROMPTS)).toBe(true);
    const texts = (name: string) => readTranscript(readFileSync(out(name)), name).records.map((r) => r.text);
    expect(texts("base").every((text) => text.length > 0)).toBe(true);
    expect(texts("base")).not.toEqual(texts("panel/independent-twin"));
    writeFileSync(join(dir, "panel", "lineage.json"), JSON.stringify({ base: { one: ["independent-twin"] } }));
    const settings = { seed: "end-to-end", questions: "all" as const, tries: 1 };
    const studies = await studiesOf("examine behaviour");
    const examination = await examineTranscripts({
      reference: out("base"),
      suspect: out("finetune"),
      panel: join(dir, "panel"),
      siblings: [],
      before: out("base"),
      after: out("finetune"),
      memoryUnitsMax: 100, // most answers go by way of the disk
      settings,
      studies,
      onProgress: () => undefined,
    });
    // Four prompts and a panel of two: the method says that it cannot speak, and shows what it saw.
    const [origin, ...relations] = examination.findings;
    expect([origin!.proposition.id, origin!.outcome]).toEqual(["behaviour/common-origin", "uncalibrated"]);
    expect(commonOriginObservationsSchema.parse(origin!.observations).panel.models).toBe(2);
    for (const { outcome, reason, observations } of relations) {
      expect([outcome, reason]).toEqual(["uncalibrated", expect.stringContaining(`${PROMPTS} prompts`)]);
      const seen = behaviourObservationsSchema.parse(observations);
      expect(seen.panel.models).toBe(2);
      expect(seen.beforeAfter!.placebos).toBe(2);
    }
    const asked = { ...examination, settings, arguments: ["REFERENCE", "SUSPECT"] };
    const bundle = await bundleOf("examine behaviour", asked, studies);
    expect(verifyBundle(bundle).checks.filter((check) => !check.holds)).toEqual([]);
    const pages = [...bundle]
      .filter(([path]) => path.endsWith("page.html"))
      .map(([, bytes]) => new TextDecoder().decode(bytes));
    expect(pages).toHaveLength(4);
    expect(pages.filter((page) => page.includes("Families of features"))).toHaveLength(3);
    expect(pages.filter((page) => page.includes("Do the two stand nearer to one another"))).toHaveLength(1);
    // The other side holds the files under other names, and gets the same findings and pages.
    renameSync(out("panel/text-student"), join(dir, "renamed.jsonl"));
    const again = await recompute(bundle, { inputs: [dir], home: dir, keyId: null, onProgress: () => undefined });
    expect(again.map(({ name, holds, detail }) => [name, holds, holds ? "" : detail])).toEqual(
      ["", " 2", " 3", " 4"].flatMap((n) =>
        [`recomputed finding${n}`, `recomputed page${n}`].map((name) => [name, true, ""]),
      ),
    );
    writeFileSync(out("finetune"), readFileSync(out("base")));
    await expect(
      recompute(bundle, { inputs: [dir], home: dir, keyId: null, onProgress: () => undefined }),
    ).rejects.toThrow("expected the suspect's files");
  } finally {
    await server.close();
  }
});
