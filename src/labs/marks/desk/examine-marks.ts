/** Examine texts for a mark, from paths to the finding: what `assay examine marks` and its page rest on. */

import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { datedBy, datedInputs } from "../../../app/log/dated.js";
import { SOFTWARE } from "../../../app/software.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import type { Progress } from "../../../base/progress.js";
import type { Artefact } from "../../../evidence/artefact.js";
import type { Validation } from "../../../finding/validation.js";
import { readSmallFile } from "../../../host/small-file.js";
import { type TextEncoder, TOKENIZER_BYTES_MAX, textEncoder } from "../../../model/beside/text-encoder.js";
import { TRANSCRIPT_LIMITS } from "../../../transcript/transcript.js";
import { withoutWrappers } from "../credentials/text-wrapper.js";
import { examinePresence, examineRing, type TextRequest } from "../examine.js";
import type { Mark } from "../schemes/mark-file.js";
import { RING_BYTES_MAX, readMarks } from "../schemes/mark-ring.js";
import { Heard, READINGS } from "../text/readings.js";
import { type IdText, type Reading, readTexts } from "../text/texts.js";
import { credentialsOfTexts } from "./credentials-of-texts.js";
import type { TextPaths, TextsExamined } from "./text-inputs.js";

/**
 * @param each one finding a text instead of one over all of them
 * @param validations studies at hand
 */
export async function examineMarks(
  paths: TextPaths,
  each: boolean,
  validations: readonly Validation[],
  onProgress: (progress: Progress) => void = () => {},
): Promise<TextsExamined> {
  const { request, inputs, ring, tokenizer } = await textRequest(paths, "text", validations);
  if (ring) {
    const { mark: _, ...rest } = request;
    const asked = each ? request.texts.map((_, i) => single(request, i)) : [{}];
    return {
      findings: asked.map((part) => examineRing({ ...rest, marks: ring, tokenizer, onProgress, ...part })),
      inputs,
    };
  }
  if (!each) return { findings: [examinePresence(request)], inputs };
  const findings = request.texts.map((_, i) => examinePresence({ ...request, ...single(request, i) }));
  return { findings, inputs };
}

/** One text of the request, under its number in the file. */
function single({ texts, artefacts, credentials, readings = [] }: TextRequest, i: number) {
  const name = `${artefacts.text.name} ${i + 1}`.slice(0, 255);
  return {
    texts: [texts[i]!],
    readings: readings
      .map(({ name: reading, texts: read }) => ({ name: reading, texts: [read[i]!] }))
      .filter(({ texts: [read] }) => !sameIds(read!, texts[i]!)),
    artefacts: { ...artefacts, text: { ...artefacts.text, name } },
    credentials: credentials?.filter(({ text }) => text === texts[i]!.id) ?? null,
  };
}

/** Reads and digests what a question of texts and a mark is asked with. */
export async function textRequest(
  paths: TextPaths,
  kind: Artefact["kind"],
  validations: readonly Validation[],
  read?: (bytes: Uint8Array, mark: Mark) => IdText[],
): Promise<{
  request: TextRequest;
  inputs: TextsExamined["inputs"];
  ring: readonly Mark[] | null;
  tokenizer: Digest | null;
}> {
  const markBytes = await readSmallFile(paths.mark, RING_BYTES_MAX);
  const marks = readMarks(markBytes, basename(paths.mark));
  const encoder = paths.tokenizer === undefined ? null : await readEncoder(paths.tokenizer);
  const ring = marks.ring ? marks.marks : null;
  const mark = marks.marks[0]!;
  if (encoder && !ring) checkTokenizer(mark, encoder);
  const textBytes = await readSmallFile(paths.texts, TRANSCRIPT_LIMITS.fileBytesMax);
  const encode = encoder ? (text: string) => encoder.encode(withoutWrappers(text)) : null;
  const heard = new Heard();
  const listening =
    encode &&
    ((text: string) => {
      heard.listen(text);
      return encode(text);
    });
  const what = basename(paths.texts);
  const texts = read === undefined ? readTexts(textBytes, what, listening) : read(textBytes, mark);
  const readings = encoder && kind === "text" ? otherReadings(texts, heard, textBytes, what, encoder) : [];
  const served =
    paths.learnedFrom === undefined ? null : await readSmallFile(paths.learnedFrom, TRANSCRIPT_LIMITS.fileBytesMax);
  const learnedFrom = served && readTexts(served, basename(paths.learnedFrom!), encode);
  const credentials = read === undefined ? await credentialsOfTexts(textBytes, basename(paths.texts), texts) : null;
  const artefacts = {
    text: { name: basename(paths.texts), kind, root: sha256Digest(textBytes) },
    mark: { name: marks.name ?? basename(paths.mark), kind: "mark" as const, root: sha256Digest(markBytes) },
  };
  const evidence = [artefacts.text.root, artefacts.mark.root, ...(encoder ? [encoder.digest] : [])];
  const dated = paths.dated ? await datedBy(paths.dated, committedMark(marks)) : null;
  if (dated) evidence.push(dated.evidence);
  const inputs = Object.entries(artefacts).map(([role, { name, root }]) => ({ role, name, root }));
  if (encoder) inputs.push({ role: "tokenizer", name: "tokenizer.json", root: encoder.digest });
  if (served) {
    const root = sha256Digest(served);
    inputs.push({ role: "learned-from", name: basename(paths.learnedFrom!), root });
    evidence.push(root);
  }
  inputs.push(...(await datedInputs(paths.dated ?? null)));
  const tries = paths.tries ?? 1;
  return {
    request: {
      texts,
      readings,
      foldedCase: heard.foldedCase,
      mark,
      credentials,
      learnedFrom,
      dated,
      tries,
      artefacts,
      evidence,
      validations,
      software: SOFTWARE,
    },
    inputs,
    ring,
    tokenizer: encoder?.digest ?? null,
  };
}

/**
 * How texts in words read otherwise, where they do: no reading twice.
 * @param heard what the encoder was handed
 */
function otherReadings(
  texts: readonly IdText[],
  heard: Heard,
  bytes: Uint8Array,
  what: string,
  encoder: TextEncoder,
): Reading[] {
  const found: Reading[] = [{ name: READINGS[0]!.name, texts }];
  for (const [i, { name, of }] of READINGS.entries()) {
    if (!heard.changed[i]) continue;
    const read = readTexts(bytes, what, (text) => encoder.encode(of(withoutWrappers(text))));
    if (found.every((other) => read.some((text, i) => !sameIds(text, other.texts[i]!))))
      found.push({ name, texts: read });
  }
  return found.slice(1);
}

function sameIds(a: IdText, b: IdText): boolean {
  return a.ids.length === b.ids.length && a.ids.every((id, i) => id === b.ids[i]);
}

/** The draw that a proof dates. @throws AssayError USAGE where there is none */
function committedMark({ ring, marks }: ReturnType<typeof readMarks>): NonNullable<Mark["drawn"]> {
  const drawn = ring ? null : marks[0]!.drawn;
  if (drawn) return drawn;
  throw new AssayError(
    "USAGE",
    `--committed: expected a mark whose key a beacon drew (assay mark commit, mark draw), got ${ring ? "a ring" : "one that names no draw"}`,
  );
}

/** @param path tokenizer.json, or a folder that holds one */
export async function readEncoder(path: string): Promise<TextEncoder> {
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
    `--tokenizer: expected the tokenizer that the mark names (${mark.tokenizer}), got ${encoder.digest}`,
  );
}
