/**
 * The study of `behaviour/common-origin`, by the rule of labs/behaviour/common-origin/rule.ts and no other.
 *
 *   npm run build && node validation/behaviour-common-origin.study.ts --transcripts ../shared/corpora/transcripts \
 *     --further ../shared/corpora/more-answers [--part chosen|held-out|wrappers|panels|own-words|summary]
 *
 * `chosen` is the material the rule was chosen on (instructions; the other half of the further answers); `held-out` are
 * the makers declared in study/common-origin-held-out.ts, read for the first time after the rule was frozen; `wrappers`
 * puts shared services before pairs of strangers, `panels` takes the nearest families out of panels. Each part writes validation/common-origin/PART.json, `summary`
 * behaviour-common-origin.json (what findings quote) and behaviour-common-origin.tables.md. Half an hour; wrappers
 * go on where they stopped.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { alpacaSet, furtherSets } from "../materials/answers/origin-sets.ts";
import { heldOutMakers } from "./study/common-origin-held-out.ts";
import { type Judged, judge } from "./study/common-origin-judge.ts";
import { ownWordsTable } from "./study/common-origin-own-words.ts";
import { strippedPanels } from "./study/common-origin-panels.ts";
import { summarise } from "./study/common-origin-summary.ts";
import { type WrappedRow, wrapped } from "./study/common-origin-wrapped.ts";

const { values } = parseArgs({
  options: { transcripts: { type: "string" }, further: { type: "string" }, part: { type: "string" } },
});
const here = new URL(".", import.meta.url).pathname;
const transcripts = values.transcripts ?? "../shared/corpora/transcripts";
const further = values.further ?? "../shared/corpora/more-answers";
const out = (part: string) => join(here, "common-origin", `${part}.json`);
const wanted = (part: string) => values.part === undefined || values.part === part;
const write = (part: string, value: unknown) => writeFileSync(out(part), `${JSON.stringify(value)}\n`);
mkdirSync(join(here, "common-origin"), { recursive: true });

/** Prompts asked of the instructions set: all, and draws of fewer. */
const DRAWS: readonly (readonly [prompts: number, draw: number])[] = [
  [805, 0],
  [400, 0],
  [200, 0],
  [200, 1],
  [100, 0],
  [100, 1],
  [50, 0],
  [50, 1],
];

const makers = () =>
  Object.values(
    JSON.parse(readFileSync(join(further, "listing.json"), "utf8")) as Record<string, { maker: string }>,
  ).map(({ maker }) => maker);

if (wanted("chosen")) {
  const set = alpacaSet(transcripts);
  const held = heldOutMakers(makers());
  const judged: Judged[] = DRAWS.map(([prompts, draw]) => judge(set, { prompts, draw }));
  for (const of of furtherSets(further, (maker) => !held.has(maker))) judged.push(judge(of, null));
  write("chosen", judged);
}
if (wanted("held-out")) {
  const held = heldOutMakers(makers());
  // Alone, and beside the other half, whose models then stand in the panel.
  const alone = furtherSets(further, (maker) => held.has(maker)).map((set) => judge(set, null));
  const beside = furtherSets(further, () => true).map((set) => judge(set, null, (_, listed) => held.has(listed)));
  write("held-out", { alone, beside });
}
if (wanted("wrappers")) {
  const rows: WrappedRow[] = existsSync(out("wrappers")) ? JSON.parse(readFileSync(out("wrappers"), "utf8")) : [];
  wrapped(alpacaSet(transcripts), rows, (row) => {
    rows.push(row);
    write("wrappers", rows);
  });
}
if (wanted("own-words")) {
  const table = join(here, "behaviour-own-words.tables.md");
  writeFileSync(table, "");
  ownWordsTable(alpacaSet(transcripts), (line) => appendFileSync(table, `${line}\n`));
}
if (wanted("panels")) write("panels", strippedPanels(alpacaSet(transcripts)));
if (wanted("summary")) {
  const read = (part: string) => (existsSync(out(part)) ? JSON.parse(readFileSync(out(part), "utf8")) : []);
  const { study, tables } = summarise(read("chosen"), read("held-out"), read("wrappers"), read("panels"));
  writeFileSync(join(here, "behaviour-common-origin.json"), `${JSON.stringify(study, null, 1)}\n`);
  writeFileSync(join(here, "behaviour-common-origin.tables.md"), tables);
}
