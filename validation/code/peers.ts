/**
 * Other tools on the same pairs: of each language the files of materials/code/copied.tsv, every two of different makers a
 * null, each against its own edited copy a positive. Writes the files for the others to read, and scores the pairs by this
 * method twice: with the other files as its index, which is all that the other tools could be given too and thinner than
 * passages ask for, and with all other makers in PRINTS, as it is meant to be used.
 *
 *   node validation/code/peers.ts PUBLIC PEERS PRINTS   # writes PEERS/LANGUAGE/{original,quarter,six-tenths}/N, PEERS/assay.tsv
 *   python validation/code/peers_copydetect.py PEERS    # copydetect 0.5.0
 *   node validation/code/peers-dolos.mjs PEERS MODULES  # @dodona/dolos-core 1.2.1 below MODULES
 *   java -cp 'LIB/*' validation/code/PeersJplag.java PEERS [LANGUAGE…]   # JPlag 6.0.0 and its languages in LIB, Java 21 or later
 *   node validation/code/peers.ts PEERS --table
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { utf8 } from "../../dist/base/bytes.js";
import { sha256Digest } from "../../dist/base/digest.js";
import { printTree } from "../../dist/labs/code/host/printed-tree.js";
import { treeOf } from "../../dist/labs/code/host/source-tree.js";
import { PRINT_TOKENS } from "../../dist/labs/code/method.js";
import { bothWays } from "../../dist/labs/code/prints/both-ways.js";
import type { Maker, Unit } from "../../dist/labs/code/prints/containment.js";
import { joinSets } from "../../dist/labs/code/prints/prints.js";
import { LANGUAGES, type Language } from "../../dist/labs/code/tokens/languages.js";
import { editLines } from "../../materials/code/edit-lines.ts";
import { DOCUMENTED } from "./documented.ts";
import { indexOf } from "./index-of.ts";

const RATES = { quarter: 0.25, "six-tenths": 0.6 } as const;
const here = import.meta.dirname;
const [first, second, third] = process.argv.slice(2) as [string, string, string];
const rows = readFileSync(join(here, "..", "..", "materials", "code", "copied.tsv"), "utf8")
  .trim()
  .split("\n")
  .slice(1)
  .map((row) => row.split("\t") as [Language, string, string, string]);
const of = (language: Language) => rows.filter((row) => row[0] === language);

if (second === "--table") table(first);
else await score(first, second, third);

async function score(from: string, to: string, prints: string): Promise<void> {
  const lines: string[] = [];
  for (const language of LANGUAGES) {
    const files = of(language).flatMap(([, maker, suspect, path]) => {
      const at = join(from, language, maker, path);
      if (!existsSync(at)) return [];
      const text = readFileSync(at, "utf8");
      return [{ maker, path, text, seed: `${language} ${maker} ${suspect}` }];
    });
    const kinds: Record<string, { maker: string; units: readonly Unit[]; whole: Maker }[]> = {};
    for (const kind of ["original", ...Object.keys(RATES)]) {
      const made = files.map((file) => ({
        ...file,
        text: kind === "original" ? file.text : edited(language, file, RATES[kind as keyof typeof RATES]),
      }));
      kinds[kind] = [];
      for (const [i, { maker, path, text }] of made.entries()) {
        const folder = join(to, language, kind, String(i));
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, basename(path)), text);
        const bytes = utf8(text);
        const tree = treeOf(maker, [{ path: basename(path), bytes, digest: sha256Digest(bytes) }]);
        const { units } = await printTree(tree, "units", () => {});
        const sets = PRINT_TOKENS.map((_, k) =>
          joinSets(units.filter(({ name }) => name === "").map(({ prints }) => prints[k]!)),
        );
        kinds[kind]!.push({ maker, units, whole: { maker, languages: new Set([language]), prints: (k) => sets[k]! } });
      }
      writeFileSync(join(to, language, "makers.txt"), `${files.map(({ maker }) => maker).join("\n")}\n`);
    }
    const originals = kinds.original!;
    const all = PRINT_TOKENS.map((_, k) =>
      joinSets(Object.values(kinds).flatMap((of) => of.map(({ whole }) => whole.prints(k)))),
    );
    const makers = indexOf(join(prints, language), language, all);
    const put = (kind: string, i: number, j: number, other: (typeof originals)[number]) => {
      const statistic = (index: readonly Maker[]) => bothWays(originals[i]!.units, other.units, index).statistic;
      const thin = statistic(originals.filter((_, m) => m !== i && m !== j).map(({ whole }) => whole));
      const full = statistic(
        makers.filter(({ maker }) => maker !== originals[i]!.maker && maker !== originals[j]!.maker),
      );
      lines.push(["assay, the other files as index", language, kind, i, j, thin].join("\t"));
      lines.push(["assay, the other makers as index", language, kind, i, j, full].join("\t"));
    };
    originals.forEach((_, i) => {
      for (let j = i + 1; j < originals.length; j++) put("null", i, j, originals[j]!);
      for (const kind of Object.keys(RATES)) put(kind, i, i, kinds[kind]![i]!);
    });
    process.stderr.write(`${language}: ${originals.length} files\n`);
  }
  writeFileSync(join(to, "assay.tsv"), `${lines.join("\n")}\n`);
}

function edited(language: Language, { text, seed }: { text: string; seed: string }, rate: number): string {
  if (language !== "python") return editLines(text, language, seed, rate);
  const script = join(here, "..", "..", "materials", "code", "edit.py");
  return execFileSync("python3", [script, seed, String(rate), "1"], { input: text, maxBuffer: 1e9 }).toString();
}

/** Of each tool and language: the threshold that no null reaches, and one in a hundred, and what of the copies stands above. */
function table(peers: string): void {
  const scored = readdirSync(peers)
    .filter((name) => name.endsWith(".tsv"))
    .sort()
    .flatMap((name) => readFileSync(join(peers, name), "utf8").trim().split("\n"))
    .map((row) => row.split("\t") as [string, Language, string, string, string, string]);
  const tools = [...new Set(scored.map(([tool]) => tool))];
  const kinds = Object.keys(RATES);
  console.log(
    `| language | files | null pairs | tool | largest null | ${kinds.map((kind) => `${kind} above`).join(" | ")} | 99 % of nulls | ${kinds.map((kind) => `${kind} above`).join(" | ")} |`,
  );
  console.log("|---|---|---|---|---|---|---|---|---|---|");
  for (const language of LANGUAGES) {
    const path = join(peers, language, "makers.txt");
    if (!existsSync(path)) continue;
    const makers = readFileSync(path, "utf8").trim().split("\n");
    const shares = (a: number, b: number) =>
      makers[a] === makers[b] ||
      DOCUMENTED[language]!.some((pair) => pair.includes(makers[a]!) && pair.includes(makers[b]!));
    for (const tool of tools) {
      const ours = scored.filter((row) => row[0] === tool && row[1] === language);
      if (ours.length === 0) continue;
      const nulls = ours
        .filter(([, , kind, a, b]) => kind === "null" && !shares(Number(a), Number(b)))
        .map((row) => Number(row[5]))
        .sort((a, b) => a - b);
      const cells = [1, 0.99].flatMap((share) => {
        const bar = nulls[Math.min(nulls.length - 1, Math.floor(share * nulls.length))]!;
        const above = kinds.map((kind) => {
          const copies = ours.filter((row) => row[2] === kind);
          return `${copies.filter((row) => Number(row[5]) > bar).length} of ${copies.length}`;
        });
        return [bar.toFixed(3), ...above];
      });
      console.log(`| ${[language, makers.length, nulls.length, tool, ...cells].join(" | ")} |`);
    }
  }
}
