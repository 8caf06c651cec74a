/** Which statistics tell the same weights behind another host, prompt or sampling from siblings and from tuned models. */
import { STATISTICS } from "../../dist/labs/behaviour/agreement/agreement.js";
import type { Kind } from "../../materials/answers/labels.ts";
import type { Material } from "../../materials/answers/material.ts";
import type { Rows } from "./behaviour-fits.ts";

/** What tells the same weights from what, statistic by statistic: area under the curve at all prompts. */
export function separation(material: Material, all: Rows): string[] {
  const against: Kind[] = ["other bases", "siblings of one base", "same maker, other size", "tuned"];
  const of = (kind: Kind, s: number) => material.pairs.flatMap((p, i) => (p.kind === kind ? [all[i]![s]!] : []));
  const area = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, x) => sum + b.filter((y) => y < x).length + b.filter((y) => y === x).length / 2, 0) /
    (a.length * b.length);
  return [
    "",
    "The same weights against other pairs, each statistic by itself (area under the curve, all prompts, no fit).",
    "",
    `| statistic | ${against.map((kind) => (kind === "tuned" ? "tuned from one another" : kind)).join(" | ")} |`,
    `|---|${against.map(() => "---").join("|")}|`,
    ...STATISTICS.map(
      (name, s) =>
        `| ${name} | ${against.map((kind) => area(of("same model", s), of(kind, s)).toFixed(3)).join(" | ")} |`,
    ),
  ];
}
