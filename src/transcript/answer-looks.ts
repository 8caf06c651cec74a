/** What an answer looks like, apart from what it says. */

/** Marks that a format is made of: lists, headings, emphasis, code, numbers. */
export function formatOf(text: string): number {
  return text.match(/[\n*#`|:\-\d]/g)?.length ?? 0;
}
