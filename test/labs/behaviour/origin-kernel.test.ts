/** A block counted in WASM against the same in plain words, to the last bit: made up, hostile and recorded answers. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { prng } from "../../../src/base/prng.js";
import { boilerplateOf } from "../../../src/labs/behaviour/common-origin/boilerplate.js";
import { countOrigin } from "../../../src/labs/behaviour/common-origin/count-block.js";
import {
  ABSENT,
  COMPARED,
  type ReadAnswers,
  type ReadBlock,
  readAnswers,
  readBlock,
  wordsAt,
} from "../../../src/labs/behaviour/common-origin/read-answers.js";
import { runCount, runHashes } from "../../../src/labs/behaviour/common-origin/reading.js";
import { hashText } from "../../../src/transcript/words.js";
import { HAS_SHARED, SHARED } from "../../shared-material.js";
import { answersOf } from "./made-answers.js";
import { plainCount } from "./plain-count.js";

function compare(block: ReadBlock, groups: Int32Array, boilerplate: readonly Uint32Array[]): void {
  const given = structuredClone(block);
  const counted = countOrigin(block, groups, boilerplate);
  expect(block).toEqual(given); // nothing of it is written over
  expect(counted).toEqual(plainCount(given, groups, boilerplate));
}

/** Texts as an examination reads them: [model][prompt]. */
function compareTexts(
  texts: readonly (readonly (string | null)[])[],
  groups: Int32Array,
  prompts: readonly (string | null)[],
): void {
  compare(
    readBlock({ prompts, answers: texts }),
    groups,
    texts.map((of) => boilerplateOf(readAnswers(of))),
  );
}

describe("a block counted in WASM is what it is in plain words", () => {
  const models = 24;
  const prompts = 40;
  const made = Array.from({ length: models }, (_, m) =>
    answersOf({ seed: `one ${m}`, ...(m % 5 === 4 ? { parent: { seed: `one ${m - 1}`, share: 0.6 } } : {}) }, prompts),
  ).map((of) => [...of.values()]);
  const gaps = made.map((of, m) => of.map((text, p) => ((m + 2 * p) % 9 === 0 ? null : text)));
  const asked = made[3]!.map((text, p) => (p % 6 === 0 ? null : `Say: ${text.slice(0, 10 * (p % 9))}`));

  test.each([
    ["each a family of its own", (m: number) => m],
    ["families of one to six", (m: number) => [0, 1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 4][m % 13]!],
    ["one family", () => 0],
  ])("on made-up answers, with gaps: %s", (_, group) => {
    compareTexts(
      gaps,
      Int32Array.from({ length: models }, (_, m) => group(m)),
      asked,
    );
  });

  test("where answers are the same, quote one page, stand in one frame or are empty", () => {
    const page = made[7]![0]!.split(" ").slice(0, 30).join(" ");
    const texts = made.map((of, m) =>
      of.map((text, p) => {
        if ((m * p) % 13 === 5) return made[0]![p]!; // the reference's own
        if ((m + p) % 11 === 0) return p % 2 ? "" : "1,000.5";
        if (m % 4 === 1) return `Thank you for asking our desk today. ${text} The desk wishes you a good day.`;
        return (m + p) % 3 === 0 ? `${text} ${page}` : text;
      }),
    );
    compareTexts(
      texts,
      Int32Array.from({ length: models }, (_, m) => m >> 1),
      asked,
    );
  });

  test("with two models, and with nothing answered", () => {
    compareTexts(made.slice(0, 2), Int32Array.of(0, 1), asked);
    compareTexts(
      made.slice(0, 3).map((of) => of.map(() => null)),
      Int32Array.of(0, 1, 2),
      asked,
    );
  });

  test("where a value has holders in more groups than a table of weights has room for", () => {
    const many = 200;
    // Each of three trees is an opening and a content word of 66 or 67 models; what follows is nobody else's, or few others'.
    const trees = ["Willow", "cedar", "beech"];
    const rest = ["ash", "oak", "elm", "fir", "yew", "box", "sloe", "hazel", "Alder", "Rowan", "2024", "17"];
    const texts = Array.from({ length: many }, (_, m) =>
      Array.from({ length: 3 }, (_, p) =>
        [
          trees[(m + p) % 3]!,
          ...Array.from({ length: 25 }, (_, k) => rest[hashText(`${m % 90} ${p} ${k}`) % 12]!),
        ].join(" "),
      ),
    );
    compareTexts(
      texts,
      Int32Array.from({ length: many }, (_, m) => m),
      ["", "ash oak", null],
    );
  });

  test("in long answers out of which runs of their own are cut: near one another, at the ends, past what is compared", () => {
    const source = prng("origin kernel", "long answers");
    const below = (n: number) => source.below(n);
    for (let n = 0; n < 40; n++) {
      const [models, prompts] = [6, 3];
      // One text a prompt, of which each model changes some words: heads, tails and long runs are then held in common.
      const stems = Array.from({ length: prompts }, () =>
        Array.from({ length: 20 + below(280) }, () => [1 + below(400), 1 + below(9), below(8)] as const),
      );
      const given = Array.from({ length: models * prompts }, (_, at): Given => {
        if (below(15) === 0) return "absent";
        const cut = below(30);
        return stems[at % prompts]!.flatMap((word, i) =>
          i < cut || below(60) === 0 ? [] : [below(40) === 0 ? ([1 + below(400), 5, below(8)] as const) : word],
        );
      });
      const read = readOf(given);
      const boilerplate = Array.from({ length: models }, (_, m) => {
        const places = new Set<number>();
        for (let p = 0; p < prompts; p++) {
          const words = wordsAt(read, m * prompts + p);
          const runs = runHashes(words);
          for (let i = 0; i < runCount(words); i++) if (below(9) === 0) places.add(runs[i]! >>> 14);
        }
        return Uint32Array.from(places).sort();
      });
      compare({ prompts: ["", null, "say it"], read }, Int32Array.of(0, 1, 1, 2, 3, 4), boilerplate);
    }
  });

  test("whatever numbers stand for words, lengths, flags, families and boilerplate", () => {
    // Few hashes, 0 and the largest among them, so that runs meet; and any at all.
    const hash = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(0, 1, 2, 3, 0xffffffff) },
      { weight: 1, arbitrary: fc.nat(0xffffffff) },
    );
    const word = fc.tuple(hash, fc.oneof(fc.nat(9), fc.nat(255)), fc.nat(7));
    const answer = fc.oneof(
      { weight: 6, arbitrary: fc.array(word, { maxLength: 60 }) },
      { weight: 1, arbitrary: fc.constantFrom("empty", "absent") },
    );
    const shape = fc.tuple(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 1, max: 4 }), fc.nat(8));
    fc.assert(
      fc.property(
        shape,
        fc.infiniteStream(answer),
        fc.infiniteStream(fc.uniqueArray(fc.nat(0x3ffff), { maxLength: 50 })),
        fc.infiniteStream(fc.option(fc.string({ maxLength: 60 }))),
        ([models, prompts, families], answers, places, asked) => {
          const next = <T>(from: Iterator<T>, many: number) =>
            Array.from({ length: many }, () => from.next().value as T);
          const given = next(answers, models * prompts);
          const block: ReadBlock = { prompts: next(asked, prompts), read: readOf(given) };
          const groups = Int32Array.from({ length: models }, (_, m) => m % (families + 1));
          const boilerplate = next(places, models).map((of) => Uint32Array.from(of).sort());
          compare(block, groups, boilerplate);
        },
      ),
      { seed: 21, numRuns: 400 },
    );
  });
});

type Given = string | readonly (readonly [number, number, number])[];

function readOf(answers: readonly Given[]): ReadAnswers {
  const words = answers.flatMap((of) => (typeof of === "string" ? [] : of));
  const starts = new Uint32Array(answers.length + 1);
  answers.forEach((of, i) => {
    starts[i + 1] = starts[i]! + (typeof of === "string" ? 0 : of.length);
  });
  return {
    as: Uint8Array.from(answers, (of) => (of === "absent" ? ABSENT : of === "empty" ? 1 : COMPARED)),
    starts,
    hashes: Uint32Array.from(words, ([hash]) => hash),
    lengths: Uint8Array.from(words, ([, length]) => length),
    flags: Uint8Array.from(words, ([, , flags]) => flags),
  };
}

test.skipIf(!HAS_SHARED)(
  "as on 133 recorded models, in their families and each on its own",
  { timeout: 120_000 },
  async () => {
    const { loadMaterial } = await import("../../../materials/answers/material.js");
    const { texts, labels } = loadMaterial(`${SHARED}/corpora/transcripts`);
    const prompts = JSON.parse(readFileSync(`${SHARED}/corpora/transcripts/prompts.json`, "utf8")) as string[];
    const some = Array.from({ length: 20 }, (_, i) => 40 * i);
    const answers = texts.map((of) => some.map((p) => of[p] ?? null));
    const asked = some.map((p) => prompts[p] ?? null);
    const bases = [...new Set(labels.bases)];
    compareTexts(
      answers,
      Int32Array.from(labels.bases, (base) => bases.indexOf(base)),
      asked,
    );
    compareTexts(answers, Int32Array.from(answers.keys()), asked);
  },
);
