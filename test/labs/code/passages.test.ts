/** What two files have in common and no maker of an index has: short functions of a long file, copies among public text. */
import { describe, expect, test } from "vitest";
import { utf8 } from "../../../src/base/bytes.js";
import { sha256Digest } from "../../../src/base/digest.js";
import { type CodeSide, examineCode } from "../../../src/labs/code/examine.js";
import { printsOfUnits } from "../../../src/labs/code/host/corpus.js";
import { printTree } from "../../../src/labs/code/host/printed-tree.js";
import { treeOf } from "../../../src/labs/code/host/source-tree.js";
import { PASSAGE_MAKERS_MIN, STUDY_NULL } from "../../../src/labs/code/method.js";
import type { CodeObservations } from "../../../src/labs/code/observations.js";
import { bothWays } from "../../../src/labs/code/prints/both-ways.js";
import type { Maker } from "../../../src/labs/code/prints/containment.js";
import { variedPlaces } from "../../../src/labs/code/prints/prints.js";
import { pythonProgram, renamed } from "./programs.js";

async function side(name: string, files: Readonly<Record<string, string>>): Promise<CodeSide> {
  const texts = Object.entries(files).map(([path, text]) => ({ path, bytes: utf8(text) }));
  const tree = treeOf(
    name,
    texts.map(({ path, bytes }) => ({ path, bytes, digest: sha256Digest(bytes) })),
  );
  const { root, units, provenance, files: read, seen } = await printTree(tree, "units", () => {});
  return { name, files: read, provenance, units, seen, artefact: { name, kind: "code", root } };
}

async function makerOf(name: string, files: Readonly<Record<string, string>>): Promise<Maker> {
  const sets = printsOfUnits((await side(name, files)).units);
  return { maker: name, languages: new Set(["python"]), prints: (k) => sets[k]! };
}

const makers = await Promise.all(
  Array.from({ length: PASSAGE_MAKERS_MIN }, (_, i) =>
    makerOf(`maker-${i}`, { "a.py": pythonProgram(`maker ${i}`, 4) }),
  ),
);
const functionsOf = (text: string): string[] => text.split(/^(?=def )/m).filter((part) => part.startsWith("def "));
/** Of a function its first lines: too short to be scored by itself. */
const short = (text: string): string => text.split("\n").slice(0, 8).join("\n");

const ours = functionsOf(pythonProgram("claimant", 60)).map(short);
const claimant = await side("ours", { "ours.py": ours.join("\n\n") });
const taken = [31, 7, 44, 18, 3, 52].map((i) => renamed(ours[i]!)).join("\n\n");

describe("a passage", () => {
  test("some short functions of a long file, in another order, are more than strangers have in common", async () => {
    const suspect = await side("theirs", { "theirs.py": `${pythonProgram("suspect", 2)}\n\n${taken}\n` });
    const found = bothWays(claimant.units, suspect.units, makers);
    expect(Math.min(found.forward.max, found.turned.max)).toBeLessThan(STUDY_NULL.bound);
    expect(found.byPassage).toBe(true);
    expect(found.statistic).toBeGreaterThan(STUDY_NULL.bound);
    const [passage] = found.passages;
    expect(passage!.ours.line).toBeLessThan(passage!.ours.last);
    // After the suspect's own two functions.
    expect(passage!.theirs.line).toBeGreaterThan(pythonProgram("suspect", 2).split("\n").length - 1);
  });

  test("a copy among a maker's own text in one file", async () => {
    const padding = functionsOf(pythonProgram("maker 3", 4));
    const copied = functionsOf(renamed(ours.slice(0, 12).join("\n\n")));
    const text = padding.flatMap((part, i) => [part, ...copied.slice(3 * i, 3 * i + 3)]).join("\n\n");
    const suspect = await side("theirs", { "theirs.py": text });
    const { statistic } = bothWays(claimant.units, suspect.units, makers);
    expect(statistic).toBeGreaterThan(STUDY_NULL.bound);
  });

  test("independent programs have none, nor is one what a maker of the index has", async () => {
    const independent = await side("theirs", { "theirs.py": pythonProgram("independent", 12) });
    expect(bothWays(claimant.units, independent.units, makers).statistic).toBe(0);
    const suspect = await side("theirs", { "theirs.py": taken });
    const holder = await makerOf("holder", { "held.py": taken });
    expect(bothWays(claimant.units, suspect.units, [...makers, holder]).passages).toEqual([]);
    // A thin index makes public code look exclusive.
    expect(bothWays(claimant.units, suspect.units, makers.slice(1)).passages).toEqual([]);
  });

  test("a table is none: its runs hold few different tokens", async () => {
    const table = (name: string) =>
      `${name} = [\n${Array.from({ length: 400 }, (_, i) => `    (${i % 3 ? "-" : ""}${i}, "${i}", ${i % 5 ? "x" : "-y"}),`).join("\n")}\n]\n`;
    const [a, b] = [await side("a", { "a.py": table("ROWS") }), await side("b", { "b.py": table("OTHERS") })];
    // Where it begins, its name and bracket stand in some runs.
    expect(bothWays(a.units, b.units, makers).passages[0]?.score ?? 0).toBeLessThan(STUDY_NULL.bound / 8);
    expect([...variedPlaces(Uint32Array.of(1, 2, 1, 2, 3, 4, 5), 3, 3)]).toEqual([0, 0, 1, 1, 1, 0, 0]);
  });

  test("what stands in many files of one side counts in none", async () => {
    const own = (i: number) => `${taken}\n\n${pythonProgram(`own ${i}`, 1)}`;
    const files = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`part${i}.py`, own(i)]));
    const suspect = await side("theirs", files);
    // But for runs that end in the suspect's own next function.
    expect(bothWays(claimant.units, suspect.units, makers).passages[0]?.score ?? 0).toBeLessThan(STUDY_NULL.bound / 8);
  });

  test("a reader who explains it takes it away, and who has no word on it has not read it", async () => {
    const suspect = await side("theirs", { "theirs.py": `${pythonProgram("suspect", 2)}\n\n${taken}\n` });
    const root = sha256Digest(utf8("index"));
    const asked = {
      claimant,
      suspect,
      corpus: { root, dated: "2026-06-30", makers, leftOut: [] },
      validations: [],
      software: { name: "assay", version: "0", commit: "0" },
    };
    const before = examineCode({ ...asked, review: null });
    const [passage] = (before.observations as CodeObservations).passages!;
    expect(before.reason).toMatch(/no one has read the units of these two trees/);
    const recordOf = (path: string, line: number) => ({
      digest: root,
      record: {
        type: "assay/code-review/v1" as const,
        claimant: claimant.artefact.root,
        suspect: suspect.artefact.root,
        corpus: root,
        reader: "A. Reader",
        units: [{ path, line, verdict: "third-source" as const, words: "seen elsewhere" }],
      },
    });
    // In Rust, where shares of units speak at once, a passage does not either.
    const asRust = (one: CodeSide): CodeSide => ({
      ...one,
      units: one.units.map((unit) => ({ ...unit, language: "rust" as const })),
      seen: { ...one.seen, languages: { rust: one.seen.languages.python! } },
    });
    const inRust = makers.map((maker) => ({ ...maker, languages: new Set(["rust" as const]) }));
    const unread = examineCode({
      ...asked,
      claimant: asRust(claimant),
      suspect: asRust(suspect),
      corpus: { ...asked.corpus, makers: inRust },
      review: null,
    });
    expect(unread.reason).toMatch(/passages .* no one has read the units of these two trees/);
    const after = examineCode({ ...asked, review: recordOf("ours.py", passage!.claimant.line) });
    expect((after.observations as CodeObservations).review).toMatchObject({ after: 0 });
    const other = examineCode({ ...asked, review: recordOf("ours.py", 100_000) });
    expect(other.reason).toMatch(/the reader's record has none for ours\.py/);
  });
});
