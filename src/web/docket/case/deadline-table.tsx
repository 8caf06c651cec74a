/** Times with how each was computed. */
import type { CaseView } from "../../../office/docket/view/case-view.js";
import { ROLE_WORDS } from "../../../office/docket/view/kind-words.js";
import { Table } from "../../../report/parts/table.js";
import { visibleText } from "../../../report/visible-text.js";
import { Tag } from "../layout.js";
import { wordsOf } from "./value.js";

/** @param props `none` is the sentence for an empty list */
export function DeadlineTable({ rows, none, caption }: { rows: CaseView["deadlines"]; none: string; caption: string }) {
  if (rows.length === 0) return <p class="govuk-body">{none}</p>;
  return (
    <Table
      caption={caption}
      captionHidden
      columns={[{ title: "Time" }, { title: "Whose" }, { title: "Ends" }, { title: "State" }, { title: "Computation" }]}
      rows={rows.map(({ timer, of, due, status, computation, expiry }) => [
        wordsOf(timer.replaceAll("-", " ")),
        of.map((role) => ROLE_WORDS[role]).join(", "),
        <time datetime={due}>{due.replace("T", " ").replace("Z", " UTC")}</time>,
        <Tag text={status} colour={status === "running" ? "blue" : status === "expired" ? "red" : "grey"} />,
        <>
          <ul class="govuk-list app-steps">
            {computation.map((step) => (
              <li>{visibleText(step)}</li>
            ))}
          </ul>
          <div class="app-quiet">When it runs out: {visibleText(expiry)}</div>
        </>,
      ])}
      wide
    />
  );
}
