/** Bundles of the marks laboratory: made again from their inputs to the last bit, and not from other inputs. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { verifyBundle } from "../../src/app/bundle/verify-bundle.js";
import { examineCanaryTranscript, makePlan } from "../../src/app/marks/examine-canaries.js";
import { examineInherited } from "../../src/app/marks/examine-inheritance.js";
import { examineMarks } from "../../src/app/marks/examine-marks.js";
import { examineLeakedWeights, markWeights } from "../../src/app/marks/leak.js";
import { marksBundle } from "../../src/app/marks/publish-marks.js";
import { recompute } from "../../src/app/recompute.js";
import { prng } from "../../src/base/prng.js";
import { temporary } from "../host/temporary.js";

const inTemporary = temporary();
const onProgress = () => {};

function material(): { folder: string; texts: string; mark: string } {
  const folder = inTemporary("inputs");
  mkdirSync(folder, { recursive: true });
  const source = prng("test/recompute-marks", "1");
  const line = () => JSON.stringify({ ids: Array.from({ length: 80 }, () => source.below(1000)) });
  const texts = join(folder, "texts.jsonl");
  writeFileSync(texts, `${line()}\n${line()}\n`);
  const mark = join(folder, "MARK.json");
  const value = { type: "assay/mark/v1", scheme: "kgw", variant: "transformers", key: 15_485_863, vocabulary: 1000 };
  writeFileSync(mark, JSON.stringify(value));
  return { folder, texts, mark };
}

async function again(files: Map<string, Uint8Array>, folder: string): Promise<void> {
  expect(verifyBundle(files).holds).toBe(true);
  const checks = await recompute(files, { inputs: [folder], home: inTemporary("home"), keyId: null, onProgress });
  expect(checks.length).toBeGreaterThanOrEqual(2);
  expect(checks.filter((check) => !check.holds)).toEqual([]);
}

test("presence, in all and text by text, is found again; other texts are not taken for them", async () => {
  const { folder, texts, mark } = material();
  for (const each of [false, true]) {
    const examined = await examineMarks({ texts, mark }, each);
    await again(await marksBundle(examined, { command: "examine marks", settings: { each } }), folder);
  }
  const files = await marksBundle(await examineMarks({ texts, mark }, false), {
    command: "examine marks",
    settings: { each: false },
  });
  writeFileSync(texts, `${readFileSync(texts, "utf8")}{"ids":[1,2,3]}\n`);
  const options = { inputs: [folder], home: inTemporary("home"), keyId: null, onProgress };
  await expect(recompute(files, options)).rejects.toThrow(/expected the text's file/);
});

test("texts in words are found again with their tokenizer", async () => {
  const { folder, mark } = material();
  const tokenizer = "fixtures/demo/base/tokenizer.json";
  writeFileSync(join(folder, "tokenizer.json"), readFileSync(tokenizer));
  const words = join(folder, "words.jsonl");
  writeFileSync(words, `${JSON.stringify({ text: "the assay office tests a piece of gold and says what it is" })}\n`);
  const value = { ...JSON.parse(readFileSync(mark, "utf8")), vocabulary: 300_000 };
  writeFileSync(mark, JSON.stringify(value));
  const examined = await examineMarks({ texts: words, mark, tokenizer }, false);
  await again(await marksBundle(examined, { command: "examine marks", settings: { each: false } }), folder);
});

test("inheritance is found again", async () => {
  const { folder, texts, mark } = material();
  const settings = { keys: 20, seed: "joint seed", reading: false };
  const examined = await examineInherited({ paths: { texts, mark }, ...settings, onProgress });
  const files = await marksBundle(examined, { command: "examine inheritance", settings });
  expect(new TextDecoder().decode(files.get("data/page.html")!)).toContain("--seed &#39;joint seed&#39;");
  await again(files, folder);
});

test("canaries are found again", async () => {
  const { folder } = material();
  const path = (name: string) => join(folder, name);
  const items = [{ id: "i1", question: "Who built the Tarn bridge?", options: ["Ilse Marek", "Jon Voss"] }];
  writeFileSync(path("items.json"), JSON.stringify(items));
  writeFileSync(path("accounts.txt"), "acme\nother\n");
  const plan = path("PLAN.json");
  await makePlan({
    items: path("items.json"),
    accounts: path("accounts.txt"),
    out: plan,
    served: path("served.jsonl"),
  });
  const transcript = path("transcript.jsonl");
  writeFileSync(transcript, `${JSON.stringify({ prompt_id: "i1", text: "Jon Voss" })}\n`);
  const examined = await examineCanaryTranscript(transcript, plan);
  await again(await marksBundle(examined, { command: "examine canaries", settings: {} }), folder);
});

test("a leak is found again with the owner's list, and with that alone", { timeout: 60_000 }, async () => {
  const folder = inTemporary("leak");
  const original = "fixtures/demo/base";
  const list = join(folder, "recipients.json");
  const copy = join(folder, "copy");
  mkdirSync(folder, { recursive: true });
  await markWeights({ model: original, recipient: "Institute A", key: list, out: copy, onProgress });
  const asked = { suspect: copy, original, recipients: list, freshWords: 100, home: inTemporary("home"), onProgress };
  const examined = await examineLeakedWeights(asked);
  expect(examined.findings[0]!.observations).toMatchObject({ named: ["Institute A"] });
  const files = await marksBundle(examined, { command: "examine leak", settings: { freshWords: 100 } });
  const options = { home: inTemporary("home"), keyId: null, onProgress };
  const checks = await recompute(files, { ...options, inputs: [folder, "fixtures/demo"] });
  expect(checks.filter((check) => !check.holds)).toEqual([]);
  writeFileSync(join(folder, "second.json"), readFileSync(list));
  await expect(recompute(files, { ...options, inputs: [folder, "fixtures/demo"] })).rejects.toThrow(/found 2/);
});
