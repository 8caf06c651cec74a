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
import {
  LINEAGE_BYTES_MAX,
  LINEAGE_FILE,
  type OpenedScorer,
  openScorer,
  panelPaths,
  scorerOf,
} from "./scorer-files.js";
import { type OpenedPanel, openStates, type StatesPaths, statesPaths } from "./states-files.js";
import { preferencesTyped } from "./typed.js";

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
    {
      flags: "--states <file...>",
      help: "two files of `assay collect --score states`, the reference's and the suspect's: exhibits, part of no outcome",
    },
    {
      flags: "--panel-states <folder>",
      help: "with --states: such files of other models over the same prompts, and lineage.json",
    },
  ],
  help: `
Examples:
  $ assay examine preferences ours.jsonl theirs.jsonl --panel panel/
  $ assay examine preferences ours/ theirs/ --panel panel/ --out case-7
  $ assay examine preferences ours.jsonl theirs.jsonl --panel panel/ \\
      --states ours.states.json theirs.states.json --panel-states states/

Scores are JSON Lines {"probe", "prompt_id", "item", "score", "length"} with probe "pairs" or "words"; RewardBench's saved
scores, alpaca_eval annotations and Inspect logs are read as pairs. lineage.json documents the scorers, both sides among
them: {"base": {NAME: [SCORER, ...]}, "data": {NAME: [SCORER, ...]}, "parameters": {SCORER: n}, "rules": [NAME, ...]}: a rule is taken out.
An outcome of "inconclusive" does not show that the scorers are unrelated, and agreement is not copying.`,

  async examine({ arguments: [reference, suspect], options }, { studies, onProgress }) {
    const { members, lineage } = await panelPaths(String(options.panel));
    const states = await statesPaths(options.states, options.panelStates);
    const sides = [await openScorer(String(reference)), await openScorer(String(suspect))] as const;
    const panel: OpenedScorer[] = [];
    for (const [i, path] of members.entries()) {
      panel.push(await openScorer(path));
      onProgress({ stage: "reading the panel", done: i + 1, total: members.length });
    }
    return examined(sides, panel, lineage, states && (await openStates(states)), studies);
  },

  async again(request, desk) {
    const { scorers, lineage, states } = await foundScorers(request, desk);
    const one = async (role: string) => {
      const [found] = await scorers(role);
      if (found) return found;
      throw new AssayError("FORMAT", `verify: expected an input in the role "${role}", got none`);
    };
    const sides = [await one("reference"), await one("suspect")] as const;
    return examined(sides, await scorers("panel"), lineage, states && (await openStates(states)), desk.studies);
  },
};

async function examined(
  [reference, suspect]: readonly [OpenedScorer, OpenedScorer],
  panel: readonly OpenedScorer[],
  lineagePath: string | null,
  states: OpenedPanel | null,
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
    states,
    validations: studies,
    software: SOFTWARE,
  });
  const input = (role: string) => (scorer: OpenedScorer) => ({
    role,
    name: scorer.artefact.name,
    root: scorer.artefact.root,
    files: [...scorer.files],
  });
  const inputs = [
    input("reference")(reference),
    input("suspect")(suspect),
    ...panel.map(input("panel")),
    ...(documented ? [{ role: "panel-lineage", name: LINEAGE_FILE, root: documented }] : []),
    ...(states ? statesInputs(states) : []),
  ];
  return { findings: [finding], inputs, settings: {}, arguments: preferencesTyped({ inputs }).split(" ") };
}

function statesInputs({ sides: [reference, suspect], panel, documented }: OpenedPanel) {
  const of = (role: string) => (each: OpenedPanel["panel"][number]) => ({ role, name: each.file, root: each.root });
  return [
    of("reference-states")(reference),
    of("suspect-states")(suspect),
    ...panel.map(of("panel-states")),
    ...(documented ? [{ role: "panel-states-lineage", name: LINEAGE_FILE, root: documented }] : []),
  ];
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
  const files = (role: string) => of(role).map(({ name, root }) => ({ path: at(root, role), name }));
  const [[reference], [suspect]] = [files("reference-states"), files("suspect-states")];
  const states: StatesPaths | null =
    reference && suspect
      ? {
          sides: [reference, suspect],
          panel: files("panel-states"),
          lineage: files("panel-states-lineage")[0]?.path ?? null,
        }
      : null;
  return {
    states,
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
