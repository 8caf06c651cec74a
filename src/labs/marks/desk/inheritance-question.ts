/** `assay examine inheritance`: did the suspect learn text that carries the mark? */
import { optionValue } from "../../../app/asked.js";
import { foundInputs } from "../../../app/found-inputs.js";
import type { Examination, Question } from "../../../app/laboratory.js";
import { datedPaths } from "../../../app/log/dated.js";
import { INHERITED, SEED_DEFAULT } from "../record/method.js";
import { examineInherited } from "./examine-inheritance.js";
import { foundText, KEY_OPTIONS, type TextsExamined } from "./text-inputs.js";

export const inheritanceQuestion: Question = {
  description:
    "Was the suspect trained on text that carries a mark? Asks its transcript, and calibrates on other keys.",
  arguments: [
    {
      name: "transcript",
      help: "the suspect's answers: JSON Lines with ids, or text and --tokenizer; prompt_ids or prompt",
    },
  ],
  options: [
    {
      flags: "--mark <file>",
      help: "mark file of the key under which text was served (docs/mark-file.md)",
      required: true,
    },
    {
      flags: "--tokenizer <path>",
      help: "tokenizer.json of the mark, or a folder that holds one, for lines without ids",
    },
    {
      flags: "--other-keys <n>",
      earlier: "--keys <n>",
      help: "other keys to calibrate on; an outcome takes at least 1,000",
      read: optionValue.whole(10, 100_000),
      default: INHERITED.keys,
    },
    { flags: "--seed <text>", help: "seed of the other keys", default: SEED_DEFAULT },
    ...KEY_OPTIONS,
    {
      flags: "--reading",
      help: "lines hold ids of marked text that the suspect read, and predicted: its first choices",
    },
  ],
  help: `
Examples:
  $ assay examine inheritance suspect.jsonl.gz --mark MARK.json
  $ assay examine inheritance suspect.jsonl --mark MARK.json --tokenizer ./model --json | jq .outcome
  $ assay mark plan --share 0.05          how many tokens such a test needs

An outcome of "inconclusive" does not show that the suspect learned no marked text.`,

  async examine({ arguments: [texts], options }, desk) {
    const { mark, tokenizer, otherKeys, seed, reading, tries = 1, ...given } = options as unknown as Options;
    const settings = { keys: otherKeys, seed, reading: reading === true, tries };
    const dated = datedPaths(given, "examine inheritance");
    const paths = { texts: String(texts), mark, dated, tries, ...(tokenizer === undefined ? {} : { tokenizer }) };
    return asExamination(await examineInherited({ paths, ...settings, ...desk }), settings);
  },

  async again(request, desk) {
    const paths = foundText(await foundInputs("files", request, desk), request.settings);
    const { keys, seed, reading } = request.settings;
    const settings = { keys: Number(keys), seed: String(seed), reading: reading === true, tries: paths.tries! };
    return asExamination(await examineInherited({ paths, ...settings, ...desk }), settings);
  },
};

interface Options {
  mark: string;
  tokenizer?: string;
  otherKeys: number;
  seed: string;
  reading?: boolean;
  committed?: string;
  policy?: string;
  tries?: number;
}

function asExamination(examined: TextsExamined, settings: Examination["settings"]): Examination {
  return { ...examined, settings, arguments: ["TRANSCRIPT"] };
}
