/**
 * Does the text carry the mark? The corpus as a whole, the best single text and the best passage, each with its share
 * of α and its multiplicity paid; exact tails throughout.
 */

import type { Test } from "../../../finding/finding.js";
import { roundLog10P } from "../../../stats/combine.js";
import { PRESENT } from "../record/method.js";
import type { PresentObservations } from "../record/observations.js";
import { round } from "../record/round.js";
import { PRESENT_ASSUMPTION } from "../record/words.js";
import { deviation, type Law, log10Tail, moments } from "../schemes/law.js";
import type { Scheme } from "../schemes/scheme.js";
import { type KnownPlaces, type Scored, scoreTexts } from "./score-texts.js";
import { scoreSegments } from "./segments.js";
import type { IdText } from "./texts.js";

/** A p above 10^−2 reaches nothing, whatever hangs together: the key's own tail is not asked. */
const ASKED_BELOW = -2;
/** Texts listed in a finding. */
const LISTED_TEXTS_MAX = 1000;

export interface PresentResult {
  log10P: number;
  tests: Test[];
  observations: Omit<PresentObservations, "mark">;
}

/**
 * @param vocabulary ids from 0 @param known kept from key to key where several are asked of the same texts
 * @returns log10 p of corpus, best text and best passage, and of all together
 */
export function testPresence(
  scheme: Scheme,
  texts: readonly IdText[],
  vocabulary: number,
  known: KnownPlaces = new Map(),
): PresentResult {
  return presenceOf(scheme, texts, vocabulary, known).told();
}

/**
 * The same for one key of many: its p at once, and what a finding says of it when asked.
 * @param vocabulary ids from 0 @param known kept from key to key
 */
export function presenceOf(
  scheme: Scheme,
  texts: readonly IdText[],
  vocabulary: number,
  known: KnownPlaces,
): { log10P: number; told: () => PresentResult } {
  const { law } = scheme;
  const scored = scoreTexts(scheme, texts, { vocabulary, known });
  const corpus = wholeCorpus(scheme, scored);
  const each = perText(scheme, scored, texts, corpus);
  const eligible = each.filter(({ tuples }) => tuples > 0).length;
  const best = each[0];
  const text = Math.min(0, (best?.log10P ?? 0) + Math.log10(Math.max(1, eligible)));
  const segments = scoreSegments(law, scored, scheme.keyTail);
  const { shares } = PRESENT;
  // Each test is held against its own share of α: p / share, and the smallest of them speaks.
  const combined = Math.min(
    0,
    corpus.log10P - Math.log10(shares.corpus),
    text - Math.log10(shares.text),
    segments.log10P - Math.log10(shares.passage),
  );
  const log10P = roundLog10P(combined);
  return { log10P, told: () => told(law, texts, { log10P, scored, corpus, each, text, eligible, segments }) };
}

interface Measured {
  log10P: number;
  scored: Scored;
  corpus: CorpusScore;
  each: TextScore[];
  /** Of the best text, all that could have been it paid for. */
  text: number;
  eligible: number;
  segments: ReturnType<typeof scoreSegments>;
}

function told(
  law: Law,
  texts: readonly IdText[],
  { log10P, scored, corpus, each, text, eligible, segments }: Measured,
): PresentResult {
  const best = each[0];
  const { shares } = PRESENT;
  const base = { exact: true, assumption: PRESENT_ASSUMPTION, seed: "" };
  const tests: Test[] = [
    {
      ...base,
      id: "marks/corpus",
      statistic: { name: "sum of scores of distinct tuples over all texts", value: round(corpus.score) },
      log10P: roundLog10P(corpus.log10P),
      n: corpus.tuples,
      share: shares.corpus,
      where: `${texts.length} texts`,
    },
    {
      ...base,
      id: "marks/text",
      statistic: { name: "sum of scores in the best single text", value: round(best?.score ?? 0) },
      log10P: roundLog10P(text),
      n: best?.tuples ?? 0,
      share: shares.text,
      where: `best of ${eligible} texts, paid`,
    },
    {
      ...base,
      id: "marks/passage",
      statistic: { name: "sum of scores in the best passage", value: round(segments.passages[0]?.score ?? 0) },
      log10P: roundLog10P(segments.log10P),
      n: segments.passages[0]?.tuples ?? 0,
      share: shares.passage,
      where: `best of ${segments.windows} passages, paid`,
    },
    {
      ...base,
      id: "combined",
      statistic: { name: "smallest p over its share, as log10 of its inverse", value: -log10P },
      log10P,
      n: corpus.tuples,
      share: 1,
    },
  ];
  return {
    log10P,
    tests,
    observations: {
      tuples: {
        positions: scored.positions,
        repeated: scored.repeated,
        excluded: scored.excluded,
        scored: scored.value.length,
      },
      corpus: {
        tuples: corpus.tuples,
        score: round(corpus.score),
        expected: round(corpus.tuples * moments(law).mean),
        deviations: round(deviation(law, corpus.score, corpus.tuples)),
      },
      texts: each.slice(0, LISTED_TEXTS_MAX).map(({ id, tokens, tuples, score, log10P: p }) => ({
        ...{ id, tokens, tuples, score: round(score) },
        ...{ deviations: round(deviation(law, score, tuples)), log10P: roundLog10P(p) },
      })),
      textsInAll: texts.length,
      windows: segments.windows,
      passages: segments.passages.map(({ text: number, score, log10P: p, ...rest }) => ({
        id: texts[number]!.id,
        ...rest,
        score: round(score),
        log10P: roundLog10P(p),
      })),
    },
  };
}

interface CorpusScore {
  tuples: number;
  score: number;
  log10P: number;
}

/** Distinct tuples of the whole corpus. */
function wholeCorpus({ law, keyTail }: Pick<Scheme, "law" | "keyTail">, scored: Scored): CorpusScore {
  let tuples = 0;
  let score = 0;
  for (let i = 0; i < scored.value.length; i++) {
    if (!scored.first[i]) continue;
    tuples++;
    score += scored.value[i]!;
  }
  const free = log10Tail(law, score, tuples);
  if (!keyTail || free > ASKED_BELOW) return { tuples, score, log10P: free };
  const names = new Uint32Array(2 * tuples);
  for (let i = 0, n = 0; i < scored.value.length; i++) {
    if (!scored.first[i]) continue;
    names[n++] = scored.names[2 * i]!;
    names[n++] = scored.names[2 * i + 1]!;
  }
  return { tuples, score, log10P: Math.max(free, keyTail.log10P(names, score)) };
}

interface TextScore {
  id: string;
  tokens: number;
  tuples: number;
  score: number;
  log10P: number;
}

/** Each text by itself, strongest first; texts without a tuple last. One text alone is the corpus. */
function perText({ law, keyTail }: Scheme, scored: Scored, texts: readonly IdText[], corpus: CorpusScore): TextScore[] {
  if (texts.length === 1) return [{ id: texts[0]!.id, tokens: texts[0]!.ids.length, ...corpus }];
  const tuples = new Int32Array(texts.length);
  const sums = new Float64Array(texts.length);
  const ends = new Int32Array(texts.length);
  for (let i = 0; i < scored.value.length; i++) {
    tuples[scored.text[i]!]!++;
    sums[scored.text[i]!]! += scored.value[i]!;
    ends[scored.text[i]!] = i + 1;
  }
  const strongest = (a: TextScore, b: TextScore) => a.log10P - b.log10P || b.tuples - a.tuples;
  const each = texts
    .map((text, i) => ({
      id: text.id,
      tokens: text.ids.length,
      tuples: tuples[i]!,
      score: sums[i]!,
      log10P: log10Tail(law, sums[i]!, tuples[i]!),
      end: ends[i]!,
    }))
    .sort(strongest);
  if (keyTail)
    for (const [n, text] of each.entries()) {
      if (text.log10P > ASKED_BELOW) break;
      const names = scored.names.subarray(2 * (text.end - text.tuples), 2 * text.end);
      // Beyond what may be asked a text says no more than that it stands out.
      const held = n < keyTail.evaluationsMax ? keyTail.log10P(names, text.score) : ASKED_BELOW;
      text.log10P = Math.max(text.log10P, held);
    }
  return each.map(({ end: _, ...text }) => text).sort(strongest);
}
