/**
 * `assay examine leak`: whose copy is it? The list of recipients holds the key, so no bundle states its digest; to
 * examine again it is the one list there. Whoever lacks the key cannot recompute: that is the owner's to do, or to allow.
 */
import { optionValue } from "../../../app/asked.js";
import { foundInputs } from "../../../app/found-inputs.js";
import type { Examination, Question } from "../../../app/laboratory.js";
import { AssayError } from "../../../base/error.js";
import { RECIPIENTS_BYTES_MAX, readRecipients } from "../../../evidence/recipients.js";
import { filesIn } from "../../../host/find-files.js";
import { readSmallFile } from "../../../host/small-file.js";
import { examineLeakedWeights } from "./leak.js";
import type { TextsExamined } from "./text-inputs.js";

export const leakQuestion: Question = {
  description:
    "Whose marked copy was a leaked model made from? Names recipients, with the odds of naming an innocent one.",
  arguments: [
    {
      name: "suspect",
      help: "model folder or .safetensors file; its matrices under the original's names and shapes",
    },
  ],
  options: [
    { flags: "--original <model>", help: "the owner's model, before any copy was marked", required: true },
    {
      flags: "--recipients <file>",
      help: "the owner's list: key and names, kept by assay mark weights",
      required: true,
    },
    {
      flags: "--fresh-words <n>",
      help: "code words drawn afresh beside the exact bound (default: as many as bring the count of all recipients to 10^-6, at most 10^9, some half a minute; 10^6 where nobody is named)",
      read: optionValue.whole(1, 1e11),
    },
  ],
  help: `
Examples:
  $ assay mark weights ./model --recipient "Institute A" --recipients recipients.json --out ./copy-a
  $ assay examine leak ./leaked --original ./model --recipients recipients.json --json | jq .observations.named`,

  async examine({ arguments: [suspect], options }, desk) {
    const { original, recipients, freshWords = null } = options as unknown as Options;
    const examined = await examineLeakedWeights({
      suspect: String(suspect),
      original,
      recipients,
      freshWords,
      ...desk,
    });
    return asExamination(examined, freshWords);
  },

  async again(request, desk) {
    const { at, folders } = await foundInputs("models", request, desk);
    const recipients = await onlyRecipients(folders);
    const freshWords = typeof request.settings.freshWords === "number" ? request.settings.freshWords : null;
    const paths = { suspect: at("suspect"), original: at("original"), recipients };
    return asExamination(await examineLeakedWeights({ ...paths, freshWords, ...desk }), freshWords);
  },
};

interface Options {
  original: string;
  recipients: string;
  freshWords?: number;
}

function asExamination(examined: TextsExamined, freshWords: number | null): Examination {
  return { ...examined, settings: { freshWords: freshWords ?? "enough" }, arguments: ["SUSPECT"] };
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
