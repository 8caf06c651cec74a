/** What the questions of a text and a mark have in common: their inputs by role, and found again. */
import type { Found } from "../../../app/found-inputs.js";
import type { ExaminationRequest } from "../../../evidence/request.js";
import type { Finding } from "../../../finding/finding.js";

export interface TextsExamined {
  findings: readonly Finding[];
  /** Everything that was read and may be named. */
  inputs: ExaminationRequest["inputs"];
}

export interface TextPaths {
  texts: string;
  mark: string;
  /** tokenizer.json, or a folder that holds one. */
  tokenizer?: string;
  /** Served texts that the mark could have been learned from. */
  learnedFrom?: string;
}

/** @throws where an input of the request is not among those at hand */
export function foundText({ at, has }: Found): TextPaths {
  return {
    ...{ texts: at("text"), mark: at("mark") },
    ...(has("tokenizer") ? { tokenizer: at("tokenizer") } : {}),
    ...(has("learned-from") ? { learnedFrom: at("learned-from") } : {}),
  };
}
