/**
 * The strength of the evidence as one sentence (ENFSI 2015, §4): the ratio, the term on a named scale, and the most
 * that the validation study permits. A ratio below 1 is turned round, so that the sentence always says "more".
 */
import type { Finding } from "../finding/finding.js";
import { ratio, whole } from "./figure-words.js";

/** Three sentences: ratio, term, cap. Null where the finding states no strength. */
export function strengthWords({ strength, proposition }: Finding): string[] | null {
  if (strength === null) return null;
  const { low, high } = strength.log10LR;
  const turned = (low ?? high ?? 0) < 0;
  const [least, most] = turned ? [negated(high), negated(low)] : [low, high];
  const [first, second] = turned ? [proposition.hd, proposition.hp] : [proposition.hp, proposition.hd];
  const { cap, scale, term } = strength;
  const side = term.endsWith("support") ? ` for the ${turned ? "second" : "first"} proposition over the other` : "";
  return [
    `The observations are ${times(least, most)} more probable if ${first}, than if ${second}.`,
    `On scale ${scale.id} this is ${term}${side}.`,
    `The validation set (${whole(cap.nulls)} pairs over ${whole(cap.families)} independent families) does not permit a value above ${ratio(Math.abs(cap.log10LR))}, so none is stated.`,
  ];
}

function times(least: number | null, most: number | null): string {
  if (least === null && most === null) return "an unstated number of times";
  if (most === null) return `at least ${ratio(least!)} times`;
  if (least === null) return `at most ${ratio(most)} times`;
  const [from, to] = [ratio(least), ratio(most)];
  return from === to ? `taken to be ${from} times` : `about ${from} to ${to} times`;
}

function negated(value: number | null): number | null {
  return value === null ? null : -value;
}
