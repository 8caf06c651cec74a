/** `assay examine planted`: a plan of planted preferences and a suspect's scores or choices of its pairs. */
import { basename } from "node:path";
import { foundInputs } from "../../../app/found-inputs.js";
import type { Examination, Question } from "../../../app/laboratory.js";
import {
  COMMITTED_OPTIONS,
  type DatedPaths,
  datedBy,
  datedInputs,
  datedPaths,
  foundDated,
} from "../../../app/log/dated.js";
import { SOFTWARE } from "../../../app/software.js";
import type { Study } from "../../../app/studies.js";
import { fromUtf8 } from "../../../base/bytes.js";
import { sha256Digest } from "../../../base/digest.js";
import { readSmallFile } from "../../../host/small-file.js";
import { PLAN_BYTES_MAX, SCORES_BYTES_MAX } from "../method.js";
import { readChoices } from "../planted/choices.js";
import { examinePlanted } from "../planted/examine.js";
import { readPlantedPlan } from "../planted/plan.js";
import { plantedTyped } from "./typed.js";

export const plantedQuestion: Question = {
  description:
    "Did the suspect learn from a scorer's or judge's decisions? A plan, in a log before a public beacon drew, says which answer of each pair was to be preferred; the suspect's own preferences say whether it knows the draws.",
  arguments: [
    { name: "plan", help: "the drawn and opened plan, by `assay preferences plant` and `draw`" },
    {
      name: "answers",
      help: 'JSON Lines {"prompt_id", "item", "score"} or {"prompt_id", "choice"}, by `assay preferences pairs`',
    },
  ],
  options: COMMITTED_OPTIONS,
  help: `
Examples:
  $ assay preferences plant pairs.jsonl --name northwind --out plan.json > commitment.txt
  $ assay log append ./log commitment.txt --policy witnesses.txt --proof plan.tlog-proof
  $ assay preferences draw plan.json --signature "$SIGNATURE" --out drawn.json
  $ assay preferences pairs drawn.json > to-ask.jsonl
  $ assay examine planted drawn.json answers.jsonl --committed plan.tlog-proof --policy witnesses.txt

The commitment must be in a log that witnesses cosigned before the plan's round is out: whoever could choose the draw could
make any scorer look taught, so that without the proof every outcome is "uncalibrated".
An outcome of "inconclusive" does not show that the suspect did not learn from them.`,

  examine({ arguments: [plan, answers], options }, { studies }) {
    const given = options as { committed?: string; policy?: string; tries?: number };
    return examined({
      plan: String(plan),
      answers: String(answers),
      dated: datedPaths(given, "examine planted"),
      tries: given.tries ?? 1,
      studies,
    });
  },

  async again(request, desk) {
    const found = await foundInputs("files", request, desk);
    const { tries } = request.settings;
    return examined({
      plan: found.at("reference"),
      answers: found.at("suspect"),
      dated: foundDated(found),
      tries: typeof tries === "number" ? tries : 1,
      studies: desk.studies,
      names: new Map(request.inputs.map(({ role, name }) => [role, name])),
    });
  },
};

async function examined(asked: {
  plan: string;
  answers: string;
  dated: DatedPaths | null;
  tries: number;
  studies: readonly Study[];
  /** Of inputs by role, where a request states them. */
  names?: ReadonlyMap<string, string>;
}): Promise<Examination> {
  const { plan: planPath, answers: answersPath, tries, studies, names = new Map() } = asked;
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
  const dated = asked.dated && (await datedBy(asked.dated, plan.value));
  const finding = examinePlanted({ plan, suspect, dated, tries, validations: studies, software: SOFTWARE });
  const inputs = [
    { role: "reference", artefact: plan.artefact },
    { role: "suspect", artefact: suspect.artefact },
  ].map(({ role, artefact: { name, root } }) => ({ role, name, root }));
  const all = [...inputs, ...(await datedInputs(asked.dated, names))];
  const typed = plantedTyped({ inputs: all, settings: { tries } } as never);
  return { findings: [finding], inputs: all, settings: { tries }, arguments: typed.split(" ") };
}
