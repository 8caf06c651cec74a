/** What a blind reader is given: units side by side and a record to fill in, and no score, count or name of a maker. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { buildCorpus } from "../../../src/labs/code/desk/corpus.js";
import { prepareReading } from "../../../src/labs/code/desk/reading.js";
import { ask } from "../../asked.js";
import { pythonProgram, renamed, writeTree } from "./programs.js";

const root = mkdtempSync(join(tmpdir(), "assay-reading-"));
const at = (...path: string[]) => join(root, ...path);
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("the reader sees texts and no score, and the filled record is part of the finding", async () => {
  for (let i = 0; i < 15; i++) writeTree(at("public", `maker-${i}`), { "a.py": pythonProgram(`maker ${i}`, 60) });
  await buildCorpus({ sources: at("public"), out: at("index"), dated: "2026-06-30", say: () => {} });
  const ours = pythonProgram("claimant", 8);
  writeTree(at("ours"), { "ours.py": `# <b>ours & all</b>\n${ours}`, "rest.py": pythonProgram("rest", 8) });
  writeTree(at("theirs"), { "theirs.py": `${pythonProgram("suspect", 6)}\n${renamed(ours)}` });
  const asked = { claimant: at("ours"), suspect: at("theirs"), corpus: at("index"), leaveOut: [], out: at("reading") };
  const pairs = await prepareReading(asked);
  expect(pairs).toBeGreaterThan(1);
  const page = readFileSync(at("reading", "units.html"), "utf8");
  const text = readFileSync(at("reading", "record.json"), "utf8");
  const record = JSON.parse(text);
  expect(record.units).toHaveLength(pairs);
  expect(page).toContain("&lt;b&gt;ours &amp; all");
  expect(page).toContain("theirs.py");
  const examined = await ask("examine code", [at("ours"), at("theirs")], { corpus: at("index"), leaveOut: [] });
  const { forward, passages } = (
    examined.findings[0] as {
      observations: { forward: { units: { score: number; shared: number[] }[] }; passages: { score: number }[] };
    }
  ).observations;
  for (const said of [page, text]) {
    expect(said).not.toMatch(/score|log10|exclusive|panel|maker-\d/i);
    for (const { score } of [...forward.units, ...passages]) expect(said).not.toContain(String(score));
  }
  // The order is not that of the scores' lists.
  expect(forward.units.length + passages.length).toBe(pairs);

  const review = { corpus: at("index"), leaveOut: [], review: at("reading", "record.json") };
  await expect(ask("examine code", [at("ours"), at("theirs")], review)).rejects.toThrow(/--review: at reader/);
  writeFileSync(
    at("reading", "filled.json"),
    JSON.stringify({
      ...record,
      reader: "A. Reader",
      units: record.units.map((unit: object) => ({ ...unit, verdict: "third-source", words: "seen elsewhere" })),
    }),
  );
  const after = await ask("examine code", [at("ours"), at("theirs")], {
    ...review,
    review: at("reading", "filled.json"),
  });
  expect(after.findings[0]).toMatchObject({
    observations: { review: { reader: "A. Reader", units: pairs, after: 0 } },
  });
});
