/** The views of the laboratories; whatever none of them reads is shown plainly. */
import type { Finding } from "../../finding/finding.js";
import { behaviourView } from "./behaviour.js";
import { marksView } from "./marks.js";
import { plainView } from "./plain.js";
import { trafficView } from "./traffic.js";
import type { View } from "./view.js";
import { weightsView } from "./weights.js";

const VIEWS: readonly View[] = [weightsView, behaviourView, marksView, trafficView, plainView];

/** null when the finding carries no observations. */
export function viewOf(finding: Finding): View | null {
  return VIEWS.find((view) => view.reads(finding)) ?? null;
}
