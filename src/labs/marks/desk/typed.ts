/** How a request of the marks laboratory is typed again, after `assay examine NAME`; paths are the reader's own. */
import { quotedWord } from "../../../app/asked.js";
import { datedTyped } from "../../../app/log/dated-typed.js";
import type { ExaminationRequest } from "../../../evidence/request.js";
import { SEED_DEFAULT } from "../record/method.js";

/** Texts and mark are files of whoever types; `--each` is a setting. */
export function marksTyped(request: ExaminationRequest): string {
  return `TEXTS --mark MARK.json${tokenizerTyped(request)}${datedTyped(request)}${request.settings.each ? " --each" : ""}`;
}

/** Number of keys, seed and reading are settings and typed in full. */
export function inheritanceTyped(request: ExaminationRequest): string {
  const { keys, seed, reading } = request.settings;
  const seeded = seed === SEED_DEFAULT ? "" : ` --seed ${quotedWord(String(seed))}`;
  return `TRANSCRIPT --mark MARK.json${tokenizerTyped(request)} --keys ${keys}${seeded}${datedTyped(request)}${reading ? " --reading" : ""}`;
}

/** Files of whoever types, and tries. */
export function canariesTyped(request: ExaminationRequest): string {
  return `TRANSCRIPT --plan PLAN.json${datedTyped(request)}`;
}

/** The list of recipients holds a key, so only its owner can type this again. */
export function leakTyped({ settings: { freshWords } }: ExaminationRequest): string {
  const words = typeof freshWords === "number" ? ` --fresh-words ${freshWords}` : "";
  return `SUSPECT --original MODEL --recipients FILE${words}`;
}

function tokenizerTyped({ inputs }: ExaminationRequest): string {
  return inputs.some(({ role }) => role === "tokenizer") ? " --tokenizer FILE" : "";
}
