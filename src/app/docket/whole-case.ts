/** A case as the projection takes it: the folder's entries with what their signers wrote, folded to a moment. */
import { AssayError } from "../../base/error.js";
import { type EntryStatement, openEntryBundle } from "../../office/docket/entry/entry-statement.js";
import { advance } from "../../office/docket/fold/clocks.js";
import type { WholeCase } from "../../office/docket/view/case-view.js";
import type { CaseFolder } from "./case-folder.js";

/** What was written in each entry. @throws NOT_FOUND where a signed bundle is not beside the case */
async function saidInCase({ records, object }: Pick<CaseFolder, "records" | "object">): Promise<EntryStatement[]> {
  const said: EntryStatement[] = [];
  for (const { bundle, seq } of records) {
    const bytes = await object(bundle);
    if (!bytes) throw new AssayError("NOT_FOUND", `case: expected the bundle of entry ${seq}`);
    said.push(openEntryBundle(bytes, `entry ${seq}`).said);
  }
  return said;
}

/** @param open is folded on to the moment @param asOf Unix seconds, no earlier than the last entry */
export async function wholeCase(open: CaseFolder, asOf: number): Promise<WholeCase> {
  const said = await saidInCase(open);
  advance(open.state, open.rules, asOf);
  const { id, file, rules, state, records, digests, keys } = open;
  const parties = new Map([...keys.all].map(([key, { party, name }]) => [key, { party, name }]));
  return { id, origin: file.origin, rehearsal: file.rehearsal, rules, state, records, digests, said, parties };
}
