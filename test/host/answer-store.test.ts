/** The store of answers gives the same blocks from memory and from disk, and leaves nothing behind. */
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { AnswerStore } from "../../src/labs/behaviour/host/answer-store.js";

const ids = Array.from({ length: 130 }, (_, i) => `p${i}`);
const models = [
  new Map(ids.map((id, i): [string, string] => [id, `answer ${i} \u{1f600} ${"x".repeat(i)}`])),
  new Map(ids.filter((_, i) => i % 3 !== 0).map((id): [string, string] => [id, `half a pair \ud83d ${id}`])),
  new Map([["p5", ""]]),
];
const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith("assay-answers-"));

it("gives back from disk what it gives back from memory", async () => {
  const before = leftovers();
  const blocks: unknown[] = [];
  for (const unitsMax of [Number.POSITIVE_INFINITY, 0, 6000]) {
    const store = new AnswerStore(ids, unitsMax);
    const places: number[] = [];
    for (const texts of models) places.push(await store.add(texts));
    expect(store.spilled).toBe(Number.isFinite(unitsMax));
    const source = store.source(new Map([["p1", "asked"]]), [places[1]!, places[0]!, places[2]!]);
    blocks.push([await source.block(0, 50), await source.block(50, 100), await source.block(100, 130)]);
    await store.close();
  }
  expect(blocks[1]).toEqual(blocks[0]);
  expect(blocks[2]).toEqual(blocks[0]);
  const [first] = blocks[0] as [{ prompts: unknown[]; answers: (string | null)[][] }];
  expect(first.prompts[1]).toBe("asked");
  expect(first.answers.map((of) => of[5])).toEqual(["half a pair \ud83d p5", models[0]!.get("p5"), ""]);
  expect(first.answers[0]![0]).toBeNull();
  expect(leftovers()).toEqual(before);
});
