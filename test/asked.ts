/** Asks a question as the command line does, and publishes what it hands back; for tests that need a whole bundle. */
import { askingOf, propositionOf } from "../src/app/known.js";
import type { Desk, Examination } from "../src/app/laboratory.js";
import { pages, publish } from "../src/app/publish.js";
import { loadStudies, type Study } from "../src/app/studies.js";
import type { ExaminationRequest } from "../src/evidence/request.js";
import type { Finding } from "../src/finding/finding.js";
import type { Proposition } from "../src/finding/propositions.js";
import type { PageInput } from "../src/report/page-input.js";

export function wordsOf(id: string): Proposition {
  const words = propositionOf(id);
  if (words === null) throw new Error(`no laboratory asks ${id}`);
  return words;
}

/** @param command "examine weights" */
export async function ask(
  command: string,
  positional: readonly (string | readonly string[])[],
  options: Readonly<Record<string, unknown>> = {},
  desk: Partial<Desk> = {},
): Promise<Examination> {
  const question = await askingOf(command).question.load();
  const whole = { studies: [], home: null, bundled: true, openBundle: refused, onProgress: () => {}, ...desk };
  return question.examine({ arguments: positional, options }, whole);
}

async function refused(): Promise<never> {
  throw new Error("this test opens no bundle");
}

export async function bundleOf(command: string, examination: Examination, studies: readonly Study[] = []) {
  return publish(askingOf(command), examination, studies);
}

export async function pageOf(
  command: string,
  examination: Pick<Examination, "inputs" | "settings" | "arguments">,
  finding: Finding,
  study: Study | null,
): Promise<PageInput> {
  const request = { type: "assay/request/v1", command, ...examination } as unknown as ExaminationRequest;
  return (await pages(askingOf(command), request, null))(finding, study);
}

export async function studiesOf(command: string): Promise<Study[]> {
  return loadStudies(askingOf(command).laboratory);
}
