/** Rows of a page on who drew, when that was committed to, and what was paid for. */
import { type DrawSeen, momentOf, timeOfRound } from "../../evidence/beacon-draw.js";
import { log10Figure, whole } from "../figure-words.js";

/** @returns term and text of each row */
export function drawRows({ round, dated, tries, log10P }: DrawSeen): [string, string][] {
  const place = dated ? `, and entry ${dated.index} of ${dated.logs === 1 ? "its log" : `${dated.logs} logs`}` : "";
  return [
    [
      "Drawn by",
      round === null
        ? "a seed that the plan's maker chose"
        : `round ${round} of drand's quicknet, ${momentOf(timeOfRound(round))}`,
    ],
    [
      "Commitment dated",
      dated ? `${momentOf(dated.time)} by ${dated.by}, entry ${dated.index}` : "no: no proof from a log was given",
    ],
    [
      "Paid for",
      `${whole(tries)} stated ${tries === 1 ? "try" : "tries"}${place}: log10 p ${log10Figure(log10P.alone)} before, ${log10Figure(log10P.paid)} after`,
    ],
  ];
}
