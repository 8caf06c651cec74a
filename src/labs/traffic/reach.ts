/**
 * Which conclusions a log cannot carry, whatever happened in it. Content alone does not tell a campaign from the users of
 * one tool; cards and networks do not tell it from a company's service accounts unless the log names organisations.
 */
import type { Fill } from "./graph/holders.js";

export interface OutOfReach {
  conclusion: string;
  why: string;
}

/** Accounts of which a field must be known for it to be leaned on. */
const KNOWN_MIN = 0.5;

const WHY = {
  payment:
    "without cards, accounts on one network are not told from a hosted tool's users or a rented server's neighbours",
  network: "without networks, accounts on one card are not told from those who bought theirs of one seller",
  org: "without organisations, accounts on one card and network are not told from one company's own",
} as const;

/** @returns one line a missing field; empty when every conclusion is within reach */
export function outOfReach(fill: Fill): OutOfReach[] {
  const names = { payment: "a card", network: "a network", org: "an organisation" } as const;
  return (["payment", "network", "org"] as const)
    .filter((field) => fill[field] < KNOWN_MIN * fill.accounts)
    .map((field) => ({
      conclusion: "that accounts are operated together, and so that what they ask harvests the model",
      why: `the log names ${names[field]} for ${fill[field]} of ${fill.accounts} accounts, and ${WHY[field]}`,
    }));
}
