/** Laws of the question of a common origin: what a frame, an alphabet or a cache does to two models, and who is first. */
import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { KNOWN_RULES } from "../../../src/app/known-rules.js";
import { utf8 } from "../../../src/base/bytes.js";
import { sha256Digest } from "../../../src/base/digest.js";
import { encodeFinding } from "../../../src/finding/codec.js";
import { incoherences } from "../../../src/finding/coherence.js";
import { memorySource } from "../../../src/labs/behaviour/answers/answer-source.js";
import { boilerplateOf, boilerplateSet } from "../../../src/labs/behaviour/common-origin/boilerplate.js";
import { countOrigin } from "../../../src/labs/behaviour/common-origin/count-block.js";
import { examineCommonOrigin, type OriginRequest } from "../../../src/labs/behaviour/common-origin/examine.js";
import { fold } from "../../../src/labs/behaviour/common-origin/fold.js";
import { ORIGIN_METHOD_VERSION } from "../../../src/labs/behaviour/common-origin/method.js";
import { commonOriginObservationsSchema } from "../../../src/labs/behaviour/common-origin/observations.js";
import { WordCount, wordsOfSide } from "../../../src/labs/behaviour/common-origin/own-words.js";
import { readAnswers, readBlock } from "../../../src/labs/behaviour/common-origin/read-answers.js";
import { readAnswer, withoutRuns } from "../../../src/labs/behaviour/common-origin/reading.js";
import { scanWords } from "../../../src/transcript/words.js";
import { answersOf, toJsonl, unrelated } from "./made-answers.js";

const PROMPTS = 120;
/** For what has to be found: the lead asked falls with the number of prompts. */
const MANY = 500;
type Texts = Map<string, string>;

/** A study made up for these made-up models: what is tested is the laboratory, not its figures. */
const validations: OriginRequest["validations"] = [
  {
    digest: sha256Digest(utf8("study")),
    summary: {
      type: "assay/validation/v1",
      method: "behaviour/common-origin",
      methodVersion: ORIGIN_METHOD_VERSION,
      page: "validation/behaviour-common-origin.md",
      nulls: { pairs: 1000, families: 60, accusedPairs: 0, accusedFamilies: 0 },
      positives: { pairs: 20, families: 20, foundPairs: 20, foundFamilies: 20 },
    },
  },
];

function examine(
  reference: Texts,
  suspect: Texts,
  changes: Partial<OriginRequest> = {},
  panel = unrelated(20, PROMPTS, 100),
) {
  const artefact = (name: string, texts: Texts) => ({
    artefact: { name, kind: "transcript" as const, root: sha256Digest(utf8(toJsonl(texts))) },
  });
  const texts = [reference, suspect, ...panel];
  const source = memorySource([...reference.keys()], new Map(), texts);
  const read = texts.map((of) => readAnswers([...of.values()]));
  return examineCommonOrigin({
    reference: artefact("reference", reference),
    suspect: artefact("suspect", suspect),
    evidence: [],
    names: texts.map((_, i) => `model ${i}`),
    cast: {
      groups: Int32Array.from(texts.keys()),
      panel: panel.map((_, i) => i + 2),
      siblings: [],
      panelLabelled: false,
    },
    leftOut: [],
    sides: source,
    source: { ...source, block: async (from, to) => readBlock(await source.block(from, to)) },
    boilerplate: read.map((of) => boilerplateOf(of)),
    vocabularies: read.map((of) => wordsOfSide(of, boilerplateOf(of))),
    count: (block, groups, boilerplate) => Promise.resolve(countOrigin(block, groups, boilerplate)),
    concurrency: 1,
    validations,
    settings: { seed: "t", tries: 1 },
    software: { name: "assay", version: "0", commit: "unknown" },
    onProgress: () => undefined,
    ...changes,
  });
}

const changed = (texts: Texts, change: (text: string, id: string) => string): Texts =>
  new Map([...texts].map(([id, text]) => [id, change(text, id)]));
/** With a number of each maker's own choosing: what is said has to differ from maker to maker, not only how. */
const numbered = (texts: Texts, maker: number): Texts =>
  changed(texts, (text, id) => {
    const words = text.split(" ");
    const number = 100 + (((Number(id) + 7) * (maker + 13) * 7919) % 101);
    return [...words.slice(0, 18), "with", String(number), "lanterns", ...words.slice(18)].join(" ");
  });
const manyStrangers = () => unrelated(20, MANY, 100).map((texts, i) => numbered(texts, i + 1));
const longParent = numbered(answersOf({ seed: "parent" }, MANY), 0);
const parent = new Map([...longParent].slice(0, PROMPTS));
/**
 * Says what its parent says but for one word in twenty-nine, here and there otherwise, or for one in seven, so that no eight
 * in a row are left: no two answers start or end the same.
 */
const longChild = new Map(
  [...longParent].map(([id, text], p) => {
    const own = answersOf({ seed: "child" }, MANY).get(id)!.split(" ");
    return [
      id,
      text
        .split(" ")
        .map((word, i) => ((i + p) % (p % 2 === 0 ? 29 : 7) === 0 ? own[i % own.length]! : word))
        .join(" "),
    ];
  }),
);
const child = new Map([...longChild].slice(0, PROMPTS));
const stranger = answersOf({ seed: "stranger" }, PROMPTS);
const seen = (finding: Awaited<ReturnType<typeof examine>>) =>
  commonOriginObservationsSchema.parse(finding.observations);

describe("a common origin", () => {
  it("is found between a model and what was made from it, in a coherent finding", async () => {
    const finding = await examine(longParent, longChild, {}, manyStrangers());
    expect([finding.outcome, finding.reason]).toEqual(["supports-hp", expect.anything()]);
    expect(incoherences(finding, KNOWN_RULES)).toEqual([]);
    expect(finding.strength!.log10LR.high).toBeLessThanOrEqual(finding.strength!.cap.log10LR);
    expect(seen(finding).bound).toBeCloseTo(1 / 21, 3);
  });

  it("is not found between strangers", async () => {
    for (let i = 0; i < 4; i++)
      expect((await examine(stranger, answersOf({ seed: `other ${i}` }, PROMPTS))).outcome).toBe("inconclusive");
  });

  it("cannot be told without a stranger, and the finding can be written down", async () => {
    const alone = await examine(parent, child, {}, []);
    expect([alone.outcome, alone.reason]).toEqual(["uncalibrated", expect.stringContaining("0 independent families")]);
    expect(() => encodeFinding(alone)).not.toThrow();
  });

  it("pays for every try, until nothing can be said", async () => {
    const strength = async (tries: number) =>
      (await examine(longParent, longChild, { settings: { seed: "t", tries } }, manyStrangers())).strength?.log10LR
        .low ?? null;
    const once = (await strength(1))!;
    expect(await strength(2)).toBeCloseTo(once - Math.log10(2), 1);
    expect(await strength(1000)).toBeNull();
  });

  it.each<[string, (text: string, id: string) => string]>([
    ["a persona", (text) => `Ahoy, dear traveller of the lantern road! ${text} May the lantern light your way home.`],
    ["an open reasoning tag", (text) => `((musing)) let me weigh what is asked of me here ((speaking)) ${text}`],
    ["a closed reasoning tag", (text, id) => `<think>Question ${id} wants ${text.split(" ")[0]} of me.</think>${text}`],
    [
      "one refusal text on a fifth of the prompts",
      (text, id) =>
        Number(id) % 5 === 0 ? "This service cannot discuss the matter; write to the desk of the Lantern Guild." : text,
    ],
  ])("is not made by %s before two strangers", async (_name, frame) => {
    const other = answersOf({ seed: "other 0" }, PROMPTS);
    const plain = seen(await examine(stranger, other));
    const framed = await examine(changed(stranger, frame), changed(other, frame));
    expect(framed.outcome).toBe("inconclusive");
    expect(seen(framed).content.lead).toBeLessThan(plain.content.lead + 0.3);
  });

  it("is not made by a cache of answers: those are left out, counted and said", async () => {
    const other = answersOf({ seed: "other 0" }, PROMPTS);
    const cached = (every: number) =>
      changed(other, (text, id) => (Number(id) % every === 0 ? stranger.get(id)! : text));
    const finding = await examine(stranger, cached(3));
    expect(finding.outcome).toBe("inconclusive");
    expect(seen(finding).prompts.same).toBeGreaterThanOrEqual(40);
    const half = await examine(stranger, cached(2));
    expect([half.outcome, half.reason]).toEqual(["uncalibrated", expect.stringContaining("at most 40 %")]);
    const all = await examine(stranger, new Map(stranger));
    expect([all.outcome, all.reason]).toEqual(["uncalibrated", expect.stringContaining("the same word for word")]);
  });

  it("is not made by one page that two strangers quote: their lead has to hold where they quote nothing", async () => {
    const page = numbered(answersOf({ seed: "page" }, MANY), 70);
    const quoting = (texts: Texts, after: number) =>
      changed(texts, (text, id) => {
        const words = text.split(" ");
        if (Number(id) % 4 === 0) return text;
        const title = page.get(id)!.split(" ").slice(0, 5);
        return [...title, ...words.slice(0, after), "„", page.get(id)!, "“", ...words.slice(after)].join(" ");
      });
    const [one, other] = [answersOf({ seed: "one" }, MANY), answersOf({ seed: "two" }, MANY)];
    const finding = await examine(quoting(numbered(one, 50), 9), quoting(numbered(other, 60), 14), {}, manyStrangers());
    const { said, content, margin, apart } = seen(finding);
    expect(Math.min(said.lead, content.lead)).toBeGreaterThan(margin);
    expect(apart!.prompts).toBeLessThan(MANY / 2);
    expect(Math.min(apart!.said, apart!.content)).toBeLessThan(apart!.asked!);
    expect([finding.outcome, finding.reason]).toEqual([
      "inconclusive",
      expect.stringContaining("quote from one source"),
    ]);
    expect(incoherences(finding, KNOWN_RULES)).toEqual([]);
  });

  it.each<[string, (word: string) => string]>([
    ["one language that the panel does not speak", (word) => `${word}osk`],
    ["one persona's spelling", (word) => (word.length % 5 === 0 ? `${word}arr` : word)],
  ])("is not asked of two that have %s", async (_name, spelt) => {
    const spell = (texts: Texts) => changed(texts, (text) => text.replace(/[a-z]+/gi, spelt));
    const finding = await examine(spell(stranger), spell(answersOf({ seed: "other 0" }, PROMPTS)));
    expect([finding.outcome, finding.reason]).toEqual([
      "uncalibrated",
      expect.stringContaining("models of no two other families do"),
    ]);
    expect(incoherences(finding, KNOWN_RULES)).toEqual([]);
  });

  it("leaves out what was cut off while reasoning and what hides in another script, and says so", async () => {
    const cut = await examine(
      parent,
      changed(child, (text) => `<think>${text}`),
    );
    expect([cut.outcome, cut.reason]).toEqual(["uncalibrated", expect.stringContaining("cut off while reasoning")]);
    const foreign = await examine(
      parent,
      changed(child, (text) => `Ответ: это зависит от многого. ${text.slice(0, 20)}`),
    );
    expect([foreign.outcome, foreign.reason]).toEqual(["uncalibrated", expect.stringContaining("another script")]);
  });
});

describe("look-alike letters", () => {
  const text = "The quick brown fox jumps over 13 lazy dogs; Margaret wrote it down in 1950.";
  const words = (of: string) => [...readAnswer(of).words.hashes];
  /** Of every character whose prototype in UTS #39 is ASCII: the characters, by prototype. */
  const { confusables } = JSON.parse(
    readFileSync(new URL("../../../fixtures/unicode/confusables-of-ascii.json", import.meta.url), "utf8"),
  ) as { confusables: Record<string, string> };
  /** A text that holds every letter and digit, and what is swapped where a writer would put it. */
  const holding = (swapped: string) => {
    const more = /^[A-Za-z0-9]$/.test(swapped)
      ? ""
      : /[A-Za-z0-9]/.test(swapped)
        ? `The ab${swapped}ab went.`
        : /^'+$/.test(swapped)
          ? `He wrote ${swapped}stop${swapped} there.`
          : `The sign ${swapped} here.`;
    return `${text} In 1846, HMS Vexing Kite, Jack Quill, Zoe Webb, Xavier and Ursula Yates sailed from Genoa, Lima and Porto; Ada, Bob, Carl, Dora, Eve, Fay, Hal, Ned, Otto, Rex, Sam and Tim kept 20, 37 and 98 logs at sea. She said: it's so, isn't it? Is it? Yes! By 10:30, 'tis 1,000 or so. ${more} Its colour: blue.`;
  };

  /** ASCII spellings that look like a prototype: l, I and 1 are one, and so are O and 0, rn and m. */
  const spellings = (prototype: string) => [
    prototype,
    prototype.replace("rn", "m"),
    ...(prototype.length > 1 && /[lO]/.test(prototype)
      ? [prototype.replace(/l/g, "1").replace(/O/g, "0"), prototype.replace(/l/g, "I")]
      : []),
  ];

  it("of the whole list leave the same words, or put the answer outside the class", () => {
    const read = (of: string) => {
      const { words: found, as } = readAnswer(of);
      return { as, hashes: [...found.hashes].join(), flags: [...found.flags].join() };
    };
    const others: string[] = [];
    let looked = 0;
    for (const [prototype, characters] of Object.entries(confusables)) {
      const plain = new Map([prototype, ...spellings(prototype)].map((spelt) => [spelt, read(holding(spelt))]));
      for (const character of characters) {
        looked++;
        const same = [...plain].some(([spelt, as]) => {
          const hidden = read(holding(spelt).replaceAll(spelt, character));
          return hidden.as === "another script" || (hidden.hashes === as.hashes && hidden.flags === as.flags);
        });
        if (!same) others.push(character);
      }
    }
    expect(looked).toBe(1861);
    expect(others).toEqual([]);
  });

  it("letters, digits and signs of others stay where they stand among their own", () => {
    for (const kept of ["\u0648 \u0661\u0660", "L\u221e", "\u2225v\u2225", "a \u00feing", "\u0448", "\u30ce\u30c8"])
      expect(fold(kept)).toBe(kept.normalize("NFKD").replace(/\u3099|\u309a/g, ""));
  });

  it("an o with a horn is one of Vietnamese in a text that has others, and an o with an apostrophe in one that has none", () => {
    expect(fold("at five \u01a1clock, and O\u031bHara too")).toBe("at five o'clock, and O'Hara too");
    expect(fold("ng\u01b0\u01a1i")).toBe("nguoi");
  });

  it("digits and capitals of other alphabets within words are the letters they look like; alone they stay", () => {
    const more = `${text} The hills fell silent.`;
    for (const [letter, others] of [
      ["o", "\u0966\u0665\u1040\u{1d7ce}"],
      ["l", "\u0661\u{1d7cf}\u0406\u2160"],
    ] as const)
      for (const other of others) expect(words(more.replaceAll(letter, other))).toEqual(words(more));
    expect(fold("In \u{1d7cf}\u{1d7d7}\u{1d7d3}\u{1d7ce} \u0406 was three; \u0406t was cold.")).toBe(
      "In 1950 I was three; It was cold.",
    );
  });

  it.each<[string, (text: string) => string]>([
    ["full width", (of) => of.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0))],
    ["mathematical bold", (of) => of.replace(/[a-z]/g, (c) => String.fromCodePoint(0x1d41a + c.charCodeAt(0) - 97))],
    ["zero-width joints", (of) => of.split("").join("\u200d")],
    ["soft hyphens", (of) => of.replace(/(\w)(\w)/g, "$1\u00ad$2")],
    ["tag characters", (of) => of.replaceAll(" ", " \u{e0041}")],
    ["combining marks", (of) => of.replace(/[aeiou]/g, "$&\u0323")],
    ["odd spaces", (of) => of.replaceAll(" ", "\u2009")],
    ["direction marks", (of) => `\u202e${of}\u202c`],
  ])("%s change no word", (_name, hide) => {
    expect(fold(hide(text)).toLowerCase().replace(/\s+/g, " ").trim()).toBe(text.toLowerCase());
    expect(words(hide(text))).toEqual(words(text));
  });
});

it("reasoning is taken out in the formats of today", () => {
  const answer = "The tallest lighthouse stands on the northern cape.";
  const plain = [...readAnswer(answer).words.hashes];
  for (const wrapped of [
    `<think>\nHm, lighthouses.\n</think>\n\n${answer}`,
    `Hm, lighthouses.</think>${answer}`,
    `[THINK]Hm.[/THINK]${answer}`,
    `\u25c1think\u25b7Hm.\u25c1/think\u25b7${answer}`,
    `<|START_THINKING|>Hm.<|END_THINKING|>${answer}`,
    `<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>${answer}`,
    `<|begin_of_thought|>Hm.<|end_of_thought|>\n<|begin_of_solution|>${answer}<|end_of_solution|>`,
    `<seed:think>Hm.</seed:think>${answer}`,
    `<thinking>Hm.</thinking><answer>${answer}</answer>`,
    `**Thought process:** Hm, lighthouses.\n\n**Final answer:** ${answer}`,
  ])
    expect([wrapped, [...readAnswer(wrapped).words.hashes]]).toEqual([wrapped, plain]);
  expect(readAnswer("<think>Hm, lighthouses are").as).toBe("cut by reasoning");
  expect(readAnswer("<|channel|>analysis<|message|>Hm").as).toBe("cut by reasoning");
});

it("boilerplate is learned on one transcript and taken out with the frame it makes", () => {
  const frame = (text: string) =>
    `Dear reader of the Harbour Gazette, hello! ${text} Yours ever, the clerk of the Gazette.`;
  const texts = [...stranger.values()];
  const learned = boilerplateSet(boilerplateOf(readAnswers(texts.map(frame))));
  const left = withoutRuns(readAnswer(frame("Nine herons crossed the marsh before dawn today.")).words, [learned]);
  expect([...left.hashes.subarray(0, left.count)]).toEqual([
    ...readAnswer("Nine herons crossed the marsh before dawn today.").words.hashes,
  ]);
});

test("a word in more than 65,535 answers of one model is counted in all of them", () => {
  const count = new WordCount();
  const [often, once] = [scanWords("often"), scanWords("once")];
  for (let i = 0; i < 65_537; i++) count.add(often);
  count.add(once);
  const { often: found, times, twice, words } = count.take();
  expect([found.length, [...times], twice.length, words]).toEqual([1, [65_537], 1, 65_538]);
  expect(count.take()).toEqual({
    often: new Uint32Array(0),
    times: new Uint32Array(0),
    words: 0,
    twice: new Uint32Array(0),
  });
});
