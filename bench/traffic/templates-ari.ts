/**
 * How well prompts are grouped by template: `assay traffic templates` on files of prompts, a file a family, against the
 * families, by the adjusted Rand index (Hubert and Arabie 1985).
 *
 *   npm run build && node bench/traffic/templates-ari.ts ../shared/corpora/templates [--without wiki_hop] [--families]
 *
 * Also printed: what two groupings that know the families reach, since the same text may stand in several of them: each
 * such text in the family that holds it most often, or each by itself. The larger is a bound to aim at.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { templatesOf } from "../../dist/labs/traffic/desk/traffic-templates.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { without: { type: "string", multiple: true, default: [] }, families: { type: "boolean", default: false } },
});
const [folder] = positionals;
if (folder === undefined) throw new Error("templates-ari: expected a folder of families");
const lines: { text: string; family: string }[] = [];
for (const name of readdirSync(folder).sort()) {
  if (!name.includes(".jsonl") || values.without.some((w) => name.startsWith(w))) continue;
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
