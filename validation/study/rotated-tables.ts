/** The rotated study's results: the summary that findings lean on, and the tables of its page. */
import type { ValidationSummary } from "../../dist/finding/validation.js";
import { ROTATED_METHOD_ID, ROTATED_METHOD_VERSION } from "../../dist/labs/weights/rotated/method.js";
import type { Counted, Row } from "../runner/study.ts";

export interface RotatedRow {
  hidden: readonly [number, number];
  units: number;
  layers: readonly [number, number];
  parameters: number;
  gated: boolean;
  tokens: number;
  directions: number;
  /** The statistic, and its p. */
  percent: number;
  log10P: number;
  /** How much of the one model the other holds, where it was asked. */
  slope: number | null;
  startExplains: boolean | null;
  /** Layer pairs in which something but a copy explains what agrees. */
  explained: number;
  /** Reference layer, suspect layer, units that agree, units drawn. */
  depth: readonly (readonly number[])[];
  /** Processor seconds, one thread. */
  seconds: number;
}

interface Case {
  kind: string;
  id: string;
  families: readonly [string, string];
}
type Found = Row<Case, RotatedRow>;

const accused = ({ result }: Found) => result.log10P <= -6 && !result.startExplains;

export function summariseRotated({ nulls, positives, all }: Counted<Case, RotatedRow>): {
  json: ValidationSummary & { nullLog10P: number[]; positiveLog10P: number[] };
  tables: string;
} {
  const families = groups(positives, (row) => row.case.families[0]);
  return {
    json: {
      type: "assay/validation/v1",
      method: ROTATED_METHOD_ID,
      methodVersion: ROTATED_METHOD_VERSION,
      page: "validation/weights-rotated-units.md",
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
      nullKinds: [...groups(nulls, (row) => row.case.kind)].map(([kind, list]) => ({
        kind,
        pairs: list.length,
        families: familiesOf(list),
        statisticMax: Math.max(...list.map((row) => row.result.percent)),
      })),
      nullLog10P: sorted(nulls),
      positiveLog10P: sorted(positives),
    },
    tables: tables(nulls, all),
  };
}

function tables(nulls: readonly Found[], all: readonly Found[]): string {
  const most = (list: readonly Found[], from: number, to: number) =>
    Math.max(0, ...list.flatMap(({ result }) => sharesAt(result, from, to))).toFixed(1);
  const ofNulls = [...groups(nulls, (row) => row.case.kind)].map(([kind, list]) => [
    kind,
    list.length,
    familiesOf(list),
    list.filter(accused).length,
    Math.max(...list.map(({ result }) => result.percent)),
    Math.min(...list.map(({ result }) => result.log10P)).toFixed(1),
    list.filter(({ result }) => result.startExplains).length,
    list.filter(({ result }) => result.explained > 0).length,
  ]);
  const independent = nulls.filter(({ case: { kind } }) => /^(independent|real)/.test(kind));
  const sizes = [
    ...groups(independent, ({ result: { hidden, units } }) => `${[...new Set(hidden)].join(" and ")}/${units}`),
  ]
    .sort(([, a], [, b]) => a[0]!.result.hidden[0] - b[0]!.result.hidden[0] || a[0]!.result.units - b[0]!.result.units)
    .map(([size, list]) => [
      size,
      (Math.min(...list.map(({ result }) => result.parameters)) / 1e6).toFixed(2),
      list.length,
      familiesOf(list),
      Math.min(...list.map(({ result }) => result.directions)),
      Math.max(...list.map(({ result }) => result.percent)),
      most(list, 0, 0.2),
      most(list, 0.2, 0.8),
      most(list, 0.8, 1),
    ]);
  const derived = all.filter((row) => !nulls.includes(row));
  const ofDerived = [...groups(derived, (row) => row.case.kind)].map(([kind, list]) => [
    kind,
    list.length,
    list.filter(accused).length,
    Math.min(...list.map(({ result }) => result.percent)),
    Math.max(...list.map(({ result }) => result.percent)),
    Math.max(...list.map(({ result }) => result.log10P)).toFixed(1),
    list.filter(({ result }) => result.startExplains).length,
  ]);
  return [
    "# Tables of `weights/rotated-units`",
    "",
    "Written by `npm run study -- weights-rotated-units --cache FILE --write`.",
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
        "directions",
        "largest statistic, %",
        "first fifth",
        "middle",
        "last fifth",
      ],
      sizes,
    ),
    "",
    "## Derived, turned",
    "",
    table(
      ["row", "pairs", "found", "least statistic, %", "largest, %", "largest log10 p", "explained by one start"],
      ofDerived,
    ),
    "",
  ].join("\n");
}

function sharesAt({ depth, layers }: RotatedRow, from: number, to: number): number[] {
  return depth
    .filter(([layer]) => (layer! + 0.5) / layers[0] >= from && (layer! + 0.5) / layers[0] <= to)
    .map(([, , agreeing, labels]) => (100 * agreeing!) / labels!);
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? "---" : "--:"))), ...rows.map(line)].join("\n");
}

/** As the outcome leans on it: 0 where one start explains what agrees. */
function sorted(rows: readonly Found[]): number[] {
  return rows
    .map(({ result: { log10P, startExplains } }) => (startExplains ? 0 : Math.round(log10P * 100) / 100 + 0))
    .sort((x, y) => x - y);
}

function familiesOf(rows: readonly Found[]): number {
  return new Set(rows.flatMap((row) => row.case.families)).size;
}

function groups<T>(list: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const out = new Map<string, T[]>();
  for (const item of list) out.set(key(item), [...(out.get(key(item)) ?? []), item]);
  return out;
}
