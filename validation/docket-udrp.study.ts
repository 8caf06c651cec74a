/**
 * Published UDRP histories under `udrp/v1`: the figures of validation/docket-udrp.md.
 *   npm run build && node validation/runner/run.ts docket-udrp [--histories FILE] --write
 */
import { readFileSync } from "node:fs";
import { shippedPack, WEEKENDS_ONLY } from "../dist/office/docket/packs/shipped.js";
import { type Replayed, readHistory, replay } from "../dist/office/docket/replay/udrp-history.js";
import { defineStudy, type Summary } from "./runner/study.ts";

interface Case {
  kind: "history";
  line: number;
  text: string;
}

export default defineStudy<Case, Replayed, ReturnType<typeof figures> & Summary>({
  id: "docket-udrp",
  method: null,
  materials: {
    histories: {
      what: "procedural histories, JSON Lines",
      default: "../shared/office/udrp/procedural-histories.jsonl",
    },
  },
  kinds: [
    {
      name: "history",
      counted: "no",
      why: "a published history is of no side: it folds, is incomplete, or has days that cannot follow each other",
    },
  ],
  cases({ histories }) {
    const lines = readFileSync(histories!, "utf8").split("\n");
    return lines.flatMap((text, line) => (text.trim() === "" ? [] : [{ kind: "history" as const, line, text }]));
  },
  idOf: ({ line }) => `line ${line + 1}`,
  run: async ({ line, text }) => replay(readHistory(text, `line ${line + 1}`), shippedPack("udrp/v1")!, WEEKENDS_ONLY),
  /** Refused by the fold. */
  hit: ({ refused }) => refused !== null,
  summarise: ({ all }) => ({ json: figures(all.map(({ result }) => result)) }),
});

function figures(all: readonly Replayed[]) {
  const count = (of: (each: Replayed) => boolean) => all.filter(of).length;
  return {
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
    notes: [...counted(all.flatMap(({ notes }) => notes.map((n) => n.replace(/[0-9]{4}-[0-9]{2}-[0-9]{2}/, "…"))))],
  };
}

function counted(notes: readonly string[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const note of notes) times.set(note, (times.get(note) ?? 0) + 1);
  return times;
}
