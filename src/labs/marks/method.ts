/** Names, versions and stakes of this laboratory's methods. A change of any number here is a new version. */
export const PRESENT = {
  id: "marks/present",
  version: "1",
  /** Shares of α: the corpus as a whole, the best single text, the best passage. */
  shares: { corpus: 0.5, text: 0.25, passage: 0.25 },
} as const;

export const INHERITED = {
  id: "marks/inherited",
  version: "1",
  /** Other keys under which the transcript is scored. */
  keys: 1000,
} as const;

export const CANARY = { id: "marks/canary", version: "1" } as const;

export const LEAK = { id: "marks/leak", version: "1" } as const;

/** Seed of the calibration keys unless the parties draw one jointly. */
export const SEED_DEFAULT = "assay-marks-1";
