/** What this page holds of a case: the public view from the server, and what its reader opened. Nothing of it is kept. */
import type { Role } from "../../../../office/docket/pack/names.js";
import { TIERS, type Tier } from "../../../../office/docket/pack/names.js";
import type { Reader } from "../../../../office/docket/seal/circle.js";
import type { Contents } from "../../../../office/docket/seal/contents.js";
import type { CaseView } from "../../../../office/docket/view/case-view.js";
import { revealed } from "../../../../office/docket/view/revealed.js";

interface Sealed {
  entry: number;
  tier: Tier;
  contents: string;
  parts: string[];
}

interface Workspace {
  view: CaseView;
  readers: Reader[];
  sealed: Sealed[];
}

/** The case whose pages these are. */
export const here = document.body.dataset.case!;
/** What was opened, by its entry. */
export const opened = new Map<number, Contents>();
let held: Workspace | null = null;

/** @param fresh asks again, as others file meanwhile @throws where the server does not answer with a case */
export async function workspace(fresh = false): Promise<Workspace> {
  if (held && !fresh) return held;
  const answer = await fetch(`/cases/${here}/workspace.json`);
  if (!answer.ok) throw new Error("The case cannot be read now.");
  held = (await answer.json()) as Workspace;
  return held;
}

/** The view with what was opened in it. */
export async function shownToMe(): Promise<CaseView> {
  const { view, sealed } = await workspace();
  const mine = sealed.filter(({ entry }) => opened.has(entry)).map(({ tier }) => TIERS.indexOf(tier));
  return revealed(view, opened, TIERS[Math.max(0, ...mine)]!);
}

const ROLE = `assay-role ${here}`;
/** As whom one acts here: remembered in this browser, as it is public who is a party. */
export function myRole(): Role {
  return (localStorage.getItem(ROLE) as Role | null) ?? "respondent";
}

/** Remembers it for this case. */
export function setRole(role: Role): void {
  localStorage.setItem(ROLE, role);
}
