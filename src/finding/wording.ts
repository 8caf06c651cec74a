/**
 * Words that no finding may use, because no test supports them (HOUSE §3, FRE 702 committee note on overstatement).
 * Checked on every finding before it leaves the house and on every page in tests.
 */
const FORBIDDEN: readonly RegExp[] = [
  /\bnot derived\b/i,
  /\bnot trained on\b/i,
  /\bmatch(es|ed)?\b(?! (count|rule))/i,
  /\bproves?\b/i,
  /\bidentified\b/i,
  /\bzero error\b/i,
  /\blikely (to be )?(copied|derived|stolen)\b/i,
];

/** The first forbidden expression in the text, or null. */
export function forbiddenWording(text: string): string | null {
  for (const pattern of FORBIDDEN) {
    const hit = pattern.exec(text);
    if (hit) return hit[0];
  }
  return null;
}
