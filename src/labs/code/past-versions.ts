/** What was found of versions of these methods that are asked no more. */
import type { PastVersion } from "../../finding/past-version.js";

const SOURCE = "validation/code-shared-source.md";
const INNOCENTS = "validation/code-innocents.md";

const NOT_HELD =
  "It was never held against innocents who share a generator, a scaffold, a kit, a standard, a table, a textbook or a suite of tests, of whom version 6 put 826 of 4,708 pairs above its bound, and it let some languages speak without a reader.";

export const CODE_PAST_VERSIONS: readonly PastVersion[] = [
  {
    method: "code/exclusive-containment",
    version: "1",
    accused:
      "It accused unrelated makers who share what a compiler writes into its output, methods that one trait dictates, or a third source.",
    told: SOURCE,
  },
  {
    method: "code/exclusive-containment",
    version: "2",
    accused:
      "It accused unrelated makers who share what a compiler writes into its output, methods that one trait dictates, or a third source.",
    told: SOURCE,
  },
  ...["3", "4", "5"].map((version) => ({
    method: "code/exclusive-containment",
    version,
    accused: NOT_HELD,
    told: INNOCENTS,
  })),
  {
    method: "code/exclusive-containment",
    version: "6",
    accused:
      "It put 826 of 4,708 pairs of innocents above its bound who share a generator, a scaffold, a kit, a standard, a table, a textbook or a suite of tests, and would have accused five of them, in Rust, without a reader.",
    told: INNOCENTS,
  },
];
