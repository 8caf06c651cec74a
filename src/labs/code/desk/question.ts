/** `assay examine code`: what is typed, what is examined, and how a bundle is examined again. */
import { dirname } from "node:path";
import { foundInputs } from "../../../app/found-inputs.js";
import type { Question } from "../../../app/laboratory.js";
import { examineTrees, openTree } from "./examine-trees.js";
import { foundTrees } from "./found-trees.js";
import { leftOutOf } from "./typed.js";

export const codeQuestion: Question = {
  description:
    "Was this code taken from that code base? Looks for what the claimant's tree alone has in the suspect's, all names hidden, and ranks it among makers of public code.",
  arguments: [
    {
      name: "claimant",
      help: "the claimant's source: a folder, or an archive (.zip, .whl, .tar, .tar.gz, .tgz, .crate)",
    },
    { name: "suspect", help: "the respondent's source, likewise" },
  ],
  options: [
    { flags: "--corpus <folder>", help: "index of public code, by `assay code corpus build`", required: true },
    {
      flags: "--leave-out <maker>",
      help: "a maker of the index who descends from a side, or is one; may be repeated",
      repeated: true,
    },
    { flags: "--review <file>", help: "what a reader said who saw the shared units and no score" },
  ],
  help: `
Examples:
  $ assay code corpus build public/ --dated 2026-06-30 --out index
  $ assay examine code ours/ theirs/ --corpus index
  $ assay examine code ours/ theirs/ --corpus index --leave-out northwind --out case-4

Read are Python, TypeScript and JavaScript, Rust, Go, C++ and CUDA (by C++'s grammar). Comments, docstrings, imports, generated files, others'
code in the tree (vendor, third_party, node_modules) and files that say they come from elsewhere are left out.
An index that holds a copy of a side hides what it shares: name such makers with --leave-out, and the finding says so.
An outcome of "inconclusive" does not show that the code was written independently.`,

  async examine({ arguments: [claimant, suspect], options }, { studies, onProgress }) {
    const { corpus, leaveOut, review } = options as { corpus: string; leaveOut: string[]; review?: string };
    return examineTrees({
      claimant: await openTree(String(claimant)),
      suspect: await openTree(String(suspect)),
      corpus,
      leaveOut,
      review: review ?? null,
      studies,
      onProgress,
    });
  },

  async again(request, desk) {
    const files = { ...request, inputs: request.inputs.filter(({ role }) => role === "corpus" || role === "review") };
    const { at, has } = await foundInputs("files", files, desk);
    const trees = await foundTrees(request, desk);
    return examineTrees({
      claimant: trees("claimant").tree,
      suspect: trees("suspect").tree,
      corpus: dirname(at("corpus")),
      leaveOut: leftOutOf(request),
      review: has("review") ? at("review") : null,
      studies: desk.studies,
      onProgress: desk.onProgress,
    });
  },
};
