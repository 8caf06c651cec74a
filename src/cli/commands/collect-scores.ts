/** `assay collect --score HOW`: the scores of items in place of a transcript of answers. */
import { basename } from "node:path";
import { collectScores, type ScoreCollection, type ScoreOptions, type Scoring } from "../../app/collect-scores.js";
import { fromUtf8 } from "../../base/bytes.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError, quoted } from "../../base/error.js";
import { readSmallFile } from "../../host/small-file.js";
import { readItemsToScore } from "../../transcript/items-to-score.js";

/** As much as a scorer's file may have; a judge's prompt is a page. */
const [ITEMS_BYTES_MAX, JUDGE_PROMPT_BYTES_MAX] = [256 * 1024 * 1024, 64 * 1024];

/** What is typed beside what every collection takes. */
export interface TypedScoring {
  judgePrompt?: string;
  label?: string;
  chat?: boolean;
  prompts: string;
}

type Shared = Omit<ScoreOptions, "how" | "items" | "itemsDigest" | "judgePrompt" | "label" | "chat">;

/** One collection an endpoint. @throws AssayError USAGE for options that do not go together */
export async function typedScores(how: Scoring, typed: TypedScoring, shared: Shared): Promise<ScoreCollection[]> {
  const judge = how === "pointwise" || how === "pairwise";
  const only = (option: string, given: unknown, of: string, fits: boolean) => {
    if (given !== undefined && !fits)
      throw new AssayError("USAGE", `--${option}: expected --score ${of} with it, got ${how}`);
  };
  only("judge-prompt", typed.judgePrompt, "pointwise or pairwise", judge);
  only("label", typed.label, "reward", how === "reward");
  only("chat", typed.chat, "odds", how === "odds");
  const bytes = await readSmallFile(typed.prompts, ITEMS_BYTES_MAX);
  const template = typed.judgePrompt;
  return collectScores({
    ...shared,
    how,
    items: readItemsToScore(bytes, quoted(basename(typed.prompts))),
    itemsDigest: sha256Digest(bytes),
    judgePrompt:
      template === undefined ? null : fromUtf8(await readSmallFile(template, JUDGE_PROMPT_BYTES_MAX), quoted(template)),
    label: typed.label ?? null,
    chat: typed.chat ?? false,
  });
}

/** One collection in a sentence. */
export function spokenScores(c: ScoreCollection): string {
  if (!c.complete) return `${c.model} at ${c.endpoint}: not complete (${c.says}); run the same command to go on`;
  const judge = c.answers === null ? "" : `, replies in ${c.answers}`;
  const turned =
    c.how === "pairwise" ? `, ${c.ties} ties, ${c.turned} pairs in which the verdict followed the order` : "";
  const left = c.refusals > 0 ? `, ${c.refusals} refused${c.says ? ` (${c.says})` : ""}` : "";
  return `${c.model} at ${c.endpoint}: ${c.scored} of ${c.items} items scored by ${c.how}${turned}${left}; complete: ${c.out}${judge}`;
}
