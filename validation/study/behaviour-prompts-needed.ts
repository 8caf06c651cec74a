/** How many prompts each method asks for, in one table: this method, and what others would compute from the same answers. */
import { BASELINES } from "./behaviour-baselines.ts";

/** The least number of prompts of the grid from which on the true-positive rate stays at this or above. */
const POWER = 0.9;

/** Of a report, what is read here. */
interface Detected {
  id: string;
  summary: Record<string, unknown>;
}

export function promptsNeeded(reports: readonly Detected[]): string[] {
  type Cell = { tpr: number };
  const needed = (r: Detected, of: (d: { listed: Cell; extended: Cell; baselines: Cell[] }) => Cell): string => {
    const grid = r.summary.detection as { prompts: number; listed: Cell; extended: Cell; baselines: Cell[] }[];
    const short = grid.findLastIndex((d) => of(d).tpr < POWER);
    return short === grid.length - 1
      ? `not with ${grid[short]!.prompts} (${of(grid[short]!).tpr.toFixed(2)})`
      : String(grid[short + 1]!.prompts);
  };
  return [
    "## Prompts for 90 % power at 1 % false positives",
    "",
    "Of 10, 25, 50, 100, 200, 400, 805, means over draws; in brackets the power that all prompts give. Listed pairs unless said.",
    "",
    `| question | method | method, extended pairs | ${BASELINES.join(" | ")} |`,
    `|---|---|---|${BASELINES.map(() => "---").join("|")}|`,
    ...reports.map(
      (r) =>
        `| ${r.id} | ${[needed(r, (d) => d.listed), needed(r, (d) => d.extended), ...BASELINES.map((_, b) => needed(r, (d) => d.baselines[b]!))].join(" | ")} |`,
    ),
    "",
  ];
}
