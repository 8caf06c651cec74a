/**
 * A relational database behind one small face, so that one SQL text serves SQLite and PostgreSQL: values are text and
 * whole numbers below 2^53, placeholders are `$1`, `$2`, …, and each may be used more than once.
 */
export type Value = string | number;
export type Row = Record<string, Value | null>;

export interface Queries {
  /** Rows as objects of their columns; whole numbers come as numbers on both engines. */
  all<T extends Row = Row>(sql: string, values?: readonly Value[]): Promise<T[]>;
  run(sql: string, values?: readonly Value[]): Promise<void>;
}

export interface Database extends Queries {
  readonly engine: "sqlite" | "postgresql";
  /** Several statements without values. */
  script(sql: string): Promise<void>;
  /** All of it or nothing; one writer at a time. */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Rows of one insert: SQLite takes 32,766 values, PostgreSQL 65,535. */
const VALUES_MAX = 16_000;

/**
 * Many rows with few statements, each below the number of placeholders that both databases take; in a transaction only
 * where the caller opened one.
 */
export async function insert(
  queries: Queries,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Value[])[],
): Promise<void> {
  const perInsert = Math.floor(VALUES_MAX / columns.length);
  for (let at = 0; at < rows.length; at += perInsert) {
    const some = rows.slice(at, at + perInsert);
    const places = some.map((_, row) => `(${columns.map((_, n) => `$${row * columns.length + n + 1}`).join(",")})`);
    await queries.run(`INSERT INTO ${table} (${columns.join(",")}) VALUES ${places.join(",")}`, some.flat());
  }
}
