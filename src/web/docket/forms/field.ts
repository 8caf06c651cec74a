/** One page of a form: what it asks, how it is answered, and how an answer is read. */

export interface Choice {
  value: string;
  text: string;
}

/**
 * `choices` takes several, `digest` a digest or the file that it is taken of, `file` a file from which facts are made, `more`
 * whether there is a further member of a list, or an optional part.
 */
type Input = "choice" | "choices" | "line" | "lines" | "digest" | "file" | "more";

export interface Field {
  /** Where its answer stands among those of the draft: names and numbers with dots between. */
  path: string;
  /** Each once in a form. */
  label: string;
  hint: string | null;
  required: boolean;
  input: Input;
  choices: Choice[];
  /** A file chosen for it goes with the entry. */
  attached: boolean;
}

/** What was answered, as typed, by the path of its field; several answers a line each. */
export type Typed = Readonly<Record<string, string>>;

export const YES_NO: Choice[] = [
  { value: "yes", text: "Yes" },
  { value: "no", text: "No" },
];

/** A field of which the rest is as is usual. */
export function fieldOf(field: Partial<Field> & Pick<Field, "path" | "label" | "input">): Field {
  return { hint: null, required: true, choices: [], attached: false, ...field };
}

/** Lines that hold something. */
export function linesOf(typed: string): string[] {
  return typed
    .split("\n")
    .map((each) => each.trim())
    .filter((each) => each !== "");
}
