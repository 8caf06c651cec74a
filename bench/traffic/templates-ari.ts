/**
 * How well prompts are grouped by template: `assay traffic templates` on files of prompts, a file a family, against the
 * families, by the adjusted Rand index (Hubert and Arabie 1985).
 *
 *   npm run build && node bench/traffic/templates-ari.ts ../shared/corpora/templates [--without wiki_hop] [--families] [--draw 60 --seed 1]
 *
 * Where the folder has a wordings.json (materials/makers/traffic/fill_templates.py), the index is also given with families of one
 * wording merged. --draw takes so many families at random.
 *
 * Also printed: what two groupings that know the families reach, since the same text may stand in several of them: each
 * such text in the family that holds it most often, or each by itself. The larger is a bound to aim at.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { prng } from "../../dist/base/prng.js";
import { templatesOf } from "../../dist/labs/traffic/desk/traffic-templates.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    without: { type: "string", multiple: true, default: [] },
    families: { type: "boolean", default: false },
    draw: { type: "string" },
    seed: { type: "string", default: "1" },
  },
});
const [folder] = positionals;
if (folder === undefined) throw new Error("templates-ari: expected a folder of families");
const lines: { text: string; family: string }[] = [];
const names = readdirSync(folder)
  .filter((name) => name.includes(".jsonl"))
  .sort();
const drawn =
  values.draw === undefined ? names : sample(names, Number(values.draw), prng("templates-ari", values.seed));
for (const name of drawn.sort()) {
  if (values.without.some((w) => name.startsWith(w))) continue;
  const bytes = readFileSync(join(folder, name));
  const family = name.replace(/\.jsonl(\.gz)?$/, "");
  for (const line of (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").split("\n"))
    if (line.trim() !== "") lines.push({ text: JSON.parse(line).text, family });
}
const scratch = mkdtempSync(join(tmpdir(), "assay-ari-"));
const path = join(scratch, "prompts.jsonl");
writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
const found = await templatesOf(path);
rmSync(scratch, { recursive: true });
const families = found.map(({ record }) => String(record.family));
const ours = found.map(({ template }) => template);
// A text goes whole to one group, however many families it stands in.
const counts = new Map<string, Map<string, number>>();
for (const { text, family } of lines) {
  const own = counts.get(text) ?? new Map<string, number>();
  counts.set(text, own.set(family, (own.get(family) ?? 0) + 1));
}
const home = new Map(
  [...counts].map(([text, own]) => [text, [...own].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]![0]]),
);
const several = lines.filter(({ text }) => counts.get(text)!.size > 1).length;
process.stdout.write(
  `${JSON.stringify({
    prompts: lines.length,
    families: new Set(families).size,
    templates: new Set(ours).size,
    adjustedRandIndex: round(adjustedRand(families, ours)),
    ...(existsSync(join(folder, "wordings.json")) ? { oneWordingMerged: round(adjustedRand(merged(), ours)) } : {}),
    promptsInSeveralFamilies: several,
    ifEachTextWentToOneFamily: round(
      adjustedRand(
        families,
        lines.map(({ text }) => home.get(text)!),
      ),
    ),
    ifSuchTextsStoodAlone: round(
      adjustedRand(
        families,
        lines.map(({ text }) => (counts.get(text)!.size > 1 ? text : home.get(text)!)),
      ),
    ),
  })}\n`,
);
if (values.families)
  for (const family of new Set(families)) {
    const groups = new Map<string, number>();
    ours.forEach((template, i) => {
      if (families[i] === family) groups.set(template, (groups.get(template) ?? 0) + 1);
    });
    const largest = [...groups].sort((a, b) => b[1] - a[1])[0]!;
    const all = ours.filter((template) => template === largest[0]).length;
    const n = families.filter((f) => f === family).length;
    if (largest[1] < n || all > largest[1])
      process.stdout.write(
        `${family}: ${n} prompts in ${groups.size} groups, the largest ${largest[1]}, which holds ${all - largest[1]} of others\n`,
      );
  }

/** Families by their wording: what no grouping can tell apart. */
function merged(): string[] {
  const wordings = JSON.parse(readFileSync(join(folder!, "wordings.json"), "utf8")) as Record<string, string>;
  return families.map((family) => wordings[family]!);
}

function sample(list: readonly string[], n: number, r: { below: (k: number) => number }): string[] {
  const rest = [...list];
  return Array.from({ length: Math.min(n, rest.length) }, () => rest.splice(r.below(rest.length), 1)[0]!);
}

/** Pairs together in both, over what chance and perfection would give. */
function adjustedRand(a: readonly string[], b: readonly string[]): number {
  const pairs = (n: number) => (n * (n - 1)) / 2;
  const tally = (names: readonly string[]) => {
    const sizes = new Map<string, number>();
    for (const name of names) sizes.set(name, (sizes.get(name) ?? 0) + 1);
    return [...sizes.values()].reduce((sum, n) => sum + pairs(n), 0);
  };
  const both = tally(a.map((name, i) => `${name}\u0000${b[i]}`));
  const [left, right] = [tally(a), tally(b)];
  const chance = (left * right) / pairs(a.length);
  return (both - chance) / ((left + right) / 2 - chance);
}

function round(value: number): number {
  return Math.round(1e4 * value) / 1e4;
}
