/** Mark a copy of a model for one recipient, and trace a suspect to recipients, from paths. */

import { basename } from "node:path";
import { SOFTWARE } from "../../../app/software.js";
import { hex, utf8 } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import type { Progress } from "../../../base/progress.js";
import type { Artefact } from "../../../evidence/artefact.js";
import { RECIPIENTS_BYTES_MAX, type Recipients, readRecipients } from "../../../evidence/recipients.js";
import type { Validation } from "../../../finding/validation.js";
import { FileReader } from "../../../host/files.js";
import type { StoredTensor } from "../../../host/model/checkpoint-tensors.js";
import { displayName } from "../../../host/model/folder.js";
import { type Intake, intake } from "../../../host/model/intake.js";
import { copyChanged, listTensors, readTensorValues, stripesOf } from "../../../host/model/tensor-files.js";
import { randomSeed } from "../../../host/moment.js";
import { readSmallFile } from "../../../host/small-file.js";
import { writeWhole } from "../../../host/whole-file.js";
import { Kernel } from "../../../kernels/kernel.js";
import { TokenDraws } from "../../../kernels/token-draws.js";
import { examineLeak } from "../leak/examine-leak.js";
import { bitRates, codeWord } from "../leak/leak-code.js";
import {
  ELEMENTS_MIN,
  markTensor,
  noTraces,
  readTensor,
  runsOf,
  sumOfSquares,
  type Traces,
} from "../leak/weight-mark.js";
import { SEED_DEFAULT } from "../record/method.js";
import { type AlignedTensor, alignedTensors } from "./aligned-weights.js";
import type { TextsExamined } from "./text-inputs.js";

type Report = (progress: Progress) => void;

const carries = (tensor: { shape: readonly number[]; elements: number }) =>
  tensor.shape.length >= 2 && tensor.elements >= ELEMENTS_MIN;

interface MarkedCopy {
  model: string;
  recipient: string;
  /** The owner's list: key and names; made where it does not exist, and the name is added. */
  key: string;
  out: string;
  strength?: number;
  onProgress: Report;
}

/** @returns how many tensors carry the code word */
export async function markWeights({ model, recipient, key, out, strength, onProgress }: MarkedCopy): Promise<number> {
  if (recipient.length === 0 || recipient.length > 200)
    throw new AssayError("USAGE", "mark weights: expected a recipient of 1 to 200 characters");
  const code = await recipientsOf(key, strength);
  const rates = bitRates(code);
  const word = codeWord(code, recipient, rates);
  const draws = new TokenDraws();
  // The name is on the list before the copy exists: a copy without its name could never be traced.
  if (!code.recipients.includes(recipient))
    await writeWhole(
      key,
      utf8(`${JSON.stringify({ ...code, recipients: [...code.recipients, recipient] }, null, 1)}\n`),
    );
  return copyChanged(
    model,
    out,
    carries,
    ({ name, elements }) => {
      let squares = 0;
      return {
        look: (values) => {
          squares += sumOfSquares(values);
        },
        alter: (values, from) => {
          const runs = runsOf(code.key, name, values.length, code.bits, draws, from);
          markTensor(values, runs, word, code.strength * Math.sqrt(squares / elements));
        },
      };
    },
    (done, total) => onProgress({ stage: "marked copy", done, total }),
  );
}

async function recipientsOf(path: string, strength: number | undefined): Promise<Recipients> {
  const bytes = await readSmallFile(path, RECIPIENTS_BYTES_MAX).catch((error) => {
    if (error instanceof AssayError && error.code === "NOT_FOUND") return null;
    throw error;
  });
  if (bytes !== null) {
    const code = readRecipients(bytes, basename(path));
    if (strength !== undefined && strength !== code.strength)
      throw new AssayError("USAGE", `mark weights: expected the list's strength ${code.strength}, got ${strength}`);
    return code;
  }
  const fresh = {
    type: "assay/recipients/v1",
    key: hex(randomSeed()),
    recipients: [],
    ...(strength === undefined ? {} : { strength }),
  };
  return readRecipients(utf8(JSON.stringify(fresh)), basename(path));
}

interface LeakOptions {
  suspect: string;
  original: string;
  recipients: string;
  freshWords: number | null;
  home: string | null;
  /** Studies at hand. */
  studies: readonly Validation[];
  onProgress: Report;
}

/**
 * Both models are digested while they are read, and looked at again afterwards: one that changed meanwhile is an error.
 */
export async function examineLeakedWeights(options: LeakOptions): Promise<TextsExamined> {
  const { suspect, original, onProgress } = options;
  const listBytes = await readSmallFile(options.recipients, RECIPIENTS_BYTES_MAX);
  const code = readRecipients(listBytes, basename(options.recipients));
  const taken = await Promise.all([suspect, original].map((path) => intake(path, { home: options.home })));
  const { traces, refusal, aligned } = await readTraces(suspect, original, code, onProgress);
  await Promise.all(taken.map((side) => side.checkUnchanged()));
  const [s, o] = taken.map((side, i): Artefact => artefact([suspect, original][i]!, side));
  const finding = examineLeak({
    suspect: s!,
    original: o!,
    // The list holds the key: it is not evidence that could be handed out, so its digest is not stated either.
    evidence: taken.flatMap((side) => side.files.map((file) => file.digest)),
    code,
    traces,
    refusal,
    aligned,
    freshWords: options.freshWords,
    seed: SEED_DEFAULT,
    onProgress,
    validations: options.studies,
    software: SOFTWARE,
  });
  const inputs = [s!, o!].map(({ name, root }, i) => ({
    role: ["suspect", "original"][i]!,
    name,
    root,
    files: taken[i]!.files.map((file) => ({ path: file.name, digest: file.digest })),
  }));
  return { findings: [finding], inputs };
}

function artefact(path: string, { root }: Intake): Artefact {
  return { name: displayName(path), kind: "model", root };
}

/** Differences this large, as a share of the original (median over tensors), are no tuning: it may be a disguise. */
const DISGUISED_ABOVE = 0.5;
/** Of each tensor, for that question alone. */
const ELEMENTS_LOOKED_AT = 65_536;

/** Tensors of one name and shape on both sides; brought back to the original's places where they lie elsewhere. */
async function readTraces(suspect: string, original: string, code: Recipients, onProgress: Report) {
  const [theirs, ours] = await Promise.all([listTensors(suspect), listTensors(original)]);
  const shared = [...ours.values()].filter(
    (tensor) => carries(tensor) && String(theirs.get(tensor.name)?.shape) === String(tensor.shape),
  );
  const none = shared.length === 0;
  if (none || (await lieElsewhere(shared, theirs))) {
    const aligned = await alignedTensors(original, suspect, SEED_DEFAULT);
    if (aligned !== null) return { traces: readAligned(aligned, code), refusal: null, aligned: true };
  }
  if (none)
    return {
      traces: null,
      refusal: "it shares no matrix of one name and shape with the original in F32, F16 or BF16",
      aligned: false,
    };
  const reader = new FileReader();
  const kernel = new Kernel();
  const draws = new TokenDraws();
  const traces = noTraces(code.bits);
  try {
    for (const [i, tensor] of shared.entries()) {
      let differs = false;
      for (const { from, count } of stripesOf(tensor.elements)) {
        const before = await readTensorValues(reader, kernel, tensor, from, count);
        const after = await readTensorValues(reader, kernel, theirs.get(tensor.name)!, from, count);
        const runs = runsOf(code.key, tensor.name, count, code.bits, draws, from);
        if (readTensor(before, after, runs, traces)) differs = true;
      }
      if (differs) traces.tensors++;
      onProgress({ stage: "tensors", done: i + 1, total: shared.length });
    }
  } finally {
    await reader.close();
  }
  return { traces, refusal: null, aligned: false };
}

/** Asks values alone: the key has no part in how a suspect is read. */
async function lieElsewhere(
  shared: readonly StoredTensor[],
  theirs: ReadonlyMap<string, StoredTensor>,
): Promise<boolean> {
  const reader = new FileReader();
  const kernel = new Kernel();
  const shares: number[] = [];
  try {
    for (const tensor of shared) {
      const count = Math.min(tensor.elements, ELEMENTS_LOOKED_AT);
      const before = await readTensorValues(reader, kernel, tensor, 0, count);
      const after = await readTensorValues(reader, kernel, theirs.get(tensor.name)!, 0, count);
      const difference = before.map((x, i) => after[i]! - x);
      shares.push(Math.sqrt(sumOfSquares(difference) / Math.max(sumOfSquares(before), Number.MIN_VALUE)));
    }
  } finally {
    await reader.close();
  }
  shares.sort((x, y) => x - y);
  return shares[shares.length >> 1]! > DISGUISED_ABOVE;
}

function readAligned(tensors: readonly AlignedTensor[], code: Recipients): Traces {
  const draws = new TokenDraws();
  const traces = noTraces(code.bits);
  for (const { name, original, suspect } of tensors) {
    if (original.length < ELEMENTS_MIN) continue;
    if (readTensor(original, suspect, runsOf(code.key, name, original.length, code.bits, draws), traces))
      traces.tensors++;
  }
  return traces;
}
