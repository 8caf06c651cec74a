/** Orders as the log has them, with what lifted them and whom they were extended to: facts of records alone. */
import type { Digest } from "../../../base/digest.js";
import type { OrderFacts } from "../declarations/order.js";
import type { ModelId } from "../declarations/vocabulary.js";

/** An entry of the register, as far as an order needs it. */
interface OrderEntry {
  index: number;
  model: ModelId;
  keyName: string;
  withdrawnBy: { index: number } | null;
  record: { statement: Digest; name: string; received: number };
}

export interface OrderState {
  entry: OrderEntry;
  /** In whose name it was made. */
  authority: string;
  facts: OrderFacts;
  /** Lifted for these models, or as a whole. */
  lifted: { entry: OrderEntry; models: readonly ModelId[] | null }[];
  extended: { entry: OrderEntry; models: readonly ModelId[] }[];
}

export class Orders {
  readonly all: OrderState[] = [];
  readonly #byStatement = new Map<string, OrderState>();

  add(entry: OrderEntry, statement: string, authority: string, facts: OrderFacts): void {
    const state: OrderState = { entry, authority, facts, lifted: [], extended: [] };
    this.all.push(state);
    this.#byStatement.set(statement, state);
  }

  statement(digest: string): OrderState | null {
    return this.#byStatement.get(digest) ?? null;
  }
}
