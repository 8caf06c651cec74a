/**
 * Learning rates as declared: linear warm-up from nought, then constant, linear decay or a half cosine (the schedules of
 * PyTorch and transformers under those names). Loggers write the rate before or after the step, and some round it: a rate
 * agrees when it is that of the step or of a neighbour, to half of its last printed digit.
 */
import type { Schedule } from "./entry.js";

/** @param step from 0; beyond the declared steps the rate stays where it ended */
export function rateAt(schedule: Schedule, step: number): number {
  const { peak, warmup } = schedule;
  if (step < warmup) return (peak * step) / warmup;
  if (schedule.kind === "constant") return peak;
  const { steps, least } = schedule;
  const part = Math.min(1, steps <= warmup ? 1 : (step - warmup) / (steps - warmup));
  return schedule.kind === "linear"
    ? least + (peak - least) * (1 - part)
    : least + ((peak - least) * (1 + Math.cos(Math.PI * part))) / 2;
}

/** Steps of the run may be counted from 0 or 1, and the rate noted before or after its step. */
const OFF_BY = [0, -1, 1];
/** Schedules are computed in single precision by some trainers. */
const RELATIVE = 1e-5;

/** @param rate as logged: half of its last printed digit is allowed for */
export function rateAgrees(schedule: Schedule, step: number, rate: number): boolean {
  const tolerance = lastDigit(rate) / 2 + RELATIVE * schedule.peak;
  return OFF_BY.some((off) => Math.abs(rateAt(schedule, Math.max(0, step + off)) - rate) <= tolerance);
}

/** Worth of the last digit with which a number is printed: 0.01 for 1.25e0, 1e-7 for 3.2e-6. */
function lastDigit(value: number): number {
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
  return 10 ** (Number(exponent) - (mantissa.split(".")[1]?.length ?? 0));
}
