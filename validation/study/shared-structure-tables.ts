/** The shared-structure study as a table by row and as a figure of tails: labels alone, and with values asked. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { METHOD_VERSION } from "../../dist/labs/weights/method.js";
import { upper95 } from "../../dist/stats/clopper-pearson.js";

export interface SharedRow {
  id: string;
  row: string;
  version: string;
  stage: "exact" | "aligned";
  log10P: number;
  /** Of the exact stage: the least that labels alone give on an axis. Of the aligned stage: without tolerance. */
  labelsLog10P: number;
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
/** Rows in which one model was made from the other; they are asked again of each version. */
const power = (row: string) => /^trained: (children|tuned|continued|sibling|long)/.test(row);
const figure = (x: number) => (x === 0 ? "0" : x.toFixed(1).replace("-", "−"));

export function writeSharedStructure(all: readonly SharedRow[], folder: string): void {
  const own = all.filter(({ version }) => version === METHOD_VERSION);
  const again = new Set(own.map(({ id }) => id));
  const carried = all.filter(
    (r) =>
      CARRIED.includes(r.version) && !power(r.row) && !again.has(r.id) && r.log10P > ALPHA && r.slope === undefined,
  );
  const rows = [...carried, ...own];
  const of = (stage: SharedRow["stage"], trained: boolean) =>
    rows.filter((r) => r.stage === stage && r.row.startsWith("trained") === trained);
  const data = group(rows).map(({ stage, row, list }) => ({
    stage,
    row,
    pairs: list.length,
    accused: list.filter((r) => r.log10P <= ALPHA).length,
    labelsAlone: list.filter((r) => r.labelsLog10P <= ALPHA).length,
    log10P: sorted(list.map((r) => r.log10P)),
    labelsLog10P: sorted(list.map((r) => r.labelsLog10P)),
  }));
  const study = {
    type: "assay/shared-structure/v1",
    method: "weights/unit-labels",
    methodVersion: METHOD_VERSION,
    carriedFrom: { versions: CARRIED, pairs: carried.length },
    rows: data,
  };
  writeFileSync(join(folder, "weights-shared-structure.json"), `${JSON.stringify(study)}\n`);
  const tables = [
    "# Tables of the shared-structure study",
    "Written by `weights-shared-structure.study.ts`. Every number is a log10 p; 10⁻⁶ accuses.",
    "## Generated pairs, exact stage",
    table(of("exact", false)),
    "## Generated pairs, second stage (aligned)",
    table(of("aligned", false)),
    "## Trained pairs, exact stage",
    table(of("exact", true).filter(({ row }) => !power(row))),
    "## Trained children, exact stage: found, not accused",
    table(of("exact", true).filter(({ row }) => power(row))),
  ];
  writeFileSync(join(folder, "weights-shared-structure.tables.md"), `${tables.join("\n\n")}\n`);
  writeFileSync(join(folder, "weights-shared-structure.tails.svg"), tails(of("exact", false)));
}

function group(rows: readonly SharedRow[]) {
  const keys = [...new Set(rows.map((r) => `${r.stage}|${r.row}`))].sort();
  return keys.map((key) => {
    const list = rows.filter((r) => `${r.stage}|${r.row}` === key);
    return { stage: list[0]!.stage, row: list[0]!.row, list };
  });
}

/** Two decimals, the hundred least: what a tail needs. */
function sorted(values: readonly number[]): number[] {
  return [...values]
    .sort((a, b) => a - b)
    .slice(0, 100)
    .map((x) => Math.ceil(x * 100) / 100 + 0);
}

function table(rows: readonly SharedRow[]): string {
  const lines = group(rows).map(({ row, list }) => {
    const at = (of: (r: SharedRow) => number, share: number) =>
      [...list].map(of).sort((a, b) => a - b)[Math.floor(share * (list.length - 1))]!;
    const accused = list.filter((r) => r.log10P <= ALPHA).length;
    const byLabels = list.filter((r) => r.labelsLog10P <= ALPHA).length;
    const bound = upper95(accused, list.length);
    const p = (r: SharedRow) => r.log10P;
    const labels = (r: SharedRow) => r.labelsLog10P;
    return `| ${row} | ${list.length} | ${accused} | ${(100 * bound).toFixed(2)} % | ${figure(at(p, 0))} | ${figure(at(p, 0.01))} | ${byLabels} | ${figure(at(labels, 0))} | ${figure(at(labels, 0.5))} |`;
  });
  return [
    "| row | pairs | accused | rate below (95 %) | least | hundredth | labels alone reach 10⁻⁶ on an axis (aligned: no tolerance) | least | median |",
    "|---|---|---|---|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}

const SIZE = { width: 760, height: 340, left: 56, top: 44, panel: 320, gap: 370, deep: 240 };

/** The least twelve, and beyond them a point for each tenth more. */
function drawn(i: number, n: number): boolean {
  const tenths = (k: number) => Math.floor(Math.log(k) / Math.log(1.1));
  return i < 12 || i === n - 1 || tenths(i) > tenths(i - 1);
}

/** Share of a row's pairs (log scale, 1 to 1/1000) with a log10 p at or below x, a line a row. */
function tails(rows: readonly SharedRow[]): string {
  const panel = (title: string, of: (r: SharedRow) => number, x0: number, colour: string) => {
    const x = (p: number) => x0 + SIZE.panel * (Math.min(40, -p) / 40);
    const y = (share: number) => SIZE.top + SIZE.deep * (Math.log10(1 / share) / 3);
    const lines = group(rows).map(({ row, list }) => {
      const ps = list.map(of).sort((a, b) => a - b);
      const points = ps.flatMap((p, i) =>
        drawn(i, ps.length)
          ? [`${x(p).toFixed(1)},${Math.min(SIZE.top + SIZE.deep, y((i + 1) / ps.length)).toFixed(1)}`]
          : [],
      );
      return `<polyline fill="none" stroke="${colour}" stroke-opacity="0.6" points="${points.join(" ")}"><title>${row.replace(/[<&]/g, "")}</title></polyline>`;
    });
    const marks = [0, -6, -20, -40].map(
      (p) => `<text x="${x(p).toFixed(1)}" y="${SIZE.top + SIZE.deep + 16}" text-anchor="middle">${figure(p)}</text>`,
    );
    const shares = [1, 0.1, 0.01, 0.001].map(
      (s) => `<text x="${x0 - 6}" y="${(y(s) + 4).toFixed(1)}" text-anchor="end">${s}</text>`,
    );
    return `<text x="${x0}" y="${SIZE.top - 14}" font-weight="bold">${title}</text><line x1="${x(-6)}" x2="${x(-6)}" y1="${SIZE.top}" y2="${SIZE.top + SIZE.deep}" stroke="#0b0c0c" stroke-dasharray="4 3"/>${lines.join("")}${marks.join("")}${shares.join("")}`;
  };
  const title = "Share of unrelated pairs at or below a log10 p, one line a shared structure";
  const left = panel("labels alone (version 2), least axis", (r) => r.labelsLog10P, SIZE.left, "#b8421d");
  const right = panel(
    `with values asked (version ${METHOD_VERSION})`,
    (r) => r.log10P,
    SIZE.left + SIZE.gap,
    "#1d70b8",
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-labelledby="t" font-family="sans-serif" font-size="12" fill="#0b0c0c"><title id="t">${title}</title><rect width="100%" height="100%" fill="#fff"/>${left}${right}<text x="${SIZE.left}" y="${SIZE.height - 8}">log10 p (beyond −40 drawn at −40); dashed: 10⁻⁶; figures in weights-shared-structure.tables.md</text></svg>\n`;
}
