/**
 * Files of evaluation harnesses that others published: read by `gate read`'s reader, and each count held against the tool's
 * own figures and a count made here from the file alone. Names of repositories, commits, digests and counts are kept, the
 * files are not, and no model is named.
 *
 *   npm run build && node validation/gate-evaluations.study.ts CLONE:FOLDER…    writes validation/gate-evaluations.json
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { readEvaluation } from "../dist/app/gate/read-evaluation.js";

// biome-ignore lint/suspicious/noExplicitAny: files of others have any form
type Json = Record<string, any>;
const folder = mkdtempSync(join(tmpdir(), "assay-evaluations-study-"));
const git = (clone: string, ...args: string[]) => execFileSync("git", ["-C", clone, ...args], { maxBuffer: 1 << 28 });
const rows: Json[] = [];
for (const where of process.argv.slice(2)) {
  const [clone, under] = where.split(":") as [string, string];
  const commit = git(clone, "rev-parse", "HEAD").toString().trim();
  const repository = (basename(clone) === "repo" ? basename(dirname(clone)) : basename(clone)).replace("+", "/");
  const paths = git(clone, "ls-tree", "-r", "--name-only", "HEAD", `${under}/`)
    .toString()
    .split("\n")
    .filter((path) => path.endsWith(".json"));
  for (const [i, path] of paths.entries()) {
    const bytes = git(clone, "show", `HEAD:${path}`);
    const file = join(folder, `${i}.json`);
    writeFileSync(file, bytes);
    const row: Json = { repository, commit, number: i };
    try {
      const { reading, digest } = await readEvaluation(file);
      const own = JSON.parse(bytes.toString()) as Json;
      Object.assign(row, {
        sha256: digest,
        tool: reading.tool,
        counts: reading.counts.map(({ k, n, attempts, passed }) => ({ k, n, attempts, passed })),
        faults: [...new Set(reading.faults.map(({ name }) => name))],
      });
      if (reading.tool === "promptfoo") {
        const lines: Json[] = own.results.results;
        row.toolsOwn = {
          successes: own.results.stats?.successes ?? null,
          failures: own.results.stats?.failures ?? null,
        };
        row.passed = reading.counts.reduce((sum, { passed }) => sum + passed, 0);
        row.agrees =
          row.passed === row.toolsOwn.successes && row.passed === lines.filter(({ success }) => success).length;
      }
    } catch (error) {
      row.refused = (error as Error).message.replace(/^\d+\.json/, "the file").slice(0, 200);
    }
    rows.push(row);
  }
}
rmSync(folder, { recursive: true });
const tally = (values: string[]) =>
  Object.fromEntries(
    [...new Set(values)].sort().map((value) => [value, values.filter((each) => each === value).length]),
  );
const study = {
  measuredOn: new Date().toISOString().slice(0, 10),
  files: rows.length,
  read: tally(rows.flatMap(({ tool }) => tool ?? [])),
  faultless: rows.filter(({ faults }) => faults?.length === 0).length,
  faults: tally(rows.flatMap(({ faults }) => faults ?? [])),
  refused: tally(rows.flatMap(({ refused }) => refused ?? [])),
  agreesWithTheToolsOwnFigures: rows.filter(({ agrees }) => agrees === true).length,
  disagrees: rows.filter(({ agrees }) => agrees === false).length,
  rows: rows.filter(({ tool }) => tool !== "lm-eval").concat(rows.filter(({ tool }) => tool === "lm-eval").slice(0, 3)),
};
writeFileSync("validation/gate-evaluations.json", `${JSON.stringify(study, null, 1)}\n`);
process.stdout.write(`${JSON.stringify({ ...study, rows: rows.length }, null, 1)}\n`);
