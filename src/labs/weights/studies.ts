/** Where the study of each method of this laboratory lies in the package, and on what it was measured. */

export const WEIGHTS_STUDIES = [
  {
    method: "weights/unit-labels",
    version: "9",
    file: "validation/weights-unit-labels.json",
    measuredOn: "trained models of 0.1 to 1 million parameters",
  },
  {
    method: "weights/aligned-units",
    version: "5",
    file: "validation/weights-aligned-units.json",
    measuredOn: "trained models below 1 million parameters",
  },
  {
    method: "weights/init-anchor",
    version: "3",
    file: "validation/weights-init-anchor.json",
    measuredOn: "trained models below 1 million parameters",
  },
  {
    method: "weights/permuted-units",
    version: "5",
    file: "validation/weights-permuted-units.json",
    measuredOn: "trained models below 1 million parameters",
  },
  {
    method: "weights/rotated-units",
    version: "2",
    file: "validation/weights-rotated-units.json",
    measuredOn: "trained models below 1 million parameters",
  },
] as const;
