/**
 * Writes histories with what the fold comes to, for a second reader to compare (validation/peers/docket_replay.py):
 * admissible ones, the same with entries moved, doubled and dropped so that many are refused, and UDRP-like ones.
 *   npm run build && node validation/docket-peer.study.ts CASES.jsonl [count] && python3 validation/peers/docket_replay.py CASES.jsonl
 */
import { writeFileSync } from "node:fs";
import { prng } from "../dist/base/prng.js";
import { fold, rulesOf } from "../dist/office/docket/fold/fold.js";
import { PACK_TEXTS, SHIPPED_PACKS, WEEKENDS_ONLY } from "../dist/office/docket/packs/shipped.js";
import { history } from "../materials/docket/histories.ts";

const [out = "docket-cases.jsonl", count = "200"] = process.argv.slice(2);
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
    const state = fold(rules, entries, asOf);
    lines.push(
      JSON.stringify({
        name: `${pack.data.id} ${n}`,
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
}
writeFileSync(out, `${lines.join("\n")}\n`);
