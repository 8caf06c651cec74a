/** What a judge is asked and what its replies come to; and what items are read as. */
import { describe, expect, test } from "vitest";
import { readItemsToScore } from "../../src/transcript/items-to-score.js";
import { JUDGE_PROMPTS, judged, judgeRequests } from "../../src/transcript/judging.js";

const bytes = (text: string) => new TextEncoder().encode(text);
const lines = (rows: readonly object[]) => bytes(rows.map((row) => JSON.stringify(row)).join("\n"));
const row = (item: string, text = item, prompt_id = "p") => ({ prompt_id, prompt: "Which?", item, text });
const items = readItemsToScore(lines([row("a"), row("b"), row("c")]), "items");

describe("items", () => {
  test("RewardBench's pairs keep the names that its saved scores have", () => {
    const pair = { id: 7, subset: "chat", prompt: "Which?", chosen: "good", rejected: "bad" };
    expect(readItemsToScore(lines([pair]), "items").map(({ promptId, item, text }) => [promptId, item, text])).toEqual([
      ["chat/7", "chosen", "good"],
      ["chat/7", "rejected", "bad"],
    ]);
    expect(readItemsToScore(bytes(JSON.stringify([row("a", "x")])), "items")).toHaveLength(1);
  });

  test.each([
    ["", /expected items to score, got none/],
    ["7", /line 1: expected \{"prompt_id"/],
    ['{"prompt_id":"p","prompt":"q","item":"a"}', /line 1: expected "text" as text/],
    ['{"prompt_id":"p","item":"a","text":"t"}', /line 1: expected "prompt" as text/],
    ['{"id":1,"prompt":"q","chosen":"t"}', /line 1: expected "rejected" as text/],
    ['{"prompt":"q","chosen":"t","rejected":"u"}', /line 1: expected "id" as text/],
    [`${JSON.stringify(row("a"))}\n${JSON.stringify(row("a", "again"))}`, /line 2: expected "a" once/],
    ["[{}]", /item 1: expected "prompt"/],
  ])("hostile: %j", (text, message) => {
    expect(() => readItemsToScore(bytes(text), "items")).toThrow(message);
  });
});

describe("requests", () => {
  test("pairwise asks each pair in both orders; the same words are one request", () => {
    const asked = judgeRequests("pairwise", items, JUDGE_PROMPTS.pairwise);
    expect(asked.map(({ items: of }) => of.map(({ item }) => item).join(""))).toEqual([
      "ab",
      "ba",
      "ac",
      "ca",
      "bc",
      "cb",
    ]);
    const twins = readItemsToScore(lines([row("a", "same"), row("b", "same")]), "items");
    const [one, other] = judgeRequests("pointwise", twins, JUDGE_PROMPTS.pointwise);
    expect(one!.prompt.id).toBe(other!.prompt.id);
  });

  test("what an answer says in braces is not filled in", () => {
    const sly = readItemsToScore(lines([row("a", "{prompt} {first}")]), "items");
    expect(judgeRequests("pointwise", sly, "{prompt}/{answer}")[0]!.prompt.text).toBe("Which?/{prompt} {first}");
  });

  test("templates without their places, many answers, one name for two prompts: refused", () => {
    expect(() => judgeRequests("pairwise", items, "{prompt} {first}")).toThrow("expected {second}");
    const many = readItemsToScore(lines(Array.from({ length: 9 }, (_, i) => row(String(i)))), "items");
    expect(() => judgeRequests("pairwise", many, JUDGE_PROMPTS.pairwise)).toThrow("at most 8 answers");
    const two = readItemsToScore(lines([row("a"), { ...row("b"), prompt: "Another?" }]), "items");
    expect(() => judgeRequests("pairwise", two, JUDGE_PROMPTS.pairwise)).toThrow("one prompt under");
  });
});

describe("replies", () => {
  const pairwise = (reply: (first: string, second: string) => string) => {
    const requests = judgeRequests("pairwise", items, JUDGE_PROMPTS.pairwise);
    const replies = new Map(
      requests.map(({ prompt, items: [one, other] }) => [prompt.id, reply(one!.item, other!.item)]),
    );
    return judged("pairwise", items, requests, replies);
  };

  test("a judge of taste: shares of comparisons won", () => {
    expect(pairwise((one, other) => (one < other ? "[[A]]" : "[[B]]")).map(({ score }) => score)).toEqual([1, 0.5, 0]);
  });

  test("a judge that takes the first has said nothing: a half for everybody, and it is counted", () => {
    const all = pairwise(() => "I would say [[A]].");
    expect(all.map(({ score, turned }) => [score, turned])).toEqual([
      [0.5, 2],
      [0.5, 2],
      [0.5, 2],
    ]);
  });

  test("ties are halves, refusals are left out, and both are counted", () => {
    const some = pairwise((one, other) =>
      one === "c" || other === "c" ? "I cannot compare these." : one === "a" ? "tie" : "[[B]]",
    );
    expect(some).toEqual([
      { score: 0.75, asked: 4, ties: 1, refusals: 2, turned: 0 },
      { score: 0.25, asked: 4, ties: 1, refusals: 2, turned: 0 },
      { score: null, asked: 4, ties: 0, refusals: 4, turned: 0 },
    ]);
  });

  test.each([
    ["[[7]]", 7],
    ["7", 7],
    ["8/10", 8],
    ["Between [[3]] and [[4]].", null],
    ["[[3]], to repeat: [[3]]", 3],
    ["I give 7 points", null],
    ["[[11]]", null],
    ["[[0]]", null],
    ["[[A]]", null],
    ["", null],
  ])("a rating as written: %j", (reply, score) => {
    const requests = judgeRequests("pointwise", items.slice(0, 1), JUDGE_PROMPTS.pointwise);
    expect(judged("pointwise", items.slice(0, 1), requests, new Map([[requests[0]!.prompt.id, reply]]))[0]!.score).toBe(
      score,
    );
  });
});
