/** Where the study of each method of this laboratory lies in the package, and on what it was measured. */

export const MARKS_STUDIES = [
  {
    method: "marks/present",
    version: "3",
    file: "validation/marks-present.json",
    measuredOn: "texts of small models with a vocabulary of 1,024 tokens",
  },
  {
    method: "marks/inherited",
    version: "3",
    file: "validation/marks-inherited.json",
    measuredOn: "transformers of 0.5 to 1 million parameters and bigram models",
  },
  {
    method: "marks/canary",
    version: "2",
    file: "validation/marks-canary.json",
    measuredOn: "simulated answers on plans of 100 accounts and 40 items; no model was trained",
  },
  {
    method: "marks/leak",
    version: "2",
    file: "validation/marks-leak.json",
    measuredOn:
      "a model below 1 million parameters with lists of 200 and 1,000 recipients, and 100 million generated weights",
  },
] as const;
