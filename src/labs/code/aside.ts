/**
 * Files set aside because they say themselves that they come from a third source. A line that names the claimant (in the
 * suspect's file) is no such line: it is what the question is about. Names of a side are its folder's and its packages'.
 */
import type { Unit } from "./prints/containment.js";
import type { Provenance } from "./tokens/provenance.js";

export interface NamedSide {
  name: string;
  units: readonly Unit[];
  provenance: ReadonlyMap<string, Provenance>;
}

/** Names that many trees have: naming them names no one. */
const COMMON = new Set(
  "src lib libs test tests core utils util model models docs doc examples example scripts script tools common package packages python main code app cmd internal pkg include crates bench benchmark benchmarks init".split(
    " ",
  ),
);

/**
 * Words of four letters or more from the folder's name and the first two parts of each path, without version numbers
 * and common words.
 */
export function namesOf({ name, units }: NamedSide): string[] {
  const names = new Set([name.replace(/[-_]?v?\d+(\.\w+)*$/, "")]);
  for (const { path } of units) for (const part of path.split("/").slice(0, 2)) names.add(part.replace(/\.\w+$/, ""));
  return [...names].map(plain).filter((word) => word.length >= 4 && !COMMON.has(word));
}

/** @returns paths of `side` with an attribution line that names none of `allowed` */
export function setAside({ provenance }: NamedSide, allowed: readonly string[]): Set<string> {
  const paths = new Set<string>();
  for (const [path, { attribution }] of provenance) {
    const ofOthers = attribution.some((line) => {
      const said = plain(line);
      return !allowed.some((name) => said.includes(name));
    });
    if (ofOthers) paths.add(path);
  }
  return paths;
}

const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_.\s]/g, "");
