/** Planted preferences on the page: counts, and no pair. */
import { whole } from "../../../report/figure-words.js";
import { drawRows } from "../../../report/parts/draw-rows.js";
import { SummaryList } from "../../../report/parts/summary-list.js";
import type { PlantedObservations } from "../planted/observations.js";

/** Of ties and pairs without an answer it says that they count against. */
export function Planted({ seen }: { seen: PlantedObservations }) {
  return (
    <SummaryList
      rows={[
        ["Plan", `${seen.plan}; commitment ${seen.commitment}`],
        ...(seen.draw ? drawRows(seen.draw) : []),
        ["Pairs", whole(seen.pairs)],
        [
          "On which the suspect prefers the drawn answer",
          `${whole(seen.agreed)}; half are expected of one that knows nothing`,
        ],
        ["Ties, counted against", whole(seen.ties)],
        ["Unanswered, counted against", whole(seen.missing)],
      ]}
    />
  );
}
