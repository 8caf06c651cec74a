/**
 * Of a campaign on a short list: how many of its rows ask again what was asked before, and how many of these come from the
 * account that had asked it, ever and within an hour. Tuning prompts; no engine.
 *
 *   node validation/traffic/resends.ts --shared ../shared
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { compose, truthOf } from "../../materials/worlds/compose.ts";

const { values } = parseArgs({ options: { shared: { type: "string", default: "../shared" } } });
const corpora = join(values.shared, "corpora");
const folder = mkdtempSync(join(tmpdir(), "assay-resends-"));
const list = join(folder, "list.jsonl");
const prompts = gunzipSync(readFileSync(join(corpora, "prompts/arena-users-a.jsonl.gz")));
writeFileSync(list, prompts.toString("utf8").split("\n").slice(0, 175).join("\n"));
const world = compose({
  arrivals: [join(corpora, "arrivals/azure-llm-2023-conv.csv")],
  benign: [join(corpora, "templates/imdb_Reviewer_Enjoyment.jsonl.gz")],
  extraction: [list],
  campaign: ["accounts=40,rows=4000,name=campaign"],
  decoys: ["none"],
  accounts: 60,
  rows: 4400,
  days: 14,
  start: "2026-03-02",
  seed: "tuning-resend",
});
rmSync(folder, { recursive: true });

const members = new Set(truthOf(world).map(({ account }) => account));
const asked = new Set<string>();
const askedBy = new Map<string, number>();
let [rows, again, byTheSame, withinAnHour] = [0, 0, 0, 0];
for (let day = 0; day < 14; day++)
  for (const { account, prompt, time } of world.rowsOn(day)) {
    if (!members.has(account.id)) continue;
    rows++;
    if (asked.has(prompt)) again++;
    asked.add(prompt);
    const own = `${account.id}\t${prompt}`;
    const before = askedBy.get(own);
    if (before !== undefined) byTheSame++;
    if (before !== undefined && time - before < 3_600_000) withinAnHour++;
    askedBy.set(own, time);
  }
console.log(
  `${rows} rows, ${again} ask again, ${byTheSame} of them by the account that had asked it, ${withinAnHour} within an hour`,
);
