/** No file outside a laboratory's folder knows it by name, but for the list: its record says all that the house asks. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { LABORATORIES } from "../../src/app/known.js";
import { codeOf } from "../../tools/measured.ts";

const LIST = "src/app/laboratories.ts";

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory())
      return ["src/labs", "generated", "assembly"].some((n) => path.endsWith(n)) ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) && path !== LIST ? [path] : [];
  });
}

test("no question, proposition or method of a laboratory stands in the code of the rest of the house", () => {
  const propositions = LABORATORIES.flatMap((each) => [
    ...Object.keys(each.propositions.entries),
    ...Object.keys(each.descents ?? {}),
    ...each.studies.map(({ method }) => method),
  ]);
  const questions = LABORATORIES.flatMap((each) => each.questions.map(({ name }) => `examine ${name}`));
  // A laboratory's id by itself is an English word.
  const names = [...new Set([...propositions, ...questions])];
  expect(names.length).toBeGreaterThan(20);
  const found = sources("src").flatMap((path) => {
    // Comments may tell a reader where something is.
    const code = codeOf(readFileSync(path, "utf8"));
    return names.filter((name) => code.includes(name)).map((name) => `${path}: ${name}`);
  });
  expect(found).toEqual([]);
});

test("what a record names is there", () => {
  for (const { id, propositions, descents = {}, studies, questions } of LABORATORIES) {
    for (const proposition of Object.keys(propositions.entries)) expect(proposition.startsWith(`${id}/`)).toBe(true);
    for (const proposition of Object.keys(descents)) expect(proposition.startsWith(`${id}/`)).toBe(true);
    for (const { file } of studies) expect(JSON.parse(readFileSync(file, "utf8")).type).toBe("assay/validation/v1");
    expect(questions.length).toBeGreaterThan(0);
  }
  const all = LABORATORIES.flatMap(({ questions }) => questions.map(({ name }) => name));
  expect(new Set(all).size).toBe(all.length);
});
