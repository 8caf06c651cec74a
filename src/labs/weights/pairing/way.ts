/**
 * What differs between the stages that pair units by two views: what is looked at of a unit, what a common start is asked
 * of, and the words. Everything else is one mechanism (look.ts, stage.ts).
 */
import type { MethodName } from "../../../finding/frame.js";
import type { Model } from "../../../model/model.js";
import type { WeightsObservations } from "../observations.js";
import type { Bench } from "../tests/bench.js";
import type { Pair, Views } from "./counterparts.js";
import type { OverDepth } from "./over-depth.js";

/** A block as a stage sees it, and what is read further of few of its units. */
export interface Side extends Views {
  /** How long a row of `values` is, and how long the rows are that it takes to read one. */
  columns: number;
  width: number;
  /** What stands behind the matching view: a row a unit. */
  values(units: readonly number[]): Promise<Float32Array>;
  /** Do these units' rows look like a draw that nobody trained? */
  areDrawn(units: readonly number[]): Promise<boolean>;
}

/** What the exact tests ask of blocks whose units agree, answered (questions.ts). */
export interface Answers {
  /** Of values of the matching view over pairs of the testing view. */
  likeness: number;
  /** Why the likeness is not the copy's; null where nothing explains it. */
  explained: "signs" | "structure" | "repeats" | null;
  /** Either side's rows look like a draw that nobody trained. */
  drawn: boolean;
}

/** Blocks whose units agree and nothing but a common start explains it. */
export interface Agreeing<S extends Side> {
  sides: readonly [S, S];
  /** The layers' numbers. */
  numbers: readonly [number, number];
  both: Pair["both"];
  /** Rows of a public draw, where only some layers agree. */
  drawn: boolean;
}

/**
 * Both models as a stage sees them.
 * @template T what was looked at of a common start
 * @template D what units are seen through, as observations have it; null for their own rows
 */
export interface Sight<S extends Side, T, D> {
  gated: boolean;
  as: readonly S[];
  bs: readonly S[];
  through: D;
  /** Null where a common start cannot have made what agrees. */
  startOf(agreeing: readonly Agreeing<S>[]): Promise<T | null>;
}

interface LayerPair extends Pair {
  referenceLayer: number;
  suspectLayer: number;
  middle: boolean;
  answers: Answers | null;
}

/** All that a stage looked at. */
export interface Looked<T, D> {
  gated: boolean;
  through: D;
  over: OverDepth;
  /** Best counterparts of all layers, ends too, with what was asked of them. */
  pairs: LayerPair[];
  start: T | null;
}

/** What any common start says: is it enough to explain what agrees? */
export interface Start {
  explains: boolean;
}

/** Figures that observations of every stage hold. */
export type Figures = Pick<NonNullable<WeightsObservations["permuted"]>, "wanted" | "percent" | "log10P"> & {
  layerPairs: NonNullable<WeightsObservations["permuted"]>["layerPairs"];
};

interface Words<D> {
  /** Before the reason why nothing was looked at. */
  notRun: string;
  /** Said where nothing was found or looked at: what the way cannot see, where no other stage looks for it. */
  unseen: string | null;
  /** How a sentence on the result begins. */
  begin(through: D): string;
  /** The views of units without a gate, and the axis of a test, with a gate and without. */
  halves: string;
  axis: { gated: string; halves: string };
  /** Of where a test looked, what stands before the layers. */
  where(through: D): string;
  /** What was done after a common start, where one explains what agrees. */
  afterwards: string;
  /** Of which families the study's nulls are. */
  families: string;
}

export interface Way<S extends Side, T extends Start, D> {
  method: MethodName;
  /** The test without tolerance. */
  test: string;
  limits: readonly string[];
  words: Words<D>;
  /** Is it asked, too, whether rows come back within a block? */
  asksRepeats: boolean;
  /** Why the pair cannot be looked at; else how it is. */
  meet(bench: Bench): string | (() => Promise<Sight<S, T, D>>);
  /** Why the pair lies outside the sizes of the study; null when inside. */
  beyondStudy(reference: Model, suspect: Model): string | null;
  observed(looked: Looked<T, D>, figures: Figures): Pick<WeightsObservations, "permuted" | "rotated">;
}
