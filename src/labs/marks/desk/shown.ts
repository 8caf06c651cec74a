/** Marked text in the told dispute: which customer's mark found texts carry, and texts that carry none. */
import type { Shown } from "../../../app/laboratory.js";
import type { Finding } from "../../../finding/finding.js";
import type { PresentObservations } from "../record/observations.js";

const FOLDER = "fixtures/story/marks";
const [FOUND, OTHER] = ["found-texts", "other-texts"] as const;
/** As materials/story/make-story.ts wrote them. */
const SERVED_TO = "meridian";

const asked = (texts: string) => ({
  question: "marks",
  asked: (shipped: (path: string) => string) => ({
    arguments: [shipped(`${FOLDER}/${texts}.jsonl`)],
    options: { mark: shipped(`${FOLDER}/RING.json`) },
  }),
});

export const marksShown: Shown = {
  title: "Marked text",
  says: "Aldgate Labs marks what it serves, with a key for each customer, and finds texts in a data set of Meridian Cloud.",
  items: [
    { name: FOUND, title: "Texts found in the data set, held against the marks of five customers", ...asked(FOUND) },
    { name: OTHER, title: "Texts of the same model that were never marked", ...asked(OTHER) },
  ],
  committed: [1, 2, 3, 4, 5].map((n) => `${FOLDER}/commitment-${n}.json`),
  async tells(found) {
    const [texts] = found.get(FOUND)!;
    const [other] = found.get(OTHER)!;
    const traced = texts!.outcome === "supports-hp" ? ring(texts!).best : null;
    return {
      says: `The found texts ${traced === null ? "carry no mark that was found" : `carry the mark of the customer “${traced}”, of ${ring(texts!).marks} marks asked and paid for`}; texts without a mark come out ${other!.outcome}.`,
      verified: [
        { what: "the mark that the texts were made under is the one that is named", holds: traced === SERVED_TO },
        { what: "texts without a mark accuse nobody", holds: other!.outcome !== "supports-hp" },
      ],
    };
  },
};

function ring({ observations }: Finding) {
  return (observations as PresentObservations).ring!;
}
