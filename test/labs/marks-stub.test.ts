/** What the stub of `assay mark serve` says is examined like any text: by the mark of the account that it was said to. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ServingLog } from "../../src/host/log/serving-log.js";
import { TokenDraws } from "../../src/kernels/token-draws.js";
import { examineMarks } from "../../src/labs/marks/desk/examine-marks.js";
import { makeMark, masterKey } from "../../src/labs/marks/desk/make-mark.js";
import { markedAnswers } from "../../src/labs/marks/desk/serve-marked.js";
import { stubModel } from "../../src/labs/marks/desk/stub-model.js";
import { textEncoder } from "../../src/model/beside/text-encoder.js";

const TOKENIZER = "data/marks/stub-tokenizer.json";
const folder = mkdtempSync(join(tmpdir(), "assay-stub-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("its tokenizer gives the stub's own ids: bytes", () => {
  const { encode } = textEncoder(readFileSync(TOKENIZER), TOKENIZER);
  const text = "Hello, wörld \n\t~ don't  123 €";
  expect([...Array.from(encode(text))]).toEqual([...new TextEncoder().encode(text)]);
});

test("the account's mark is found in its answers, another's is not", async () => {
  const [master, log] = [join(folder, "master.key"), join(folder, "served.log")];
  const draws = new TokenDraws();
  const serving = await ServingLog.open(log);
  let drawn = 0;
  const answer = markedAnswers({
    model: stubModel(draws),
    draws,
    master: await masterKey(master),
    period: "2026-11",
    variant: "tournament",
    log: serving,
    canaries: new Map(),
    // A fixed sequence of no account: the fractional parts of multiples of the golden ratio.
    chance: () => (++drawn * 0.6180339887498949) % 1,
    now: () => 0,
  });
  const lines: string[] = [];
  for (let i = 0; i < 3; i++) {
    let text = "";
    const ask = { id: `answer-${i}`, account: "me", prompt: `hello ${i}`, chat: true, tokensMax: 400, temperature: 1 };
    for await (const piece of answer(ask)) text += piece;
    lines.push(JSON.stringify({ prompt_id: ask.id, text }));
  }
  await serving.close();
  const texts = join(folder, "texts.jsonl");
  writeFileSync(texts, `${lines.join("\n")}\n`);
  const passages = async (customer: string) => {
    const out = join(folder, customer);
    await makeMark({
      out,
      master,
      customer,
      period: "2026-11",
      vocabulary: 256,
      variant: "tournament",
      parameters: {},
    });
    const { findings } = await examineMarks({ texts, mark: join(out, "MARK.json"), tokenizer: TOKENIZER }, false, []);
    return findings[0]!.tests.find(({ id }) => /combined$/.test(id))!.log10P;
  };
  expect(await passages("me")).toBeLessThan(-20);
  expect(await passages("somebody-else")).toBeGreaterThan(-3);
});
