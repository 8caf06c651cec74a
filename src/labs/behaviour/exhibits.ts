/** The prompts that weigh most, side by side: for a reader to judge, not for the score. */
import { wellFormed } from "../../base/well-formed.js";
import type { PromptAgreement } from "./agreement/agreement.js";
import type { AnswerSource } from "./answers/answer-source.js";
import { EXHIBIT_CHARS, EXHIBITS } from "./method.js";
import type { BehaviourObservations } from "./observations.js";
import { rounded } from "./score/nulls.js";

/** Statistics differ in scale: each is divided by the mean size of what it adds. */
export async function exhibits(
  source: AnswerSource,
  prompts: readonly PromptAgreement[],
  weights: readonly number[],
): Promise<BehaviourObservations["exhibits"]> {
  const scale = weights.map((_, s) => {
    const mean = prompts.reduce((sum, { excess }) => sum + Math.abs(excess[s]!), 0) / Math.max(1, prompts.length);
    return mean > 0 ? 1 / mean : 0;
  });
  const total = weights.reduce((sum, w) => sum + Math.abs(w), 0) || 1;
  const weighed = prompts.map(({ prompt, excess }) => ({
    prompt,
    weight: weights.reduce((sum, w, s) => sum + (w / total) * scale[s]! * excess[s]!, 0),
  }));
  weighed.sort((a, b) => b.weight - a.weight || a.prompt - b.prompt);
  const shown: BehaviourObservations["exhibits"] = [];
  for (const { prompt, weight } of weighed.slice(0, EXHIBITS)) {
    if (!(weight > 0)) break;
    const block = await source.block(prompt, prompt + 1);
    shown.push({
      promptId: source.promptIds[prompt]!,
      prompt: block.prompts[0] === null ? null : cut(block.prompts[0]!),
      weight: rounded(weight),
      reference: cut(block.answers[0]![0] ?? ""),
      suspect: cut(block.answers[1]![0] ?? ""),
    });
  }
  return shown;
}

/** Half a surrogate pair is no text. */
function cut(text: string): string {
  return wellFormed(text.length > EXHIBIT_CHARS ? `${text.slice(0, EXHIBIT_CHARS)}…` : text);
}
