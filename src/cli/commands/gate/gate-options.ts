/** Values that several verbs of the gate take. */
import { InvalidArgumentError } from "commander";

const SECONDS_MAX = 86_400;
const PORT_MAX = 65_535;

/** Whole seconds, at most a day. */
export function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > SECONDS_MAX)
    throw new InvalidArgumentError(`expected 1 to ${SECONDS_MAX} seconds`);
  return value;
}

/** A port; 0 takes a free one. */
export function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > PORT_MAX)
    throw new InvalidArgumentError("expected a port, 0 to 65535");
  return value;
}
