/** Ask a suspect's transcript for a mark it may have learned, from paths to the finding. */
import { basename } from "node:path";
import type { Validation } from "../../finding/validation.js";
import { examineInheritance, type InheritanceRequest, predictions } from "../../labs/marks/examine.js";
import { type MarksPaths, textRequest, validationOf } from "./examine-marks.js";
import type { MarksExamination } from "./marks-request.js";

export interface InheritedOptions {
  paths: MarksPaths;
  keys: number;
  seed: string;
  /** The lines are ids of marked text and the suspect's predictions while it read them. */
  reading: boolean;
  /** The study of a bundle that is recomputed; left out, the one that this version ships. */
  carried?: Validation | null;
  onProgress: InheritanceRequest["onProgress"];
}

export async function examineInherited(options: InheritedOptions): Promise<MarksExamination> {
  const { paths, keys, seed, reading, carried, onProgress } = options;
  const read = reading ? predictions(basename(paths.texts)) : undefined;
  const validation = await validationOf("validation/marks-inherited.json", carried);
  const { request, inputs } = await textRequest(paths, "transcript", validation, read);
  return { findings: [examineInheritance({ ...request, keys, seed, reading, onProgress })], inputs };
}
