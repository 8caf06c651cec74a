/** What the sections of a report are made of: a person's words, a part for each finding, lists and figures. */

import type { Child } from "hono/jsx";
import { DigestText } from "../../parts/digest-text.js";
import { FigureBlock } from "../../parts/figure.js";
import { visibleText } from "../../visible-text.js";
import { ITEMS, type OpinionItem } from "../opinion.js";
import type { Verdict, VerdictFinding } from "../verdict.js";
import type { VerdictFigure } from "../verdict-figures.js";

export interface Of {
  verdict: Verdict;
}

export interface WithFigures extends Of {
  figures: readonly (VerdictFigure & { number: number })[];
}

/** @param props `finding` null: those that are of no single one */
export function Figures({
  figures,
  section,
  finding = null,
}: Pick<WithFigures, "figures"> & { section: VerdictFigure["section"]; finding?: number | null }) {
  return (
    <>
      {figures
        .filter((each) => each.section === section && each.finding === finding)
        .map(({ figure, name: id, number }) => (
          <FigureBlock figure={figure} name={id} number={number} />
        ))}
    </>
  );
}

/** What a person wrote under these items, or that it is to be written. */
export function Said({ verdict, items }: Of & { items: readonly OpinionItem[] }) {
  return (
    <>
      {items.map((item) => {
        const { title, asks, source } = ITEMS[item];
        const said = verdict.opinion[item].trim();
        return (
          <>
            <h3 class="govuk-heading-s">
              {title} <span class="app-quiet">({source})</span>
            </h3>
            {said === "" ? (
              <p class="govuk-body">
                <strong class="govuk-tag govuk-tag--red">to be written</strong> {asks}
              </p>
            ) : (
              said.split(/\n{2,}/).map((part) => <p class="govuk-body">{visibleText(part)}</p>)
            )}
          </>
        );
      })}
    </>
  );
}

/** A finding by its entry and its place in the plan. */
export const name = ({ entry, run, slot }: VerdictFinding) =>
  `entry ${entry}${run === null ? ", outside the plan" : `, run ${run}, slot ${slot}`}`;

/** A part for each finding; one whose bundle is not carried is named by its digest. */
export function Each({
  verdict,
  body,
}: Of & { body: (says: NonNullable<VerdictFinding["says"]>, found: VerdictFinding) => Child }) {
  if (verdict.findings.length === 0) return <p class="govuk-body">No finding is entered.</p>;
  return (
    <>
      {verdict.findings.map((found) => (
        <>
          <h3 class="govuk-heading-s">
            {visibleText(found.says?.proposition.id ?? "finding")}, {visibleText(name(found))}
          </h3>
          {found.says ? (
            body(found.says, found)
          ) : (
            <p class="govuk-body">
              Its bundle is not carried with the case: <DigestText digest={found.bundle} />.
            </p>
          )}
        </>
      ))}
    </>
  );
}

/** Bullets, or a sentence where there are none. */
export function List({ items, none }: { items: readonly string[]; none: string }) {
  if (items.length === 0) return <p class="govuk-body">{none}</p>;
  return (
    <ul class="govuk-list govuk-list--bullet">
      {items.map((each) => (
        <li>{visibleText(each)}</li>
      ))}
    </ul>
  );
}
