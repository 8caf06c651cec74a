/** Ask a suspect's transcript for a mark it may have learned, from paths to the finding. */
import { basename } from "node:path";
import { AssayError } from "../../../base/error.js";
import type { Validation } from "../../../finding/validation.js";
import { examineInheritance, type InheritanceRequest, predictions } from "../examine.js";
import { textRequest } from "./examine-marks.js";
import type { TextPaths, TextsExamined } from "./text-inputs.js";

interface InheritedOptions {
  paths: TextPaths;
  keys: number;
  seed: string;
  /** The lines are ids of marked text and the suspect's predictions while it read them. */
  reading: boolean;
  /** Studies at hand. */
  studies: readonly Validation[];
  onProgress: InheritanceRequest["onProgress"];
}

/** @throws USAGE for a ring of marks, NOT_FOUND or FORMAT for files that are not there or not read */
export async function examineInherited(options: InheritedOptions): Promise<TextsExamined> {
  const { paths, keys, seed, reading, studies, onProgress } = options;
  const read = reading ? predictions(basename(paths.texts)) : undefined;
  const { request, inputs, ring } = await textRequest(paths, "transcript", studies, read);
  if (ring) throw new AssayError("USAGE", "--mark: expected one mark, got a ring: a key is learned, not a ring");
  return { findings: [examineInheritance({ ...request, keys, seed, reading, onProgress })], inputs };
}
