/** The words and the view of a finding's laboratory, for pages made by hand. */
import { LABORATORIES, studied } from "../../src/app/known.js";
import type { Finding } from "../../src/finding/finding.js";
import type { PageInput } from "../../src/report/page-input.js";

const views = new Map(await Promise.all(LABORATORIES.map(async ({ id, view }) => [id, await view()] as const)));

export function shownBy(finding: Finding): Pick<PageInput, "proposition" | "view" | "measuredOn" | "studiedBefore"> {
  const { id } = finding.proposition;
  const laboratory = LABORATORIES.find(({ propositions }) => id in propositions.entries)!;
  const { version, entries } = laboratory.propositions;
  return {
    proposition: { version, words: entries[id]! },
    view: views.get(laboratory.id)!,
    ...studied(finding),
  };
}
