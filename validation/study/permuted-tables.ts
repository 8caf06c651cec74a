/** The permuted study's results as the committed files: the summary that findings lean on, and the tables of its page. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ValidationSummary } from "../../dist/finding/validation.js";
import { PERMUTED_METHOD_ID, PERMUTED_METHOD_VERSION } from "../../dist/labs/weights/permuted/method.js";

export interface PermutedRow {
  id: string;
  version: string;
  kind: string;
  derived: boolean;
  families: readonly [string, string];
  hidden: number;
  units: number;
  layers: readonly [number, number];
  parameters: number;
  gated: boolean;
  /** The statistic, and its p. */
  percent: number;
  log10P: number;
  startExplains: boolean | null;
  /** Layer pairs in which something but a copy explains what agrees. */
  explained: number;
  /** Reference layer, suspect layer, units that agree, units drawn. */
  depth: readonly (readonly number[])[];
  /** Processor seconds, one thread. */
  seconds: number;
}

const LOG10_ALPHA = -6;
const accused = (row: PermutedRow) => row.log10P <= LOG10_ALPHA && !row.startExplains;
/** Rows that draw a curve are no power: copies alone are counted. */
const counted = (row: PermutedRow) => row.derived && /^(copy|zoo)/.test(row.kind);

export function writePermuted(rows: readonly PermutedRow[], folder: string): void {
  const nulls = rows.filter((row) => !row.derived);
  const positives = rows.filter(counted);
  const families = groups(positives, (row) => row.families[0]);
  const study: ValidationSummary & { nullLog10P: number[]; positiveLog10P: number[] } = {
    type: "assay/validation/v1",
    method: PERMUTED_METHOD_ID,
    methodVersion: PERMUTED_METHOD_VERSION,
    page: "validation/weights-permuted-units.md",
    nulls: {
      pairs: nulls.length,
      families: familiesOf(nulls),
      accusedPairs: nulls.filter(accused).length,
      accusedFamilies: familiesOf(nulls.filter(accused)),
    },
    positives: {
      pairs: positives.length,
      families: families.size,
      foundPairs: positives.filter(accused).length,
      foundFamilies: [...families.values()].filter((list) => list.every(accused)).length,
    },
    nullKinds: [...groups(nulls, (row) => row.kind)].map(([kind, list]) => ({
      kind,
      pairs: list.length,
      families: familiesOf(list),
      statisticMax: Math.max(...list.map((row) => row.percent)),
    })),
    nullLog10P: sorted(nulls),
    positiveLog10P: sorted(positives),
  };
  writeFileSync(join(folder, "weights-permuted-units.json"), `${JSON.stringify(study)}\n`);
  writeFileSync(join(folder, "weights-permuted-units.tables.md"), tables(rows));
}

function tables(rows: readonly PermutedRow[]): string {
  const nulls = rows.filter((row) => !row.derived);
  const share = ([, , agreeing, labels]: readonly number[]) => (100 * agreeing!) / labels!;
  const at = (row: PermutedRow, from: number, to: number) =>
    row.depth
      .filter(([layer]) => (layer! + 0.5) / row.layers[0] >= from && (layer! + 0.5) / row.layers[0] <= to)
      .map(share);
  const most = (list: readonly PermutedRow[], from: number, to: number) =>
    Math.max(0, ...list.flatMap((row) => at(row, from, to))).toFixed(1);
  const ofNulls = [...groups(nulls, (row) => row.kind)].map(([kind, list]) => [
    kind,
    list.length,
    familiesOf(list),
    list.filter(accused).length,
    Math.max(...list.map((row) => row.percent)),
    Math.min(...list.map((row) => row.log10P)).toFixed(1),
    list.filter((row) => row.startExplains).length,
    list.filter((row) => row.explained > 0).length,
  ]);
  const sizes = [
    ...groups(
      nulls.filter((row) => row.kind.startsWith("independent")),
      (r) => `${r.hidden}/${r.units}`,
    ),
  ]
    .sort(([, a], [, b]) => a[0]!.hidden - b[0]!.hidden || a[0]!.units - b[0]!.units)
    .map(([size, list]) => [
      size,
      `${(Math.min(...list.map((r) => r.parameters)) / 1e6).toFixed(2)}`,
      list.length,
      familiesOf(list),
      Math.max(...list.map((r) => r.percent)),
      most(list, 0, 0.2),
      most(list, 0.2, 0.8),
      most(list, 0.8, 1),
    ]);
  const rowsOf = [
    ...groups(
      rows.filter((row) => row.derived),
      (row) => row.kind,
    ),
  ].map(([kind, list]) => [
    kind,
    list.length,
    list.filter(accused).length,
    Math.min(...list.map((r) => r.percent)),
    Math.max(...list.map((r) => r.percent)),
    Math.max(...list.map((r) => r.log10P)).toFixed(1),
  ]);
  return [
    "# Tables of `weights/permuted-units`",
    "",
    "Written by `node validation/weights-permuted-units.study.ts --cache FILE --write`.",
    "",
    "## Nulls, by kind",
    "",
    table(
      [
        "kind",
        "pairs",
        "families",
        "accused",
        "largest statistic, %",
        "least log10 p",
        "explained by one start",
        "with layers explained",
      ],
      ofNulls,
    ),
    "",
    "## The null against size: independent pairs, largest share of any layer by relative depth, %",
    "",
    table(
      [
        "width/units",
        "million parameters, least",
        "pairs",
        "families",
        "largest statistic, %",
        "first fifth",
        "middle",
        "last fifth",
      ],
      sizes,
    ),
    "",
    "## Derived, units in another order",
    "",
    table(["row", "pairs", "found", "least statistic, %", "largest, %", "largest log10 p"], rowsOf),
    "",
  ].join("\n");
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? "---" : "--:"))), ...rows.map(line)].join("\n");
}

/** As the outcome leans on it: 0 where one start explains what agrees. */
function sorted(rows: readonly PermutedRow[]): number[] {
  const log10P = rows.map((row) => (row.startExplains ? 0 : Math.round(row.log10P * 100) / 100 + 0));
  return log10P.sort((x, y) => x - y);
}

function familiesOf(rows: readonly PermutedRow[]): number {
  return new Set(rows.flatMap(({ families }) => families)).size;
}

function groups<T>(list: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const out = new Map<string, T[]>();
  for (const item of list) out.set(key(item), [...(out.get(key(item)) ?? []), item]);
  return out;
}
