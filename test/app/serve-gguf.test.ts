/**
 * A local model served with a mark, by llama.cpp: the account's own key finds its answers, another account's does not.
 * Needs node-llama-cpp, an optional peer; skipped with a message where it is not installed.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { hex } from "../../src/base/bytes.js";
import { openLocalStepper } from "../../src/host/answers/local-stepper.js";
import { ServingLog } from "../../src/host/log/serving-log.js";
import { TokenDraws } from "../../src/kernels/token-draws.js";
import { markedAnswers } from "../../src/labs/marks/desk/serve-marked.js";
import { schemeOf } from "../../src/labs/marks/schemes/make-scheme.js";
import { parseMark } from "../../src/labs/marks/schemes/mark-file.js";
import { derivedKey } from "../../src/labs/marks/schemes/mark-keys.js";
import { testPresence } from "../../src/labs/marks/text/present.js";
import { demoAsGguf } from "../host/demo-gguf.js";

const installed = existsSync("node_modules/node-llama-cpp");
if (!installed) console.log("serve-gguf.test: skipped, no node-llama-cpp (npm install --no-save node-llama-cpp@3)");
const folder = mkdtempSync(join(tmpdir(), "assay-serve-gguf-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!installed)("mark serve with a GGUF file", () => {
  it.each(["biased", "tournament"] as const)("%s", { timeout: 120_000 }, async (variant) => {
    const path = join(folder, "demo.gguf");
    writeFileSync(path, demoAsGguf());
    const model = await openLocalStepper(path);
    expect(model.vocabulary).toBe(1024);
    const master = new Uint8Array(32).fill(7);
    const logPath = join(folder, `${variant}.log`);
    const draws = new TokenDraws();
    let state = 1;
    const chance = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    const log = await ServingLog.open(logPath);
    const serving = { model, master, period: "2026-11", variant, log, draws, canaries: new Map(), chance };
    const answer = markedAnswers({ ...serving, now: () => 0 });
    // Six at once: two wait for a free context.
    const answers = await Promise.all(
      Array.from({ length: 6 }, async (_, n) => {
        const ask = { prompt: `The river ${n}`, chat: false, tokensMax: 120, temperature: 1 };
        let text = "";
        for await (const piece of answer({ id: String(n), account: "acme", ...ask })) text += piece;
        return text;
      }),
    );
    const texts = answers.map((text, n) => ({
      id: String(n),
      ids: Uint32Array.from(model.encode(text, false)),
      promptIds: new Uint32Array(0),
    }));
    const found = (account: string) => {
      const key = hex(derivedKey(master, account, "2026-11"));
      const mark = parseMark({ type: "assay/mark/v1", scheme: "assay", variant, key, vocabulary: 1024 }, "test");
      return testPresence(schemeOf(mark, draws), texts, 1024).log10P;
    };
    expect(found("acme")).toBeLessThan(-6);
    expect(found("another")).toBeGreaterThan(-4);
    expect(readFileSync(logPath, "utf8").trim().split("\n").length).toBeGreaterThan(6);
    // A client that leaves gives its context back.
    for (let n = 0; n < 6; n++) {
      const left = answer({
        id: `left ${n}`,
        account: "acme",
        prompt: "x",
        chat: true,
        tokensMax: 100,
        temperature: 1,
      });
      await left.next();
      await left.return(undefined);
    }
    await log.close();
    await model.close();
  });
});
