/** Read the transcripts of a harvest examination and tell families of prompts by their templates, where none are given. */

import { SOFTWARE } from "../../../app/software.js";
import { utf8 } from "../../../base/bytes.js";
import { sha256Hex } from "../../../base/digest.js";
import type { Progress } from "../../../base/progress.js";
import type { ExaminationRequest } from "../../../evidence/request.js";
import type { Finding } from "../../../finding/finding.js";
import type { Validation } from "../../../finding/validation.js";
import { type PanelFolder, readTranscriptFile, type TranscriptAt } from "../../../host/answers/transcripts.js";
import { firstAnswers } from "../../../transcript/transcript.js";
import { type Answered, DRAWS, examineHarvest } from "../harvest/examine-harvest.js";
import { features } from "../templates/features.js";
import { groupPrompts } from "../templates/group.js";
import { setsOf } from "../templates/sets.js";
import { normalise, words } from "../templates/tokens.js";

interface HarvestOptions {
  suspect: TranscriptAt;
  controls: PanelFolder;
  harvested: TranscriptAt;
  unharvested: TranscriptAt;
  seed: string;
  /** Studies at hand. */
  studies: readonly Validation[];
  onProgress: (progress: Progress) => void;
}

/**
 * First answers alone: a prompt asked several times counts once. @throws FORMAT for a transcript that cannot be read
 */
export async function examineHarvestFiles(options: HarvestOptions): Promise<HarvestExamined> {
  const prompts = new Map<string, string>();
  const read = async (at: TranscriptAt): Promise<Answered> => {
    const { name, root, transcript } = await readTranscriptFile(at);
    const texts = new Map<string, string>();
    for (const [id, record] of firstAnswers(transcript)) {
      texts.set(id, record.text);
      if (record.prompt !== null && !prompts.has(id)) prompts.set(id, record.prompt);
    }
    return { artefact: { name, kind: "transcript", root }, texts };
  };
  const harvested = await read(options.harvested);
  const unharvested = await read(options.unharvested);
  const suspect = await read(options.suspect);
  const folder = options.controls;
  for (const [id, text] of folder.prompts) prompts.set(id, text);
  const controls: Answered[] = [];
  for (const [i, member] of folder.members.entries()) {
    const control = await read(member);
    // The suspect's own file may lie among the controls.
    if (control.artefact.root !== suspect.artefact.root) controls.push(control);
    options.onProgress({ stage: "reading controls", done: i + 1, total: folder.members.length });
  }
  const ids = [...harvested.texts.keys(), ...unharvested.texts.keys()];
  const finding = examineHarvest({
    suspect,
    controls,
    harvested,
    unharvested,
    families: families(ids, prompts),
    seed: options.seed,
    draws: DRAWS,
    validations: options.studies,
    software: SOFTWARE,
  });
  const input = (role: string) => (of: Answered) => ({ role, name: of.artefact.name, root: of.artefact.root });
  const inputs = [
    ...[suspect].map(input("suspect")),
    ...[harvested].map(input("harvested")),
    ...[unharvested].map(input("unharvested")),
    ...controls.map(input("control")),
    ...folder.beside.filter(({ role }) => role === "panel-prompts"),
  ];
  return { finding, inputs };
}

export interface HarvestExamined {
  finding: Finding;
  inputs: ExaminationRequest["inputs"];
}

/** Templates of the prompts; prompts of no template, or without a text, are one family: that of single prompts. */
function families(ids: readonly string[], prompts: ReadonlyMap<string, string>): Map<string, string> {
  const known = ids.flatMap((id) => {
    const text = prompts.get(id);
    return text === undefined ? [] : [{ id, text: normalise(text) }];
  });
  known.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  const { template } = groupPrompts(setsOf(known.map(({ text }) => features(words(text), { a: 1, b: 2 }))));
  const sizes = new Map<number, number>();
  for (const t of template) sizes.set(t, (sizes.get(t) ?? 0) + 1);
  const out = new Map<string, string>();
  known.forEach(({ id }, i) => {
    if (sizes.get(template[i]!)! > 1) out.set(id, sha256Hex(utf8(known[template[i]!]!.text)).slice(0, 16));
  });
  return out;
}
