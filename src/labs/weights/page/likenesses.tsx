/**
 * Published likenesses and the overlap of configurations, each with its known false positives. Exhibits, never
 * evidence: they stand under their own heading and no outcome rests on them.
 */

import { whole } from "../../../report/figure-words.js";
import { Subheading } from "../../../report/parts/section.js";
import { Table } from "../../../report/parts/table.js";
import type { Exhibits } from "../exhibits/observed.js";

/** Nothing where the examination was asked without exhibits. */
export function Likenesses({ exhibits }: { exhibits: Exhibits | undefined }) {
  if (!exhibits) return null;
  const { likenesses, config, skipped } = exhibits;
  return (
    <>
      <Subheading>Published likenesses: exhibits, not evidence</Subheading>
      <p class="govuk-body">
        Others have proposed these figures. None says how often unrelated models reach it, so no outcome here rests on
        any of them.
      </p>
      {skipped ? <p class="govuk-body">They were not computed: {skipped}.</p> : null}
      {likenesses.length === 0 ? null : (
        <Table
          caption="Likenesses with their known false positives"
          columns={[
            { title: "Likeness" },
            { title: "Value", numeric: true },
            { title: "Note" },
            { title: "Known false positives" },
          ]}
          rows={likenesses.map((l) => [
            `${l.title}: ${l.statistic}`,
            l.value === null ? "–" : String(Number(l.value.toPrecision(4))),
            l.note,
            l.knownFalsePositives,
          ])}
          wide
        />
      )}
      {config.fields.length === 0 ? null : (
        <>
          <p class="govuk-body">
            Of {whole(config.panel)} public configurations {whole(config.alike)} have the reference’s value in every
            field in which the two models agree. Anyone may copy an architecture.
          </p>
          <Table
            caption="Configuration, with how many of the panel have the reference’s value"
            columns={[
              { title: "Field" },
              { title: "Reference" },
              { title: "Suspect" },
              { title: "Same" },
              { title: "In the panel", numeric: true },
            ]}
            rows={config.fields.map((f) => [
              <span class="app-name">{f.field}</span>,
              f.reference,
              f.suspect,
              f.same ? "yes" : "no",
              `${whole(f.panel)} of ${whole(config.panel)}`,
            ])}
            wide
            dense
          />
        </>
      )}
    </>
  );
}
