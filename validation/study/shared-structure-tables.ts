/** The shared-structure study as a table by row and as a figure of tails: labels alone, and with values asked. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { METHOD_VERSION } from "../../dist/labs/weights/method.js";
import { upper95 } from "../../dist/stats/clopper-pearson.js";

export interface SharedRow {
  id: string;
  row: string;
  version: string;
  stage: "exact" | "aligned" | "half" | "half turned";
  log10P: number;
  /** Of the exact stage: the least that labels alone give on an axis. Of the aligned stage: without tolerance. */
  labelsLog10P: number;
  /** Of the aligned stage: what the finding says, which is more than a p; and that stage's version. */
  accused?: boolean;
  stageVersion?: string;
  /** Whether the second stage's test was asked at all, and whether a start or features explain what it saw. */
  reached?: boolean;
  explained?: boolean;
  /** Where one default seed could have made what agrees (tests/common-start.ts). */
  slope?: number | null;
  learned?: number | null;
}

const ALPHA = -6;
/**
 * Nulls of these versions carry over where the exact p did not reach α. Version 4 asked for more of an e-value than
 * version 3, so that it is never larger; version 5 changed only what is asked once α is reached, and not the e-value.
 */
const CARRIED = ["3", "4"];
/** Written studies that may be joined on: versions 6 to 9 changed only what is asked once α is reached, and asked it again in part. */
const JOINED = ["5", "6", "7", "8", METHOD_VERSION];
/** Rows in which one model was made from the other; they are asked again of each version. */
const power = (row: string) => /^trained: (children|tuned|continued|sibling|long)/.test(row);
const figure = (x: number) => (x === 0 ? "0" : x.toFixed(1).replace("-", "−"));

/** What is known of all pairs of a row: counts, and the least values, which a tail needs. */
interface Summary {
  stage: SharedRow["stage"];
  row: string;
  pairs: number;
  accused: number;
  labelsAlone: number;
  /** The hundred least, two decimals. */
  log10P: number[];
  labelsLog10P: number[];
  /** Of the larger part, where pairs of two caches are joined. */
  labelsMedian: number;
  /** Of pairs at half the size: how many the second stage was asked about, and how many it found and a start explains. */
  reached?: number;
  explained?: number;
}
const LEAST = 100;

/**
 * @param all the lines of a cache
 * @param onto a study that was written before, whose pairs are none of the cache's (`--from`): joined row by row
 */
export function writeSharedStructure(all: readonly SharedRow[], folder: string, onto?: string): void {
  const own = all.filter(({ version }) => version === METHOD_VERSION);
  const again = new Set(own.map(({ id }) => id));
  const carried = all.filter(
    (r) =>
      CARRIED.includes(r.version) && !power(r.row) && !again.has(r.id) && r.log10P > ALPHA && r.slope === undefined,
  );
  const standing = onto ? JSON.parse(readFileSync(onto, "utf8")) : undefined;
  if (standing && !JOINED.includes(standing.methodVersion))
    throw new Error(`${onto}: written by version ${standing.methodVersion}, this is ${METHOD_VERSION}`);
  const rows = joined([...(standing?.rows ?? []), ...summaries([...carried, ...own])]);
  const of = (stage: SharedRow["stage"], trained: boolean) =>
    rows.filter((r) => r.stage === stage && r.row.startsWith("trained") === trained);
  const study = {
    type: "assay/shared-structure/v1",
    method: "weights/unit-labels",
    methodVersion: METHOD_VERSION,
    carriedFrom: { versions: CARRIED, pairs: carried.length + (standing?.carriedFrom.pairs ?? 0) },
    rows,
  };
  writeFileSync(join(folder, "weights-shared-structure.json"), `${JSON.stringify(study)}\n`);
  const tables = [
    "# Tables of the shared-structure study",
    "Written by `weights-shared-structure.study.ts`. Every number is a log10 p; 10⁻⁶ accuses.",
    "## Generated pairs, exact stage",
    table(of("exact", false)),
    "## Generated pairs, second stage (aligned)",
    table(of("aligned", false)),
    "## Generated pairs at half the size, every stage",
    tableOfLater(of("half", false)),
    "## Generated pairs at half the size, the one turned by a third tool",
    tableOfLater(of("half turned", false)),
    "## Trained pairs, exact stage",
    table(of("exact", true).filter(({ row }) => !power(row))),
    ...(of("aligned", true).length > 0 ? ["## Trained pairs, second stage", table(of("aligned", true))] : []),
    "## Trained children, exact stage: found, not accused",
    table(of("exact", true).filter(({ row }) => power(row))),
  ];
  writeFileSync(join(folder, "weights-shared-structure.tables.md"), `${tables.join("\n\n")}\n`);
  writeFileSync(join(folder, "weights-shared-structure.tails.svg"), tails(of("exact", false)));
}

const atHalf = (stage: SharedRow["stage"]) => stage.startsWith("half");

const keyOf = ({ stage, row }: { stage: string; row: string }) => `${stage}|${row}`;

function summaries(rows: readonly SharedRow[]): Summary[] {
  return [...new Set(rows.map(keyOf))].map((key) => {
    const list = rows.filter((r) => keyOf(r) === key);
    const labels = list.map((r) => r.labelsLog10P).sort((a, b) => a - b);
    return {
      stage: list[0]!.stage,
      row: list[0]!.row,
      pairs: list.length,
      accused: list.filter((r) => r.accused ?? r.log10P <= ALPHA).length,
      labelsAlone: labels.filter((p) => p <= ALPHA).length,
      log10P: least(list.map((r) => r.log10P)),
      labelsLog10P: least(labels),
      labelsMedian: rounded(labels[Math.floor((list.length - 1) / 2)]!),
      ...(atHalf(list[0]!.stage)
        ? { reached: list.filter((r) => r.reached).length, explained: list.filter((r) => r.explained).length }
        : {}),
    };
  });
}

function joined(parts: readonly Summary[]): Summary[] {
  const keys = [...new Set(parts.map(keyOf))].sort();
  return keys.map((key) => {
    const of = parts.filter((part) => keyOf(part) === key);
    const sum = (count: (part: Summary) => number) => of.reduce((n, part) => n + count(part), 0);
    const largest = of.reduce((a, b) => (b.pairs > a.pairs ? b : a));
    return {
      stage: largest.stage,
      row: largest.row,
      pairs: sum(({ pairs }) => pairs),
      accused: sum(({ accused }) => accused),
      labelsAlone: sum(({ labelsAlone }) => labelsAlone),
      log10P: least(of.flatMap(({ log10P }) => log10P)),
      labelsLog10P: least(of.flatMap(({ labelsLog10P }) => labelsLog10P)),
      labelsMedian: largest.labelsMedian,
      ...(atHalf(largest.stage)
        ? { reached: sum(({ reached }) => reached ?? 0), explained: sum(({ explained }) => explained ?? 0) }
        : {}),
    };
  });
}

/** Upwards, to two decimals; what was rounded once stays as it is when a study is joined onto another. */
const rounded = (x: number) => Math.ceil(Number((x * 100).toFixed(6))) / 100 + 0;

function least(values: readonly number[]): number[] {
  return [...values]
    .sort((a, b) => a - b)
    .slice(0, LEAST)
    .map(rounded);
}

function table(rows: readonly Summary[]): string {
  const lines = rows.map(({ row, pairs, accused, labelsAlone, log10P, labelsLog10P, labelsMedian }) => {
    const bound = (100 * upper95(accused, pairs)).toFixed(2);
    const hundredth = log10P[Math.floor(0.01 * (pairs - 1))]!;
    return `| ${row} | ${pairs} | ${accused} | ${bound} % | ${figure(log10P[0]!)} | ${figure(hundredth)} | ${labelsAlone} | ${figure(labelsLog10P[0]!)} | ${figure(labelsMedian)} |`;
  });
  return [
    "| row | pairs | accused | rate below (95 %) | least | hundredth | labels alone reach 10⁻⁶ on an axis (aligned: no tolerance) | least | median |",
    "|---|---|---|---|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}

/** Of pairs at half the size: who reached the second stage, and what it said with its tolerance and without. */
function tableOfLater(rows: readonly Summary[]): string {
  const lines = rows.map(({ row, pairs, accused, reached, explained, log10P, labelsLog10P }) => {
    const bound = (100 * upper95(accused, pairs)).toFixed(1);
    return `| ${row} | ${pairs} | ${accused} | ${bound} % | ${reached} | ${explained} | ${figure(log10P[0]!)} | ${figure(labelsLog10P[0]!)} |`;
  });
  return [
    "| row | pairs | accused by any stage | rate below (95 %) | reached the second stage | of these found there and explained by a start | least p of what is not explained | least without tolerance, second stage |",
    "|---|---|---|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}

const SIZE = { width: 760, height: 340, left: 56, top: 44, panel: 320, gap: 370, deep: 240 };

/** The least twelve, and beyond them a point for each tenth more, as far as the values that are kept go. */
function drawn(i: number, n: number): boolean {
  const tenths = (k: number) => Math.floor(Math.log(k) / Math.log(1.1));
  return i < 12 || i === n - 1 || tenths(i) > tenths(i - 1);
}

/** Share of a row's pairs (log scale, 1 to 1/1000) with a log10 p at or below x, a line a row. */
function tails(rows: readonly Summary[]): string {
  const panel = (title: string, of: (r: Summary) => readonly number[], x0: number, colour: string) => {
    const x = (p: number) => x0 + SIZE.panel * (Math.min(40, -p) / 40);
    const y = (share: number) => SIZE.top + SIZE.deep * (Math.log10(1 / share) / 3);
    const lines = rows.map((r) => {
      const ps = of(r);
      const points = ps.flatMap((p, i) =>
        drawn(i, ps.length)
          ? [`${x(p).toFixed(1)},${Math.min(SIZE.top + SIZE.deep, y((i + 1) / r.pairs)).toFixed(1)}`]
          : [],
      );
      return `<polyline fill="none" stroke="${colour}" stroke-opacity="0.6" points="${points.join(" ")}"><title>${r.row.replace(/[<&]/g, "")}</title></polyline>`;
    });
    const marks = [0, -6, -20, -40].map(
      (p) => `<text x="${x(p).toFixed(1)}" y="${SIZE.top + SIZE.deep + 16}" text-anchor="middle">${figure(p)}</text>`,
    );
    const shares = [1, 0.1, 0.01, 0.001].map(
      (s) => `<text x="${x0 - 6}" y="${(y(s) + 4).toFixed(1)}" text-anchor="end">${s}</text>`,
    );
    return `<text x="${x0}" y="${SIZE.top - 14}" font-weight="bold">${title}</text><line x1="${x(-6)}" x2="${x(-6)}" y1="${SIZE.top}" y2="${SIZE.top + SIZE.deep}" stroke="#0b0c0c" stroke-dasharray="4 3"/>${lines.join("")}${marks.join("")}${shares.join("")}`;
  };
  const title = "Share of unrelated pairs at or below a log10 p, one line a shared structure, its hundred least pairs";
  const left = panel("labels alone (version 2), least axis", (r) => r.labelsLog10P, SIZE.left, "#b8421d");
  const right = panel(
    `with values asked (version ${METHOD_VERSION})`,
    (r) => r.log10P,
    SIZE.left + SIZE.gap,
    "#1d70b8",
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-labelledby="t" font-family="sans-serif" font-size="12" fill="#0b0c0c"><title id="t">${title}</title><rect width="100%" height="100%" fill="#fff"/>${left}${right}<text x="${SIZE.left}" y="${SIZE.height - 8}">log10 p (beyond −40 drawn at −40); dashed: 10⁻⁶; figures in weights-shared-structure.tables.md</text></svg>\n`;
}
