/**
 * Every edit of a single entry in every course's bundle, as `assay verify` meets it: which are not found?
 *   npm run build && node validation/docket-edits.study.ts
 * Resumable by course: docket-edits.json.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyCase } from "../dist/app/docket/verify-case.js";
import { platformKey } from "../dist/host/signing/signature-keys.js";
import { STATED_COURSES } from "../materials/docket/courses.ts";
import { singleEdits } from "../materials/docket/edits.ts";

const OUT = "validation/docket-edits.json";
const figures: Record<string, { entries: number; edits: number; notFound: string[] }> = existsSync(OUT)
  ? JSON.parse(readFileSync(OUT, "utf8"))
  : {};
const home = mkdtempSync(join(tmpdir(), "assay-docket-edits-"));
for (const [name, course] of Object.entries(STATED_COURSES)) {
  if (figures[name]) continue;
  const court = await course(join(home, name));
  const files = await court.bundle();
  const honest = await verifyCase(files, { quick: platformKey });
  if (!honest.holds) throw new Error(`${name} does not hold as it is`);
  const notFound: string[] = [];
  let edits = 0;
  for (const { what, files: edited } of singleEdits(files)) {
    edits++;
    if ((await verifyCase(edited, { quick: platformKey })).holds) notFound.push(what);
  }
  figures[name] = { entries: court.entries.length, edits, notFound };
  writeFileSync(OUT, `${JSON.stringify(figures, null, 2)}\n`);
}
rmSync(home, { recursive: true, force: true });
console.log(JSON.stringify(figures));
