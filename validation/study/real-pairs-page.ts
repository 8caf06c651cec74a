/** The page of the study of real pairs. */
import { readFileSync } from "node:fs";
import { CHOSEN, type OverDepth, type RealRow } from "./real-pairs.ts";
import { type Published, publishedSection } from "./real-pairs-published.ts";

const HEAD = [
  "# Pairs of real models through the command",
  "",
  "Written by `node validation/weights-real-pairs.study.ts --models FOLDER --children FOLDER --cache FILE --write`. `materials/makers/real_models.py` fetches the models, with package, version and digest of each; `materials/makers/real_children.py` makes the children, on two cores, and says how. Each pair is one run of the built command, one pass. Models stand under code names; where their makers document no relation, none is claimed here, whatever the command says.",
  "",
  "Loss: mean over 256 tokens of a text that no child was trained on, the parent's and the child's. In place: combined log10 p of the exact tests. Units in any order: share in the r-th best layer away from the ends, r a third of the layers, and its log10 p. Through tokens: the same where the basis was not kept, units seen through tokens that both models have. Then the least share of a layer by relative depth, through tokens where that was asked; the largest share for other makers' models; a layer that was not taken shows 0. A dash: not asked, since an earlier test had answered, or not possible, for the reason given. Processor seconds are of a machine with other work.",
  "",
  "The maker names more children than stand here: longer fine-tunes, training on other text, LoRA of rank 16, merges, GPTQ, units and layers dropped, every other layer grafted, and the disguises of each. Where they are not in the table they have not been run by these versions. Trainings are short and at usual rates: they are what two cores allow, and no measure of how far a child may go. Layers drawn anew stand in for those of a host of which nobody knows: such a child says nothing, and its row shows that the part taken is seen. `e6` and `e3` keep different layers of their parent, as their rows against encoders of 12 layers show, so that neither holds a layer of the other.",
  "",
  "**Run again.** On 1 December 2026 the models were fetched and the children made anew (bfloat16; trained on this package's own pages in docs and validation at commit 8308df59, as fiction on `alice29.txt` and `asyoulik.txt` of the crate `brotli` 3.5.0), and every pair was run by `weights/unit-labels` 9, `weights/permuted-units` 5 and `weights/rotated-units` 2; the rows as the command gave them stand in [weights-real-pairs.jsonl](weights-real-pairs.jsonl). New are `q1500` (1.5 thousand million weights) beside three others, children of other training, and children whose norm gains were folded into the matrices behind them. Four children of `q1500` that were asked for were not made, for want of memory: three in QuaRot's rotations (as they are, in 8 bits, in 4 bits with units in another order) and one with gains folded and units in another order.",
  "",
  '**A child that is not found.** `p135-continued` was trained on with AdamW\'s usual weight decay (0.01, rate 5e-4, 60 steps), and is `inconclusive` in place, though the exact test gives 10^−36.2: "one default seed is enough". The method takes it that a copy lacks nothing of what it stands on. Gate rows lack 0.03 % of their parent in the middle (0.01 to 0.04 % by layer), which is rate × decay × steps, and are 0.044 % of their energy apart; by whichever way lacks less that is 0.27 of what is not shared, where 0.1 is allowed and strangers of one start lack 0.29 to 0.52. Its norm gains agree at 0.99, but less than rows do. By the rule a child is missed in place wherever decay takes between about a tenth and nine tenths of what training adds; how often that is was not measured, and this is one child. (Measured in NumPy, by a script that was not kept.) With units in another order and its stream turned the same child stands above every null. A mend is written about in weights-shared-structure.md.',
  "",
  "![Share of units that answer to each other by relative depth](weights-real-pairs.depth.svg)",
  "",
];

const TITLES: Record<RealRow["relation"], string> = {
  taken: "Children made here",
  "one file twice": "One model in two forms",
  "one parent": "Of one parent, by their makers",
  undocumented: "Relation undocumented",
  apart: "Other makers",
};

/**
 * @param rows as the study's cache holds them
 * @param published what published statistics say of the same pairs
 */
export function realPairsPage(rows: readonly RealRow[], published: readonly Published[]): string {
  const parts = Object.entries(TITLES).flatMap(([relation, title]) => {
    const of = rows.filter((row) => row.relation === relation);
    return of.length === 0 ? [] : [`## ${title}`, "", countOf(of), "", ...tableOf(of), ""];
  });
  return [...HEAD, besideNulls(rows), "", chosenSaid(rows), "", ...publishedSection(rows, published), ...parts].join(
    "\n",
  );
}

/** What became of the children that were chosen before any was run. */
function chosenSaid(rows: readonly RealRow[]): string {
  const of = CHOSEN.map((name) => ({
    name,
    row: rows.find(({ suspect, relation }) => suspect === name && relation === "taken"),
  }));
  const said = (outcome: string) => of.filter(({ row }) => row?.outcome === outcome).length;
  const left = of.filter(({ row }) => row === undefined).map(({ name }) => `\`${name}\``);
  const silent = of.filter(({ row }) => row?.outcome === "inconclusive").map(({ name }) => `\`${name}\``);
  return `**Chosen beforehand.** ${CHOSEN.length} children were named before any of them was run (\`CHOSEN\` in study/real-pairs.ts): ${said("supports-hp")} found, ${said("uncalibrated")} uncalibrated, ${silent.length} inconclusive${silent.length > 0 ? ` (${silent.join(", ")})` : ""}; not run, for want of processor time: ${left.join(", ") || "none"}.`;
}

/** What the studies' nulls and real models of other makers reach, beside what the children do. */
function besideNulls(rows: readonly RealRow[]): string {
  const seen = (row: RealRow) => [row.permuted, row.rotated].flatMap((each) => (each ? [each.percent] : []));
  const largest = (list: readonly number[]) => Math.max(0, ...list);
  const apart = rows.filter(({ relation }) => relation === "apart").filter((row) => seen(row).length > 0);
  const above = rows.filter(({ relation, outcome }) => relation === "taken" && outcome === "uncalibrated");
  const least = Math.min(...above.map((row) => (row.rotated ?? row.permuted)?.percent ?? 0));
  const [permuted, rotated] = ["permuted", "rotated"].map((stage) => {
    const text = readFileSync(new URL(`../weights-${stage}-units.json`, import.meta.url), "utf8");
    const { nullKinds } = JSON.parse(text) as { nullKinds: { statisticMax: number }[] };
    return largest(nullKinds.map(({ statisticMax }) => statisticMax));
  });
  return `**Beside the nulls.** The statistic of the ${above.length} children that were found by units: ${least} % and more. Of all nulls of the studies: up to ${permuted} % (units in another order) and ${rotated} % (through tokens). Of the ${apart.length} pairs of other makers' models here: up to ${largest(apart.flatMap(seen))} %.`;
}

function countOf(rows: readonly RealRow[]): string {
  const said = (outcome: string) => rows.filter((row) => row.outcome === outcome).length;
  const above = rows.filter(
    ({ outcome, method }) =>
      outcome === "uncalibrated" && (method === "weights/permuted-units" || method === "weights/rotated-units"),
  ).length;
  return `${rows.length} pairs: ${said("supports-hp")} found, ${above} above every null but beyond the sizes of the study, ${said("inconclusive")} inconclusive.`;
}

function tableOf(rows: readonly RealRow[]): string[] {
  return [
    "| pair | how | loss | outcome | in place | units in any order, % | log10 p | through tokens, % | log10 p | first fifth, % | middle, % | last fifth, % | what the finding says besides | processor s |",
    "|---|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|---|--:|",
    ...rows.map((row) => {
      const of = (seen: OverDepth | null | undefined) => (seen ? [seen.percent, seen.log10P.toFixed(0)] : ["–", "–"]);
      const depth = (row.rotated ?? row.permuted)?.depth;
      const extreme = row.relation === "apart" ? Math.max : Math.min;
      const at = (from: number, to: number) => (depth ? shareAt(depth, from, to, extreme) : "–");
      const asked = [...of(row.permuted), ...of(row.rotated), at(0, 0.2), at(0.2, 0.8), at(0.8, 1.01)];
      const cells = [
        `${row.reference} / ${row.suspect}`,
        row.how,
        row.loss ? row.loss.map((x) => x.toFixed(2)).join(" → ") : "–",
        row.outcome,
        row.log10P.toFixed(1),
        ...asked,
        besides(row),
        row.seconds || "–",
      ];
      return `| ${cells.join(" | ")} |`;
    }),
  ];
}

/** By depth of the reference: reference layer, units that agree, units drawn. */
function shareAt(
  depth: readonly (readonly [number, number, number])[],
  from: number,
  to: number,
  extreme: (...shares: number[]) => number,
): string {
  const layers = 1 + Math.max(...depth.map(([layer]) => layer));
  const best = new Map<number, number>();
  for (const [layer, agreeing, labels] of depth)
    best.set(layer, Math.max(best.get(layer) ?? 0, (100 * agreeing) / labels));
  const shares = [...best].flatMap(([layer, share]) => {
    const at = (layer + 0.5) / layers;
    return at >= from && at < to ? [share] : [];
  });
  return shares.length === 0 ? "–" : extreme(...shares).toFixed(1);
}

/** In which layers it found something, or what it did not look at and why. */
function besides({ outcome, reason }: RealRow): string {
  const where = /The likeness lies in (layers? [\d, ]+ of the reference's \d+)/.exec(reason)?.[1];
  if (outcome !== "inconclusive") return where ?? "–";
  const said =
    /(Units were not looked for in another order|Disguises were not undone|Nor were units compared through tokens) \([^)]*\): ([^.]*)\./g;
  return [...reason.matchAll(said)].map(([, , why]) => why).join("; ") || "–";
}
