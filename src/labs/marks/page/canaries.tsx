/** Observations of canaries: what was asked and answered, whom the answers name, and every account beside them. */
import { log10Figure, whole } from "../../../report/figure-words.js";
import { drawRows } from "../../../report/parts/draw-rows.js";
import { SummaryList } from "../../../report/parts/summary-list.js";
import { Table } from "../../../report/parts/table.js";
import type { CanaryObservations } from "../record/observations.js";

/** Rows of the table; the finding holds the rest. */
const ROWS_MAX = 200;

/** Every account is shown, not the best alone. */
export function Canaries({ seen }: { seen: CanaryObservations }) {
  const { commitment, items, asked, answered, accounts, named, results, draw } = seen;
  return (
    <>
      <SummaryList
        rows={[
          ["Plan", `${whole(items)} items, ${whole(accounts)} accounts; commitment ${commitment}`],
          ...(draw ? drawRows(draw) : []),
          ["Items in the transcript", `${whole(asked)}, of which ${whole(answered)} with one of the item's options`],
          ["Accounts named", named.join(", ") || "none"],
        ]}
      />
      <Table
        caption={`Accounts whose options the answers agree with, most first${results.length > ROWS_MAX ? ` (the first ${ROWS_MAX} of ${whole(results.length)})` : ""}; p of each by itself, nothing paid`}
        columns={[
          { title: "Account" },
          { title: "Answers", numeric: true },
          { title: "Agree with what it was served", numeric: true },
          { title: "Log10 p", numeric: true },
          { title: "Named" },
        ]}
        rows={results
          .slice(0, ROWS_MAX)
          .map((r) => [
            r.account,
            whole(r.answered),
            whole(r.agreements),
            log10Figure(r.log10P),
            named.includes(r.account) ? "yes" : "no",
          ])}
        wide
        dense
      />
    </>
  );
}
