/**
 * The questions of the marks laboratory as they stand in a bundle's request: what was given, and how a reader types it
 * again. Paths are the reader's own; settings are the examination's.
 */
import type { ExaminationRequest } from "../../evidence/request.js";
import type { Finding } from "../../finding/finding.js";
import { SEED_DEFAULT } from "../../labs/marks/record/method.js";

export type MarksCommand = "examine marks" | "examine inheritance" | "examine canaries" | "examine leak";
export type MarksSettings = Record<string, string | number | boolean>;

export interface MarksExamination {
  findings: readonly Finding[];
  /** Everything that was read and may be named: lists that hold a key are not. */
  inputs: ExaminationRequest["inputs"];
}

interface Typed {
  arguments: readonly string[];
  line: (settings: MarksSettings, tokenizer: string) => string;
}

const TYPED: Record<MarksCommand, Typed> = {
  "examine marks": {
    arguments: ["TEXTS"],
    line: ({ each }, tokenizer) => `TEXTS --mark MARK.json${tokenizer}${each ? " --each" : ""}`,
  },
  "examine inheritance": {
    arguments: ["TRANSCRIPT"],
    line: ({ keys, seed, reading }, tokenizer) =>
      `TRANSCRIPT --mark MARK.json${tokenizer} --keys ${keys}${seedOption(String(seed))}${reading ? " --reading" : ""}`,
  },
  "examine canaries": { arguments: ["TRANSCRIPT"], line: () => "TRANSCRIPT --plan PLAN.json" },
  "examine leak": {
    arguments: ["SUSPECT"],
    line: ({ freshWords }) =>
      `SUSPECT --original MODEL --recipients FILE${typeof freshWords === "number" ? ` --fresh-words ${freshWords}` : ""}`,
  },
};

export function isMarksCommand(command: string): command is MarksCommand {
  return Object.hasOwn(TYPED, command);
}

export function argumentsOf(command: MarksCommand): readonly string[] {
  return TYPED[command].arguments;
}

/** How a reader types it again. */
export function reproduceMarks(command: MarksCommand, settings: MarksSettings, inputs: MarksExamination["inputs"]) {
  const tokenizer = inputs.some(({ role }) => role === "tokenizer") ? " --tokenizer FILE" : "";
  return `assay ${command} ${TYPED[command].line(settings, tokenizer)}`;
}

function seedOption(seed: string): string {
  if (seed === SEED_DEFAULT) return "";
  return ` --seed ${/^[\w./:-]+$/.test(seed) ? seed : `'${seed.replaceAll("'", "'\\''")}'`}`;
}
