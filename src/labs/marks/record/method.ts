/** Names, versions and stakes of this laboratory's methods. A change of any number here is a new version. */
export const PRESENT = {
  id: "marks/present",
  /**
   * Version 2: under SynthID's shared table a sum is also held against its law over keys. Version 3 pays for every mark
   * that could have been written, where nothing shows that nobody chose this one, and for readings of text in words.
   */
  version: "3",
  /** Shares of α: the corpus as a whole, the best single text, the best passage. */
  shares: { corpus: 0.5, text: 0.25, passage: 0.25 },
} as const;

export const INHERITED = {
  id: "marks/inherited",
  /**
   * Version 2 tests tuples that stand in 1, 2, 4, … texts set by set: in version 1 more text weakened the evidence. Version 3
   * counts texts that repeat one form, its blanks filled in, as one: version 2 took a marked form for what a model had learned.
   */
  version: "3",
  /** Other keys under which the transcript is scored. */
  keys: 1000,
} as const;

/** Version 2: a beacon draws after a log has the plan, tries and places are paid for, and items without an answer count. */
export const CANARY = { id: "marks/canary", version: "2" } as const;

/** Version 2 counts as many fresh code words as reach 10⁻⁶ for all recipients, drawn rounded up. */
export const LEAK = { id: "marks/leak", version: "2" } as const;

/** Seed of the calibration keys unless the parties draw one jointly. */
export const SEED_DEFAULT = "assay-marks-1";
