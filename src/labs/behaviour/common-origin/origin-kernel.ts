/**
 * The kernel that counts a block for a common origin, as an instance with a memory of its own: lays out, writes, counts and
 * copies out. What the arrays hold: kernels/assembly/origin-room.ts. One instance serves one thread.
 */
import { assert } from "../../../base/error.js";
import { ORIGIN_WASM_BASE64 } from "../../../kernels/generated/origin-wasm.js";
import { ORIGIN_STATISTICS } from "./holdings.js";
import type { ReadAnswers } from "./read-answers.js";

interface Place {
  readonly value: number;
}

interface Exports {
  /** 0 where the memory has no room. */
  lay(...sizes: [number, number, number, number, number, number, number, number]): number;
  count(compared: number, taken: number): number;
  AS: Place;
  STARTS: Place;
  HASHES: Place;
  LENGTHS: Place;
  FLAGS: Place;
  ASKED: Place;
  ASKED_STARTS: Place;
  PLACES: Place;
  PLACE_STARTS: Place;
  GROUP: Place;
  LOG: Place;
  SUMS: Place;
  APART: Place;
  EXCESS: Place;
}

interface OriginBlock {
  models: number;
  prompts: number;
  groups: Int32Array;
  /** Of each model, as boilerplate.ts learns it. */
  boilerplate: readonly Uint32Array[];
  /** Model m's answer to the p-th prompt at m · prompts + p. */
  read: ReadAnswers;
  /** Hashes of each prompt's words. */
  asked: readonly Uint32Array[];
  /** Numbers of READ_AS: an answer that is compared, and one of which nothing is left. */
  compared: number;
  taken: number;
}

interface Counted {
  /** By statistic, then prompts answered; of each pair. */
  sums: Float64Array[];
  apart: Float64Array[];
  excess: Float64Array[];
  /** What became of each answer. */
  as: Uint8Array;
  same: number;
}

export class OriginKernel {
  readonly #memory = new WebAssembly.Memory({ initial: 16 });
  readonly #exports: Exports;

  constructor() {
    const module = new WebAssembly.Module(Uint8Array.from(atob(ORIGIN_WASM_BASE64), (c) => c.charCodeAt(0)));
    const abort = () => {
      throw new Error("kernel aborted");
    };
    const instance = new WebAssembly.Instance(module, { env: { memory: this.#memory, abort } });
    this.#exports = instance.exports as unknown as Exports;
  }

  count(block: OriginBlock): Counted {
    const { models, prompts } = block;
    const kernel = this.#exports;
    this.#write(block);
    const same = kernel.count(block.compared, block.taken);
    assert(same >= 0, NO_ROOM);
    const pairs = (models * (models - 1)) / 2;
    const statistics = ORIGIN_STATISTICS.length;
    const of = (place: Place, rows: number, width: number) =>
      Array.from({ length: rows }, (_, i) => this.#doubles(place, i * width, width).slice());
    return {
      sums: of(kernel.SUMS, statistics + 1, pairs),
      apart: of(kernel.APART, statistics + 1, pairs),
      excess: of(kernel.EXCESS, prompts, statistics),
      as: this.#bytes(kernel.AS, models * prompts).slice(),
      same,
    };
  }

  #write({ models, prompts, groups, boilerplate, read, asked }: OriginBlock): void {
    const kernel = this.#exports;
    const { as, starts, hashes, lengths, flags } = read;
    const [askedStarts, placeStarts] = [startsOf(asked), startsOf(boilerplate)];
    const { perPrompt, longest } = sizesOf(starts, models, prompts);
    const groupCount = groups.reduce((max, group) => Math.max(max, group + 1), 0);
    const [words, askedWords, places] = [hashes.length, askedStarts.at(-1)!, placeStarts.at(-1)!];
    const room = kernel.lay(models, groupCount, prompts, words, perPrompt, longest, askedWords, places);
    assert(room !== 0, NO_ROOM);
    this.#bytes(kernel.AS, as.length).set(as);
    this.#words(kernel.STARTS, starts.length).set(starts);
    this.#words(kernel.HASHES, words).set(hashes);
    this.#bytes(kernel.LENGTHS, words).set(lengths);
    this.#bytes(kernel.FLAGS, words).set(flags);
    this.#words(kernel.GROUP, models).set(groups);
    this.#doubles(kernel.LOG, 0, models + 2).forEach((_, i, logs) => {
      logs[i] = Math.log(i);
    });
    this.#lists(kernel.ASKED, kernel.ASKED_STARTS, asked, askedStarts);
    this.#lists(kernel.PLACES, kernel.PLACE_STARTS, boilerplate, placeStarts);
  }

  #lists(into: Place, startsInto: Place, lists: readonly Uint32Array[], starts: Uint32Array): void {
    this.#words(startsInto, starts.length).set(starts);
    const all = this.#words(into, starts.at(-1)!);
    lists.forEach((list, i) => {
      all.set(list, starts[i]!);
    });
  }

  // Views anew each time: a memory that has grown leaves old ones empty. Places may lie above 2³¹.
  #bytes({ value }: Place, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, value >>> 0, length);
  }

  #words({ value }: Place, length: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, value >>> 0, length);
  }

  #doubles({ value }: Place, from: number, length: number): Float64Array {
    return new Float64Array(this.#memory.buffer, (value >>> 0) + 8 * from, length);
  }
}

const NO_ROOM = "common origin: so many models are more than 4 GiB hold";

/** Where each list starts behind the one before, and the last one's end. */
function startsOf(lists: readonly Uint32Array[]): Uint32Array {
  const starts = new Uint32Array(lists.length + 1);
  lists.forEach((list, i) => {
    starts[i + 1] = starts[i]! + list.length;
  });
  return starts;
}

/** Most words that the answers to one prompt have, and most of one answer. */
function sizesOf(starts: Uint32Array, models: number, prompts: number): { perPrompt: number; longest: number } {
  let perPrompt = 0;
  let longest = 0;
  for (let p = 0; p < prompts; p++) {
    let words = 0;
    for (let m = 0; m < models; m++) {
      const own = starts[m * prompts + p + 1]! - starts[m * prompts + p]!;
      longest = Math.max(longest, own);
      words += own;
    }
    perPrompt = Math.max(perPrompt, words);
  }
  return { perPrompt, longest };
}
