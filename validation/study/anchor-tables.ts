/** The init anchor's study as Markdown tables. */
import { errorRate, log10Cap } from "../../dist/finding/strength.js";
import type { ValidationSummary } from "../../dist/finding/validation.js";
import type { HeldChange } from "../../dist/labs/weights/anchor/held-change.js";
import { SHARED_ANCESTRY } from "../../dist/labs/weights/propositions.js";
import { lower95 } from "../../dist/stats/clopper-pearson.js";
import type { Case } from "./anchor-cases.ts";

export interface Result {
  id: string;
  outcome: string;
  log10P: number;
  stored: number | null;
  aligned: number | null;
  referenceCosine: number | null;
  cosine: number | null;
  /** Null where nothing spoke, so that it was not asked. */
  heldBy: HeldChange | null;
  seconds: number;
}

type Row = Case & { result: Result };

/** @param planned cases the study would hold if it ran to its end */
export function anchorTables(all: readonly Row[], study: ValidationSummary, planned: number): string {
  const kinds = [...new Set(all.map((c) => c.kind))].sort();
  const { nulls, positives } = study;
  const proposition = SHARED_ANCESTRY;
  return [
    "<!-- Written by validation/weights-init-anchor.study.ts; do not edit. -->",
    "",
    `${all.length} of ${planned} planned cases examined.`,
    "",
    "### Counts",
    "",
    table(
      ["", "pairs", "families", "accused or found", "95 % bound"],
      [
        [
          "other draw, or one draw and apart since (2 families a disjoint pair)",
          nulls.pairs,
          nulls.families,
          nulls.accusedFamilies,
          `false positives ≤ ${percent(errorRate(proposition, study).upper95)}`,
        ],
        [
          "grown from the draw shown",
          positives.pairs,
          positives.families,
          positives.foundFamilies,
          `true positives ≥ ${percent(lower95(positives.foundFamilies, positives.families))}`,
        ],
        ["cap on the likelihood ratio", "", "", "", `10^${log10Cap(proposition, study).toFixed(2)}`],
      ],
    ),
    "",
    "### By kind",
    "",
    table(
      [
        "kind",
        "pairs",
        "p ≤ 10⁻⁶",
        "leans to the draw, ≤ 10⁻⁶",
        "log10 p, smallest",
        "largest",
        "cosine with the draw, least",
        "most",
        "of the change of the one the other holds, least",
        "most",
        "seconds a pair",
      ],
      kinds.map((kind) => {
        const rows = all.filter((c) => c.kind === kind).map((c) => c.result);
        const ps = rows.map((r) => r.log10P);
        const cosines = rows.flatMap((r) => (r.cosine === null ? [] : [r.cosine]));
        const held = rows.flatMap(({ heldBy }) =>
          heldBy ? [Math.max(heldBy.reference.heldByOther, heldBy.suspect.heldByOther)] : [],
        );
        const leans = rows.filter(({ stored, aligned }) => Math.min(stored ?? 0, aligned ?? 0) <= -6);
        const seconds = rows.map((r) => r.seconds).sort((a, b) => a - b);
        return [
          kind,
          rows.length,
          ps.filter((p) => p <= -6).length,
          leans.length,
          Math.min(...ps).toFixed(0),
          Math.max(...ps).toFixed(0),
          cosines.length > 0 ? Math.min(...cosines).toFixed(2) : "–",
          cosines.length > 0 ? Math.max(...cosines).toFixed(2) : "–",
          held.length > 0 ? Math.min(...held).toFixed(2) : "–",
          held.length > 0 ? Math.max(...held).toFixed(2) : "–",
          seconds[Math.floor(seconds.length / 2)]!.toFixed(1),
        ];
      }),
    ),
    "",
    "### Every model of the zoo, by the draw of each of the two that kept theirs",
    "",
    table(
      ["suspect", "draw", "log10 p as stored", "log10 p aligned", "combined", "cosine"],
      all
        .filter((c) => c.kind.startsWith("zoo"))
        .map((c) => [
          c.suspect.split("/").at(-1)!,
          c.familyA,
          c.result.stored?.toFixed(0) ?? "other shape",
          c.result.aligned?.toFixed(0) ?? "not needed",
          c.result.log10P.toFixed(0),
          c.result.cosine?.toFixed(2) ?? "–",
        ]),
    ),
    "",
  ].join("\n");
}

function table(head: string[], body: (string | number)[][]): string {
  return [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function percent(rate: number): string {
  return `${(100 * rate).toFixed(2)} %`;
}
