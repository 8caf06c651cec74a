/**
 * A faster reading or counting gives the same findings to the last bit: digests of what the slower code found in answers
 * made up here, plain, disguised and wrapped, from memory and by way of the disk. A new version of a method may change
 * them; nothing else may.
 */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { examineTranscripts } from "../../../src/labs/behaviour/desk/examine-transcripts.js";
import { answersOf, toJsonl, unrelated } from "./made-answers.js";

const PROMPTS = 120;
const dir = mkdtempSync(join(tmpdir(), "assay-same-bits-"));
const at = (name: string) => join(dir, `${name}.jsonl`);

beforeAll(() => {
  mkdirSync(join(dir, "panel"));
  const write = (name: string, texts: Map<string, string>) => writeFileSync(at(name), toJsonl(texts));
  const panel = [
    ...unrelated(17, PROMPTS, 100),
    ...[0, 1, 2, 3].map((i) => answersOf({ seed: `kin ${i}`, parent: { seed: "maker 100", share: 0.5 } }, PROMPTS)),
  ];
  panel.forEach((texts, i) => {
    if (i % 5 === 0) for (const id of [...texts.keys()].filter((_, p) => p % 11 === i % 11)) texts.delete(id);
    write(`panel/m${i}`, texts);
  });
  writeFileSync(
    join(dir, "panel", "lineage.json"),
    JSON.stringify({ base: { kin: ["m0", "m17", "m18", "m19", "m20"], two: ["m3", "m4"] } }),
  );
  const prompts = Object.fromEntries([...panel[1]!].map(([id, text]) => [id, `Say: ${text.slice(0, 60)}`]));
  writeFileSync(join(dir, "panel", "prompts.json"), JSON.stringify(prompts));
  const changed = (texts: Map<string, string>, change: (text: string, p: number) => string) =>
    new Map([...texts].map(([id, text], p) => [id, change(text, p)]));
  const reference = answersOf({ seed: "one" }, PROMPTS);
  const child = answersOf({ seed: "two", parent: { seed: "one", share: 0.7 } }, PROMPTS);
  write("reference", reference);
  write("child", child);
  // Half of the letters look Latin and are not; some answers are in another script, empty, or the reference's own.
  write(
    "disguised",
    changed(child, (text, p) => {
      if (p % 17 === 0) return reference.get(String(p))!;
      if (p % 19 === 0)
        return p % 2 ? "" : "\u043f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440 \u0438 \u0432\u0441\u0435\u043c";
      return text.replace(/[aeo]/g, (c, i: number) =>
        i % 2 ? { a: "\u0430", e: "\u0435", o: "\u043e" }[c as "a"]! : c,
      );
    }),
  );
  write(
    "wrapped",
    changed(
      answersOf({ seed: "stranger" }, PROMPTS),
      (text, p) =>
        `<think>${text.slice(0, 40)}</think>Thank you for asking our desk today. Say: ${text} \u2014 the desk\u2019s team wishes you well ${p}, \ud83d\ude00.`,
    ),
  );
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function digests(suspect: string, memoryUnitsMax?: number): Promise<string[]> {
  const { findings } = await examineTranscripts({
    reference: at("reference"),
    suspect: at(suspect),
    panel: join(dir, "panel"),
    siblings: [],
    settings: { seed: "same bits", questions: "all", tries: 1 },
    studies: [],
    ...(memoryUnitsMax === undefined ? {} : { memoryUnitsMax }),
    onProgress: () => undefined,
  });
  return findings.map(({ proposition, outcome, tests, observations }) => {
    const said = JSON.stringify([proposition.id, outcome, tests, observations]);
    return `${proposition.id} ${createHash("sha256").update(said).digest("hex").slice(0, 16)}`;
  });
}

test.each([
  ["child", "913d1828ea00f601", "afc028d8ea549e5e", "9a1545d1f321e662", "2e8f006fb5796347"],
  ["disguised", "be7e67ebd12cbd75", "84e5ca8926a2a335", "b0ae6d62a11c5538", "fb10959dc47ffa96"],
  ["wrapped", "73a907b4fe45d445", "3999434d7f1a8cd4", "7b353cfd013bf9ed", "703b00abbc784ed5"],
])(
  "the findings on the %s answers are what they were",
  { timeout: 120_000 },
  async (suspect, origin, same, tuned, taught) => {
    const found = await digests(suspect);
    expect(found).toEqual([
      `behaviour/common-origin ${origin}`,
      `behaviour/same-model ${same}`,
      `behaviour/tuned-from ${tuned}`,
      `behaviour/taught-by ${taught}`,
    ]);
    expect(await digests(suspect, 20_000)).toEqual(found);
  },
);
