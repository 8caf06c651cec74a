/**
 * How much of a model is looked at. "screened" is for models behind URLs: some hundred megabytes of a model of a
 * trillion weights. 128 labels in one order bound p below 10^−200 where units kept their places; what a copy lost by
 * long training afterwards shows on more labels only.
 */
import { LABEL_RUN } from "../../../alignment/sampling.js";
import {
  LABELS_MAX,
  LABELS_SAMPLED,
  LABELS_SCAN,
  LABELS_WINDOW,
  LABELS_WINDOW_SCAN,
  type Settings,
  TOKENS_SAMPLED,
} from "../method.js";

export interface Amounts {
  /** Labels of a block in the scan of all pairs, and in the test of the best. */
  scan: number;
  test: number;
  /** The same where two blocks differ in size. */
  windowScan: number;
  windowTest: number;
  /** Shared tokens folded for the residual axis. */
  tokens: number;
  /** Of the tensor-by-tensor story: tensors up to so many values are compared whole, others on so many rows. */
  storyWhole: number;
  storyRows: number;
  storyTokens: number;
}

const SAMPLED: Amounts = {
  scan: LABELS_SCAN,
  test: LABELS_SAMPLED,
  windowScan: LABELS_WINDOW_SCAN,
  windowTest: LABELS_WINDOW,
  tokens: TOKENS_SAMPLED,
  storyWhole: 4 * 1024 * 1024,
  storyRows: 64,
  storyTokens: 2048,
};

const AMOUNTS: Readonly<Record<Settings["rows"], Amounts>> = {
  sampled: SAMPLED,
  all: { ...SAMPLED, test: LABELS_MAX, windowTest: LABELS_MAX },
  screened: {
    scan: 128,
    test: 512,
    // Every block is read once more where one layer differs in size from the others.
    windowScan: 64,
    windowTest: 512,
    tokens: 1024,
    storyWhole: 64 * 1024,
    storyRows: LABEL_RUN,
    storyTokens: 128,
  },
};

/** By the setting alone, never by the model, so that both sides are looked at alike. */
export function amountsOf({ rows }: Pick<Settings, "rows">): Amounts {
  return AMOUNTS[rows];
}
