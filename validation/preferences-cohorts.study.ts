/**
 * The rule of the second version of `preferences/centred-residuals`, chosen on the bases that develop and on no other, beside
 * the rule of version 1: scorers are better judges here (materials/makers/train_preference_scorers.py), and what others of
 * a side's documented base, or of its preference data, share is taken out beside the mean of other lineages. The rule stands
 * in this file: COHORT_MIN, MARGIN, and `ratio`; they were committed before the bases that judge were read, and are what they
 * were. The sides stay in the panel here, and a null pair that is asked is left out of its own bar.
 *
 *   npm run build && node validation/preferences-cohorts.study.ts            (seconds)
 */
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { ranked } from "../dist/labs/preferences/residual/ranked.js";

/** Other lineages of one base, or one preference set, from which on their mean is taken out. */
const COHORT_MIN = 2;
/** How far above every pair of no relation the two sides must stand; 1 in version 1. */
const MARGIN = 1.1;
const FLOOR = 0.1;
const RULES = ["version 1", "with cohorts"] as const;
type Rule = (typeof RULES)[number];

interface Model {
  name: string;
  kind: string;
  base: string;
  data: string;
  quality: number;
  teacher?: string;
  share?: number;
  scores: string;
}
/** Both rules on one half, as Markdown. */
function tablesOf(path: string): string {
  const panelFile = JSON.parse(gunzipSync(readFileSync(path)).toString());
  const { pairs, words, templates, length, format } = panelFile as Record<string, number> & Record<string, number[]>;
  const models = panelFile.models as Model[];
  const lineage = models.map(({ base, data }) => `${base} ${data}`);
  const values = models.map(({ scores }) => [...Buffer.from(scores, "base64")]);
  const split = 2 * (pairs as number);
  const runs = (from: number, size: number, n: number) =>
    Array.from({ length: n }, (_, i) => [from + i * size, from + (i + 1) * size] as [number, number]);
  const probes = [
    { name: "pairs", at: 0, prompts: runs(0, 2, pairs as number) },
    { name: "words", at: split, prompts: runs(0, words as number, templates as number) },
  ].map(({ name, at, prompts }) => {
    const n = prompts.at(-1)![1];
    const layout = { keys: Array.from({ length: n }, (_, i) => String(i)), prompts };
    const vector = (of: readonly number[]) => ranked(of.slice(at, at + n), layout);
    const all = [...values.map(vector), vector(length as number[]), vector(format as number[])];
    return { name, gram: all.map((a) => all.map((b) => a.reduce((sum, v, i) => sum + v * b[i]!, 0))) };
  });
  const seed = (i: number, s: number) => models[i]!.name.endsWith(`-${s}`);
  const kindIs = (kind: string) => models.flatMap((model, i) => (model.kind === kind ? [i] : []));
  const [own, grid, students] = [kindIs("own"), kindIs("grid"), kindIs("student")];
  const panel = [...own, ...grid.filter((i) => seed(i, 0))];
  const base = (i: number) => models[i]!.base;
  const data = (i: number) => models[i]!.data;

  /** Scorers whose mean is taken out of a pair's two sides. */
  function regressors(i: number, j: number, rule: Rule): number[][] {
    const rest = panel.filter((k) => ![i, j].includes(k) && lineage[k] !== lineage[i] && lineage[k] !== lineage[j]);
    if (rule === RULES[0]) return [rest];
    const shared = [i, j].flatMap((side) => [
      rest.filter((k) => base(k) === base(side)),
      rest.filter((k) => data(k) === data(side)),
    ]);
    const kept = shared.filter((of) => of.length >= COHORT_MIN);
    return [rest, ...new Map(kept.map((of) => [of.join(), of])).values()];
  }

  function residual(gram: readonly number[][], i: number, j: number, rule: Rule): number {
    const [l, f] = [models.length, models.length + 1];
    const out = [...regressors(i, j, rule), [l], [f]];
    const inner = (a: readonly number[], b: readonly number[]) =>
      a.reduce((sum, x) => sum + b.reduce((part, y) => part + gram[x]![y]!, 0), 0) / (a.length * b.length);
    // Gram-Schmidt on weights of scorers: rows of a triangular system, directions that others span left out.
    const rows = [...out, [i], [j]];
    const table = rows.map((a) => rows.map((b) => inner(a, b)));
    for (let c = 0; c < out.length; c++) {
      const pivot = table[c]![c]!;
      if (pivot <= 1e-9 * inner(out[c]!, out[c]!)) continue;
      for (let r = c + 1; r < rows.length; r++) {
        const factor = table[r]![c]! / pivot;
        for (let k = c; k < rows.length; k++) table[r]![k]! -= factor * table[c]![k]!;
      }
    }
    const [a, b] = [out.length, out.length + 1];
    return table[a]![b]! / Math.sqrt(table[a]![a]! * table[b]![b]!);
  }

  const kindOf = (i: number, j: number) => (base(i) === base(j) ? "base" : data(i) === data(j) ? "data" : "unrelated");
  const nulls = panel.flatMap((i, a) =>
    panel.slice(0, a).flatMap((j) => (lineage[i] === lineage[j] ? [] : [{ i, j, kind: kindOf(i, j) }])),
  );
  type Pair = readonly [number, number];
  const first = grid.filter((i) => seed(i, 0));
  const second = grid.filter((i) => seed(i, 1));
  const outside = own.filter((i) => !first.some((k) => base(k) === base(i)));
  const cross = (a: readonly number[], b: readonly number[], of: (i: number, j: number) => boolean): Pair[] =>
    a.flatMap((i) => b.filter((j) => i !== j && of(i, j)).map((j) => [i, j] as const));
  const asked: [string, Pair[]][] = [
    ["unrelated lineages", cross(outside, first, (i, j) => (i + j) % 2 === 0)],
    [
      "two makers on one public base",
      cross([...first, ...own], second, (i, j) => base(i) === base(j) && data(i) !== data(j)),
    ],
    [
      "two makers on one public preference set",
      cross(first, second, (i, j) => data(i) === data(j) && base(i) !== base(j)),
    ],
    ["one base and one preference set, other seeds", cross(first, grid, (i, j) => lineage[i] === lineage[j])],
  ];
  for (const share of [...new Set(students.map((i) => models[i]!.share!))].sort((a, b) => a - b))
    asked.push([
      `students, share ${share}`,
      students
        .filter((i) => models[i]!.share === share)
        .map((i) => [models.findIndex(({ name }) => name === models[i]!.teacher), i] as const),
    ]);

  /** Least over the probes of the residual by the largest of unrelated lineages, by the most that any pair of no relation has. */
  function ratio(pair: Pair, rule: Rule, seen: readonly { i: number; j: number; kind: string; residual: number[] }[]) {
    const others = seen.filter(({ i, j }) => !(pair.includes(i) && pair.includes(j)));
    const bars = probes.map((_, p) =>
      Math.max(FLOOR, ...others.filter(({ kind }) => kind === "unrelated").map(({ residual: of }) => of[p]!)),
    );
    const joint = (of: readonly number[]) => Math.min(...of.map((value, p) => value / bars[p]!));
    const own = probes.map(({ gram }) => residual(gram, pair[0], pair[1], rule));
    return { own, ratio: joint(own) / Math.max(1, ...others.map(({ residual: of }) => joint(of))) };
  }
  const f = (value: number) => value.toFixed(2);
  const sections = RULES.map((rule) => {
    const seen = nulls.map((pair) => ({
      ...pair,
      residual: probes.map(({ gram }) => residual(gram, pair.i, pair.j, rule)),
    }));
    const lines = asked.map(([what, of]) => {
      const all = of.map((pair) => ratio(pair, rule, seen));
      const mean = (p: number) => all.reduce((sum, { own: each }) => sum + each[p]!, 0) / all.length;
      const ratios = all.map((each) => each.ratio).sort((a, b) => a - b);
      const above = (by: number) => ratios.filter((value) => value > by).length;
      return `| ${what} | ${all.length} | ${f(mean(0))} | ${f(mean(1))} | ${f(ratios[Math.floor(0.2 * ratios.length)]!)} | ${f(ratios.at(-1)!)} | ${above(1)} | ${above(MARGIN)} |`;
    });
    return `## ${rule === RULES[0] ? "Residuals of version 1" : "What others of a side's base or data share, taken out too"}\n\n| pairs | asked | pairs: mean | words: mean | ratio: four fifths are above | largest | above 1 | above ${MARGIN} |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n${lines.join("\n")}`;
  });
  const quality = models.map((model) => model.quality);
  return `# The bases that ${panelFile.half === "judge" ? "judge" : "developed"}

${new Set(models.map((model) => model.base)).size} bases, ${models.length} scorers of 4,000 pairs; each prefers what all annotators prefer in ${(100 * Math.min(...quality)).toFixed(0)} to ${(100 * Math.max(...quality)).toFixed(0)} % of the pairs (${((100 * quality.reduce((a, b) => a + b, 0)) / quality.length).toFixed(0)} % on average). The panel holds ${panel.length} of them.

${sections.join("\n\n")}
`;
}

const halves = ["develop-2", "judge-2"].map((name) => tablesOf(`validation/preferences/${name}.json.gz`));
const text = `Written by \`validation/preferences-cohorts.study.ts\`.\n\n${halves.join("\n")}`;
writeFileSync("validation/preferences-cohorts.tables.md", text);
process.stdout.write(text);
