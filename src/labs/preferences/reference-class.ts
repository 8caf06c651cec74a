/** When scores are refused, and when they lie outside what was studied. */
import {
  FLOOR,
  ITEMS_MIN,
  LINEAGES_MIN,
  LINEAGES_SPEAK_MIN,
  type Probe,
  SHARING_MIN,
  STUDIED_AGREEMENT,
  STUDIED_PARAMETERS_MAX,
  TIES_MAX,
} from "./method.js";
import type { PreferencesObservations } from "./observations.js";

/** Why nothing may be compared; null where it may. @param sides with the template that wrapped their prompts, if stated */
export function refusedOf(
  { probes, panel }: PreferencesObservations,
  sides: readonly { table: { template: string | null } }[],
): string | null {
  for (const { probe, items, ties } of probes) {
    if (items < ITEMS_MIN)
      return `On the probe "${probe}" the sides and the panel share ${items} scored items; at least ${ITEMS_MIN} are needed on each of pairs and words.`;
    const most = Math.max(ties.reference, ties.suspect);
    if (most > TIES_MAX)
      return `On the probe "${probe}" a side scores ${percent(most)} of pairs of items alike; at most ${percent(TIES_MAX)} may be.`;
  }
  const templates = new Set(sides.flatMap(({ table }) => table.template ?? []));
  if (templates.size > 1)
    return "The two sides' scores were made with different prompt templates, which are an artefact of their own.";
  if (panel.lineages < LINEAGES_MIN)
    return `The panel holds ${panel.lineages} lineages; at least ${LINEAGES_MIN} are needed to take a mean out.`;
  return null;
}

/** Why the case lies outside what was studied; null where it lies inside. */
export function outsideOf({ panel, sides, takenOut, probes }: PreferencesObservations): string | null {
  if (panel.lineages < LINEAGES_SPEAK_MIN)
    return `the panel holds ${panel.lineages} lineages, and at least ${LINEAGES_SPEAK_MIN} are needed`;
  for (const [who, { base, data }] of Object.entries(sides))
    if (base === null || data === null) return `the ${who}'s base and preference data are not documented`;
  if (sides.reference.base === sides.suspect.base && sides.reference.data === sides.suspect.data)
    return "both sides are documented as trained from one base on one preference set; that alone makes two scorers agree as much as any copy would, and what they might share beyond it was not studied";
  if (panel.sharingBase < SHARING_MIN)
    return `${panel.sharingBase} scorers of the panel share the suspect's base and not its data, and at least ${SHARING_MIN} are needed`;
  if (panel.sharingData < SHARING_MIN)
    return `${panel.sharingData} scorers of the panel share the suspect's preference data and not its base, and at least ${SHARING_MIN} are needed`;
  if (!takenOut.includes("length"))
    return "the length of answers is not stated, and what two scorers share may be a taste for length";
  const sizes = [sides.reference.parameters, sides.suspect.parameters];
  if (sizes.some((size) => size === null || size > STUDIED_PARAMETERS_MAX))
    return `a side's size is not stated or above ${STUDIED_PARAMETERS_MAX.toLocaleString("en")} parameters, the largest that was studied`;
  for (const { probe, agreement } of probes) {
    const [low, high] = STUDIED_AGREEMENT[probe as Probe];
    if (agreement.mean < low || agreement.mean > high)
      return `unrelated scorers of the panel correlate at ${agreement.mean.toFixed(3)} on ${probe} on average, and those of the study's panels at ${low} to ${high}`;
  }
  if (probes.some(({ kinds }) => kinds.length === 0)) return `no unrelated pair of the panel sets a bar above ${FLOOR}`;
  return null;
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
