/**
 * What values add to pairs of models: ln((N + 1) / (d + 1)), N the models that answered and are of neither's group, d
 * those of them that hold the value. Value by value in the order first met, so that every sum has the order of additions
 * of the definition (agreement.ts of the behaviour laboratory) and its bits. Pairs lie in a triangle: pairOf.
 */
import { aloneBefore, collect, holdersAt, holdersOf } from "./origin-collect";
import {
  ADDED,
  ALONE,
  BESIDE,
  FAMILIES,
  GROUP,
  groups,
  HOLD,
  IN_GROUP,
  LOCAL,
  LOCAL_MAX,
  LOCALS,
  LOG,
  models,
  OWN,
  PRESENT,
  pairs,
  SUMS,
  shareOf,
  WEIGHTS,
  WIDE,
} from "./origin-room";

/** Bytes of a pair's sum as a power of two: alone, and beside what is shared on the prompt. */
const NARROW: u32 = 3, BROAD: u32 = 4;

/** Models that answered the prompt under way. */
let present = 0;

/** Place of a pair; a > b. */
// @ts-ignore: decorator
@inline
export function pairOf(a: usize, b: usize): usize {
  return (a * (a - 1)) / 2 + b;
}

// @ts-ignore: decorator
@inline
function at4(array: usize, i: usize): u32 {
  return load<u32>(array + (i << 2));
}

// @ts-ignore: decorator
@inline
function log(i: u32): f64 {
  return load<f64>(LOG + ((<usize>i) << 3));
}

/** Begins a prompt that nobody has answered so far. */
export function nobody(): void {
  present = 0;
  memory.fill(IN_GROUP, 0, (<usize>groups) << 2);
}

/** Model m answered; models come ascending. */
export function answered(m: i32): void {
  store<u32>(PRESENT + ((<usize>present) << 2), m);
  present++;
  const size = IN_GROUP + ((<usize>at4(GROUP, m)) << 2);
  store<u32>(size, load<u32>(size) + 1);
}

/** Counts the prompt for every pair that answered. @param counts f64 a pair */
export function countAnswered(counts: usize): void {
  for (let i = 1; i < present; i++) {
    const a = <usize>at4(PRESENT, i);
    const row = counts + (pairOf(a, 0) << 3);
    for (let j = 0; j < i; j++) {
      const to = row + ((<usize>at4(PRESENT, j)) << 3);
      store<f64>(to, load<f64>(to) + 1);
    }
  }
}

/** Adds what a family's values say. */
export function addFamily(family: i32, values: usize, starts: usize): void {
  const share = shareOf(family);
  const distinct = collect(values, starts, <u32>max(2, present >> 1));
  const sums = share < 0 ? SUMS + (<usize>family * pairs << 3) : WIDE + (<usize>share * pairs << 4);
  if (share >= 0) {
    memory.fill(OWN, 0, (<usize>models) << 3);
    memory.fill(ADDED, 0, (<usize>models) << 2);
  }
  for (let e: u32 = 1; e <= distinct; e++) {
    const count = holdersOf(e);
    if (count == 0 || (share < 0 && count == 1)) continue;
    addValue(e, holdersAt(e), count, sums, share >= 0);
  }
  if (share >= 0) addShares(sums, SUMS + (<usize>(FAMILIES + share) * pairs << 3));
}

function addValue(e: u32, holders: usize, count: u32, sums: usize, shared: bool): void {
  const locals = countGroups(holders, count);
  if (shared) addOwn(e, holders, count);
  if (locals <= <u32>LOCAL_MAX && count > 3) {
    weigh(locals, count);
    if (shared) addByTable<v128>(holders, count, locals, sums);
    else addByTable<f64>(holders, count, locals, sums);
  } else addOneByOne(holders, count, sums, shared);
  forgetGroups(locals);
}

/** Of each group how many hold the value, and the groups that do, numbered as met. @returns how many */
function countGroups(holders: usize, count: u32): u32 {
  let locals: u32 = 0;
  for (let i: usize = 0; i < <usize>count; i++) {
    const group = at4(GROUP, at4(holders, i));
    const held = HOLD + ((<usize>group) << 2);
    const before = load<u32>(held);
    if (before == 0) {
      store<u32>(LOCALS + ((<usize>locals) << 2), group);
      store<u32>(LOCAL + ((<usize>group) << 2), locals++);
    }
    store<u32>(held, before + 1);
  }
  return locals;
}

function forgetGroups(locals: u32): void {
  for (let s: usize = 0; s < <usize>locals; s++) store<u32>(HOLD + ((<usize>at4(LOCALS, s)) << 2), 0);
}

/** What the value weighs for models of groups g and h. */
// @ts-ignore: decorator
@inline
function weight(g: usize, h: usize, count: u32): f64 {
  let strangers = <u32>present + 1 - at4(IN_GROUP, g);
  let holders = count + 1 - at4(HOLD, g);
  if (g != h) {
    strangers -= at4(IN_GROUP, h);
    holders -= at4(HOLD, h);
  }
  return log(strangers) - log(holders);
}

/** To what each holder holds in all; what it alone held before comes first. */
function addOwn(e: u32, holders: usize, count: u32): void {
  catchUp(at4(holders, 0), aloneBefore(e));
  for (let i: usize = 0; i < <usize>count; i++) {
    const m = <usize>at4(holders, i);
    const g = <usize>at4(GROUP, m);
    const own = OWN + (m << 3);
    store<f64>(own, load<f64>(own) + weight(g, g, count));
  }
}

/** Adds what model m alone holds, up to the n-th of such values. */
function catchUp(m: usize, n: u32): void {
  const done = ADDED + (m << 2);
  let added = load<u32>(done);
  if (added >= n) return;
  const each = log(<u32>present + 1 - at4(IN_GROUP, at4(GROUP, m))) - log(1);
  let own = load<f64>(OWN + (m << 3));
  for (; added < n; added++) own += each;
  store<f64>(OWN + (m << 3), own);
  store<u32>(done, added);
}

/** Weights of all pairs of groups that hold the value. */
function weigh(locals: u32, count: u32): void {
  for (let s: usize = 0; s < <usize>locals; s++) {
    const g = <usize>at4(LOCALS, s);
    for (let t: usize = 0; t <= s; t++) {
      const w = weight(g, at4(LOCALS, t), count);
      store<f64>(WEIGHTS + ((s * locals + t) << 3), w);
      store<f64>(WEIGHTS + ((t * locals + s) << 3), w);
    }
  }
}

function addByTable<T>(holders: usize, count: u32, locals: u32, sums: usize): void {
  const width: usize = isVector<T>() ? BROAD : NARROW;
  // Of each holder where its sum lies in a row, and where its group's weight does.
  const beside = BESIDE;
  for (let i: usize = 0; i < <usize>count; i++) {
    const m = <usize>at4(holders, i);
    store<u32>(beside + (i << 3), <u32>(m << width));
    store<u32>(beside + (i << 3), at4(LOCAL, at4(GROUP, m)) << 3, 4);
  }
  for (let i: usize = 1; i < <usize>count; i++) {
    const row = sums + (pairOf(at4(holders, i), 0) << width);
    const weights = WEIGHTS + <usize>(load<u32>(beside + (i << 3), 4) * locals);
    const end = beside + (i << 3);
    for (let at = beside; at < end; at += 8) {
      const to = row + <usize>load<u32>(at);
      const weighed = weights + <usize>load<u32>(at, 4);
      if (isVector<T>()) v128.store(to, f64x2.add(v128.load(to), v128.load_splat<f64>(weighed)));
      else store<f64>(to, load<f64>(to) + load<f64>(weighed));
    }
  }
}

function addOneByOne(holders: usize, count: u32, sums: usize, shared: bool): void {
  for (let i: usize = 1; i < <usize>count; i++) {
    const a = <usize>at4(holders, i);
    const row = pairOf(a, 0);
    const g = <usize>at4(GROUP, a);
    for (let j: usize = 0; j < i; j++) {
      const b = <usize>at4(holders, j);
      const w = weight(g, at4(GROUP, b), count);
      if (shared) {
        const to = sums + ((row + b) << BROAD);
        v128.store(to, f64x2.add(v128.load(to), f64x2.splat(w)));
      } else {
        const to = sums + ((row + b) << NARROW);
        store<f64>(to, load<f64>(to) + w);
      }
    }
  }
}

/** Shares of what the two answers hold: a cosine. What is shared on the prompt is 0 again after. */
function addShares(sums: usize, shares: usize): void {
  for (let i = 0; i < present; i++) {
    const m = <usize>at4(PRESENT, i);
    catchUp(m, at4(ALONE, m));
  }
  for (let i = 1; i < present; i++) {
    const a = <usize>at4(PRESENT, i);
    const row = pairOf(a, 0);
    const own = load<f64>(OWN + (a << 3));
    for (let j = 0; j < i; j++) {
      const b = <usize>at4(PRESENT, j);
      const shared = sums + ((row + b) << BROAD);
      const both = load<f64>(shared, 8);
      if (!(both > 0)) continue;
      const share = shares + ((row + b) << NARROW);
      store<f64>(share, load<f64>(share) + both / sqrt<f64>(own * load<f64>(OWN + (b << 3))));
      store<f64>(shared, 0, 8);
    }
  }
}
