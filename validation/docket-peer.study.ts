/**
 * Writes histories with what the fold comes to, for a second reader to compare (validation/peers/docket_replay.py):
 * admissible ones, the same with entries moved, doubled and dropped so that many are refused, UDRP-like ones, the courses of
 * a fictional dispute, cases given as bundles, and published UDRP histories where they are at hand.
 *   npm run build && node validation/docket-peer.study.ts CASES.jsonl [count] [HISTORIES.jsonl] [CASE.zip …] \
 *     && python3 validation/peers/docket_replay.py CASES.jsonl
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { caseFilesAt } from "../dist/app/docket/case-files.js";
import { prng } from "../dist/base/prng.js";
import { decodeRecord, entryOf } from "../dist/office/docket/entry/docket-record.js";
import type { CaseEntry } from "../dist/office/docket/fold/case-state.js";
import { fold, rulesOf } from "../dist/office/docket/fold/fold.js";
import type { RulePack } from "../dist/office/docket/pack/rule-pack.js";
import { PACK_TEXTS, SHIPPED_PACKS, WEEKENDS_ONLY } from "../dist/office/docket/packs/shipped.js";
import { entriesOf, readHistory } from "../dist/office/docket/replay/udrp-history.js";
import { STATED_COURSES } from "../materials/docket/courses.ts";
import { history } from "../materials/docket/histories.ts";

const [out = "docket-cases.jsonl", count = "200", ...given] = process.argv.slice(2);
const lines: string[] = [];
for (const pack of SHIPPED_PACKS) {
  const rules = rulesOf(pack, WEEKENDS_ONLY);
  for (let n = 0; n < Number(count); n++) {
    const draw = prng("assay/docket-peer/v1", `${pack.data.id} ${n}`);
    const whole = history(rules, `peer ${pack.data.id} ${n}`);
    // Every second one is disturbed: what follows is then often out of place.
    const kept = n % 2 === 0 ? whole : whole.filter(() => draw.below(8) > 0);
    const entries = kept.map((entry, seq) => ({ ...entry, seq }));
    if (n % 4 === 3 && entries.length > 2)
      entries.push({
        ...entries[1]!,
        seq: entries.length,
        statement: `again ${n}`,
        received: entries.at(-1)!.received + 5,
      });
    const asOf = Math.max(...entries.map(({ received }) => received), 0) + draw.below(100 * 86_400);
    told(`${pack.data.id} ${n}`, pack, entries, asOf);
  }
}
const [expedited, udrp] = SHIPPED_PACKS as [RulePack, RulePack];
const home = mkdtempSync(join(tmpdir(), "assay-docket-peer-"));
for (const [name, course] of Object.entries(STATED_COURSES)) {
  const { records } = (await course(join(home, name))).open;
  told(`course ${name}`, expedited, records.map(entryOf), records.at(-1)!.received + 100 * 86_400);
}
rmSync(home, { recursive: true, force: true });
for (const path of given)
  if (path.endsWith(".jsonl"))
    for (const line of readFileSync(path, "utf8").split("\n").filter(Boolean)) {
      const read = readHistory(line, path);
      const { entries } = entriesOf(read);
      told(`history ${read.case}`, udrp, entries, Math.max(0, ...entries.map(({ received }) => received)));
    }
  else {
    const files = (await caseFilesAt(path))!;
    const records = [...files]
      .filter(([name]) => name.endsWith(".record.json"))
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .flatMap(([name, bytes]) => {
        const record = decodeRecord(bytes, name);
        return "foreign" in record ? [] : [record];
      });
    told(`case ${basename(path)}`, expedited, records.map(entryOf), records.at(-1)!.received + 100 * 86_400);
  }

function told(name: string, pack: RulePack, entries: readonly CaseEntry[], asOf: number): void {
  const state = fold(rulesOf(pack, WEEKENDS_ONLY), entries, asOf);
  lines.push(
    JSON.stringify({
      name,
      pack: PACK_TEXTS.get(pack.data.id),
      calendar: WEEKENDS_ONLY.data,
      entries,
      asOf,
      state: state.state,
      history: state.history.map(({ at, state: to }) => [at, to]),
      clocks: state.clocks.map(({ timer, day, status }) => [timer, day, status]),
      flags: state.flags.map(({ flag, at }) => [flag, at]),
      refused: state.refused.map(({ seq, reason }) => [seq, reason]),
    }),
  );
}
writeFileSync(out, `${lines.join("\n")}\n`);
