/** The aligned study's results as the committed files: the summary that findings lean on, and the tables of the page. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ValidationSummary } from "../../dist/finding/validation.js";
import { ALIGNED_METHOD_ID, ALIGNED_METHOD_VERSION } from "../../dist/labs/weights/alignment/method.js";
import { lower95, upper95 } from "../../dist/stats/clopper-pearson.js";
import type { PairSpec } from "./aligned-pairs.ts";

export interface PairRow {
  id: string;
  version: string;
  mode: string;
  agreeing: number;
  pairs: number;
  labels: number;
  log10P: number;
  log10PUntolerant: number;
  /** Layer pairs below 10⁻⁶ under the rotation that answered best. */
  layers: number;
  /** Processor seconds of the alignment, one thread. */
  seconds: number;
  /** Asked beyond α. */
  start?: { slope: number | null; explains: boolean; inPlace: boolean };
}

type Done = PairSpec & PairRow;

const LOG10_ALPHA = -6;
const explained = (row: PairRow) => row.log10P <= LOG10_ALPHA && row.start?.explains === true;
const accused = (row: PairRow) => row.log10P <= LOG10_ALPHA && !explained(row);
/** What a common start explains is worth nothing. */
const statisticOf = (row: PairRow) => (explained(row) ? 0 : -row.log10PUntolerant);

interface Study extends ValidationSummary {
  nullLog10P: number[];
  positiveLog10P: number[];
}

/** @param carried a study of an earlier version whose nulls stand beside the rows; none of them is among these */
export function writeStudy(
  specs: readonly PairSpec[],
  rows: ReadonlyMap<string, PairRow>,
  folder: string,
  carried?: string,
): void {
  const before: Study | null = carried ? JSON.parse(readFileSync(carried, "utf8")) : null;
  const kept = (name: "pairs" | "families" | "accusedPairs" | "accusedFamilies") => before?.nulls[name] ?? 0;
  const done = specs.flatMap((spec): Done[] => {
    const row = rows.get(spec.id);
    return row ? [{ ...spec, ...row }] : [];
  });
  const nulls = done.filter((d) => !d.derived);
  const positives = done.filter((d) => d.derived && d.counted);
  const families = groups(positives, (d) => d.families[0]);
  const study: Study = {
    type: "assay/validation/v1",
    method: ALIGNED_METHOD_ID,
    methodVersion: ALIGNED_METHOD_VERSION,
    page: "validation/weights-aligned-units.md",
    nulls: {
      pairs: kept("pairs") + nulls.length,
      families: kept("families") + familiesOf(nulls),
      accusedPairs: kept("accusedPairs") + nulls.filter(accused).length,
      accusedFamilies: kept("accusedFamilies") + familiesOf(nulls.filter(accused)),
    },
    positives: {
      pairs: positives.length,
      families: families.size,
      foundPairs: positives.filter(accused).length,
      foundFamilies: [...families.values()].filter((list) => list.every(accused)).length,
    },
    nullKinds: [
      ...(before?.nullKinds ?? []),
      ...[...groups(nulls, (d) => summed(d.kind))].map(([kind, list]) => ({
        kind,
        pairs: list.length,
        families: familiesOf(list),
        statisticMax: Math.max(...list.map(statisticOf)),
      })),
    ],
    nullLog10P: [...(before?.nullLog10P ?? []), ...sorted(nulls)].sort((x, y) => x - y),
    positiveLog10P: sorted(positives),
  };
  writeFileSync(join(folder, "weights-aligned-units.json"), `${JSON.stringify(study)}\n`);
  writeFileSync(join(folder, "weights-aligned-units.tables.md"), tables(done, specs.length, nulls, before));
}

function tables(done: readonly Done[], planned: number, nulls: readonly Done[], before: Study | null): string {
  const kinds = [
    ...(before?.nullKinds ?? []).map(({ kind, pairs, families, statisticMax }) => [
      `${kind} (carried)`,
      pairs,
      families,
      0,
      0,
      fixed(-statisticMax),
      "0.0",
    ]),
    ...[...groups(nulls, (d) => d.kind)].map(([kind, list]) => [
      kind,
      list.length,
      familiesOf(list),
      list.filter(accused).length,
      list.filter(explained).length,
      fixed(Math.min(...list.map((d) => d.log10PUntolerant))),
      fixed(Math.min(...list.map((d) => d.log10P))),
    ]),
  ];
  const independent = nulls.filter((d) => d.kind.startsWith("independent"));
  const figures = (
    [
      ["without tolerance", "log10PUntolerant"],
      ["with 5 % tolerance", "log10P"],
    ] as const
  ).flatMap(([what, key]) =>
    [0.05, 0.01].map((alpha) => {
      const at = independent.filter((d) => d[key] <= Math.log10(alpha)).length;
      const n = independent.length;
      return [what, alpha, n, at, percent(at / n), percent(lower95(at, n)), percent(upper95(at, n))];
    }),
  );
  const rows = [
    ...groups(
      done.filter((d) => d.derived),
      (d) => d.kind,
    ),
  ].map(([kind, list]) => [
    kind,
    list.length,
    list.filter(accused).length,
    list.filter(explained).length,
    fixed(Math.min(...list.map((d) => d.log10P))),
    fixed(Math.max(...list.map((d) => d.log10P))),
    [...new Set(list.filter(accused).map((d) => d.mode))].join("; "),
  ]);
  const seconds = (list: readonly Done[]) => {
    const times = list.map((d) => d.seconds).sort((a, b) => a - b);
    return times.length
      ? `${times[Math.floor(times.length / 2)]!.toFixed(1)} s (largest ${times.at(-1)!.toFixed(1)} s)`
      : "none";
  };
  return [
    "<!-- Written by weights-aligned-units.study.ts --write -->",
    `${done.length} of ${planned} planned pairs were run.`,
    "## Nulls, by kind\n",
    table(
      [
        "kind",
        "pairs",
        "families",
        "accused",
        "explained by one start or by features",
        "smallest log10 p, no tolerance",
        "with tolerance",
      ],
      kinds,
    ),
    ...(independent.length === 0
      ? []
      : [
          "\n## Calibration\n",
          "Every choice paid for; the models that keep another's embeddings and attention are left out.\n",
          table(["p", "α", "pairs", "p ≤ α", "rate", "95 % lower", "95 % upper"], figures),
        ]),
    "\n## Power, by row\n",
    table(
      [
        "how made, then disguised",
        "pairs",
        "found",
        "explained by one start or by features",
        "smallest log10 p",
        "largest",
        "found through",
      ],
      rows,
    ),
    "\n## Time\n",
    `Processor time of an alignment, one thread, median: found ${seconds(done.filter(accused))}; silent ${seconds(done.filter((d) => !accused(d)))}.`,
    "",
  ].join("\n");
}

/** A finding names every kind, in so many letters: what a colon tells apart stands in the tables alone. */
function summed(kind: string): string {
  return kind.replace(/: .*/, "");
}

function familiesOf(list: readonly Done[]): number {
  return new Set(list.flatMap((d) => d.families)).size;
}

function groups<T>(list: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const out = new Map<string, T[]>();
  for (const item of list) out.set(key(item), [...(out.get(key(item)) ?? []), item]);
  return out;
}

function sorted(list: readonly PairRow[]): number[] {
  return list.map((d) => (explained(d) ? 0 : Math.ceil(d.log10P * 100) / 100 + 0)).sort((a, b) => a - b);
}

function table(head: string[], body: (string | number)[][]): string {
  return [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function percent(rate: number): string {
  return `${(100 * rate).toFixed(1)} %`;
}

function fixed(x: number): string {
  return (Math.ceil(x * 10) / 10 + 0).toFixed(1);
}
