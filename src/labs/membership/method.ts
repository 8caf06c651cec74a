/** Names and numbers of the methods. A change of any number, or of how a plan is drawn, is a new version. */
import type { MembershipId } from "./propositions.js";

export const METHODS: Readonly<Record<PlanKind, { id: string; version: string; asks: MembershipId }>> = {
  canary: { id: "membership/canary", version: "2", asks: "membership/canary" },
  exchange: { id: "membership/exchangeability", version: "2", asks: "membership/exchangeability" },
  order: { id: "membership/order", version: "2", asks: "membership/order" },
  stamp: { id: "membership/stamp", version: "1", asks: "membership/canary" },
  inference: { id: "membership/dataset-inference", version: "1", asks: "membership/canary" },
};
export type PlanKind = "canary" | "exchange" | "order" | "stamp" | "inference";

/** Sets of a plan (canaries, or shards) and what one is drawn among: 200 x 2,000 texts are a day of scoring by an endpoint. */
export const SETS_MAX = 200;
export const CANDIDATES_MAX = 2000;
/** Fewer candidates give a rank of no use: one in ten at best. */
export const CANDIDATES_MIN = 10;
/** Documents of which each has several phrasings; a t-test of fewer leans on their being normal more than on them. */
export const [DOCUMENTS_MIN, DOCUMENTS_MAX] = [8, 2000];
/** Texts of each side of dataset inference: half of them are judged. */
export const SIDE_MIN = 40;
/** Texts of an order. Below the least, even a perfect order is no better than 1 in 10!. */
export const [TEXTS_MIN, TEXTS_MAX] = [10, 200_000];
export const TEXT_CHARACTERS_MAX = 100_000;
export const PLAN_BYTES_MAX = 256 * 1024 * 1024;
export const SCORES_BYTES_MAX = 256 * 1024 * 1024;

/** What a text's own look (its length, its alphabet, its neighbours) may say of the order: a two-sided p below is refused. */
export const LOOK_P = 0.0025;
