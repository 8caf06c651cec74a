/** The table of bench/baselines.ts: errors and times of each statistic on the same pairs. */

export interface Judged {
  a: string;
  b: string;
  row: string;
  derived: boolean;
  /** log10 p of this laboratory's combined test. */
  ours: number;
  oursSeconds: number;
  /** Mean uCKA, and the Z of the published constants. */
  awm: number;
  awmZ: number;
  awmSeconds: number;
  /** p-values; null where the shapes differ. */
  phiU: number | null;
  phiUSeconds: number | null;
  phiMatch: number | null;
  phiMatchSeconds: number | null;
}

export interface Large {
  name: string;
  shape: { hidden: number; ff: number; layers: number; vocabulary: number };
  parameters: number;
  /** Seconds: the whole examination, its test alone, AWM. */
  runs: { ours: number; test: number; log10P: number; awm: number; awmZ: number }[];
  phiUSeconds: number;
  phiMatchSeconds: number;
}

/** A statistic as a test: larger speaks for derivation; null where it does not apply. */
interface Statistic {
  name: string;
  of: (pair: Judged) => number | null;
  seconds: (pair: Judged) => number | null;
  /** Accuses at or above. */
  threshold: number;
  rule: string;
}

const minusLog = (p: number | null) => (p === null ? null : p === 0 ? Number.POSITIVE_INFINITY : -Math.log10(p));
const STATISTICS: Statistic[] = [
  { name: "this laboratory", of: (p) => -p.ours, seconds: (p) => p.oursSeconds, threshold: 6, rule: "p ≤ 10⁻⁶" },
  { name: "AWM", of: (p) => p.awmZ, seconds: (p) => p.awmSeconds, threshold: 5, rule: "published Z ≥ 5" },
  { name: "Zhu φ_U", of: (p) => minusLog(p.phiU), seconds: (p) => p.phiUSeconds, threshold: 6, rule: "p ≤ 10⁻⁶" },
  {
    name: "Zhu φ_MATCH",
    of: (p) => minusLog(p.phiMatch),
    seconds: (p) => p.phiMatchSeconds,
    threshold: 6,
    rule: "p ≤ 10⁻⁶",
  },
];

export function baselineTables(
  pairs: readonly Judged[],
  large: readonly Large[],
  machine: { cpu: string; cores: number; node: string },
): string {
  return `<!-- Written by bench/baselines.ts; do not edit. -->
# Published statistics beside ours

\`npm run build && node bench/baselines.ts --zoo ../shared/zoo --children FOLDERS --data FOLDER\` on ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}. The baselines are written from the papers' formulas (bench/baselines/peers.py: numpy with its BLAS on all cores, SciPy's assignment), AWM's Z with its published constants. Ours is the whole examination of shared ancestry, with reading, the story of each tensor and what was done; for generated pairs its test is timed alone as well, since that answers the question that the others answer. Seconds are medians, the models of the bank already in the page cache.

## Errors, on the same pairs

A statistic that needs equal shapes is counted on the pairs where it applies. "Best threshold" is chosen on these very pairs, which flatters every statistic alike: fewest errors that any threshold makes.

${errors(pairs)}

AWM's constants were estimated on models of 7 billion parameters and more; at these sizes independent models reach far higher Z. p-values of 0 are below what a double holds (SciPy underflows). Disguised models stand in a row of their own below: the exact test is blind to them and a second test answers (validation/weights-aligned-units.md); AWM sees a likeness there, at a Z that independent models of the bank reach as well.

## By kind of pair

${kinds(pairs)}

## Seconds

${seconds(pairs)}

${large.length === 0 ? "No large pair was timed in this run (`--data`)." : largeTable(large)}
`;
}

function errors(pairs: readonly Judged[]): string {
  // A disguise is left to its own row: the exact test does not claim to see it, and another test answers it.
  const told = pairs.filter((p) => !p.row.includes("disguised"));
  return table(
    ["statistic", "rule", "not derived", "accused", "derived", "missed", "AUC", "fewest errors at the best threshold"],
    STATISTICS.map(({ name, of, threshold, rule }) => {
      const applies = told.filter((p) => of(p) !== null);
      const [yes, no] = [true, false].map((d) => applies.filter((p) => p.derived === d).map((p) => of(p)!));
      return [
        name,
        rule,
        no!.length,
        no!.filter((x) => x >= threshold).length,
        yes!.length,
        yes!.filter((x) => x < threshold).length,
        auc(yes!, no!).toFixed(4),
        fewestErrors(yes!, no!),
      ];
    }),
  );
}

function kinds(pairs: readonly Judged[]): string {
  const rows = [...new Set(pairs.map((p) => p.row))];
  return table(
    ["pairs", "n", ...STATISTICS.map(({ name, rule }) => `${name}: ${rule}`), "AWM Z, from to", "our log10 p, from to"],
    rows.map((row) => {
      const of = pairs.filter((p) => p.row === row);
      const found = STATISTICS.map((s) => {
        const applies = of.map(s.of).filter((x) => x !== null);
        return applies.length === 0
          ? "does not apply"
          : `${applies.filter((x) => x >= s.threshold).length} of ${applies.length}`;
      });
      const z = of.map((p) => p.awmZ);
      const p = of.map((x) => x.ours);
      return [
        row,
        of.length,
        ...found,
        `${Math.min(...z).toFixed(1)} to ${Math.max(...z).toFixed(1)}`,
        `${Math.min(...p).toFixed(1)} to ${Math.max(...p).toFixed(1)}`,
      ];
    }),
  );
}

function seconds(pairs: readonly Judged[]): string {
  const one = (row: string) => {
    const of = pairs.filter((p) => p.row.startsWith(row));
    const times = STATISTICS.map((s) => median(of.map(s.seconds).filter((x) => x !== null)));
    const ratio = times[1]! / times[0]!;
    return [
      `${row} (median of ${of.length})`,
      ...times.map((t) => (Number.isNaN(t) ? "–" : t.toFixed(4))),
      `${ratio.toFixed(1)} ×`,
    ];
  };
  return table(
    ["pairs", ...STATISTICS.map(({ name }) => name), "AWM over ours"],
    ["bank, independent", "zoo, derived", "zoo, not derived"].map(one),
  );
}

function largeTable(large: readonly Large[]): string {
  return table(
    [
      "generated pair",
      "parameters",
      "this laboratory: test",
      "whole examination",
      "AWM",
      "Zhu φ_U",
      "Zhu φ_MATCH",
      "AWM over our test",
      "over our whole examination",
    ],
    large.map((l) => {
      const [test, mine, theirs] = (["test", "ours", "awm"] as const).map((of) => median(l.runs.map((r) => r[of]))) as [
        number,
        number,
        number,
      ];
      const { hidden, ff, layers, vocabulary } = l.shape;
      return [
        `width ${hidden}, ${ff} hidden units, ${layers} layers, ${vocabulary} tokens`,
        `${(l.parameters / 1e9).toFixed(2)} G`,
        test.toFixed(2),
        mine.toFixed(2),
        theirs.toFixed(2),
        l.phiUSeconds.toFixed(1),
        l.phiMatchSeconds.toFixed(1),
        `${(theirs / test).toFixed(1)} ×`,
        `${(theirs / mine).toFixed(1)} ×`,
      ];
    }),
  );
}

/** Chance that a derived pair stands above an independent one. */
function auc(yes: readonly number[], no: readonly number[]): number {
  let above = 0;
  for (const y of yes) for (const n of no) above += y > n ? 1 : y === n ? 0.5 : 0;
  return above / (yes.length * no.length);
}

function fewestErrors(yes: readonly number[], no: readonly number[]): number {
  const cuts = [...new Set([...yes, ...no]), Number.POSITIVE_INFINITY];
  return Math.min(...cuts.map((cut) => yes.filter((x) => x < cut).length + no.filter((x) => x >= cut).length));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function table(head: (string | number)[], body: (string | number)[][]): string {
  return [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
