/**
 * A judge asked in words: what it is asked of an answer (pointwise) or of two (pairwise, in both orders), and what its
 * replies come to. A reply counts by its verdict alone, in double brackets or as the whole reply; one without is a refusal
 * and is no tie. A judge that names the first answer in both orders has said nothing of the two.
 */
import { utf8 } from "../base/bytes.js";
import { sha256Digest } from "../base/digest.js";
import { AssayError, quoted } from "../base/error.js";
import type { ItemToScore } from "./items-to-score.js";
import type { Prompt } from "./prompt-set.js";

export type Judging = "pointwise" | "pairwise";

/** Answers of one prompt that are compared two by two: each more asks all others again. */
const PAIRWISE_ANSWERS_MAX = 8;

export const JUDGE_PROMPTS: Readonly<Record<Judging, string>> = {
  pointwise: `How good is this answer to the request? Give a whole number from 1 (of no use) to 10 (nothing to improve).

<request>
{prompt}
</request>

<answer>
{answer}
</answer>

Reply with the number in double brackets and nothing else, for example [[4]].`,
  pairwise: `Which of two answers to the request is better?

<request>
{prompt}
</request>

<answer A>
{first}
</answer A>

<answer B>
{second}
</answer B>

Reply with [[A]], [[B]] or, where neither is better, [[C]], and nothing else.`,
};

const PLACES: Readonly<Record<Judging, readonly string[]>> = {
  pointwise: ["prompt", "answer"],
  pairwise: ["prompt", "first", "second"],
};

/** One request to a judge, and whom it is about: one item, or the first and the second. */
export interface JudgeRequest {
  prompt: Prompt;
  items: readonly ItemToScore[];
}

/**
 * Requests in the order of the items. The same words are one request, whoever they are about.
 * @throws AssayError USAGE for a template without its places, LIMIT for too many answers to be compared two by two
 */
export function judgeRequests(how: Judging, items: readonly ItemToScore[], template: string): JudgeRequest[] {
  for (const place of PLACES[how])
    if (!template.includes(`{${place}}`))
      throw new AssayError("USAGE", `--judge-prompt: expected {${place}} in a ${how} prompt, got none`);
  const asked = (prompt: string, of: readonly ItemToScore[]): JudgeRequest => {
    const [one, other] = of;
    const filled: Record<string, string> = { prompt, answer: one!.text, first: one!.text, second: other?.text ?? "" };
    // In one pass: what an answer says in braces stays as it is.
    const text = template.replace(/\{(prompt|answer|first|second)\}/g, (_, place: string) => filled[place]!);
    return { prompt: { id: sha256Digest(utf8(text)).slice("sha256:".length), text, purpose: null }, items: of };
  };
  if (how === "pointwise") return items.map((item) => asked(item.prompt, [item]));
  return [...byPrompt(items).values()].flatMap((answers) => {
    const { promptId, prompt } = answers[0]!;
    if (answers.length > PAIRWISE_ANSWERS_MAX)
      throw new AssayError(
        "LIMIT",
        `collect: expected at most ${PAIRWISE_ANSWERS_MAX} answers to ${quoted(promptId)} for pairwise judging, got ${answers.length}; ask pointwise`,
      );
    return answers.flatMap((one, i) =>
      answers.slice(i + 1).flatMap((other) => [asked(prompt, [one, other]), asked(prompt, [other, one])]),
    );
  });
}

/** What a judge's replies come to for one item. */
interface Judged {
  /** Pointwise the number; pairwise the share of comparisons won, a tie half; null where no reply had a verdict. */
  score: number | null;
  asked: number;
  ties: number;
  /** Replies without a verdict. */
  refusals: number;
  /** Pairs in which the verdict followed the order. */
  turned: number;
}

/** @param replies texts by request id @returns in the order of the items */
export function judged(
  how: Judging,
  items: readonly ItemToScore[],
  requests: readonly JudgeRequest[],
  replies: ReadonlyMap<string, string>,
): Judged[] {
  const at = new Map(items.map(({ id }, i) => [id, i]));
  const sums = items.map(() => ({ sum: 0, counted: 0, asked: 0, ties: 0, refusals: 0, turned: 0 }));
  const verdicts = requests.map(({ prompt }) => verdictOf(how, replies.get(prompt.id) ?? ""));
  for (const [r, { items: of }] of requests.entries()) {
    const verdict = verdicts[r]!;
    for (const [place, { id }] of of.entries()) {
      const own = sums[at.get(id)!]!;
      own.asked++;
      if (verdict === null) {
        own.refusals++;
        continue;
      }
      own.counted++;
      own.sum += how === "pairwise" && place === 1 ? 1 - verdict : verdict;
      if (how !== "pairwise") continue;
      if (verdict === 0.5) own.ties++;
      // Both orders of a pair follow each other: the second is judged with the first.
      if (r % 2 === 1 && verdict !== 0.5 && verdicts[r - 1] === verdict) own.turned++;
    }
  }
  return sums.map(({ sum, counted, asked, ties, refusals, turned }) => ({
    score: counted === 0 ? null : sum / counted,
    asked,
    ties,
    refusals,
    turned,
  }));
}

/** 1 to 10, or what the first of two gets: 1, 0, or a half for a tie. Null for a reply without one verdict. */
function verdictOf(how: Judging, reply: string): number | null {
  const bracketed = [...reply.matchAll(/\[\[\s*([A-Za-z]+|\d+(?:\.\d+)?)\s*\]\]/g)].map(([, inside]) => inside!);
  const said = new Set(
    bracketed.length > 0 ? bracketed.map(upper) : [upper(reply.trim().replace(/^[[("']+|[\])"'.]+$/g, ""))],
  );
  if (said.size !== 1) return null;
  const [verdict] = [...said] as [string];
  if (how === "pairwise") return { A: 1, B: 0, C: 0.5, TIE: 0.5 }[verdict] ?? null;
  const rating = /^\d+(?:\.\d+)?(?:\/10)?$/.test(verdict) ? Number.parseFloat(verdict) : Number.NaN;
  return rating >= 1 && rating <= 10 ? rating : null;
}

const upper = (text: string) => text.toUpperCase();

function byPrompt(items: readonly ItemToScore[]): Map<string, ItemToScore[]> {
  const groups = new Map<string, ItemToScore[]>();
  for (const item of items) {
    const key = JSON.stringify([item.probe, item.promptId]);
    const group = groups.get(key);
    if (!group) groups.set(key, [item]);
    else {
      if (group[0]!.prompt !== item.prompt)
        throw new AssayError("FORMAT", `collect: expected one prompt under ${quoted(item.promptId)}, got two`);
      group.push(item);
    }
  }
  return groups;
}
