/**
 * A data table with caption and scopes. A wide one scrolls inside a focusable, named region, so that it can be read
 * with a keyboard on a narrow screen; on paper it is laid out whole.
 */
import type { Child } from "hono/jsx";

interface Column {
  title: string;
  numeric?: boolean;
}

interface TableProps {
  caption: string;
  /** The caption may stand in the heading above: then it is kept for the ear only. */
  captionHidden?: boolean;
  columns: Column[];
  rows: Child[][];
  /** Index of a row to mark. */
  marked?: number;
  wide?: boolean;
  dense?: boolean;
}

/** @param props `marked` is the number of a row to set off, from 0; `wide` scrolls, `dense` is set small */
export function Table(props: TableProps) {
  const { columns, rows, marked, wide, dense } = props;
  const table = (
    <table class={dense ? "govuk-table app-table-dense" : "govuk-table"}>
      <Caption text={props.caption} hidden={props.captionHidden ?? false} />
      <Head columns={columns} />
      <tbody class="govuk-table__body">
        {rows.map((row, i) => (
          <Row row={row} columns={columns} marked={i === marked} />
        ))}
      </tbody>
    </table>
  );
  return wide ? <Scroll label={props.caption}>{table}</Scroll> : table;
}

/** @param props `hidden` keeps it for screen readers alone */
export function Caption({ text, hidden }: { text: string; hidden: boolean }) {
  return (
    <caption class="govuk-table__caption">{hidden ? <span class="govuk-visually-hidden">{text}</span> : text}</caption>
  );
}

/** Columns of numbers are set to the right, as their cells are. */
export function Head({ columns }: { columns: Column[] }) {
  return (
    <thead class="govuk-table__head">
      <tr class="govuk-table__row">
        {columns.map((column) => (
          <th scope="col" class={`govuk-table__header${column.numeric ? " govuk-table__header--numeric" : ""}`}>
            {column.title}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** The first cell heads its row. */
export function Row({ row, columns, marked }: { row: Child[]; columns: Column[]; marked?: boolean }) {
  return (
    <tr class={marked ? "govuk-table__row app-marked" : "govuk-table__row"}>
      {row.map((cell, i) =>
        i === 0 ? (
          <th scope="row" class={`govuk-table__header${columns[i]?.numeric ? " govuk-table__header--numeric" : ""}`}>
            {cell}
          </th>
        ) : (
          <td class={`govuk-table__cell${columns[i]?.numeric ? " govuk-table__cell--numeric" : ""}`}>{cell}</td>
        ),
      )}
    </tr>
  );
}

/** A region that scrolls sideways and can be reached with the keyboard (WCAG 2.1.1). */
export function Scroll({ label, children }: { label: string; children: Child }) {
  return (
    <section class="app-scroll" aria-label={`${label} (scrolls sideways)`} tabindex={0}>
      {children}
    </section>
  );
}
