/** What was found of a method's version after findings by it were made, as far as this version of the package knows. */
import type { FoundSince, MadeBy, PastVersion } from "../finding/past-version.js";
import { LABORATORIES } from "./known.js";

const PAST: readonly PastVersion[] = LABORATORIES.flatMap(({ pastVersions = [] }) => pastVersions);

/**
 * Once for each version. Only of outcomes that speak for the first proposition, or print figures that a reader could take
 * so: the others accuse nobody.
 */
export function foundSinceOf(findings: readonly (MadeBy & { outcome: string })[]): FoundSince[] {
  const found = new Map<string, FoundSince>();
  for (const each of findings.filter(({ outcome }) => outcome === "supports-hp" || outcome === "uncalibrated")) {
    const since = foundSince(each);
    if (since) found.set(`${since.method} ${since.version}`, since);
  }
  return [...found.values()];
}

/** Null where nothing is known against the version: one that is in use, or one of a later package. */
function foundSince({ method, version }: MadeBy): FoundSince | null {
  const past = PAST.find((of) => of.method === method && of.version === version);
  return past?.accused ? { method, version, accused: past.accused, told: past.told } : null;
}

/** One paragraph for a reader. It says nothing of the finding at hand, which may be right all the same. */
export function foundSinceText({ method, version, accused, told }: FoundSince): string {
  return `Found since of ${method}, version ${version}: ${accused} A later version mends that. Whether it bears on this finding is shown by examining the inputs again. Told in ${told}.`;
}
