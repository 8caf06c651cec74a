/**
 * What an answer comes to, by a suite's own phrases: which of two comes first, or whether one of several stands at the
 * beginning. An answer that says neither is unread: it is counted as such and decides nothing. Words are compared without
 * case, accents kept. Irony, and an answer that says both, are read by what comes first.
 */
import type { OutcomeRule } from "./suite.js";

/** An answer's head; what comes later qualifies. Characters. */
const HEAD_CHARS = 300;

/** True, false, or null where the answer does not say. @param answer null where there was none */
export function outcomeOf(answer: string | null, rule: OutcomeRule): boolean | null {
  if (answer === null) return null;
  const head = ` ${normal(answer.slice(0, 2 * HEAD_CHARS)).slice(0, HEAD_CHARS)} `;
  if (head.trim() === "") return null;
  if (rule.kind === "any") return rule.of.some((phrase) => place(head, phrase) >= 0);
  const [yes, no] = [first(head, rule.yes), first(head, rule.no)];
  if (yes < 0 && no < 0) return null;
  // A phrase inside a longer one of the other side ("agree" in "do not agree") begins later or at the same place.
  return no < 0 || (yes >= 0 && yes < no);
}

function first(head: string, phrases: readonly string[]): number {
  const places = phrases.map((phrase) => place(head, phrase)).filter((at) => at >= 0);
  return places.length === 0 ? -1 : Math.min(...places);
}

const place = (head: string, phrase: string) => head.indexOf(` ${normal(phrase)} `);

/** Letters and numbers of one case with one blank between. */
export function normal(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[’']/g, "'")
    .replace(/[^\p{L}\p{N}'\p{M}]+/gu, " ")
    .trim();
}
