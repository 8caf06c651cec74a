/** How the toy laboratory's observations stand on a page. */
import { SummaryList } from "../../../report/parts/summary-list.js";
import type { View } from "../../../report/view.js";
import { readsTosses } from "../observations.js";

export const tossesView: View = {
  reads: ({ observations }) => readsTosses(observations),
  figures: () => [],
  Observations: ({ finding: { observations } }) =>
    readsTosses(observations) ? (
      <SummaryList
        rows={[
          ["Tosses compared", String(observations.places)],
          ["Equal places", String(observations.equal)],
        ]}
      />
    ) : null,
};
