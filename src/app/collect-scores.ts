/**
 * Scores of items read from models, in the form that `examine preferences` takes. A reward model's logit (`reward`) and
 * the log-odds that a causal model gives an answer (`odds`) come from models run here, one item after another; a judge's
 * verdicts (`pointwise`, `pairwise`) are collected as answers are, raw replies and all, and then counted. Every way goes on
 * where it was stopped, asks nothing twice and writes no key.
 */
import { existsSync } from "node:fs";
import { AssayError, quoted } from "../base/error.js";
import { keepScores } from "../host/answers/kept-scores.js";
import { isLocalModel } from "../host/answers/open-local-model.js";
import { openScorer } from "../host/answers/open-scorer.js";
import { readTranscriptFile } from "../host/answers/transcripts.js";
import { assertFreeFile, writeNewFile } from "../host/small-file.js";
import { formatOf } from "../transcript/answer-looks.js";
import type { ItemToScore } from "../transcript/items-to-score.js";
import { JUDGE_PROMPTS, type JudgeRequest, type Judging, judged, judgeRequests } from "../transcript/judging.js";
import { drawPrompts } from "../transcript/prompt-set.js";
import { type Collection, type CollectOptions, collect, type Endpoint } from "./collect.js";

export const SCORINGS = ["reward", "odds", "pointwise", "pairwise"] as const;
export type Scoring = (typeof SCORINGS)[number];

export interface ScoreOptions extends Omit<CollectOptions, "prompts" | "samples"> {
  how: Scoring;
  items: readonly ItemToScore[];
  /** Digest of the file of items. */
  itemsDigest: string;
  /** What a judge is asked; null for the house's own words. */
  judgePrompt: string | null;
  /** Of a model with several labels, the one whose log-odds are the score. */
  label: string | null;
  /** Whether log-odds are of an answer in the model's chat template. */
  chat: boolean;
}

export interface ScoreCollection {
  type: "assay/score-collection/v1";
  out: string;
  how: Scoring;
  endpoint: string;
  model: string;
  items: number;
  scored: number;
  /** Of judges: comparisons without a preference, replies without a verdict, pairs in which the verdict followed the order. */
  ties: number;
  refusals: number;
  turned: number;
  /** Where a judge's replies lie. */
  answers: string | null;
  requests: number;
  cost: number | null;
  complete: boolean;
  /** Why it is not complete, or the first reasons for items without a score. */
  says: string | null;
}

/** One file an endpoint, in the order given. @throws AssayError for what no new try mends */
export async function collectScores(options: ScoreOptions): Promise<ScoreCollection[]> {
  for (const { out } of options.endpoints) await assertFreeFile(out);
  const { how } = options;
  if (how === "pointwise" || how === "pairwise") return judgedBy(how, options);
  const done: ScoreCollection[] = [];
  for (const endpoint of options.endpoints) done.push(await scoredBy(how, endpoint, options));
  return done;
}

async function scoredBy(how: "reward" | "odds", endpoint: Endpoint, options: ScoreOptions): Promise<ScoreCollection> {
  if (!isLocalModel(endpoint.url))
    throw new AssayError(
      "USAGE",
      `collect: --score ${how} expected a model run here (gguf:FILE or onnx:FOLDER), got an address; a served model is asked by --score pointwise or pairwise`,
    );
  const { items, label, chat, signal } = options;
  const scorer = await openScorer(how, endpoint.url, { label, chat });
  try {
    const { scored, refused } = await keepScores({
      who: "collect",
      items,
      score: ({ prompt, text }) => scorer.score(prompt, text),
      line: (item, given) => rowOf(item, "refused" in given ? { score: null, ...given } : given),
      out: endpoint.out,
      of: [options.itemsDigest, scorer.name, how, label ?? "", chat].join(" "),
      concurrency: 1,
      refusalsKept: true,
      signal,
      onProgress: (n) => options.onProgress({ stage: "scoring", done: n, total: items.length }),
    });
    return {
      type: "assay/score-collection/v1",
      out: endpoint.out,
      how,
      endpoint: scorer.name,
      model: endpoint.settings.model,
      items: items.length,
      scored,
      ties: 0,
      refusals: refused.length,
      turned: 0,
      answers: null,
      requests: 0,
      cost: null,
      complete: true,
      says: refused.length > 0 ? refused.slice(0, 3).join("; ") : null,
    };
  } finally {
    await scorer.close();
  }
}

async function judgedBy(how: Judging, options: ScoreOptions): Promise<ScoreCollection[]> {
  const { items, endpoints, judgePrompt, seed, ...rest } = options;
  const requests = judgeRequests(how, items, judgePrompt ?? JUDGE_PROMPTS[how]);
  const prompts = [...new Map(requests.map(({ prompt }) => [prompt.id, prompt])).values()];
  const answersOf = ({ out }: Endpoint) => `${out}.answers.jsonl`;
  // What was asked before and only not yet counted is not asked again.
  const open = endpoints.filter((endpoint) => !existsSync(answersOf(endpoint)));
  const collected =
    open.length === 0
      ? []
      : await collect({
          ...rest,
          seed,
          samples: 1,
          prompts: drawPrompts(prompts, seed),
          endpoints: open.map((endpoint) => ({ ...endpoint, out: answersOf(endpoint) })),
        });
  const done: ScoreCollection[] = [];
  for (const endpoint of endpoints) {
    const collection = collected[open.indexOf(endpoint)] ?? null;
    done.push(await counted(how, endpoint, answersOf(endpoint), collection, items, requests));
  }
  return done;
}

async function counted(
  how: Judging,
  endpoint: Endpoint,
  answers: string,
  collection: Collection | null,
  items: readonly ItemToScore[],
  requests: readonly JudgeRequest[],
): Promise<ScoreCollection> {
  const { model } = endpoint.settings;
  const about = {
    type: "assay/score-collection/v1" as const,
    out: endpoint.out,
    how,
    endpoint: collection?.endpoint ?? endpoint.url,
    model,
    items: items.length,
    answers,
    requests: collection?.requests ?? 0,
    cost: collection?.cost ?? null,
  };
  if (collection && !collection.complete)
    return { ...about, scored: 0, ties: 0, refusals: 0, turned: 0, complete: false, says: collection.stopped };
  const { transcript } = await readTranscriptFile({ path: answers, name: null });
  const replies = new Map(transcript.records.map(({ promptId, text }) => [promptId, text]));
  const other = transcript.records.find(({ settings }) => settings?.model !== undefined && settings.model !== model);
  if (other !== undefined || requests.some(({ prompt }) => !replies.has(prompt.id)))
    throw new AssayError("USAGE", `collect: ${quoted(answers)} was collected for other items or another model`);
  const verdicts = judged(how, items, requests, replies);
  const lines = items.map((item, i) => {
    const { score, asked, ties, refusals, turned } = verdicts[i]!;
    const counts = how === "pairwise" ? { asked, ties, refusals, turned } : { asked, refusals };
    return `${rowOf(item, { score, ...counts, ...(score === null ? { refused: "no reply with a verdict" } : {}) })}\n`;
  });
  const total = (of: "ties" | "refusals" | "turned") => verdicts.reduce((sum, each) => sum + each[of], 0);
  const scored = verdicts.filter(({ score }) => score !== null).length;
  if (scored === 0)
    throw new AssayError("UNAVAILABLE", `collect: no reply in ${quoted(answers)} has a verdict in double brackets`);
  await writeNewFile(endpoint.out, new TextEncoder().encode(lines.join("")));
  // A comparison is about two items, and was counted with each.
  const each = how === "pairwise" ? 2 : 1;
  return {
    ...about,
    scored,
    ties: total("ties") / each,
    refusals: total("refusals") / each,
    turned: total("turned") / each,
    complete: true,
    says: null,
  };
}

function rowOf({ probe, promptId, item, text }: ItemToScore, given: object): string {
  return JSON.stringify({
    ...(probe === null ? {} : { probe }),
    prompt_id: promptId,
    item,
    ...given,
    length: text.length,
    format: formatOf(text),
  });
}
