/** A table of many narrow columns of numbers, set small. */

import { whole } from "../figure-words.js";
import type { FigureTable } from "../figures/drawing.js";
import { Caption, Scroll } from "./table.js";

/** Cells rounded to whole numbers; the bundle's CSV has them in full. */
export function MatrixTable({ table }: { table: FigureTable }) {
  return (
    <Scroll label={table.caption}>
      <table class="govuk-table app-table-matrix">
        <Caption text={`${table.caption} Rounded to whole numbers here.`} hidden={false} />
        <thead class="govuk-table__head">
          <tr class="govuk-table__row">
            {table.columns.map((title) => (
              <th scope="col" class="govuk-table__header">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody class="govuk-table__body">
          {table.rows.map((row) => (
            <tr class="govuk-table__row">
              {row.map((cell, i) =>
                i === 0 ? (
                  <th scope="row" class="govuk-table__header">
                    {cell}
                  </th>
                ) : (
                  <td class="govuk-table__cell">{typeof cell === "number" ? whole(Math.ceil(cell)) : cell}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
