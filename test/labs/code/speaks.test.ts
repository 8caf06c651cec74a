/** Which languages speak before anybody has read the shared units, and which only after. */
import { describe, expect, test } from "vitest";
import { utf8 } from "../../../src/base/bytes.js";
import { sha256Digest } from "../../../src/base/digest.js";
import type { Validation } from "../../../src/finding/validation.js";
import { type CodeSide, examineCode } from "../../../src/labs/code/examine.js";
import { printsOfUnits } from "../../../src/labs/code/host/corpus.js";
import { printTree } from "../../../src/labs/code/host/printed-tree.js";
import { treeOf } from "../../../src/labs/code/host/source-tree.js";
import { METHOD } from "../../../src/labs/code/method.js";
import type { CodeObservations } from "../../../src/labs/code/observations.js";
import type { Maker } from "../../../src/labs/code/prints/containment.js";
import type { Language } from "../../../src/labs/code/tokens/languages.js";
import { pythonProgram, renamed } from "./programs.js";

const counts = { pairs: 1000, families: 70, accusedPairs: 0, accusedFamilies: 0 };
const study: Validation = {
  summary: {
    type: "assay/validation/v1",
    method: METHOD.id,
    methodVersion: METHOD.version,
    page: "validation/code-shared-source.md",
    nulls: counts,
    positives: { pairs: 40, families: 40, foundPairs: 39, foundFamilies: 39 },
  },
  digest: sha256Digest(utf8("study")),
};
/** A program's prints, given out for those of a language. */
async function side(name: string, text: string, language: Language): Promise<CodeSide> {
  const bytes = utf8(text);
  const tree = treeOf(name, [{ path: "a.py", bytes, digest: sha256Digest(bytes) }]);
  const { root, units, provenance, files, seen } = await printTree(tree, "units", () => {});
  return {
    name,
    files,
    provenance,
    units: units.map((unit) => ({ ...unit, language })),
    seen: { ...seen, languages: { [language]: seen.languages.python! } },
    artefact: { name, kind: "code", root },
  };
}

describe.each([
  ["python", "uncalibrated"],
  ["rust", "uncalibrated"],
  ["typescript", "uncalibrated"],
  ["go", "uncalibrated"],
  ["cpp", "uncalibrated"],
] as const)("%s", (language, unread) => {
  test(`a copy whose units nobody read: ${unread}; read and unexplained: supports-hp`, async () => {
    const ours = pythonProgram("claimant", 6);
    const claimant = await side("ours", ours, language);
    const suspect = await side("theirs", `${pythonProgram("suspect", 4)}\n${renamed(ours)}`, language);
    const makers = await Promise.all(
      Array.from({ length: 15 }, async (_, i): Promise<Maker> => {
        const sets = printsOfUnits((await side(`maker ${i}`, pythonProgram(`maker ${i}`, 2), language)).units);
        return { maker: `maker-${i}`, languages: new Set([language]), prints: (k) => sets[k]! };
      }),
    );
    const root = sha256Digest(utf8("index"));
    const asked = {
      claimant,
      suspect,
      corpus: { root, dated: "2026-06-30", makers, leftOut: [] },
      validations: [study],
      software: { name: "assay", version: "0", commit: "0" },
    };
    const { outcome, reason, observations } = examineCode({ ...asked, review: null });
    expect(outcome).toBe(unread);
    if (unread === "uncalibrated") expect(reason).toMatch(/no one has read the units of these two trees/);
    const record = {
      type: "assay/code-review/v1" as const,
      claimant: claimant.artefact.root,
      suspect: suspect.artefact.root,
      corpus: root,
      reader: "A. Reader",
      units: [] as { path: string; line: number; verdict: "unexplained"; words: string }[],
    };
    // A record without a word on the units that speak is no reading of them.
    expect(examineCode({ ...asked, review: { digest: root, record } }).outcome).toBe(unread);
    const { units } = (observations as CodeObservations).forward;
    const read = {
      ...record,
      units: units.map(({ path, line }) => ({ path, line, verdict: "unexplained" as const, words: "" })),
    };
    expect(examineCode({ ...asked, review: { digest: root, record: read } }).outcome).toBe("supports-hp");
  });
});
