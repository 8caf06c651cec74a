/**
 * A fourth way of looking for groups: separate customers on one card and one network are taken as one, and such cells are
 * linked when they share more rare templates than people do who share nothing. A list whose prompts are fillings of no
 * template leaves any two accounts too little in common to be linked, and eight together enough. Chance: two accounts of
 * no cell share so many templates for each row that one sends and each that the other sends; so many are expected of two
 * cells (a Poisson tail, times the pairs of cells), and a campaign cannot raise that. What it proposes is judged as every
 * other candidate is; it cannot propose accounts that share no card with a network.
 */
import { ALL_PAIRS_MAX, CELLS_LOG10_P, GROUP_MIN, POPULAR_SHARE, SHARED_MIN } from "../method.js";
import { type Activity, finders } from "./activity.js";
import { components } from "./components.js";
import { CLASSES, countShared, type Link, poissonTail, rarityOf, type Shared } from "./links.js";

/** Two cells make a group. */
const CELLS_MIN = 2;

/**
 * @param cells accounts on one card and one network, as numbers, the largest cell first @returns candidate groups as
 * account numbers, not judged
 */
export function cellGroups(activity: Activity, cells: readonly (readonly number[])[]): number[][] {
  const accounts = activity.accounts.length;
  const cellOf = new Int32Array(accounts).fill(-1);
  const held: number[][] = [];
  for (const cell of cells) {
    const own = cell.filter((account) => cellOf[account] === -1);
    for (const account of own) cellOf[account] = held.length;
    if (own.length > 0) held.push(own);
  }
  const linked = linksOf(activity, cellOf, held.length);
  return components(linked, held.length, CELLS_MIN)
    .map((part) => part.flatMap((cell) => held[cell]!).sort((a, b) => a - b))
    .filter((group) => group.length >= GROUP_MIN);
}

function linksOf(activity: Activity, cellOf: Int32Array, cells: number): Link[] {
  const { accounts, templates, judgedRows } = activity;
  const users = finders(activity);
  const popular = Math.max(ALL_PAIRS_MAX, POPULAR_SHARE * accounts.length);
  const shared: Shared[] = [];
  // Rows of each cell; of accounts in no cell the sums of rows of any two, both ways round. Either half holds as many.
  const sent = new Float64Array(cells);
  let plainRows = 0;
  let squares = 0;
  for (let a = 0; a < accounts.length; a++) {
    if (cellOf[a] !== -1) sent[cellOf[a]!]! += judgedRows[a]!;
    else {
      plainRows += judgedRows[a]!;
      squares += judgedRows[a]! ** 2;
    }
  }
  const chances = plainRows ** 2 - squares;
  // Pairs of such accounts that use one template, both ways round: of a class of rarity and of all rarer ones.
  const pairs = new Float64Array(CLASSES);
  for (let t = 0; t < templates.length; t++) {
    const all = users(t);
    if (all.length < 2 || all.length > popular) continue;
    const rarity = rarityOf(all.length);
    const by = new Set<number>();
    let plain = 0;
    for (const account of all) {
      if (cellOf[account] === -1) plain++;
      else by.add(cellOf[account]!);
    }
    for (let c = rarity; c < CLASSES; c++) pairs[c]! += plain * (plain - 1);
    if (by.size >= 2) shared.push({ rarity, users: Uint32Array.from(by).sort() });
  }
  if (chances === 0) return [];
  const tried = [...new Set(shared.map(({ rarity }) => rarity))].sort((a, b) => a - b);
  const paid = Math.log10(Math.max(1, tried.length)) + Math.log10(Math.max(1, (cells * (cells - 1)) / 2));
  const out: Link[] = [];
  for (const { a, b, counts } of countShared(shared, cells)) {
    const both = (sent[a]! * sent[b]!) / chances;
    let met = 0;
    let log10P = 0;
    for (const c of tried) {
      met += counts[c]!;
      // One pair more than was seen, so that what nobody did is not taken as impossible.
      if (counts[c]! > 0 && met >= SHARED_MIN)
        log10P = Math.min(log10P, poissonTail(met, both * (pairs[c]! + 2)) + paid);
    }
    if (log10P <= CELLS_LOG10_P) out.push({ a, b, shared: met, log10P });
  }
  return out;
}
