/**
 * Scores from a served model: a server on this machine that speaks completions as vLLM and others do, with a made-up model
 * that knows the published texts or does not; the whole way from a plan's texts to the finding. And servers that return no
 * prompts, cut answers, keys in error pages.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { prng } from "../../../src/base/prng.js";
import { completionsUrl, readScore, scoreText } from "../../../src/host/answers/endpoint-scores.js";
import { keepScores } from "../../../src/host/answers/kept-scores.js";
import { scoreByLogits, scoreBySteps } from "../../../src/host/answers/local-scores.js";
import type { StepModel } from "../../../src/host/answers/step-model.js";
import { examineMembership } from "../../../src/labs/membership/examine.js";
import { committed, PLAN_TYPE, publishedTexts, textsToScore } from "../../../src/labs/membership/plan/plan.js";
import { readScores } from "../../../src/labs/membership/plan/scores.js";
import { readTexts } from "../../../src/labs/membership/tools/score.js";

const home = mkdtempSync(join(tmpdir(), "assay-score-"));
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(home, { recursive: true, force: true });
});
const at = (name: string) => join(home, name);

/** Characters are tokens; a text that was learned is likelier than another by three nats a character. */
function logprobs(text: string, learned: ReadonlySet<string>): (number | null)[] {
  const noise = prng("test/scores", text);
  return [...text].map((_, i) => (i === 0 ? null : (learned.has(text) ? -0.2 : -3.2) - noise.below(100) / 1000));
}

interface Asked {
  prompt: string;
  max_tokens: number;
  echo?: boolean;
}
async function served(answer: (asked: Asked) => { status?: number; body: unknown }): Promise<string> {
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (part) => (text += part));
    request.on("end", () => {
      const { status = 200, body } = answer(JSON.parse(text) as Asked);
      response.writeHead(status, { "content-type": "application/json" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

const echoing =
  (learned: ReadonlySet<string>) =>
  ({ prompt, max_tokens }: Asked) => {
    const own = logprobs(prompt, learned);
    const more = max_tokens > 0 ? [-0.5] : [];
    return {
      body: {
        choices: [
          {
            text: prompt + (more.length > 0 ? "!" : ""),
            logprobs: { token_logprobs: [...own, ...more], text_offset: [...own, ...more].map((_, i) => i) },
          },
        ],
        usage: { prompt_tokens: own.length },
      },
    };
  };

const plan = committed({
  type: PLAN_TYPE,
  name: "rehearsal",
  secret: "7a".repeat(32),
  round: null,
  kind: "canary",
  sets: Array.from({ length: 6 }, (_, s) => {
    const source = prng("test/canaries", String(s));
    return Array.from({ length: 40 }, () => Array.from({ length: 12 }, () => "abcdefghij"[source.below(10)]).join(""));
  }),
} as never) as Extract<ReturnType<typeof committed>, { kind: "canary" }>;

const KEPT = {
  who: "membership score",
  line: ({ id }: { id: string }, given: object) => JSON.stringify({ id, ...given }),
  refusalsKept: false,
};
const nowhere = { wait: async () => undefined };
async function finding(learned: ReadonlySet<string>, name: string) {
  writeFileSync(at(`${name}.texts`), [...textsToScore(plan)].map((row) => `${JSON.stringify(row)}\n`).join(""));
  const texts = readTexts(readFileSync(at(`${name}.texts`)), "texts");
  const url = completionsUrl(await served(echoing(learned))).href;
  const score = ({ text }: { text: string }) => scoreText({ url, model: "served", key: null }, text, nowhere.wait);
  const done = await keepScores({ ...KEPT, items: texts, score, out: at(name), of: name, concurrency: 8 });
  expect(done).toEqual({ scored: 240, refused: [] });
  const scores = readScores(readFileSync(at(name)), name);
  const artefact = (kind: "text" | "scores") => ({ name, kind, root: `sha256:${"0".repeat(64)}` as const });
  return examineMembership({
    plan: { artefact: artefact("text"), value: plan },
    suspect: { artefact: artefact("scores"), value: scores },
    reference: null,
    dated: null,
    tries: 1,
    validations: [],
    software: { name: "assay", version: "0", commit: "0" },
  });
}

test("a served model that learned the published canaries ranks each first; one that did not, does not", async () => {
  const learned = await finding(new Set(publishedTexts(plan)), "learned");
  const p = (found: typeof learned) => found.tests.find(({ id }) => id === "ranks")!.log10P;
  expect(p(learned)).toBeLessThan(-6);
  // A rehearsal's draw is its maker's own: nothing is concluded, whatever the p.
  expect(learned.outcome).toBe("uncalibrated");
  expect(p(await finding(new Set(), "stranger"))).toBeGreaterThan(-3);
});

describe("what a server may return", () => {
  const score = async (answer: Parameters<typeof served>[0], key: string | null = null) =>
    scoreText({ url: completionsUrl(await served(answer)).href, model: "m", key }, "abc", nowhere.wait);
  test("one that takes no request for nothing: the token it adds is no part of the score", async () => {
    const strict = await score((asked) =>
      asked.max_tokens === 0
        ? { status: 400, body: { error: { message: "max_tokens must be at least 1" } } }
        : echoing(new Set(["abc"]))(asked),
    );
    expect(strict).toEqual(await score(echoing(new Set(["abc"]))));
  });
  test("vLLM's prompt_logprobs: the token's own entry", async () => {
    const entries = [null, { "17": { logprob: -1.5, rank: 3, decoded_token: "b" } }, { "9": { logprob: -0.25 } }];
    expect(await score(() => ({ body: { choices: [{ text: "x", prompt_logprobs: entries }] } }))).toEqual({
      logprob: -1.75,
      tokens: 2,
    });
  });
  test("one that leaves the prompt out is refused, and is not scored by what it wrote", async () => {
    const wrote = { choices: [{ text: "xyz", logprobs: { token_logprobs: [-0.1, -0.1, -0.1] } }] };
    expect(await score(() => ({ body: wrote }))).toEqual({
      refused: "the server does not return the prompt with its log-probabilities",
    });
  });
  test("a fault that passes is tried again; one that does not is told, without the key", async () => {
    let calls = 0;
    const busy = await score((asked) => (++calls < 3 ? { status: 503, body: "busy" } : echoing(new Set())(asked)));
    expect("logprob" in busy).toBe(true);
    const refused = await score(() => ({ status: 401, body: "no such key: sk-secret" }), "sk-secret");
    expect(refused).toEqual({ refused: "status 401: no such key: [key]" });
  });
  test("answers that are none: no JSON, no choice, words for numbers, probabilities above one", () => {
    const bodies = [
      "<html>",
      "{}",
      '{"choices":[]}',
      '{"choices":[{"text":"abc","logprobs":{"token_logprobs":[null,"x",-1]}}]}',
      '{"choices":[{"text":"abc","logprobs":{"token_logprobs":[null,2,-1]}}]}',
      '{"choices":[{"text":"abc","logprobs":{"token_logprobs":[null]}}]}',
      '{"choices":[{"text":"abcd","logprobs":{"token_logprobs":[null,-1,-1,-1]}}]}',
    ];
    for (const body of bodies) expect("refused" in readScore(body, "abc"), body).toBe(true);
  });
  test("an address below which completions lie, however it is given; a password in it is refused", () => {
    for (const given of ["http://a.example", "http://a.example/v1/", "http://a.example/v1/completions"])
      expect(completionsUrl(given).href).toBe("http://a.example/v1/completions");
    expect(() => completionsUrl("http://u:p@a.example")).toThrow("without a user or password");
  });
});

describe("the file of scores", () => {
  const texts = Array.from({ length: 20 }, (_, i) => ({ id: String(i), text: `text ${i}` }));
  test("a second start goes on where the first was cut, and another model's part is not taken", async () => {
    let asked = 0;
    const stops = async () => {
      if (++asked > 7) throw new Error("cut");
      return { logprob: -1, tokens: 2 };
    };
    const scoring = { ...KEPT, items: texts, out: at("cut"), of: "a model", concurrency: 1 };
    await expect(keepScores({ ...scoring, score: stops })).rejects.toThrow("cut");
    writeFileSync(at("cut.part"), `${readFileSync(at("cut.part"), "utf8")}{"id":"8","logp`);
    const whole = async () => ({ logprob: -2, tokens: 2 });
    await expect(keepScores({ ...scoring, of: "another", score: whole })).rejects.toThrow("another model");
    expect(await keepScores({ ...scoring, score: whole })).toEqual({ scored: 20, refused: [] });
    const { logprobs: read } = readScores(readFileSync(at("cut")), "cut");
    expect([read.size, [...read.values()].filter((value) => value === -1).length]).toEqual([20, 7]);
  });
  test("texts that are refused are left out; where none is scored that is said once", async () => {
    const some = async ({ text }: { text: string }) =>
      text.endsWith("3") ? { refused: "too long" } : { logprob: -1, tokens: 1 };
    const done = await keepScores({ ...KEPT, items: texts, out: at("some"), of: "m", concurrency: 3, score: some });
    expect([done.scored, done.refused.length]).toEqual([18, 2]);
    const none = async () => ({ refused: "no echo" });
    await expect(
      keepScores({ ...KEPT, items: texts, out: at("none"), of: "m", concurrency: 1, score: none }),
    ).rejects.toThrow("no echo");
  });
  test("what is no list of texts is refused by its line", () => {
    const read = (text: string) => () => readTexts(new TextEncoder().encode(text), "t");
    expect(read('{"id":"1","text":"a"}\n{"id":"1","text":"b"}\n')).toThrow("line 2: expected each id once");
    expect(read('{"id":1}')).toThrow("line 1");
    expect(read("null")).toThrow("line 1");
  });
});

test("a model that is run here: log-softmax of its raw logits, step by step, token by token", async () => {
  const seen: number[][] = [];
  const model: StepModel = {
    name: "stub",
    vocabulary: 4,
    contextTokens: 8,
    encode: (text) => [...text].map((letter) => letter.charCodeAt(0) - 97),
    decode: () => "",
    ends: () => false,
    begin: (prompt) => ({
      next: (generated) => {
        seen.push([...prompt, ...generated]);
        return Float64Array.from({ length: 4 }, (_, i) => (i === generated.length ? 1000 : 1000 - Math.log(2)));
      },
      close: () => undefined,
    }),
  };
  // Logits 0 and −ln 2 three times: the first has 1/2.5 of the mass, others half of that.
  expect(await scoreBySteps(model, "dab")).toEqual({ logprob: expect.closeTo(2 * Math.log(0.4), 9), tokens: 2 });
  expect(seen).toEqual([[3], [3, 0]]);
  expect(await scoreBySteps(model, "a")).toHaveProperty("refused");
  expect(await scoreBySteps(model, "abcdabcdabcd")).toHaveProperty("refused");
});

test("a model that gives all logits in one pass: the same, and what it does not take is refused", async () => {
  const model = {
    name: "stub",
    turn: (prompt: string) => prompt,
    encode: (text: string) => [...text].map((letter) => letter.charCodeAt(0) - 97),
    logits: async (ids: readonly number[]) => {
      if (ids.length > 8) throw new Error("indices out of range");
      return ids.map((_, at) =>
        Float32Array.from({ length: 4 }, (_, i) => (i === at ? 1000 : 1000 - Math.fround(Math.log(2)))),
      );
    },
    close: async () => undefined,
  };
  expect(await scoreByLogits(model, "dab")).toEqual({ logprob: expect.closeTo(2 * Math.log(0.4), 3), tokens: 2 });
  expect(await scoreByLogits(model, "a")).toHaveProperty("refused");
  expect(await scoreByLogits(model, "abcdabcdabcd")).toEqual({
    refused: "the model does not take the text: indices out of range",
  });
});
