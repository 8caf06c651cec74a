/** `assay examine tosses`: what is typed, what is examined, and how a bundle is examined again. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { foundInputs } from "../../../app/found-inputs.js";
import type { Examination, Question } from "../../../app/laboratory.js";
import { SOFTWARE } from "../../../app/software.js";
import type { Study } from "../../../app/studies.js";
import { examineTosses } from "../examine.js";

export const tossesQuestion: Question = {
  description: "Were two records of coin tosses copied from one another? Each is a file of H and T.",
  arguments: [
    { name: "reference", help: "record of the claimant" },
    { name: "suspect", help: "record of the respondent" },
  ],
  options: [],
  help: "\nExample:\n  $ assay examine tosses ours.txt theirs.txt",
  examine: ({ arguments: [reference, suspect] }, { studies }) => examined(String(reference), String(suspect), studies),
  async again(request, desk) {
    const { at } = await foundInputs("files", request, desk);
    return examined(at("reference"), at("suspect"), desk.studies);
  },
};

async function examined(reference: string, suspect: string, studies: readonly Study[]): Promise<Examination> {
  const read = async (path: string) => ({ name: basename(path), tosses: await readFile(path, "utf8") });
  const finding = examineTosses({
    reference: await read(reference),
    suspect: await read(suspect),
    validations: studies,
    software: SOFTWARE,
  });
  const { subject } = finding;
  const inputs =
    subject.kind !== "pair"
      ? []
      : (["reference", "suspect"] as const).map((role) => ({
          role,
          name: subject[role].name,
          root: subject[role].root,
        }));
  return { findings: [finding], inputs, settings: {}, arguments: ["REFERENCE", "SUSPECT"] };
}
