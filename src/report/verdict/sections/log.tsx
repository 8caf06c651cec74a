/** Where the case stands in the log, and the proofs that its entries do. */
import { Table } from "../../parts/table.js";
import { visibleText } from "../../visible-text.js";
import type { Verdict } from "../verdict.js";
import { Figures, type WithFigures } from "./parts.js";

/** What a reader needs to find the case and to see that it is this one. */
export function placeOf({ origin, case: id, log }: Verdict, { entry, record }: NonNullable<Verdict["head"]>): string {
  return `case ${id} of ${origin}, entry ${entry}, ${record}${log ? `, log of ${log.size} entries` : ""}`;
}

/** The checkpoint and each entry's way to its root. */
export function LogProofs({ verdict, figures }: WithFigures) {
  const { log } = verdict;
  if (log === null) return <p class="govuk-body">The case was not read from its log.</p>;
  return (
    <>
      <p class="govuk-body">
        A proof shows that an entry was in the log when the checkpoint was signed, not that what it says is true. Whose
        checkpoint it is, its signature's key says.
      </p>
      <pre class="app-command">{log.checkpoint.split("\n").map(visibleText).join("\n")}</pre>
      <Figures figures={figures} section="log" />
      <Table
        caption={`Entries that this report leans on, in a log of ${log.size}: hashes from the entry to the root, in base64`}
        columns={[{ title: "Entry", numeric: true }, { title: "Hashes" }]}
        rows={log.proofs.map(({ entry, hashes }) => [
          String(entry),
          hashes.length === 0 ? "the entry is the root" : <code class="app-digest">{hashes.join(" ")}</code>,
        ])}
        dense
        wide
      />
    </>
  );
}
