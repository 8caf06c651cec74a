/** What may be asked of answers, and with what settings. */
/** What is asked: a common origin, whether the weights are one or tuned or the answers taught, or both. */
export const QUESTIONS = ["all", "common-origin", "relations"] as const;
export type QuestionsAsked = (typeof QUESTIONS)[number];

export interface AskedSettings {
  seed: string;
  questions: QuestionsAsked;
  /** Suspects, references or prompt sets tried, this one included. */
  tries: number;
}
