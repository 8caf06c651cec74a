/**
 * The marks laboratory's bundles, made again: inputs are found by digest, and a list of recipients, whose digest no bundle
 * states because it holds the key, by being the only one there. Whoever lacks the key cannot recompute: that is the
 * owner's to do, or to allow.
 */
import { AssayError } from "../../base/error.js";
import type { ExaminationRequest } from "../../evidence/request.js";
import type { Finding } from "../../finding/finding.js";
import type { Validation } from "../../finding/validation.js";
import { filesIn, findFiles } from "../../host/find-files.js";
import { isUrl } from "../../host/http/http-pin.js";
import { findModels } from "../../host/model/find-models.js";
import { readSmallFile } from "../../host/small-file.js";
import { RECIPIENTS_BYTES_MAX, readRecipients } from "../../labs/marks/leak/leak-code.js";
import { compare, type StoredPart } from "../bundle/compare-findings.js";
import type { Check } from "../bundle/verify-bundle.js";
import type { Study } from "../validation-data.js";
import { examineCanaryTranscript } from "./examine-canaries.js";
import { examineInherited } from "./examine-inheritance.js";
import { examineMarks } from "./examine-marks.js";
import { examineLeakedWeights } from "./leak.js";
import { type MarksCommand, type MarksExamination, reproduceMarks } from "./marks-request.js";
import { marksPage } from "./publish-marks.js";

export interface RecomputeMarks {
  inputs: readonly string[];
  home: string;
  keyId: string | null;
  onProgress: (progress: { stage: string; done: number; total: number }) => void;
}

export async function recomputeMarks(
  request: ExaminationRequest,
  command: MarksCommand,
  parts: readonly StoredPart[],
  options: RecomputeMarks,
): Promise<Check[]> {
  const study = parts[0]!.study;
  const carried = study ? { summary: study.summary, digest: study.digest } : null;
  const again = await examineAgain(request, command, carried, options);
  if (again.findings.length !== parts.length) {
    const detail = `the bundle holds ${parts.length} findings, this version makes ${again.findings.length}`;
    return [{ name: "recomputed findings", holds: false, detail }];
  }
  const reproduce = reproduceMarks(command, settingsOf(request), request.inputs);
  const pageOf = (finding: Finding, own: Study | null) => marksPage(finding, own, reproduce, options.keyId);
  return parts.flatMap((part, n) => compare(part, again.findings[n]!, pageOf, n));
}

async function examineAgain(
  request: ExaminationRequest,
  command: MarksCommand,
  carried: Validation | null,
  { inputs, home, onProgress }: RecomputeMarks,
): Promise<MarksExamination> {
  const folders = inputs.filter((input) => !isUrl(input));
  const wanted =
    command === "examine leak" ? findModels(folders, request.inputs, home) : findFiles(folders, request.inputs);
  const found = await wanted;
  const at = (role: string): string => {
    const path = found.get(request.inputs.find((input) => input.role === role)?.root ?? "");
    if (path !== undefined) return path;
    throw new AssayError(
      "NOT_FOUND",
      `verify: expected the ${role}'s file under ${folders.join(", ")}; give --inputs FOLDER`,
    );
  };
  const settings = settingsOf(request);
  if (command === "examine canaries") return examineCanaryTranscript(at("text"), at("mark"), carried);
  if (command === "examine leak") {
    const recipients = await onlyRecipients(folders);
    const freshWords = typeof settings.freshWords === "number" ? settings.freshWords : null;
    return examineLeakedWeights({
      ...{ suspect: at("suspect"), original: at("original"), recipients, freshWords },
      ...{ home, carried, onProgress },
    });
  }
  const tokenized = request.inputs.some(({ role }) => role === "tokenizer");
  const paths = { texts: at("text"), mark: at("mark"), ...(tokenized ? { tokenizer: at("tokenizer") } : {}) };
  if (command === "examine marks") return examineMarks(paths, settings.each === true, carried);
  const { keys, seed, reading } = settings;
  return examineInherited({
    ...{ paths, keys: Number(keys), seed: String(seed), reading: reading === true },
    ...{ carried, onProgress },
  });
}

function settingsOf({ settings }: ExaminationRequest): Record<string, string | number | boolean> {
  const plain: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(settings))
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") plain[name] = value;
  return plain;
}

/** @throws AssayError NOT_FOUND where there is no list of recipients, or more than one */
async function onlyRecipients(folders: readonly string[]): Promise<string> {
  const lists: string[] = [];
  for (const path of await filesIn(folders)) {
    if (!path.endsWith(".json")) continue;
    const bytes = await readSmallFile(path, RECIPIENTS_BYTES_MAX).catch(() => null);
    try {
      if (bytes && readRecipients(bytes, "list")) lists.push(path);
    } catch {
      // Some other JSON.
    }
  }
  if (lists.length === 1) return lists[0]!;
  throw new AssayError(
    "NOT_FOUND",
    `verify: expected one list of recipients (.json) under ${folders.join(", ")}, found ${lists.length}`,
  );
}
