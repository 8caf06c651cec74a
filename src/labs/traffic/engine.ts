/**
 * What the traffic laboratory asks of a database: the ClickHouse dialect, integer aggregates and ordered reads, so that
 * the engine in process and a server give the same rows. `host` provides both; the SQL text is one.
 */
export interface SqlEngine {
  /** For messages: which engine answers. */
  readonly name: string;
  /** A statement without an answer. Parameters are written `{name:Type}` in the text. */
  run(sql: string, params?: Params): Promise<void>;
  /** A query's rows as objects; 64-bit integers come as numbers and must stay below 2^53. */
  rows<T>(sql: string, params?: Params): Promise<T[]>;
  /** A query's rows in ClickHouse's RowBinary format. */
  bytes(sql: string, params?: Params): Promise<Uint8Array>;
  /** Appends rows in RowBinary to a table, all or none. */
  insert(table: string, structure: string, rowBinary: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export type Params = Readonly<Record<string, string | number>>;
