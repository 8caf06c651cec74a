/** `assay examine preferences`: what is typed, what is examined, and how a bundle is examined again. */
import { basename } from "node:path";
import type { Examination, Question, RecomputeDesk } from "../../../app/laboratory.js";
import { SOFTWARE } from "../../../app/software.js";
import { fromUtf8 } from "../../../base/bytes.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import type { ExaminationRequest } from "../../../evidence/request.js";
import { findFiles } from "../../../host/find-files.js";
import { readSmallFile } from "../../../host/small-file.js";
import { examinePreferences } from "../examine.js";
import { readLineage, UNDOCUMENTED } from "../scores/lineage.js";
import { LINEAGE_FILE, type OpenedScorer, openScorer, panelPaths, scorerOf } from "./scorer-files.js";
import { preferencesTyped } from "./typed.js";

const LINEAGE_BYTES_MAX = 4 * 1024 * 1024;

export const preferencesQuestion: Question = {
  description:
    "Do two reward models or judges come from one origin? Compares what each prefers beyond what every good scorer prefers, on benchmark pairs and on single words, and ranks it among a panel of scorers of other lineages.",
  arguments: [
    { name: "reference", help: "scores by the claimant's model: a file, or a folder of files that are joined" },
    { name: "suspect", help: "scores by the respondent's model on the same items" },
  ],
  options: [
    {
      flags: "--panel <folder>",
      help: "scores by other models on the same items, a file or a folder each, and lineage.json",
      required: true,
    },
  ],
  help: `
Examples:
  $ assay examine preferences ours.jsonl theirs.jsonl --panel panel/
  $ assay examine preferences ours/ theirs/ --panel panel/ --out case-7

Scores are JSON Lines {"probe", "prompt_id", "item", "score", "length"} with probe "pairs" or "words"; RewardBench's saved
scores, alpaca_eval annotations and Inspect logs are read as pairs. lineage.json documents the scorers, both sides among
them: {"base": {NAME: [SCORER, ...]}, "data": {NAME: [SCORER, ...]}, "parameters": {SCORER: n}}.
An outcome of "inconclusive" does not show that the scorers are unrelated, and agreement is not copying.`,

  async examine({ arguments: [reference, suspect], options }, { studies, onProgress }) {
    const { members, lineage } = await panelPaths(String(options.panel));
    const sides = [await openScorer(String(reference)), await openScorer(String(suspect))] as const;
    const panel: OpenedScorer[] = [];
    for (const [i, path] of members.entries()) {
      panel.push(await openScorer(path));
      onProgress({ stage: "reading the panel", done: i + 1, total: members.length });
    }
    return examined(sides, panel, lineage, studies);
  },

  async again(request, desk) {
    const { scorers, lineage } = await foundScorers(request, desk);
    const one = async (role: string) => {
      const [found] = await scorers(role);
      if (found) return found;
      throw new AssayError("FORMAT", `verify: expected an input in the role "${role}", got none`);
    };
    const sides = [await one("reference"), await one("suspect")] as const;
    return examined(sides, await scorers("panel"), lineage, desk.studies);
  },
};

async function examined(
  [reference, suspect]: readonly [OpenedScorer, OpenedScorer],
  panel: readonly OpenedScorer[],
  lineagePath: string | null,
  studies: RecomputeDesk["studies"],
): Promise<Examination> {
  const bytes = lineagePath === null ? null : await readSmallFile(lineagePath, LINEAGE_BYTES_MAX);
  const documented = bytes && sha256Digest(bytes);
  const finding = examinePreferences({
    reference,
    suspect,
    panel,
    lineage: bytes ? readLineage(fromUtf8(bytes, LINEAGE_FILE), LINEAGE_FILE) : UNDOCUMENTED,
    documented,
    validations: studies,
    software: SOFTWARE,
  });
  const input = (role: string) => (scorer: OpenedScorer) => ({
    role,
    name: scorer.artefact.name,
    root: scorer.artefact.root,
    files: [...scorer.files],
  });
  return {
    findings: [finding],
    inputs: [
      input("reference")(reference),
      input("suspect")(suspect),
      ...panel.map(input("panel")),
      ...(documented ? [{ role: "panel-lineage", name: LINEAGE_FILE, root: documented }] : []),
    ],
    settings: {},
    arguments: preferencesTyped().split(" "),
  };
}

/** Scorers of a request by role, their files found by digest. */
async function foundScorers(request: ExaminationRequest, { inputs }: RecomputeDesk) {
  const wanted = request.inputs.flatMap(({ name, root, files }) =>
    files ? files.map(({ path, digest }) => ({ name: path, root: digest })) : [{ name, root }],
  );
  const found = await findFiles(inputs, wanted);
  const at = (root: string, role: string): string => {
    const path = found.get(root);
    if (path !== undefined) return path;
    throw new AssayError(
      "NOT_FOUND",
      `verify: expected the ${role}'s file (${root}) under ${inputs.map((i) => basename(i)).join(", ")}`,
    );
  };
  const of = (role: string) => request.inputs.filter((input) => input.role === role);
  return {
    scorers: async (role: string): Promise<OpenedScorer[]> => {
      const opened: OpenedScorer[] = [];
      for (const { name, root, files } of of(role))
        opened.push(
          await scorerOf(
            name,
            (files ?? [{ digest: root }]).map(({ digest }) => at(digest, role)),
          ),
        );
      return opened;
    },
    lineage: of("panel-lineage")[0] ? at(of("panel-lineage")[0]!.root, "panel-lineage") : null,
  };
}
