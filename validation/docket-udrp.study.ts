/**
 * Published UDRP histories under `udrp/v1`: the figures of validation/docket-udrp.md.
 *   npm run build && node validation/docket-udrp.study.ts ../shared/office/udrp/procedural-histories.jsonl
 */
import { writeFileSync } from "node:fs";
import { replayHistories } from "../dist/app/docket/replay.js";

const all = await replayHistories(process.argv[2] ?? "../shared/office/udrp/procedural-histories.jsonl");
const count = (of: (each: (typeof all)[number]) => boolean) => all.filter(of).length;
const figures = {
  histories: all.length,
  folds: count(({ result }) => result === "folds"),
  decidedLate: count(({ late }) => late),
  appointedLate: count(
    ({ result, flags }) => result === "folds" && flags.some(({ flag }) => flag === "appointment-late"),
  ),
  defaults: count(({ result, flags }) => result === "folds" && flags.some(({ flag }) => flag === "default")),
  incomplete: count(({ result }) => result === "incomplete"),
  refused: all.flatMap(({ case: name, refused }) => (refused ? [{ case: name, ...refused }] : [])),
  differences: all.flatMap(({ case: name, differences }) => differences.map((says) => ({ case: name, says }))),
  notes: [...counted(all.flatMap(({ notes }) => notes.map((note) => note.replace(/[0-9]{4}-[0-9]{2}-[0-9]{2}/, "…"))))],
};
writeFileSync("validation/docket-udrp.json", `${JSON.stringify(figures, null, 2)}\n`);
console.log(JSON.stringify(figures, null, 2));

function counted(notes: readonly string[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const note of notes) times.set(note, (times.get(note) ?? 0) + 1);
  return times;
}
