/**
 * Edits of a source text of a language with braces, for the study of copies: comments go, every name that is no keyword
 * becomes another, the text is laid out anew, and with probability `rate` each line that is a whole statement is edited:
 * a statement is put before it, it changes places with the next, it is put into a block, or it is dropped. Names are
 * hidden by the method, so that renaming costs it nothing; the edits of statements are what it must survive.
 */
import { prng } from "../../dist/base/prng.js";
import { KEYWORDS, type Language } from "../../dist/labs/code/tokens/languages.js";

const PUT: Readonly<Record<string, (n: number) => string>> = {
  typescript: (n) => `const kept${n} = ${n};`,
  rust: (n) => `let _kept${n} = ${n};`,
  go: (n) => `_ = ${n}`,
  cpp: (n) => `(void)${n};`,
};

export function editLines(text: string, language: Language, seed: string, rate: number): string {
  const draw = prng("edit-lines", seed);
  const keywords = KEYWORDS[language];
  const named = text
    .replace(/\/\*[\s\S]*?\*\//g, " ")
    .replace(/(^|\s)\/\/[^\n]*/g, "$1")
    .replace(/^[ \t]*#.*$|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)'|[A-Za-z_]\w*/gm, (word) =>
      // A preprocessor's line stays as it is.
      /^["']|^\s*#/.test(word) || keywords.has(word) ? word : `n${hash(seed + word)}`,
    );
  const lines = named.split("\n").filter((line) => line.trim() !== "");
  const out: string[] = [];
  // A statement on one line, after one that ended: half of a statement is none.
  const whole = (line: string | undefined, before: string | undefined) =>
    line !== undefined &&
    /[;{}]\s*$|^$/.test(language === "go" ? "" : (before ?? "")) &&
    balanced(line) &&
    (language === "go" ? /^\s+[\w.]+(, [\w.]+)* (:=|=) .*[\w)\]]$/ : /^\s+[^#{}]*;\s*$/).test(line);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (!whole(line, lines[i - 1]) || draw.below(1000) >= 1000 * rate) {
      out.push(line);
      continue;
    }
    const how = draw.below(4);
    if (how === 0) out.push(PUT[language]!(draw.below(90)), line);
    else if (how === 1 && whole(lines[i + 1], line)) out.push(lines[++i]!, line);
    else if (how === 2) out.push(line.replace(/^(\s*)/, "$1  "), PUT[language]!(draw.below(90)));
    else if (how === 3) out.push(PUT[language]!(draw.below(90)));
    else out.push(line);
  }
  return out.join("\n");
}

function balanced(line: string): boolean {
  const count = (one: string) => line.split(one).length;
  return count("(") === count(")") && count("[") === count("]");
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value >>> 0) % 1e7;
}
