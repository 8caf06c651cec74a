/** `assay examine canaries`: whose canaries did the suspect learn? */
import { foundInputs } from "../../../app/found-inputs.js";
import type { Examination, Question } from "../../../app/laboratory.js";
import { COMMITTED_OPTIONS, datedPaths, foundDated } from "../../../app/log/dated.js";
import { examineCanaryTranscript } from "./examine-canaries.js";

export const canariesQuestion: Question = {
  description:
    "Did the suspect learn canaries planted in accounts? Exact test over an assignment that a public beacon drew after a log had its commitment.",
  arguments: [
    { name: "transcript", help: "the suspect's answers to the plan's questions; prompt_id is the item's id" },
  ],
  options: [
    { flags: "--plan <file>", help: "the drawn and opened plan, by assay mark canaries and mark draw", required: true },
    ...COMMITTED_OPTIONS,
  ],
  help: `
Examples:
  $ assay mark canaries --items items.json --accounts accounts.txt --out plan.json > commitment.txt
  $ assay log append ./log commitment.txt --policy witnesses.txt --proof plan.tlog-proof
  $ assay mark draw plan.json --signature "$SIGNATURE" --out PLAN.json --served served.jsonl
  $ assay examine canaries suspect.jsonl --plan PLAN.json --committed plan.tlog-proof --policy witnesses.txt

The commitment must be in a log that witnesses cosigned before the plan's round is out: whoever could choose the draw could
make any suspect agree with any account, so that without the proof every outcome is "uncalibrated" and nobody is named.
Items without an answer count against the claim.`,

  examine({ arguments: [transcript], options }, { studies }) {
    const given = options as { plan: string; committed?: string; policy?: string; tries?: number };
    return examined({
      transcript: String(transcript),
      plan: given.plan,
      dated: datedPaths(given, "examine canaries"),
      tries: given.tries ?? 1,
      validations: studies,
    });
  },

  async again(request, desk) {
    const found = await foundInputs("files", request, desk);
    const { tries } = request.settings;
    return examined({
      transcript: found.at("text"),
      plan: found.at("mark"),
      dated: foundDated(found),
      tries: typeof tries === "number" ? tries : 1,
      validations: desk.studies,
    });
  },
};

async function examined(asked: Parameters<typeof examineCanaryTranscript>[0]): Promise<Examination> {
  const seen = await examineCanaryTranscript(asked);
  return { ...seen, settings: { tries: asked.tries }, arguments: ["TRANSCRIPT"] };
}
