/** What a page of a case is: a record made from the reader's view, and a body drawn from that record alone. */
import type { Child } from "hono/jsx";
import type { CaseView } from "../../../office/docket/view/case-view.js";

export type Query = Readonly<Record<string, string>>;

export interface CasePage<R extends object = object> {
  /** Path below the case's own; empty for the case itself. */
  path: string;
  text: string;
  /** @returns null where the case has no such page */
  record: (shown: CaseView, query: Query, rest: string) => R | null;
  body: (record: R, shown: CaseView) => Child;
}

/** Pages of many records in one list. */
export function casePage<R extends object>(page: CasePage<R>): CasePage {
  return page as unknown as CasePage;
}
