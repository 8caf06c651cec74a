/**
 * Every edit of a single entry in every course's bundle, as `assay verify` meets it: which are not found? Two hands:
 * somebody who changes the bundle, and an office that makes its log anew over the changed entries with keys of its own.
 *   npm run build && node validation/docket-edits.study.ts [MORE.zip …]
 * MORE are further cases' bundles, such as the complete course's. Resumable by case: docket-edits.json.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { caseFilesAt } from "../dist/app/docket/case-files.js";
import { verifyCase } from "../dist/app/docket/verify-case.js";
import { platformKey } from "../dist/host/signing/signature-keys.js";
import { type Policy, parsePolicy, plainPolicy } from "../dist/tlog/policy.js";
import { STATED_COURSES } from "../materials/docket/courses.ts";
import { type Edit, remadeEdits, singleEdits } from "../materials/docket/edits.ts";

const OUT = "validation/docket-edits.json";
interface Hand {
  edits: number;
  byKind: Record<string, number>;
  /** Which check found it first. */
  foundBy: Record<string, number>;
  notFound: string[];
  /** Not found while the bundle brings the log's keys itself, found with the office's (`--policy`). */
  foundWithItsKeys?: string[];
}
const figures: Record<string, { entries: number; bundle: Hand; logMadeAnew: Hand }> = existsSync(OUT)
  ? JSON.parse(readFileSync(OUT, "utf8"))
  : {};
const save = () => writeFileSync(OUT, `${JSON.stringify(figures, null, 2)}\n`);

/** @param keys the log's true keys, which somebody may have from elsewhere: only what is not found without them is tried with them */
async function tried(edits: Iterable<Edit> | AsyncIterable<Edit>, keys: Policy): Promise<Hand> {
  const hand: Hand = { edits: 0, byKind: {}, foundBy: {}, notFound: [], foundWithItsKeys: [] };
  for await (const { what, kind, files } of edits) {
    hand.edits++;
    hand.byKind[kind] = (hand.byKind[kind] ?? 0) + 1;
    const fault = (await verifyCase(files, { quick: platformKey })).checks.find(({ holds }) => !holds);
    if (!fault && !(await verifyCase(files, { policy: keys, quick: platformKey })).holds)
      hand.foundWithItsKeys!.push(what);
    else if (!fault) hand.notFound.push(what);
    else hand.foundBy[fault.name] = (hand.foundBy[fault.name] ?? 0) + 1;
  }
  return hand;
}

async function study(name: string, bundle: () => Promise<Map<string, Uint8Array>>): Promise<void> {
  if (figures[name]) return;
  const files = await bundle();
  if (!(await verifyCase(files, { quick: platformKey })).holds) throw new Error(`${name} does not hold as it is`);
  const entries = [...files.keys()].filter((path) => path.endsWith(".record.json")).length;
  const keys = parsePolicy(
    new TextEncoder().encode(plainPolicy(new TextDecoder().decode(files.get("log-keys.txt")).trim().split("\n"))),
    "log-keys.txt",
  );
  figures[name] = {
    entries,
    bundle: await tried(singleEdits(files), keys),
    logMadeAnew: await tried(remadeEdits(files), keys),
  };
  save();
  process.stderr.write(`${name}: ${JSON.stringify(figures[name])}\n`);
}

const home = mkdtempSync(join(tmpdir(), "assay-docket-edits-"));
for (const [name, course] of Object.entries(STATED_COURSES))
  await study(name, async () => (await course(join(home, name))).bundle());
for (const path of process.argv.slice(2))
  await study(basename(path, ".zip"), async () => new Map(await caseFilesAt(path)));
rmSync(home, { recursive: true, force: true });
const sum = (of: (hand: Hand) => number) => {
  const cases = Object.values(figures);
  return {
    bundle: cases.reduce((n, { bundle }) => n + of(bundle), 0),
    logMadeAnew: cases.reduce((n, each) => n + of(each.logMadeAnew), 0),
  };
};
console.log(
  JSON.stringify({
    cases: Object.keys(figures).length,
    entries: Object.values(figures).reduce((n, { entries }) => n + entries, 0),
    edits: sum(({ edits }) => edits),
    notFound: sum(({ notFound }) => notFound.length),
  }),
);
