/** `assay examine canaries`: whose canaries did the suspect learn? */
import { foundInputs } from "../../../app/found-inputs.js";
import type { Examination, Question } from "../../../app/laboratory.js";
import { examineCanaryTranscript } from "./examine-canaries.js";
import type { TextsExamined } from "./text-inputs.js";

export const canariesQuestion: Question = {
  description: "Did the suspect learn canaries planted in accounts? Exact test over a committed random assignment.",
  arguments: [
    { name: "transcript", help: "the suspect's answers to the plan's questions; prompt_id is the item's id" },
  ],
  options: [{ flags: "--plan <file>", help: "the plan, made by assay mark canaries", required: true }],
  help: `
Example:
  $ assay examine canaries suspect.jsonl --plan PLAN.json --json | jq .observations.named`,

  async examine({ arguments: [transcript], options }, { studies }) {
    return asExamination(await examineCanaryTranscript(String(transcript), String(options.plan), studies));
  },

  async again(request, desk) {
    const { at } = await foundInputs("files", request, desk);
    return asExamination(await examineCanaryTranscript(at("text"), at("mark"), desk.studies));
  },
};

function asExamination(examined: TextsExamined): Examination {
  return { ...examined, settings: {}, arguments: ["TRANSCRIPT"] };
}
