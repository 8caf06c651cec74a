/** A drawing with its title, followed by its data as a table: what the eye gets, the ear gets too. */
import { raw } from "hono/html";
import { whole } from "../figure-words.js";
import type { Figure } from "../figures/drawing.js";
import { Details } from "./details.js";
import { MatrixTable } from "./matrix-table.js";
import { Table } from "./table.js";

/** More cells than this would make the page too heavy to open; the bundle's CSV file holds them all. */
const CELLS_MAX = 6000;
/** An upright A4 page holds this many columns of five characters at 6 pt; a wider table takes a landscape page. */
const PORTRAIT_COLUMNS_MAX = 18;

/** @param props `figure.svg` is set in as it is: only renderers of this house make it */
export function FigureBlock({ figure, name, number }: { figure: Figure; name: string; number: number }) {
  return (
    <figure class="app-figure" aria-labelledby={`${name}-caption`}>
      <figcaption id={`${name}-caption`}>
        Figure {number}. {figure.title}
      </figcaption>
      {/* Focusable: it scrolls on a narrow screen (WCAG 2.1.1). */}
      <section class="app-figure__drawing" aria-label={`Drawing of figure ${number}`} tabindex={0}>
        {raw(figure.svg)}
      </section>
      <p class="govuk-body app-quiet">{figure.description}</p>
      <div class={figure.table.columns.length > PORTRAIT_COLUMNS_MAX ? "app-matrix-page" : undefined}>
        <Details summary={`Data of figure ${number}`}>
          <FigureData figure={figure} name={name} />
        </Details>
      </div>
    </figure>
  );
}

function FigureData({ figure: { table }, name }: { figure: Figure; name: string }) {
  const cells = table.rows.length * table.columns.length;
  if (cells > CELLS_MAX)
    return (
      <p class="govuk-body">
        {whole(table.rows.length)} rows of {whole(table.columns.length)} columns: too many for a page. They are in the
        bundle as <code>{name}.csv</code>.
      </p>
    );
  if (table.columns.length > 8) return <MatrixTable table={table} />;
  const columns = table.columns.map((title, i) => ({ title, numeric: typeof table.rows[0]?.[i] === "number" }));
  return (
    <Table caption={table.caption} columns={columns} rows={table.rows.map((row) => row.map(cellText))} dense wide />
  );
}

/** Table cells keep the digits of the data; only the minus sign is typeset. */
function cellText(cell: string | number): string {
  return typeof cell === "number" ? String(cell).replace("-", "−") : cell;
}
