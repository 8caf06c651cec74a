/** Which view writes a finding's observations out: its laboratory's where that reads them, else the plain one. */
import type { PageInput } from "./page-input.js";
import { plainView } from "./plain-view.js";
import type { View } from "./view.js";

/** null when the finding carries no observations. */
export function viewOf({ finding, view }: Pick<PageInput, "finding" | "view">): View | null {
  return [view, plainView].find((of) => of.reads(finding)) ?? null;
}
