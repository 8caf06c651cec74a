/** One query of a SQLite file that somebody else wrote, opened read-only: nothing of it is changed, no journal is made. */
import { AssayError } from "../../base/error.js";

/** @throws UNSUPPORTED where this Node has no SQLite, FORMAT for what is no database or has no such tables */
export async function* rowsOfSqlite(path: string, sql: string, what: string): AsyncGenerator<Record<string, unknown>> {
  const { DatabaseSync } = await import("node:sqlite").catch(() => {
    throw new AssayError(
      "UNSUPPORTED",
      `${what}: expected Node 22.22 or later, which reads SQLite, got ${process.versions.node}`,
    );
  });
  let database: InstanceType<typeof DatabaseSync> | null = null;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    // What a file says of its own schema is not to be trusted (SQLite, "Defense Against The Dark Arts").
    database.exec("PRAGMA trusted_schema = OFF; PRAGMA query_only = ON; PRAGMA cell_size_check = ON");
    for (const row of database.prepare(sql).iterate()) yield row as Record<string, unknown>;
  } catch (error) {
    if (error instanceof AssayError) throw error;
    throw new AssayError(
      "FORMAT",
      `${what}: expected a SQLite database with the tables asked for, got ${(error as Error).message}`,
    );
  } finally {
    database?.close();
  }
}
