/** `assay examine behaviour`: what is typed, what is examined, and how a bundle is examined again. */
import { optionValue } from "../../../app/asked.js";
import { foundInputs } from "../../../app/found-inputs.js";
import type { Examination, Question } from "../../../app/laboratory.js";
import { AssayError } from "../../../base/error.js";
import { panelOf } from "../../../host/answers/transcripts.js";
import { TRIES_MAX } from "../common-origin/method.js";
import { SEED_DEFAULT } from "../method.js";
import { type AskedSettings, QUESTIONS, type QuestionsAsked } from "./asked-settings.js";
import { type BehaviourExamination, examineTranscripts } from "./examine-transcripts.js";
import { settingsOf } from "./typed.js";

export const behaviourQuestion: Question = {
  description:
    "What do a suspect's answers say about where it came from? Compares two transcripts against a panel of presumed-unrelated models: a common line of any kind, then the same weights, tuned from one another, taught by one another; one finding each.",
  arguments: [
    { name: "reference", help: "transcript of the claimant's model" },
    { name: "suspect", help: "transcript of the respondent's model" },
  ],
  options: [
    {
      flags: "--panel <folder>",
      help: "transcripts of presumed-unrelated models, same prompts (at least 15)",
      required: true,
    },
    {
      flags: "--sibling <transcript>",
      help: "another model of the reference's maker, as a control; may be repeated",
      repeated: true,
    },
    { flags: "--before <transcript>", help: "an earlier release of the suspect, with --after" },
    { flags: "--after <transcript>", help: "a later release of the suspect, with --before" },
    {
      flags: "--tries <n>",
      help: "suspects, references or prompt sets tried until this one was chosen, this one included; each is paid for",
      read: optionValue.whole(1, TRIES_MAX),
      default: 1,
    },
    {
      flags: "--questions <which>",
      help: "a common origin, the three relations (same-model, tuned-from, taught-by), or all",
      choices: QUESTIONS,
      default: "all",
    },
    {
      flags: "--seed <text>",
      help: "seed of the order of prompts, 1 to 200 characters",
      read: optionValue.text(1, 200),
      default: SEED_DEFAULT,
    },
  ],
  help: `
Examples:
  $ assay examine behaviour reference.jsonl suspect.jsonl.gz --panel panel/
  $ assay examine behaviour reference.jsonl suspect.jsonl --panel panel/ --json | jq '[.proposition.id, .outcome]'
  $ assay examine behaviour ours-13b.jsonl suspect.jsonl --panel panel/ --sibling ours-7b.jsonl --out case-2
  $ assay examine behaviour ours.jsonl theirs.jsonl --panel panel/ --questions common-origin --tries 3
  $ assay examine behaviour ours.jsonl theirs-v2.jsonl --panel panel/ --before theirs-v1.jsonl --after theirs-v2.jsonl

A transcript is JSON Lines ({prompt_id, prompt?, text}), an Inspect log, or lm-eval samples, plain or gzipped; two join on
prompt_id. The panel's folder may hold lineage.json ({"base": {NAME: [MODEL, ...]}}) and prompts.json.
An outcome of "inconclusive" does not show that the models are unrelated.`,

  async examine({ arguments: [reference, suspect], options }, { studies, onProgress }) {
    const { panel, sibling, before, after, seed, questions, tries } = options as unknown as Options;
    const settings = { seed, questions, tries };
    if ((before === undefined) !== (after === undefined))
      throw new AssayError("USAGE", "examine behaviour: expected --before and --after together, got one of them");
    const examined = await examineTranscripts({
      reference: String(reference),
      suspect: String(suspect),
      panel,
      siblings: sibling,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      settings,
      studies,
      onProgress,
    });
    return asExamination(examined, settings);
  },

  // Transcripts go under the names the bundle gives them, since names decide who of the panel is left out.
  async again(request, desk) {
    const settings = settingsOf(request);
    const { all, has } = await foundInputs("files", request, desk);
    const one = (role: string) => {
      const [found] = all(role);
      if (found) return found;
      throw new AssayError("FORMAT", `verify: expected an input in the role "${role}", got none`);
    };
    const examined = await examineTranscripts({
      reference: one("reference"),
      suspect: one("suspect"),
      panel: await panelOf(all("panel"), all("panel-lineage")[0]?.path ?? null, all("panel-prompts")[0]?.path ?? null),
      siblings: all("sibling"),
      ...(has("before") ? { before: one("before"), after: one("after") } : {}),
      settings,
      studies: desk.studies,
      onProgress: desk.onProgress,
    });
    return asExamination(examined, settings);
  },
};

interface Options {
  panel: string;
  sibling: string[];
  before?: string;
  after?: string;
  seed: string;
  questions: QuestionsAsked;
  tries: number;
}

function asExamination({ findings, inputs }: BehaviourExamination, settings: AskedSettings): Examination {
  return { findings, inputs, settings: { ...settings }, arguments: ["REFERENCE", "SUSPECT"] };
}

/** Requests of earlier versions name neither questions nor tries: they asked for the three relations. */
