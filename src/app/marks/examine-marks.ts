/** Examine texts for a mark, from paths to the finding: what `assay examine marks` and its page rest on. */

import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { sha256Digest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import type { Artefact } from "../../evidence/artefact.js";
import type { Validation } from "../../finding/validation.js";
import { readSmallFile } from "../../host/small-file.js";
import { examinePresence, type TextRequest } from "../../labs/marks/examine.js";
import { MARK_BYTES_MAX, type Mark, readMark } from "../../labs/marks/schemes/mark-file.js";
import { type IdText, readTexts } from "../../labs/marks/text/texts.js";
import { type TextEncoder, TOKENIZER_BYTES_MAX, textEncoder } from "../../model/beside/text-encoder.js";
import { TRANSCRIPT_LIMITS } from "../../transcript/transcript.js";
import { SOFTWARE } from "../software.js";
import { loadStudy } from "../validation-data.js";
import type { MarksExamination } from "./marks-request.js";

export interface MarksPaths {
  texts: string;
  mark: string;
  /** tokenizer.json, or a folder that holds one. */
  tokenizer?: string;
}

/**
 * @param each one finding a text instead of one over all of them
 * @param carried the study of a bundle that is recomputed; left out, the one that this version ships
 */
export async function examineMarks(
  paths: MarksPaths,
  each: boolean,
  carried?: Validation | null,
): Promise<MarksExamination> {
  const { request, inputs } = await textRequest(
    paths,
    "text",
    await validationOf("validation/marks-present.json", carried),
  );
  if (!each) return { findings: [examinePresence(request)], inputs };
  const findings = request.texts.map((text, i) => {
    const name = `${request.artefacts.text.name} ${i + 1}`.slice(0, 255);
    return examinePresence({
      ...request,
      texts: [text],
      artefacts: { ...request.artefacts, text: { ...request.artefacts.text, name } },
    });
  });
  return { findings, inputs };
}

/** The study handed in, else the one that this version ships. */
export async function validationOf(path: string, carried: Validation | null | undefined): Promise<Validation | null> {
  if (carried !== undefined) return carried;
  const study = await loadStudy(path);
  return study ? { summary: study.summary, digest: study.digest } : null;
}

/** Reads and digests what a question of texts and a mark is asked with. */
export async function textRequest(
  paths: MarksPaths,
  kind: Artefact["kind"],
  validation: Validation | null,
  read?: (bytes: Uint8Array, mark: Mark) => IdText[],
): Promise<{ request: TextRequest; inputs: MarksExamination["inputs"] }> {
  const markBytes = await readSmallFile(paths.mark, MARK_BYTES_MAX);
  const mark = readMark(markBytes, basename(paths.mark));
  const encoder = paths.tokenizer === undefined ? null : await readEncoder(paths.tokenizer);
  if (encoder) checkTokenizer(mark, encoder);
  const textBytes = await readSmallFile(paths.texts, TRANSCRIPT_LIMITS.fileBytesMax);
  const texts =
    read === undefined
      ? readTexts(textBytes, basename(paths.texts), encoder ? encoder.encode : null)
      : read(textBytes, mark);
  const artefacts = {
    text: { name: basename(paths.texts), kind, root: sha256Digest(textBytes) },
    mark: { name: mark.name ?? basename(paths.mark), kind: "mark" as const, root: sha256Digest(markBytes) },
  };
  const evidence = [artefacts.text.root, artefacts.mark.root, ...(encoder ? [encoder.digest] : [])];
  const inputs = Object.entries(artefacts).map(([role, { name, root }]) => ({ role, name, root }));
  if (encoder) inputs.push({ role: "tokenizer", name: "tokenizer.json", root: encoder.digest });
  return { request: { texts, mark, artefacts, evidence, validation, software: SOFTWARE }, inputs };
}

async function readEncoder(path: string): Promise<TextEncoder> {
  const folder = await stat(path).then(
    (s) => s.isDirectory(),
    () => false,
  );
  const file = folder ? join(path, "tokenizer.json") : path;
  return textEncoder(await readSmallFile(file, TOKENIZER_BYTES_MAX), basename(file));
}

function checkTokenizer(mark: Mark, encoder: TextEncoder): void {
  if (mark.tokenizer === null || mark.tokenizer === encoder.digest) return;
  throw new AssayError(
    "USAGE",
    `marks.examine: expected the tokenizer that the mark names (${mark.tokenizer}), got ${encoder.digest}`,
  );
}
