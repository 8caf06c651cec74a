/** `assay examine code-copy`: which recipient's copy was the suspect made from? */
import { foundInputs } from "../../../app/found-inputs.js";
import type { Examination, Question } from "../../../app/laboratory.js";
import { COMMITTED_OPTIONS, datedPaths, foundDated } from "../../../app/log/dated.js";
import { examineCopyOf } from "./copies.js";
import { foundTrees } from "./found-trees.js";

const OF_FILES = new Set(["plan", "proof", "policy"]);

export const copyQuestion: Question = {
  description:
    "Which recipient's copy of a source tree was this code made from? Exact test over forms of places that a public beacon drew after a log had their commitment.",
  arguments: [{ name: "suspect", help: "source: a folder, or an archive (.zip, .whl, .tar, .tar.gz, .tgz, .crate)" }],
  options: [
    { flags: "--original <tree>", help: "the owner's source tree, before any copy was written", required: true },
    { flags: "--plan <file>", help: "the drawn and opened plan, by assay mark code plan and draw", required: true },
    ...COMMITTED_OPTIONS,
  ],
  help: `
Examples:
  $ assay mark code plan ours/ --recipients names.txt --out plan.json > commitment.txt
  $ assay log append ./log commitment.txt --policy witnesses.txt --proof plan.tlog-proof
  $ assay mark code draw plan.json --signature "$SIGNATURE" --out PLAN.json
  $ assay mark code write ours/ --plan PLAN.json --recipient "Institute A" --out copy-a
  $ assay examine code-copy found/ --original ours/ --plan PLAN.json --committed plan.tlog-proof --policy witnesses.txt

The commitment must be in a log that witnesses cosigned before the plan's round is out: whoever could choose the draw could
make any suspect agree with any recipient, so that without the proof every outcome is "uncalibrated" and nobody is named.`,

  examine({ arguments: [suspect], options }, { studies, onProgress }) {
    const given = options as { plan: string; original: string; committed?: string; policy?: string; tries?: number };
    return examined({
      suspect: String(suspect),
      original: given.original,
      plan: given.plan,
      dated: datedPaths(given, "examine code-copy"),
      tries: given.tries ?? 1,
      studies,
      onProgress,
    });
  },

  async again(request, desk) {
    const files = { ...request, inputs: request.inputs.filter(({ role }) => OF_FILES.has(role)) };
    const found = await foundInputs("files", files, desk);
    const trees = await foundTrees(request, desk);
    const { tries } = request.settings;
    return examined({
      suspect: trees("suspect").path,
      original: trees("original").path,
      plan: found.at("plan"),
      dated: foundDated(found),
      tries: typeof tries === "number" ? tries : 1,
      studies: desk.studies,
      onProgress: desk.onProgress,
    });
  },
};

async function examined(asked: Parameters<typeof examineCopyOf>[0]): Promise<Examination> {
  const seen = await examineCopyOf(asked);
  return { ...seen, settings: { tries: asked.tries }, arguments: ["SUSPECT"] };
}
