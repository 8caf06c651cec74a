/** Ask a suspect's transcript for a mark it may have learned, from paths to the finding. */
import { basename } from "node:path";
import type { Finding } from "../finding/finding.js";
import { examineInheritance, type InheritanceRequest, predictions } from "../labs/marks/examine.js";
import { type MarksPaths, textRequest } from "./examine-marks.js";

export interface InheritedOptions {
  paths: MarksPaths;
  keys: number;
  seed: string;
  /** The lines are ids of marked text and the suspect's predictions while it read them. */
  reading: boolean;
  onProgress: InheritanceRequest["onProgress"];
}

export async function examineInherited({ paths, keys, seed, reading, onProgress }: InheritedOptions): Promise<Finding> {
  const read = reading ? predictions(basename(paths.texts)) : undefined;
  const request = await textRequest(paths, "transcript", "validation/marks-inherited.json", read);
  return examineInheritance({ ...request, keys, seed, reading, onProgress });
}
