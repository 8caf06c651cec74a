/** What a pact comes to, from its folder and the logs that are handed over with it. */
import { AssayError } from "../../base/error.js";
import { unixSeconds } from "../../host/moment.js";
import { type StatedPact, statedPact } from "../../office/pact/fold/stated.js";
import type { Policy } from "../../tlog/policy.js";
import { openPact, type PactFolder } from "./pact-folder.js";
import { readSources } from "./sources.js";

interface Asked {
  folder: string;
  logs: readonly string[];
  policy: Policy | null;
  /** Unix seconds; null: now, and in a rehearsal the latest time that any of the logs shows. */
  at: number | null;
}

/** @throws NOT_FOUND where no pact lies; a log that does not hold is a result */
export async function pactStatus({
  folder,
  logs,
  policy,
  at,
}: Asked): Promise<{ open: PactFolder; stated: StatedPact }> {
  const open = await openPact(folder, policy);
  const { sources, facts } = await readSources(open.state, logs, policy);
  const shown = Math.max(open.state.latest, ...sources.map(({ until }) => until));
  const asOf = at ?? (open.file.rehearsal ? shown : unixSeconds());
  if (asOf < open.state.latest && at !== null && asOf < 0)
    throw new AssayError("USAGE", "--at: expected a moment after 1970");
  const stated = statedPact({
    state: open.state,
    pact: open.pact,
    facts,
    sources: [open.source, ...sources],
    own: open.source.id,
    asOf,
  });
  return { open, stated };
}
