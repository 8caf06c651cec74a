/** Architecture and tokenizer, marked as what they are: plans that anyone may follow, not evidence on weights. */

import { whole } from "../../../report/figure-words.js";
import { Subheading } from "../../../report/parts/section.js";
import { Table } from "../../../report/parts/table.js";
import type { WeightsObservations } from "../observations.js";

/** Fields that neither model states do not appear. */
export function Architecture({ architecture }: { architecture: WeightsObservations["architecture"] }) {
  const { fields, tokenizer } = architecture;
  const same = fields.filter((field) => field.same).length;
  return (
    <>
      <Subheading>Architecture, not weights evidence</Subheading>
      <div class="govuk-inset-text">
        {whole(same)} of {whole(fields.length)} fields are the same. Anyone may build to a published plan or use a
        published tokenizer. Nothing in this part counts towards the outcome or its strength.
      </div>
      {fields.length > 0 ? (
        <Table
          caption="Architecture of both models"
          columns={[{ title: "Field" }, { title: "Reference" }, { title: "Suspect" }, { title: "Same" }]}
          rows={fields.map((f) => [
            f.field,
            <span class="app-name">{f.reference}</span>,
            <span class="app-name">{f.suspect}</span>,
            f.same ? "yes" : "no",
          ])}
          dense
          wide
        />
      ) : null}
      {tokenizer ? (
        <p class="govuk-body">
          Tokenizers: {whole(tokenizer.reference)} tokens in the reference, {whole(tokenizer.suspect)} in the suspect;{" "}
          {whole(tokenizer.shared)} token strings in both, {whole(tokenizer.sameId)} of them under the same number.
        </p>
      ) : (
        <p class="govuk-body">The tokenizers were not compared.</p>
      )}
    </>
  );
}
