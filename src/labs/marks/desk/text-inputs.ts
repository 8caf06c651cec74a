/** What the questions of a text and a mark have in common: their inputs by role, and found again. */
import type { Found } from "../../../app/found-inputs.js";
import { COMMITTED_OPTIONS, type DatedPaths, foundDated } from "../../../app/log/dated.js";
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
  /** What shows when a drawn mark was committed to. */
  dated?: DatedPaths | null;
  /** Texts and ways of asking that were tried; 1 where none are stated. */
  tries?: number;
}

/** Options that say who chose the key. */
export const KEY_OPTIONS = [
  {
    ...COMMITTED_OPTIONS[0]!,
    help: "proof that the commitment of a drawn mark (mark commit, mark draw) was in a log before its round; with --policy. Without it every mark that could have been written and tried is paid for",
  },
  ...COMMITTED_OPTIONS.slice(1),
];

/** @throws where an input of the request is not among those at hand */
export function foundText(found: Found, { tries }: ExaminationRequest["settings"]): TextPaths {
  const { at, has } = found;
  return {
    ...{ dated: foundDated(found), tries: typeof tries === "number" ? tries : 1 },
    ...{ texts: at("text"), mark: at("mark") },
    ...(has("tokenizer") ? { tokenizer: at("tokenizer") } : {}),
    ...(has("learned-from") ? { learnedFrom: at("learned-from") } : {}),
  };
}
