/** `assay examine planted`: a plan of planted preferences and a suspect's scores or choices of its pairs. */
import { basename } from "node:path";
import { foundInputs } from "../../../app/found-inputs.js";
import type { Examination, Question } from "../../../app/laboratory.js";
import { SOFTWARE } from "../../../app/software.js";
import type { Study } from "../../../app/studies.js";
import { fromUtf8 } from "../../../base/bytes.js";
import { sha256Digest } from "../../../base/digest.js";
import { readSmallFile } from "../../../host/small-file.js";
import { PLAN_BYTES_MAX, SCORES_BYTES_MAX } from "../method.js";
import { readChoices } from "../planted/choices.js";
import { examinePlanted } from "../planted/examine.js";
import { readPlantedPlan } from "../planted/plan.js";

export const plantedQuestion: Question = {
  description:
    "Did the suspect learn from a scorer's or judge's decisions? A plan, committed before anything was served, drew which answer of each pair was to be preferred; the suspect's own preferences say whether it knows the draws.",
  arguments: [
    { name: "plan", help: "the opened plan, by `assay preferences plant`" },
    {
      name: "answers",
      help: 'JSON Lines {"prompt_id", "item", "score"} or {"prompt_id", "choice"}, by `assay preferences pairs`',
    },
  ],
  options: [],
  help: `
Examples:
  $ assay preferences plant pairs.jsonl --name northwind --out plan.json
  $ assay preferences pairs plan.json > to-ask.jsonl
  $ assay examine planted plan.json answers.jsonl

The commitment that \`plant\` prints is to be published and dated before the first decision is served.
An outcome of "inconclusive" does not show that the suspect did not learn from them.`,

  examine: ({ arguments: [plan, answers] }, { studies }) => examined(String(plan), String(answers), studies),

  async again(request, desk) {
    const { at } = await foundInputs("files", request, desk);
    const names = new Map(request.inputs.map(({ role, name }) => [role, name]));
    return examined(at("reference"), at("suspect"), desk.studies, names);
  },
};

async function examined(
  planPath: string,
  answersPath: string,
  studies: readonly Study[],
  names: ReadonlyMap<string, string> = new Map(),
): Promise<Examination> {
  const planBytes = await readSmallFile(planPath, PLAN_BYTES_MAX);
  const answerBytes = await readSmallFile(answersPath, SCORES_BYTES_MAX);
  const [planName, answersName] = [
    names.get("reference") ?? basename(planPath),
    names.get("suspect") ?? basename(answersPath),
  ];
  const plan = {
    artefact: { name: planName, kind: "text" as const, root: sha256Digest(planBytes) },
    value: readPlantedPlan(planBytes, planName),
  };
  const suspect = {
    artefact: { name: answersName, kind: "scores" as const, root: sha256Digest(answerBytes) },
    value: readChoices(fromUtf8(answerBytes, answersName), answersName),
  };
  const finding = examinePlanted({ plan, suspect, validations: studies, software: SOFTWARE });
  const inputs = [
    { role: "reference", artefact: plan.artefact },
    { role: "suspect", artefact: suspect.artefact },
  ].map(({ role, artefact: { name, root } }) => ({ role, name, root }));
  return { findings: [finding], inputs, settings: {}, arguments: ["PLAN", "ANSWERS"] };
}
