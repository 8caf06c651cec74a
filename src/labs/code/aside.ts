/**
 * Files set aside because they say themselves that they come from a third source: by a line of attribution, by naming
 * authors or holders of copyright who are not those of the side, or by a licence's head that names no holder where the
 * side's files do not usually bear it. The head of a licence alone is no word on whose the code is: a tree whose files
 * all begin with one is read. A line that names the claimant (in the suspect's file) is no such line, nor is the head
 * that the claimant's files bear: they are what the question is about. Names of a side are its folder's and its packages'.
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

/** Shorter names stand in other words. */
const NAME_CHARS_MIN = 4;
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
  return [...names].map(plain).filter((word) => word.length >= NAME_CHARS_MIN && !COMMON.has(word));
}

/** A name stands for the side when a tenth of its files, or three files and a fifth of those that name any, name it. */
const USUAL_SHARE = 0.1;
const USUAL_FILES = 3;
const USUAL_NAMING_SHARE = 0.2;

/** What a side's files usually say of themselves: what stands in a few of them is whoever was taken in there. */
interface Usual {
  /** Who wrote them or holds their copyright, in plain letters. */
  holders: ReadonlySet<string>;
  /** Licences whose heads they bear. */
  heads: ReadonlySet<string>;
}

/** Of one side, or of two: what is usual in either. */
export function usualOf(...sides: readonly Omit<NamedSide, "name">[]): Usual {
  const of = (said: "holders" | "heads") => new Set(sides.flatMap((side) => usually(side, said)));
  return { holders: of("holders"), heads: of("heads") };
}

/**
 * A holder or head whose files all lie in one corner of the tree, while others are named outside it, is whoever was taken
 * in there.
 */
function usually({ provenance, files, units }: Omit<NamedSide, "name">, said: "holders" | "heads"): string[] {
  const held = new Map<string, string[]>();
  let naming = 0;
  for (const [path, { [said]: names }] of provenance) {
    if (names.length > 0) naming++;
    for (const name of names) held.set(name, [...(held.get(name) ?? []), path]);
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
  return usual.map(([name]) => name);
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
 * @param usual holders whose copyright, and licences whose head, is no third source
 * @returns paths of `side` that say they come from a third source
 */
export function setAside(
  { provenance }: Pick<NamedSide, "provenance">,
  allowed: readonly string[],
  usual: Usual,
): Set<string> {
  // A line may name several: "the Northwind team and Fabrikam".
  const own = [...allowed, ...[...usual.holders].filter((holder) => holder.length >= NAME_CHARS_MIN)];
  const paths = new Set<string>();
  for (const [path, said] of provenance) {
    const ofOthers = said.attribution.some((line) => !names(plain(line), allowed));
    const theirs = said.holders.some((one) => usual.holders.has(one) || names(one, own));
    const held = said.holders.length > 0 && !theirs;
    const foreign = said.heads.length > 0 && !theirs && !said.heads.some((head) => usual.heads.has(head));
    if (ofOthers || held || foreign) paths.add(path);
  }
  return paths;
}

const names = (said: string, allowed: readonly string[]): boolean => allowed.some((name) => said.includes(name));

const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_.\s]/g, "");
