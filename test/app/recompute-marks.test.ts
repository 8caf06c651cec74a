/** Bundles of the marks laboratory: made again from their inputs to the last bit, and not from other inputs. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { verifyBundle } from "../../src/app/bundle/verify-bundle.js";
import { recompute } from "../../src/app/recompute.js";
import { prng } from "../../src/base/prng.js";
import { drawCanaries, makePlan } from "../../src/labs/marks/desk/examine-canaries.js";
import { markWeights } from "../../src/labs/marks/desk/leak.js";
import { ringOf } from "../../src/labs/marks/desk/make-ring.js";
import { ask, bundleOf, studiesOf } from "../asked.js";
import { EARLY, policyIn, proofIn, ROUND, SIGNATURE } from "../dated.js";
import { temporary } from "../host/temporary.js";

const inTemporary = temporary();
const onProgress = () => {};
const VLLM = { type: "assay/mark/v1", scheme: "gumbel", variant: "vllm", vocabulary: 1000 };

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
    const examined = await ask("examine marks", [texts], { mark, each });
    await again(await bundleOf("examine marks", examined), folder);
  }
  const files = await bundleOf("examine marks", await ask("examine marks", [texts], { mark }));
  writeFileSync(texts, `${readFileSync(texts, "utf8")}{"ids":[1,2,3]}\n`);
  const options = { inputs: [folder], home: inTemporary("home"), keyId: null, onProgress };
  await expect(recompute(files, options)).rejects.toThrow(/expected the text's files/);
});

test("texts in words are found again with their tokenizer", async () => {
  const { folder, mark } = material();
  const tokenizer = "fixtures/demo/base/tokenizer.json";
  writeFileSync(join(folder, "tokenizer.json"), readFileSync(tokenizer));
  const words = join(folder, "words.jsonl");
  writeFileSync(words, `${JSON.stringify({ text: "the assay office tests a piece of gold and says what it is" })}\n`);
  const value = { ...JSON.parse(readFileSync(mark, "utf8")), vocabulary: 300_000 };
  writeFileSync(mark, JSON.stringify(value));
  const examined = await ask("examine marks", [words], { mark, tokenizer });
  await again(await bundleOf("examine marks", examined), folder);
});

test("texts that the mark could have been learned from are an input, and are found again", async () => {
  const { folder, texts, mark } = material();
  const learnedFrom = join(folder, "learned.jsonl");
  writeFileSync(learnedFrom, '{"ids":[1,2,3,4,5]}\n');
  const examined = await ask("examine marks", [texts], { mark, learnedFrom });
  expect(examined.findings[0]!.tests.map(({ id }) => id).slice(-2)).toEqual(["marks/beyond-served", "combined"]);
  await again(await bundleOf("examine marks", examined), folder);
});

test("a ring of marks is found again, and its bundle's page holds", async () => {
  const { folder, texts, mark } = material();
  const one = join(folder, "vllm.json");
  writeFileSync(one, JSON.stringify({ ...VLLM, key: 7 }));
  const ring = join(folder, "RING.json");
  expect(await ringOf([mark, one], ring)).toBe(`2 marks in ${ring}`);
  const examined = await ask("examine marks", [texts], { mark: ring });
  expect(examined.findings[0]!.observations).toMatchObject({ ring: { marks: 2, asked: 2 } });
  await again(await bundleOf("examine marks", examined), folder);
  await expect(ask("examine inheritance", [texts], { mark: ring })).rejects.toThrow(/expected one mark, got a ring/);
});

test("inheritance is found again", async () => {
  const { folder, texts, mark } = material();
  const examined = await ask("examine inheritance", [texts], { mark, otherKeys: 20, seed: "joint seed" });
  const files = await bundleOf("examine inheritance", examined);
  expect(new TextDecoder().decode(files.get("data/page.html")!)).toContain("--seed &#39;joint seed&#39;");
  await again(files, folder);
});

test("canaries are found again", async () => {
  const { folder } = material();
  const path = (name: string) => join(folder, name);
  const items = [{ id: "i1", question: "Who built the Tarn bridge?", options: ["Ilse Marek", "Jon Voss"] }];
  writeFileSync(path("items.json"), JSON.stringify(items));
  writeFileSync(path("accounts.txt"), "acme\nother\n");
  const [plan, drawn] = [path("PLAN.json"), path("DRAWN.json")];
  const from = { items: path("items.json"), accounts: path("accounts.txt") };
  await makePlan({ ...from, out: plan, served: path("served.jsonl") });
  const transcript = path("transcript.jsonl");
  writeFileSync(transcript, `${JSON.stringify({ prompt_id: "i1", text: "Jon Voss" })}\n`);
  const examined = await ask("examine canaries", [transcript], { plan });
  expect(examined.findings[0]!.reason).toMatch(/seed that the claimant chose/);
  await again(await bundleOf("examine canaries", examined), folder);
  const { commitment } = await makePlan({ ...from, out: path("UNDRAWN.json"), round: ROUND });
  const read = readFileSync(path("UNDRAWN.json"));
  await drawCanaries(read, "plan", { signature: SIGNATURE, out: drawn, served: path("later.jsonl") });
  expect(JSON.parse(readFileSync(path("later.jsonl"), "utf8").split("\n")[1]!)).toMatchObject({ account: "other" });
  const dated = { committed: proofIn(folder, { commitment }), policy: policyIn(folder), tries: 2 };
  const later = await ask("examine canaries", [transcript], { plan: drawn, ...dated });
  await again(await bundleOf("examine canaries", later), folder);
});

test("canaries name an account where a beacon drew after a log had the plan, and nobody else does", async () => {
  const folder = inTemporary("named");
  mkdirSync(folder, { recursive: true });
  const path = (name: string) => join(folder, name);
  const options = ["Ilse Marek", "Jon Voss", "Ada Prell", "Tom Ruge"];
  const items = Array.from({ length: 40 }, (_, i) => ({ id: `i${i}`, question: `Who wrote ${i}?`, options }));
  writeFileSync(path("items.json"), JSON.stringify(items));
  writeFileSync(path("accounts.txt"), Array.from({ length: 50 }, (_, i) => `account-${i}\n`).join(""));
  const from = { items: path("items.json"), accounts: path("accounts.txt") };
  const { commitment } = await makePlan({ ...from, out: path("undrawn.json"), round: ROUND });
  await expect(ask("examine canaries", [path("undrawn.json")], { plan: path("undrawn.json") })).rejects.toThrow();
  const files = { signature: SIGNATURE, out: path("PLAN.json"), served: path("served.jsonl") };
  await drawCanaries(readFileSync(path("undrawn.json")), "plan", files);
  const { canaries } = JSON.parse(readFileSync(files.served, "utf8").split("\n")[7]!) as {
    canaries: { id: string; answer: string }[];
  };
  const lines = canaries.map(({ id, answer }, i) =>
    JSON.stringify({ prompt_id: id, text: i % 10 === 9 ? "I do not know." : answer }),
  );
  writeFileSync(path("learned.jsonl"), lines.join("\n"));
  const studies = await studiesOf("examine canaries");
  const asked = async (given: object) =>
    (await ask("examine canaries", [path("learned.jsonl")], { plan: files.out, ...given }, { studies })).findings[0]!;
  const dated = { committed: proofIn(folder, { commitment }), policy: policyIn(folder) };
  expect(await asked(dated)).toMatchObject({ outcome: "supports-hp", observations: { named: ["account-7"] } });
  expect(await asked({})).toMatchObject({ outcome: "uncalibrated", strength: null, observations: { named: [] } });
  const late = proofIn(folder, { commitment }, "late", [EARLY, EARLY + 600]);
  expect(await asked({ ...dated, committed: late })).toMatchObject({ outcome: "uncalibrated" });
});

test("a leak is found again with the owner's list, and with that alone", { timeout: 60_000 }, async () => {
  const folder = inTemporary("leak");
  const original = "fixtures/demo/base";
  const list = join(folder, "recipients.json");
  const copy = join(folder, "copy");
  mkdirSync(folder, { recursive: true });
  await markWeights({ model: original, recipient: "Institute A", key: list, out: copy, onProgress });
  const options100 = { original, recipients: list, freshWords: 100 };
  const examined = await ask("examine leak", [copy], options100, { home: inTemporary("home") });
  expect(examined.findings[0]!.observations).toMatchObject({ named: ["Institute A"] });
  const files = await bundleOf("examine leak", examined);
  const options = { home: inTemporary("home"), keyId: null, onProgress };
  const checks = await recompute(files, { ...options, inputs: [folder, "fixtures/demo"] });
  expect(checks.filter((check) => !check.holds)).toEqual([]);
  writeFileSync(join(folder, "second.json"), readFileSync(list));
  await expect(recompute(files, { ...options, inputs: [folder, "fixtures/demo"] })).rejects.toThrow(/found 2/);
});
