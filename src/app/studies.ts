/** Committed validation studies: their summaries for findings, their distributions for pages. */
import { z } from "zod";
import { fromUtf8 } from "../base/bytes.js";
import { sha256Digest } from "../base/digest.js";
import { parseStrictJson } from "../base/strict-json.js";
import type { Finding } from "../finding/finding.js";
import { type Validation, validationSchema } from "../finding/validation.js";
import { readPackageFile } from "../host/package-files.js";

/** Of a p, which is above 0 and at most 1. A method whose statistic is held against a bound has none. */
const log10Ps = z.array(z.number().max(0));
/** What the study file holds beyond the summary, as far as pages show it. */
const studySchema = validationSchema.extend({ nullLog10P: log10Ps, positiveLog10P: log10Ps });

export interface Study extends Validation {
  bytes: Uint8Array;
  nullLog10P: readonly number[];
  positiveLog10P: readonly number[];
}

/** The studies of a laboratory's methods that the package carries. */
export async function loadStudies({ studies }: { studies: readonly { file: string }[] }): Promise<Study[]> {
  const found = await Promise.all(studies.map(({ file }) => loadStudy(file)));
  return found.filter((study) => study !== null);
}

/** null when the package carries no such file. */
export async function loadStudy(path: string): Promise<Study | null> {
  const bytes = await readPackageFile(path);
  return bytes ? parseStudy(bytes, path) : null;
}

/** The study that a finding leans on, among those at hand. */
export function studyOf({ method }: Pick<Finding, "method">, studies: readonly Study[]): Study | null {
  return studies.find((study) => study.digest === method.validation?.digest) ?? null;
}

/** A committed study of this house: a fault in it throws as it is, since no user wrote it. */
export function parseStudy(bytes: Uint8Array, what: string): Study {
  const study = studySchema.parse(parseStrictJson(fromUtf8(bytes, what), what));
  const { nullLog10P, positiveLog10P } = study;
  return { summary: validationSchema.parse(study), digest: sha256Digest(bytes), bytes, nullLog10P, positiveLog10P };
}
