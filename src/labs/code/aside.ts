/**
 * Files set aside because they say themselves that they come from a third source, by a line of attribution or by naming
 * authors or holders of copyright who are not those of the side. A line that names the claimant (in the
 * suspect's file) is no such line: it is what the question is about. Names of a side are its folder's and its packages'.
 */
import type { Unit } from "./prints/containment.js";
import type { Provenance } from "./tokens/provenance.js";

export interface NamedSide {
  name: string;
  units: readonly Unit[];
  provenance: ReadonlyMap<string, Provenance>;
  /** Source files read, those that say nothing of themselves included. */
  files: number;
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

/** A name stands for the side when a tenth of its files, or three files and a fifth of those that name any, name it. */
const USUAL_SHARE = 0.1;
const USUAL_FILES = 3;
const USUAL_NAMING_SHARE = 0.2;

/**
 * Who the side's files usually say wrote them or holds their copyright, in plain letters. A holder whose files all lie in
 * one corner of the tree, while others are named outside it, is whoever was taken in there.
 */
export function usualHolders({ provenance, files, units }: Omit<NamedSide, "name">): Set<string> {
  const held = new Map<string, string[]>();
  let naming = 0;
  for (const [path, { holders }] of provenance) {
    if (holders.length > 0) naming++;
    for (const holder of holders) held.set(holder, [...(held.get(holder) ?? []), path]);
  }
  const whole = units.filter(({ name }) => name === "").map(({ path }) => path);
  const usual = [...held].filter(([holder, paths]) => {
    const many =
      paths.length >= USUAL_SHARE * files ||
      (paths.length >= USUAL_FILES && paths.length >= USUAL_NAMING_SHARE * naming);
    if (!many) return false;
    const corner = commonFolder(paths);
    const inside = (path: string) => path.startsWith(corner);
    if (corner === "" || whole.filter(inside).length >= whole.length / 2) return true;
    return ![...held].some(([other, others]) => other !== holder && others.some((path) => !inside(path)));
  });
  return new Set(usual.map(([holder]) => holder));
}

/** The deepest folder that all paths lie in, with its slash; "" for the tree itself. */
function commonFolder(paths: readonly string[]): string {
  let common = paths[0]!.slice(0, paths[0]!.lastIndexOf("/") + 1);
  for (const path of paths)
    while (!path.startsWith(common)) common = common.slice(0, common.lastIndexOf("/", common.length - 2) + 1);
  return common;
}

/**
 * @param allowed names whose mention in a line of attribution is no third source
 * @param holders whose copyright is no third source
 * @returns paths of `side` that say they come from a third source
 */
export function setAside(
  { provenance }: Pick<NamedSide, "provenance">,
  allowed: readonly string[],
  holders: ReadonlySet<string>,
): Set<string> {
  const paths = new Set<string>();
  for (const [path, said] of provenance) {
    const ofOthers = said.attribution.some((line) => !names(plain(line), allowed));
    const held = said.holders.length > 0 && !said.holders.some((one) => holders.has(one) || names(one, allowed));
    if (ofOthers || held) paths.add(path);
  }
  return paths;
}

const names = (said: string, allowed: readonly string[]): boolean => allowed.some((name) => said.includes(name));

const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_.\s]/g, "");
