/**
 * Marks that serving engines make: cases answered by their own detectors (materials/makers/marks/make_engine_cases.py: vLLM
 * 0.33.0, sbw 1.0.0, TextSeal's public code), the exact tail of two keys, rings.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { prng } from "../../../src/base/prng.js";
import { TokenDraws } from "../../../src/kernels/token-draws.js";
import { log10Tail } from "../../../src/labs/marks/schemes/law.js";
import { schemeOf, studiedForm } from "../../../src/labs/marks/schemes/make-scheme.js";
import { type Mark, parseMark } from "../../../src/labs/marks/schemes/mark-file.js";
import { readMarks } from "../../../src/labs/marks/schemes/mark-ring.js";
import { testBeyondServed } from "../../../src/labs/marks/text/beyond-served.js";
import { testPresence } from "../../../src/labs/marks/text/present.js";
import { testRing } from "../../../src/labs/marks/text/ring.js";
import { scoreTexts } from "../../../src/labs/marks/text/score-texts.js";
import type { IdText } from "../../../src/labs/marks/text/texts.js";
import { log10GammaTail } from "../../../src/stats/exact-tails.js";
import { log10TwoExponentialsTail } from "../../../src/stats/two-exponentials-tail.js";

const draws = new TokenDraws();
const UNDATED = { tokenizer: null, tries: 1 };
const mark = (value: object): Mark => parseMark({ type: "assay/mark/v1", ...value }, "test");
const text = (ids: readonly number[], id = "1"): IdText => ({
  id,
  ids: Uint32Array.from(ids),
  promptIds: new Uint32Array(0),
});
interface Case {
  kind: string;
  mark: { parameters: { alpha?: number } };
  ids: number[];
  answer: { score: number; n: number; p?: number };
}
const cases: Case[] = JSON.parse(readFileSync(new URL("engine-cases.json", import.meta.url), "utf8"));

it("Philox4x32-10 draws its authors' known answer of counter and key nought (Random123, kat_vectors)", () => {
  // A seed over no ids is nought, and tokens 0 to 3 are the words of block nought.
  const words = draws.sbwWords(Uint32Array.of(0, 1, 2, 3), Int32Array.of(0, 1, 2, 3), 0, "ids", 7n);
  expect([0, 2, 4, 6].map((i) => words[i]!.toString(16))).toEqual(["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]);
});

it("each engine's detector gives the same score over the same draws", () => {
  expect(new Set(cases.map(({ kind }) => kind)).size).toBe(6);
  for (const { mark: of, ids, answer } of cases) {
    const m = mark(of);
    const { value } = scoreTexts(schemeOf(m, draws), [text(ids)], { vocabulary: m.vocabulary });
    expect(value.length).toBe(answer.n);
    expect(value.reduce((a, b) => a + b, 0)).toBeCloseTo(answer.score, 9);
  }
});

it("p is the engine's own where the engine's is exact", () => {
  let seen = 0;
  for (const { mark: of, ids, answer } of cases) {
    if (answer.p === undefined || ![undefined, 0, 0.5, 1].includes(of.parameters.alpha)) continue;
    const m = mark(of);
    const scheme = schemeOf(m, draws);
    const { value } = scoreTexts(scheme, [text(ids)], { vocabulary: m.vocabulary });
    const sum = value.reduce((a, b) => a + b, 0);
    expect(log10Tail(scheme.law, sum, value.length)).toBeCloseTo(Math.log10(answer.p), 4);
    seen++;
  }
  expect(seen).toBeGreaterThan(6);
});

it("the tail of two keys is exact: closed forms, one draw, and a simulation", () => {
  for (const [x, n] of [
    [3, 2],
    [900, 300],
    [2000, 100],
  ] as const) {
    expect(log10TwoExponentialsTail(x, n, 0)).toBe(log10GammaTail(x, n));
    expect(log10TwoExponentialsTail(x, n, 0.5)).toBe(log10GammaTail(2 * x, 2 * n));
    // Close to one half the sum is close to the gamma of the half.
    expect(log10TwoExponentialsTail(x, n, 0.5 - 1e-9)).toBeCloseTo(log10GammaTail(2 * x, 2 * n), 5);
    expect(log10TwoExponentialsTail(x, n, 0.1)).toBeCloseTo(log10TwoExponentialsTail(x, n, 0.9), 9);
  }
  // n = 1: P(a·E₁ + b·E₂ ≥ x) = (a·e^(−x/a) − b·e^(−x/b))/(a − b).
  for (const x of [0.1, 1, 5, 40, 300]) {
    const expected = (0.9 * Math.exp(-x / 0.9) - 0.1 * Math.exp(-x / 0.1)) / 0.8;
    expect(log10TwoExponentialsTail(x, 1, 0.1)).toBeCloseTo(Math.log10(expected), 9);
  }
  // Term by term from the first, by its definition: so many arrivals of the smaller weight, and a gamma tail.
  for (const [x, n, alpha] of [
    [30, 20, 0.1],
    [200, 200, 0.1],
    [260, 200, 0.3],
    [900, 300, 0.05],
    [12, 40, 0.7],
  ] as const) {
    const small = Math.min(alpha, 1 - alpha);
    const p = small / (1 - small);
    let log = n * Math.log(p);
    let sum = 0;
    for (let k = 0; k < 60 * n; k++) {
      sum += Math.exp(log + log10GammaTail(x / small, 2 * n + k) * Math.LN10 + 200);
      log += Math.log(((n + k) / (k + 1)) * (1 - p));
    }
    expect(log10TwoExponentialsTail(x, n, alpha)).toBeCloseTo(Math.log10(sum) - 200 / Math.LN10, 9);
  }
  const source = prng("two-keys", "1");
  const e = () => -Math.log((source.uint32() + 1) / 2 ** 32);
  let reaching = 0;
  const N = 20_000;
  for (let i = 0; i < N; i++) {
    let sum = 0;
    for (let k = 0; k < 20; k++) sum += 0.9 * e() + 0.1 * e();
    reaching += Number(sum >= 25);
  }
  const p = 10 ** log10TwoExponentialsTail(25, 20, 0.1);
  expect(Math.abs(reaching / N - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / N));
});

const V = 512;
/** Uniform logits: every draw is the mark's. */
function marked(m: Mark, length: number, seed: string): IdText {
  const source = prng("engine-marks", seed);
  const scheme = schemeOf(m, draws);
  const ids = Array.from({ length: scheme.contextWidth }, () => source.uint32() % V);
  while (ids.length < length) {
    // Of eight candidates the one that scores highest: a model's few likely tokens.
    const tried = Array.from({ length: 8 }, () => source.uint32() % V);
    const scores = tried.map((t) => {
      const all = Uint32Array.from([...ids, t]);
      const at = Int32Array.of(ids.length);
      return scheme.scores(all, at, scheme.names(all, at))[0]!;
    });
    ids.push(tried[scores.indexOf(Math.max(...scores))]!);
  }
  return text(ids, seed);
}

const ENGINES = [
  { name: "one key", scheme: "gumbel", variant: "vllm", key: 42, vocabulary: V },
  { name: "two keys", scheme: "dual-gumbel", variant: "vllm", key: "18446744073709551615", vocabulary: V },
  { name: "sbw", scheme: "sbw", variant: "vllm", key: 15_485_863, vocabulary: V },
  { name: "sbw left", scheme: "sbw", variant: "original", key: 77, vocabulary: V, parameters: { scheme: "lefthash" } },
];

it("marked text is found, the same text under other keys is not", () => {
  for (const of of ENGINES) {
    const m = mark(of);
    const served = [marked(m, 160, of.name)];
    expect(testPresence(schemeOf(m, draws), served, V).log10P).toBeLessThan(-6);
    for (let k = 1; k <= 20; k++) {
      const other = mark({ ...of, key: 1000 + 2 * k + 1 });
      expect(testPresence(schemeOf(other, draws), served, V).log10P).toBeGreaterThan(-4);
    }
  }
});

it("a ring finds which mark it is, pays for all, and says which could not be asked", () => {
  const ring = {
    type: "assay/mark-ring/v1",
    marks: [
      ...ENGINES.map((of) => ({ type: "assay/mark/v1", ...of })),
      { type: "assay/mark/v1", name: "small", scheme: "gumbel", variant: "vllm", key: 1, vocabulary: 8 },
      ...Array.from({ length: 15 }, (_, i) => ({
        ...{ type: "assay/mark/v1", name: `other ${i}` },
        ...{ scheme: "gumbel", variant: "vllm", key: 100 + i, vocabulary: V },
      })),
    ],
  };
  const { marks } = readMarks(new TextEncoder().encode(JSON.stringify(ring)), "ring");
  const served = [marked(mark(ENGINES[1]!), 160, "ring")];
  const found = testRing(marks, served, draws, UNDATED);
  // What is found out once for all keys changes nothing that a mark asked alone would say.
  for (const m of marks) {
    const inRing = found.ring.tested.find(({ name }) => name === m.name);
    if (inRing) expect(inRing.log10P, m.name!).toBe(testPresence(schemeOf(m, draws), served, m.vocabulary).log10P);
  }
  expect(found.ring.best).toBe("two keys");
  expect(found.ring.marks).toBe(20);
  expect(found.ring.notAsked.map(({ name }) => name)).toEqual(["small"]);
  const alone = testPresence(found.scheme, served, V).log10P;
  expect(found.log10P).toBeCloseTo(alone + Math.log10(20), 6);
  const none = testRing(marks, [text(Array.from({ length: 200 }, (_, i) => (i * 7919) % V))], draws, UNDATED);
  expect(none.log10P).toBeGreaterThan(-2);
  expect(() =>
    readMarks(new TextEncoder().encode(JSON.stringify({ ...ring, marks: [ring.marks[0], ring.marks[0]] })), "ring"),
  ).toThrow(/expected a name once/);
});

it("a mark put together from served texts stands, but not where they do not; the service's own stands there too", () => {
  for (const of of ENGINES) {
    const m = mark(of);
    const scheme = schemeOf(m, draws);
    const served = Array.from({ length: 4 }, (_, i) => marked(m, 200, `served ${i}`));
    const own = [marked(m, 200, "own")];
    // Pieces of twelve ids of what was served, one after another.
    const pieces = served.flatMap(({ ids }) =>
      Array.from({ length: 5 }, (_, i) => Array.from(ids.slice(40 * i, 40 * i + 12))),
    );
    const forged = [text(pieces.flat(), "forged")];
    expect(testPresence(scheme, forged, V).log10P).toBeLessThan(-6);
    const beyond = (texts: IdText[]) => testBeyondServed(scheme, texts, served, V);
    expect(beyond(own).test.log10P).toBeLessThan(-6);
    expect(beyond(forged).test.log10P).toBeGreaterThan(-2.5);
    expect(beyond(forged).test.n).toBeGreaterThan(10);
    expect(beyond(served).test).toMatchObject({ n: 0, log10P: 0, share: 0 });
  }
});

it("a mark whose p is no error rate does not hide one that stands", () => {
  const textSeal = mark({ name: "textseal", scheme: "gumbel", variant: "textseal", key: 5, vocabulary: V });
  const served = [marked(mark(ENGINES[0]!), 120, "short"), marked(textSeal, 400, "long")];
  const { ring, scheme, log10P } = testRing([textSeal, mark(ENGINES[0]!)], served, draws, UNDATED);
  expect(ring.tested.map(({ name }) => name)).toEqual(["textseal", "one key"]);
  expect([ring.best, scheme.outside]).toEqual(["one key", undefined]);
  expect(log10P).toBeCloseTo(ring.tested[1]!.log10P + Math.log10(2), 5);
  expect(testRing([textSeal], served, draws, UNDATED).scheme.outside).toMatch(/no exact law over keys/);
});

it("a finding says where no text of the study was scored under a mark of its form", () => {
  expect(ENGINES.map((of) => studiedForm(mark(of)))).toEqual([false, false, false, false]);
  expect(studiedForm(mark({ scheme: "kgw", variant: "transformers", key: 1, vocabulary: V }))).toBe(true);
});
