/**
 * The common scale of evidence in drawings: log10(1 − log10 p). One pair of models may show 10⁻¹ and another 10⁻⁵⁰⁰⁰;
 * a linear scale would hide all but the largest, and equal steps on this one are roughly equal factors of evidence.
 */
import { powerGlyphs } from "../figure-words.js";

/** 0 for p = 1; a positive log10 p is read as 0. */
export function evidence(log10P: number): number {
  return Math.log10(1 - Math.min(0, log10P));
}

const POWERS = [0, -1, -3, -6, -10, -30, -100, -300, -1000, -3000, -10_000, -30_000, -100_000];

/** Ticks up to the first round power beyond the data: position and label. */
function evidenceTicks(log10PMin: number): { at: number; text: string }[] {
  const last = POWERS.findIndex((power) => power <= Math.min(log10PMin, -6));
  const shown = last < 0 ? POWERS : POWERS.slice(0, last + 1);
  return shown.map((power) => ({ at: evidence(power), text: powerGlyphs(power) }));
}

/** Plot's axis options for an evidence scale. */
export function evidenceScale(log10PMin: number, label: string) {
  const ticks = evidenceTicks(log10PMin);
  const text = new Map(ticks.map(({ at, text }) => [at, text]));
  return {
    type: "linear" as const,
    domain: [0, Math.max(ticks.at(-1)!.at, evidence(log10PMin))],
    ticks: ticks.map(({ at }) => at),
    tickFormat: (at: number) => text.get(at) ?? "",
    label,
    labelArrow: "none" as const,
  };
}
