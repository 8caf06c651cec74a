/** A page as it lies in a bundle, with all that it is written from, and a page as a renderer writes it. */
export interface StoredPage {
  /** Bytes of the files of that name. */
  finding: Uint8Array;
  request: Uint8Array;
  study: Uint8Array | null;
  /** Who signed the bundle, where its signature holds. */
  keyId: string | null;
}

export interface WrittenPage {
  /** HTML. */
  page: string;
  /** `name` without extension. */
  figures: readonly { name: string; svg: string; csv: string }[];
}
