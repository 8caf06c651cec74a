/** What a form is written of: text as it stands, or a range of the source that may hold further places. */
export type Piece = string | { from: number; to: number };
