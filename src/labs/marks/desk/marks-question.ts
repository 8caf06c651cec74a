/** `assay examine marks`: does the text carry the mark? */
import { foundInputs } from "../../../app/found-inputs.js";
import type { Examination, Question } from "../../../app/laboratory.js";
import { datedPaths } from "../../../app/log/dated.js";
import { examineMarks } from "./examine-marks.js";
import { foundText, KEY_OPTIONS, type TextsExamined } from "./text-inputs.js";

export const marksQuestion: Question = {
  description: "Does the text carry a mark? Exact test of texts (JSON Lines with ids, or text) against a mark file.",
  arguments: [{ name: "texts", help: "JSON Lines, gzipped or not: a line with ids, or with text and --tokenizer" }],
  options: [
    {
      flags: "--mark <file>",
      help: "mark file (docs/mark-file.md), or a ring of marks made by assay mark ring",
      required: true,
    },
    { flags: "--tokenizer <path>", help: "tokenizer.json, or a folder that holds one, for lines without ids" },
    {
      flags: "--learned-from <file>",
      help: "served texts that a forger could have learned the mark from: scores once more what stands in none of them",
    },
    ...KEY_OPTIONS,
    { flags: "--each", help: "one finding a text, instead of one over all texts" },
  ],
  help: `
Examples:
  $ assay examine marks answers.jsonl --mark MARK.json
  $ assay examine marks essays.jsonl --mark MARK.json --tokenizer ./model --json | jq .outcome
  $ assay examine marks answers.jsonl --mark MARK.json --each --json
  $ assay examine marks answers.jsonl --mark MARK.json --learned-from served.jsonl
  $ assay examine marks answers.jsonl --mark RING.json          any mark of a ring, each of them paid for

Marks: KGW in the forms of its original repository, transformers, MarkLLM and three_bricks; SynthID-Text of the reference
repository and of transformers; Unigram; Gumbel (EXP); vLLM's own (gumbel, dual_key_gumbel, sbw); this project's own.
A p is over the draw of the key. Where nothing shows that nobody chose the key with the text at hand, every mark that could
have been written is paid for (27 powers of ten for a key of vLLM, 32 for one of this project): a long text bears it, a
short one is then "uncalibrated". \`mark commit\` and \`mark draw\` make a key that a public beacon draws.
An outcome of "inconclusive" does not show that the text was never marked.`,

  async examine({ arguments: [texts], options }, { studies, onProgress }) {
    const { mark, tokenizer, learnedFrom, each, tries = 1, ...given } = options as unknown as Options;
    const paths = {
      ...{ dated: datedPaths(given, "examine marks"), tries },
      ...{ texts: String(texts), mark },
      ...(tokenizer === undefined ? {} : { tokenizer }),
      ...(learnedFrom === undefined ? {} : { learnedFrom }),
    };
    return asExamination(await examineMarks(paths, each === true, studies, onProgress), each === true, tries);
  },

  async again(request, desk) {
    const paths = foundText(await foundInputs("files", request, desk), request.settings);
    const each = request.settings.each === true;
    return asExamination(await examineMarks(paths, each, desk.studies, desk.onProgress), each, paths.tries!);
  },
};

interface Options {
  mark: string;
  tokenizer?: string;
  learnedFrom?: string;
  committed?: string;
  policy?: string;
  tries?: number;
  each?: boolean;
}

function asExamination(examined: TextsExamined, each: boolean, tries: number): Examination {
  return { ...examined, settings: { each, tries }, arguments: ["TEXTS"] };
}
