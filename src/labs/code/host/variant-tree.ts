/**
 * The places of a source tree that can be written in two ways, file by file: as the original has them, each tried in both
 * forms and read back; as a suspect shows them; and the original written for one recipient. Generated files, others'
 * folders and what cannot be parsed have no places, as they have no prints.
 */
import { around, type PlacedSite } from "../copies/reading.js";
import type { Site, SiteKind } from "../copies/sites.js";
import { written } from "../copies/written.js";
import { type Grammar, grammarOf } from "../tokens/languages.js";
import { readSites, readTokens } from "./grammars.js";
import { readSource } from "./printed-tree.js";
import type { SourceFile, SourceTree } from "./source-tree.js";

type OnFile = (done: number, total: number) => void;
type Form = (site: number) => 0 | 1;

interface VariantFile {
  path: string;
  text: string;
  grammar: Grammar;
  sites: readonly Site[];
  /** Of `sites`, those that are places of the plan: read back in either form. */
  places: readonly number[];
  placed: readonly PlacedSite[];
}

export interface VariantTree {
  files: readonly VariantFile[];
  kinds: readonly SiteKind[];
  /** Of all places, in the order of files and text. */
  placed: readonly PlacedSite[];
}

/** Ways in which a file is tried: all places turned, and two drawn mixtures of which every place has either form once. */
const TRIED: readonly Form[] = [() => 0, () => 1, (i) => bit(i), (i) => (1 - bit(i)) as 0 | 1];
const bit = (i: number): 0 | 1 => ((Math.imul(i + 1, 0x9e3779b1) >>> 28) & 1) as 0 | 1;

/** The places of the original. */
export async function variantTree(tree: SourceTree, onFile: OnFile = () => {}): Promise<VariantTree> {
  const files: VariantFile[] = [];
  for (const [i, file] of tree.files.entries()) {
    onFile(i, tree.files.length);
    const found = await sitesOfFile(file);
    if (!found) continue;
    const { text, grammar, sites } = found;
    const places = await readBack(text, grammar, sites);
    const placed = await placedOf(file.path, text, grammar, sites);
    if (!placed || places.length === 0) continue;
    files.push({ path: file.path, text, grammar, sites, places, placed: places.map((place) => placed[place]!) });
  }
  const placed = files.flatMap((file) => file.placed);
  return { files, placed, kinds: placed.map(({ kind }) => kind) };
}

/** What a suspect's files show, every place that can be told. */
export async function shownPlaces(tree: SourceTree, onFile: OnFile = () => {}): Promise<PlacedSite[]> {
  const shown: PlacedSite[] = [];
  for (const [i, file] of tree.files.entries()) {
    onFile(i, tree.files.length);
    const found = await sitesOfFile(file);
    const placed = found && (await placedOf(file.path, found.text, found.grammar, found.sites));
    for (const each of placed ?? []) shown.push(each);
  }
  return shown;
}

/**
 * A copy: files by path, those with places alone, in the forms that are asked for.
 * @param forms one a place of the tree @returns files, and how many places stand as asked when read again
 */
export async function copyOf(
  { files }: VariantTree,
  forms: Uint8Array,
): Promise<{ files: Map<string, string>; asAsked: number }> {
  const copies = new Map<string, string>();
  let [from, asAsked] = [0, 0];
  for (const { path, text, grammar, sites, places } of files) {
    const asked = new Map(places.map((site, i) => [site, forms[from + i]! as 0 | 1]));
    const form: Form = (i) => asked.get(i) ?? sites[i]!.form;
    const { held, text: copy } = await tried(text, grammar, sites, form);
    // Where places bear on each other and one is lost, the file stays as it is: what then agrees agrees by chance.
    const holds = held?.every((each) => each) ?? false;
    copies.set(path, holds ? copy : text);
    asAsked += holds ? places.length : places.filter((site) => sites[site]!.form === asked.get(site)).length;
    from += places.length;
  }
  return { files: copies, asAsked };
}

async function sitesOfFile(file: SourceFile): Promise<{ text: string; grammar: Grammar; sites: Site[] } | null> {
  const grammar = grammarOf(file.path)!;
  const { text, why } = await readSource(file);
  if (text === null || why !== null) return null;
  const sites = await readSites(text, grammar, file.path);
  return sites === null || sites.length === 0 ? null : { text, grammar, sites };
}

/** Places that are found again, in the form that was written, in every way that is tried. */
async function readBack(text: string, grammar: Grammar, sites: readonly Site[]): Promise<number[]> {
  const holds = sites.map(() => true);
  for (const form of TRIED) {
    const { held } = await tried(text, grammar, sites, form);
    // One that vanishes may take what is around it along.
    if (held === null) return [];
    held.forEach((each, i) => {
      if (!each) holds[i] = false;
    });
  }
  return holds.flatMap((held, i) => (held ? [i] : []));
}

/** The text in forms, and which places are found in it as they were written; null where it has more or fewer of them. */
async function tried(
  text: string,
  grammar: Grammar,
  sites: readonly Site[],
  form: Form,
): Promise<{ text: string; held: boolean[] | null }> {
  const { text: made, starts } = written(text, sites, form);
  // By where they begin: branches that change places change the order.
  const back = new Map((await readSites(made, grammar))?.map((site) => [`${site.start} ${site.kind}`, site.form]));
  if (back.size !== sites.length) return { text: made, held: null };
  return { text: made, held: sites.map(({ kind }, i) => back.get(`${starts[i]} ${kind}`) === form(i)) };
}

async function placedOf(
  path: string,
  text: string,
  grammar: Grammar,
  sites: readonly Site[],
): Promise<PlacedSite[] | null> {
  const plain = written(text, sites, () => 0);
  const tokens = await readTokens(plain.text, grammar, path, true);
  if (!tokens) return null;
  return sites.map(({ kind, form, detail }, i) => ({
    kind,
    form,
    around: around({ kind, detail, path }, tokens.values, lowerBound(tokens.starts, plain.starts[i]!)),
  }));
}

function lowerBound(sorted: Uint32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
