/** Ask a suspect's transcript for a mark it may have learned, from paths to the finding. */
import { basename } from "node:path";
import type { Validation } from "../../../finding/validation.js";
import { examineInheritance, type InheritanceRequest, predictions } from "../examine.js";
import { textRequest } from "./examine-marks.js";
import type { TextPaths, TextsExamined } from "./text-inputs.js";

export interface InheritedOptions {
  paths: TextPaths;
  keys: number;
  seed: string;
  /** The lines are ids of marked text and the suspect's predictions while it read them. */
  reading: boolean;
  /** Studies at hand. */
  studies: readonly Validation[];
  onProgress: InheritanceRequest["onProgress"];
}

export async function examineInherited(options: InheritedOptions): Promise<TextsExamined> {
  const { paths, keys, seed, reading, studies, onProgress } = options;
  const read = reading ? predictions(basename(paths.texts)) : undefined;
  const { request, inputs } = await textRequest(paths, "transcript", studies, read);
  return { findings: [examineInheritance({ ...request, keys, seed, reading, onProgress })], inputs };
}
