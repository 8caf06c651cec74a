/** The committed validation study of a method: its summary for findings, its distributions for pages. */
import { z } from "zod";
import { fromUtf8 } from "../base/bytes.js";
import { sha256Digest } from "../base/digest.js";
import { parseStrictJson } from "../base/strict-json.js";
import type { Finding } from "../finding/finding.js";
import { type Validation, validationSchema } from "../finding/validation.js";
import { readPackageFile } from "../host/package-files.js";
import { type BehaviourProposition, PROPOSITIONS_TESTED } from "../labs/behaviour/method.js";

/** What the study file holds beyond the summary, as far as pages show it. */
const studySchema = validationSchema.extend({ nullLog10P: z.array(z.number()), positiveLog10P: z.array(z.number()) });

export interface Study extends Validation {
  bytes: Uint8Array;
  nullLog10P: readonly number[];
  positiveLog10P: readonly number[];
}

/** Where the study of the weights laboratory stands in the package. */
export const WEIGHTS_STUDY = "validation/weights-unit-labels.json";
/** Of its second stage, which undoes disguises. */
export const ALIGNED_STUDY = "validation/weights-aligned-units.json";
/** Where the study of direction stands. */
const WEIGHTS_DIRECTION_STUDY = "validation/weights-direction.json";
const WEIGHTS_STUDIES = [WEIGHTS_STUDY, ALIGNED_STUDY, "validation/weights-init-anchor.json", WEIGHTS_DIRECTION_STUDY];

/** null when the package carries no study. */
export async function loadStudy(path: string): Promise<Study | null> {
  const bytes = await readPackageFile(path);
  return bytes ? parseStudy(bytes, path) : null;
}

/** The study that a finding leans on, among those at hand. */
export function studyOf({ method }: Pick<Finding, "method">, studies: readonly Study[]): Study | null {
  return studies.find((study) => study.digest === method.validation?.digest) ?? null;
}

/** The studies of the methods behind `examine weights`. */
export async function loadWeightsStudies(): Promise<Study[]> {
  const found = await Promise.all(WEIGHTS_STUDIES.map(loadStudy));
  return found.filter((study) => study !== null);
}

export function parseStudy(bytes: Uint8Array, what: string): Study {
  const study = studySchema.parse(parseStrictJson(fromUtf8(bytes, what), what));
  const { nullLog10P, positiveLog10P } = study;
  return { summary: validationSchema.parse(study), digest: sha256Digest(bytes), bytes, nullLog10P, positiveLog10P };
}

/** The studies behind `examine behaviour`, one a proposition. */
export async function loadBehaviourStudies(): Promise<Study[]> {
  const paths = PROPOSITIONS_TESTED.map((id) => `validation/${id.replace("/", "-")}.json`);
  const found = await Promise.all(paths.map(loadStudy));
  return found.filter((study) => study !== null);
}

export function behaviourValidations(studies: readonly Study[]): Map<BehaviourProposition, Validation> {
  return new Map(
    PROPOSITIONS_TESTED.flatMap((id) => {
      const study = studies.find(({ summary }) => summary.method === id);
      return study ? [[id, { summary: study.summary, digest: study.digest }] as const] : [];
    }),
  );
}
