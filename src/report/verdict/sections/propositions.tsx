/** The two propositions of each finding, and what its tests assume. */
import { SummaryList } from "../../parts/summary-list.js";
import { visibleText } from "../../visible-text.js";
import { Each, List, type Of } from "./parts.js";

/** Both propositions of each finding, and what was assumed. */
export function Propositions({ verdict }: Of) {
  return (
    <Each
      verdict={verdict}
      body={({ proposition, tests }) => (
        <>
          <SummaryList
            rows={[
              ["First proposition", visibleText(proposition.hp)],
              ["Second proposition", visibleText(proposition.hd)],
            ]}
          />
          <List
            items={[...new Set(tests.map(({ assumption }) => `Assumed: ${assumption}`))]}
            none="No assumption is stated."
          />
        </>
      )}
    />
  );
}
