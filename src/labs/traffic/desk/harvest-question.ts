/** `assay examine harvest`: does a suspect know the answers that a campaign harvested? */
import { optionValue } from "../../../app/asked.js";
import { foundInputs } from "../../../app/found-inputs.js";
import type { Examination, Question } from "../../../app/laboratory.js";
import { AssayError } from "../../../base/error.js";
import { openPanel, panelOf } from "../../../host/answers/transcripts.js";
import { examineHarvestFiles, type HarvestExamined } from "./examine-harvest.js";

/** Seed of the permutations unless the parties draw one jointly. */
const SEED_DEFAULT = "assay-harvest-1";

export const harvestQuestion: Question = {
  description: "Does a suspect know harvested answers better than answers to like prompts that were not harvested?",
  arguments: [],
  options: [
    { flags: "--suspect <transcript>", help: "the suspect's answers to both sets of prompts", required: true },
    {
      flags: "--controls <dir>",
      help: "at least twenty other models' answers to both sets",
      required: true,
    },
    {
      flags: "--harvested <transcript>",
      help: "the provider's frozen model's answers to prompts that the campaign sent",
      required: true,
    },
    {
      flags: "--unharvested <transcript>",
      help: "its answers to prompts of the same families that the campaign did not send",
      required: true,
    },
    {
      flags: "--seed <text>",
      help: "seed of the permutations",
      read: optionValue.text(1, 200),
      default: SEED_DEFAULT,
    },
  ],
  help: `
Example:
  $ assay examine harvest --suspect s.jsonl --controls controls/ --harvested own-a.jsonl --unharvested own-b.jsonl --json

The two sets join with the transcripts on prompt_id. Families are templates of the prompts' texts; labels are permuted
within them. The outcome stays "uncalibrated" until a validation study of this method is committed.`,

  async examine({ options }, { studies, onProgress }) {
    const { suspect, controls, harvested, unharvested, seed } = options as Record<string, string>;
    const at = (path: string | undefined) => ({ path: path!, name: null });
    const examined = await examineHarvestFiles({
      suspect: at(suspect),
      harvested: at(harvested),
      unharvested: at(unharvested),
      controls: await openPanel(controls!),
      seed: seed!,
      studies,
      onProgress,
    });
    return asExamination(examined, seed!);
  },

  async again(request, desk) {
    const { seed } = request.settings;
    if (typeof seed !== "string")
      throw new AssayError("UNSUPPORTED", "verify: expected a request of `examine harvest` with a seed");
    const { all } = await foundInputs("files", request, desk);
    const one = (role: string) => {
      const [found] = all(role);
      if (found) return found;
      throw new AssayError("FORMAT", `verify: expected an input in the role "${role}", got none`);
    };
    const examined = await examineHarvestFiles({
      suspect: one("suspect"),
      harvested: one("harvested"),
      unharvested: one("unharvested"),
      controls: await panelOf(all("control"), null, all("panel-prompts")[0]?.path ?? null),
      seed,
      studies: desk.studies,
      onProgress: desk.onProgress,
    });
    return asExamination(examined, seed);
  },
};

function asExamination({ finding, inputs }: HarvestExamined, seed: string): Examination {
  return { findings: [finding], inputs, settings: { seed }, arguments: [] };
}
