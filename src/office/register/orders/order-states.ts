/** How an order stands towards a model: the words that pages, labels and the command line share. */
import type { Effect } from "../declarations/order.js";
import type { ModelId } from "../declarations/vocabulary.js";
import type { Standing } from "../descent.js";

export const ORDER_STATES = {
  "not yet in force": "it begins later",
  noticed: "the model is noticed; its time to answer runs",
  "awaiting hearing": "the model is noticed; the order does not reach it unless the authority says so by name",
  stayed: "it is stayed",
  "in force": "it is in force",
  expired: "it has ended",
  lifted: "it was lifted, or the model spared",
} as const;
export type OrderStateName = keyof typeof ORDER_STATES;

export interface OrderOnModel {
  order: string;
  entry: number;
  authority: string;
  keyName: string;
  effect: Effect;
  /** The model the order was made about. */
  on: ModelId;
  onName: string;
  reach: "self" | "descendant";
  /** How the model is tied to the one the order is about: the weakest link of the strongest way. */
  standing: Standing | null;
  state: OrderStateName;
  from: string;
  until: string | null;
  stay: string | null;
  /** When a descendant's time to answer ends, UTC. */
  noticeEnds: string | null;
  /** Entries that lifted it or spared the model, and that extended it to the model. */
  liftedBy: number[];
  extendedBy: number[];
}
