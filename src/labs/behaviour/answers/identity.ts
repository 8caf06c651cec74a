/**
 * Sentences in which a model says who it is or who made it. An exhibit only: models say "I am ChatGPT" because the web
 * does, so a name in an answer weighs nothing here.
 */
const SELF =
  /\b(?:i(?:'m| am)|my name is|this is) (?:an? (?:\w+ ){0,4}(?:assistant|language model|chatbot|ai model)\b[^.!?\n]{0,80}|[A-Z][\w-]{2,20}\b)[^.!?\n]{0,120}|\b(?:developed|created|trained|made|built) by [A-Z][\w-]{2,20}[^.!?\n]{0,80}/;
const NAMES =
  /\b(?:assistant|language model|chatbot|ai model|openai|anthropic|google|meta|microsoft|alibaba|mistral|deepseek|chatgpt|gpt-?\d|claude|gemini|llama|qwen|bard)\b/i;

const SENTENCE_CHARS_MAX = 240;

/** The first such sentence of an answer, or null. */
export function identitySentence(answer: string): string | null {
  const hit = SELF.exec(answer);
  if (!hit || !NAMES.test(hit[0])) return null;
  return hit[0].slice(0, SENTENCE_CHARS_MAX);
}
