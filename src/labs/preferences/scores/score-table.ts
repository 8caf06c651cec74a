/** What one scorer says: a number for each answer of each prompt of each probe, with the answer's length and format. */

export interface Row {
  probe: string;
  prompt: string;
  item: string;
  score: number;
  /** Characters of the answer, and marks of format in it (lists, headings, digits); null where the file states neither. */
  length: number | null;
  format: number | null;
  /** What a refusal says, where a row with a label other than COMPLETE brings its text. */
  refusal?: string;
}

export interface ScoreTable {
  /** By `keyOf`. */
  rows: ReadonlyMap<string, Row>;
  /** The template that wrapped prompt and answer, where the file names it. */
  template: string | null;
}

/** Names one answer of one prompt of one probe. */
export function keyOf({ probe, prompt, item }: Pick<Row, "probe" | "prompt" | "item">): string {
  return `${probe}\0${prompt}\0${item}`;
}
