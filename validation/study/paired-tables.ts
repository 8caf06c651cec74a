/**
 * What studies of methods that pair units by two views write: the summary that findings lean on, and tables of nulls by
 * kind and by size, and of what was derived.
 */
import type { ValidationSummary } from "../../dist/finding/validation.js";

/** A pair as a study looked at it. */
export interface PairedRow {
  kind: string;
  families: readonly [string, string];
  hidden: readonly [number, number];
  units: number;
  layers: readonly [number, number];
  parameters: number;
  gated: boolean;
  /** Directions that each view was seen along, where it was seen through tokens. */
  directions?: number;
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

/** Beyond α, and no common start explains it. */
export function accused({ log10P, startExplains }: Pick<PairedRow, "log10P" | "startExplains">): boolean {
  return log10P <= LOG10_ALPHA && !startExplains;
}

/** @param method with the page that a reader opens */
export function pairedSummary(
  method: { id: string; version: string; page: string },
  nulls: readonly PairedRow[],
  positives: readonly PairedRow[],
): ValidationSummary & { nullLog10P: number[]; positiveLog10P: number[] } {
  const families = groups(positives, (row) => row.families[0]);
  return {
    type: "assay/validation/v1",
    method: method.id,
    methodVersion: method.version,
    page: method.page,
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
}

/** @param says the method, the command that writes, and how what was derived was disguised */
export function pairedTables(
  says: { method: string; command: string; derived: string },
  nulls: readonly PairedRow[],
  derived: readonly PairedRow[],
): string {
  const through = nulls.some((row) => row.directions !== undefined);
  const only = <T>(cell: T): T[] => (through ? [cell] : []);
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
  const independent = nulls.filter(({ kind }) => /^(independent|real)/.test(kind));
  const sizes = [...groups(independent, ({ hidden, units }) => `${[...new Set(hidden)].join(" and ")}/${units}`)]
    .sort(([, a], [, b]) => a[0]!.hidden[0] - b[0]!.hidden[0] || a[0]!.units - b[0]!.units)
    .map(([size, list]) => [
      size,
      (Math.min(...list.map((row) => row.parameters)) / 1e6).toFixed(2),
      list.length,
      familiesOf(list),
      ...only(Math.min(...list.map((row) => row.directions ?? 0))),
      Math.max(...list.map((row) => row.percent)),
      mostAt(list, 0, 0.2),
      mostAt(list, 0.2, 0.8),
      mostAt(list, 0.8, 1),
    ]);
  const ofDerived = [...groups(derived, (row) => row.kind)].map(([kind, list]) => [
    kind,
    list.length,
    list.filter(accused).length,
    Math.min(...list.map((row) => row.percent)),
    Math.max(...list.map((row) => row.percent)),
    Math.max(...list.map((row) => row.log10P)).toFixed(1),
    ...only(list.filter((row) => row.startExplains).length),
  ]);
  return [
    `# Tables of \`${says.method}\``,
    "",
    `Written by \`${says.command}\`.`,
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
        ...only("directions"),
        "largest statistic, %",
        "first fifth",
        "middle",
        "last fifth",
      ],
      sizes,
    ),
    "",
    `## Derived, ${says.derived}`,
    "",
    table(
      [
        "row",
        "pairs",
        "found",
        "least statistic, %",
        "largest, %",
        "largest log10 p",
        ...only("explained by one start"),
      ],
      ofDerived,
    ),
    "",
  ].join("\n");
}

/** The largest share of any layer whose relative depth in the reference lies between the two, in percent. */
function mostAt(list: readonly PairedRow[], from: number, to: number): string {
  const shares = list.flatMap(({ depth, layers }) =>
    depth
      .filter(([layer]) => (layer! + 0.5) / layers[0] >= from && (layer! + 0.5) / layers[0] <= to)
      .map(([, , agreeing, labels]) => (100 * agreeing!) / labels!),
  );
  return Math.max(0, ...shares).toFixed(1);
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? "---" : "--:"))), ...rows.map(line)].join("\n");
}

/** As the outcome leans on it: 0 where one start explains what agrees. */
function sorted(rows: readonly PairedRow[]): number[] {
  const log10P = rows.map((row) => (row.startExplains ? 0 : Math.round(row.log10P * 100) / 100 + 0));
  return log10P.sort((x, y) => x - y);
}

function familiesOf(rows: readonly PairedRow[]): number {
  return new Set(rows.flatMap(({ families }) => families)).size;
}

function groups<T>(list: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const out = new Map<string, T[]>();
  for (const item of list) out.set(key(item), [...(out.get(key(item)) ?? []), item]);
  return out;
}
