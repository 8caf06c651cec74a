/** Whom the laboratory's findings name: the listed accounts of a group, in the log they were found in. */
import { z } from "zod";
import type { Finding } from "../../../finding/finding.js";
import { type About, namesRow, subjectAbout } from "../../../report/about.js";
import { whole } from "../../../report/figure-words.js";

/** What all versions of the observations of a log have in common. */
const seenSchema = z.object({
  log: z.object({ rows: z.number(), from: z.string(), to: z.string() }),
  group: z.object({ id: z.string(), accounts: z.number() }).nullable(),
  accounts: z.array(z.object({ account: z.string() })),
});

/** Null for observations of another method; names are as the finding has them, hashed or revealed. */
export function trafficAbout(finding: Finding): About | null {
  const seen = seenSchema.safeParse(finding.observations).data;
  if (!seen) return null;
  const { names, rows } = subjectAbout(finding);
  const size = {
    label: "Size of the log",
    values: [`${whole(seen.log.rows)} rows, ${seen.log.from} to ${seen.log.to}`],
  };
  if (!seen.group) return { names, rows: [...rows, size, { label: "Accounts named", values: ["none"] }] };
  const { id, accounts } = seen.group;
  const listed = seen.accounts.map(({ account }) => account);
  return {
    names: [`${whole(accounts)} accounts (${id})`],
    rows: [namesRow("Accounts listed", listed, accounts), ...rows, size],
  };
}
