/** Published statistics of the pairs of real models, beside what the command says: one table of the page. */
import type { RealRow } from "./real-pairs.ts";

/** As bench/baselines/peers.py answers of a pair. */
export interface Published {
  reference: string;
  suspect: string;
  /** Of AWM, with its published constants. */
  awm: { z: number };
  /** p of Zhu et al. on weights; null where shapes differ or it was not asked. */
  zhu: { phiU: number; phiMatch: number } | null;
}

/** The level at which p-values speak here and in bench/baselines.md. */
const LEVEL = 1e-6;

/**
 * The section of the page, or nothing where no pair was asked.
 * @param rows as the study's cache holds them
 * @param asked what the peers said, in any order
 */
export function publishedSection(rows: readonly RealRow[], asked: readonly Published[]): string[] {
  const of = (row: RealRow) => asked.find((each) => each.reference === row.reference && each.suspect === row.suspect);
  const both = rows.flatMap((row) => {
    const published = of(row);
    return published ? [{ row, published }] : [];
  });
  if (both.length === 0) return [];
  const ofRelation = (relation: RealRow["relation"]) => both.filter(({ row }) => row.relation === relation);
  const [children, apart] = [ofRelation("taken"), ofRelation("apart")];
  return [
    "## Published statistics on the same pairs",
    "",
    "AWM (arXiv 2510.06738) and φ_U and φ_MATCH of Zhu et al. (arXiv 2502.12292), written from the papers' formulas in `bench/baselines/peers.py`; their authors' code was not run. AWM: Z with its published constants. φ_U: p on rows of up-projections, units in place. φ_MATCH: p on weights, as in bench/baselines.md; its authors run it on activations, which no rotation of the stream changes, so its column says nothing of what theirs would find among rotated children: that has not been run. Both of Zhu et al.'s ask every tenth block, combined by Fisher; AWM asks all. Parents are read as fetched, in BF16 (the maker's row `as-fetched`). log10 of p; “< −307” is below what a double holds. A dash: shapes differ. `q500` was read in `q500-reordered`, whose embeddings, queries and keys, which are all that AWM reads, are its parent's. Not every pair of this page has been asked.",
    "",
    ...ruleTable(children, apart),
    "",
    "| pair | how | this laboratory | its share of units, % | AWM Z | φ_U | φ_MATCH, weights |",
    "|---|---|---|--:|--:|--:|--:|",
    ...both.map(({ row, published: { awm, zhu } }) => {
      const cells = [
        `${row.reference} / ${row.suspect}`,
        `${row.relation === "apart" ? "**other makers**: " : ""}${row.how}`,
        row.outcome,
        shareOf(row)?.toString() ?? "–",
        awm.z.toFixed(1),
        ...(zhu ? [log10(zhu.phiU), log10(zhu.phiMatch)] : ["–", "–"]),
      ];
      return `| ${cells.join(" | ")} |`;
    }),
    "",
  ];
}

interface Both {
  row: RealRow;
  published: Published;
}

interface Rule {
  name: string;
  /** Larger is nearer; null where it does not apply. */
  value: (of: Both) => number | null;
  /** From here on it says that one was taken from the other. */
  published: { at: number; said: string };
}

const RULES: Rule[] = [
  { name: "AWM", value: ({ published }) => published.awm.z, published: { at: 5, said: "Z ≥ 5" } },
  ...(["phiU", "phiMatch"] as const).map(
    (key): Rule => ({
      name: key === "phiU" ? "φ_U" : "φ_MATCH, weights",
      value: ({ published }) => (published.zhu ? -log10Of(published.zhu[key]) : null),
      published: { at: -Math.log10(LEVEL), said: "p ≤ 10⁻⁶" },
    }),
  ),
];

/** Found and accused at the published rule, and found where the rule is moved until no other makers' pair here is accused. */
function ruleTable(children: readonly Both[], apart: readonly Both[]): string[] {
  const ours = (list: readonly Both[]) =>
    list.filter(({ row }) => row.outcome === "supports-hp" || row.outcome === "uncalibrated").length;
  const counted = RULES.map(({ name, value, published }) => {
    const [of, innocent] = [children, apart].map((list) => list.map(value).filter((each) => each !== null));
    const largest = innocent!.length === 0 ? null : Math.max(...innocent!);
    const above = (list: readonly number[], at: number) => list.filter((each) => each >= at).length;
    const beyond =
      largest === null
        ? "no other pair has its shapes"
        : `${of!.filter((each) => each > largest).length} of ${of!.length}`;
    return `| ${name} | ${published.said} | ${above(of!, published.at)} of ${of!.length} | ${above(innocent!, published.at)} of ${innocent!.length} | ${beyond} |`;
  });
  return [
    "| statistic | rule | children found | other makers' pairs accused | children beyond every other makers' pair |",
    "|---|---|--:|--:|--:|",
    `| this laboratory | found, or above every null | ${ours(children)} of ${children.length} | ${ours(apart)} of ${apart.length} | ${beyondApart(children, apart)} of ${children.length} |`,
    ...counted,
    "",
    `The last column is the comparison at equal error: each threshold lies at the largest that the statistic gives to a pair of other makers' models here. Such pairs: ${apart.length}; no rate follows from so few. “Above every null” is no calibrated finding: models of this size lie beyond the sizes of the studies, whatever the statistic. φ_U is made for units in place, and nobody claims that it sees through another order.`,
  ];
}

/** Children found in place, or whose share of units is above that of every innocent. */
function beyondApart(children: readonly Both[], apart: readonly Both[]): number {
  const largest = Math.max(0, ...apart.map(({ row }) => shareOf(row) ?? 0));
  return children.filter(({ row }) => row.outcome === "supports-hp" || (shareOf(row) ?? 0) > largest).length;
}

const shareOf = ({ rotated, permuted }: RealRow): number | null => (rotated ?? permuted)?.percent ?? null;

const log10Of = (p: number) => (p === 0 ? -308 : Math.log10(p));

const log10 = (p: number) => (p === 0 ? "< −307" : Math.log10(p).toFixed(1));
