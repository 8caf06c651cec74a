/** Whoever made a finding: a method and its version, as the finding or an entry's facts state them. */
export interface MadeBy {
  method: string;
  version: string;
}

/**
 * What became of a version of a method that is asked no more. Findings of it exist and go on holding, byte by byte; whoever
 * reads one has to be told what was found of its version since.
 */
export interface PastVersion extends MadeBy {
  /**
   * Whole sentences: whom this version accused, or could accuse, though they took nothing, and that is mended since. Null
   * where no such thing is known.
   */
  accused: string | null;
  /** Where it is told, in the package. */
  told: string;
}

/** What a reader of a finding by such a version is told. */
export interface FoundSince extends MadeBy {
  /** Whole sentences, as above. */
  accused: string;
  told: string;
}
