/** PostgreSQL through `pg`, an optional peer. */
import { createHash } from "node:crypto";
import { AssayError } from "../../base/error.js";
import type { Database, Queries, Row, Value } from "./database.js";

/** The part of `pg` used here. */
interface Client {
  query(query: { text: string; values?: readonly Value[]; name?: string; types?: unknown }): Promise<{ rows: Row[] }>;
  release(): void;
  on(event: "error", listener: () => void): void;
}
interface Pool {
  connect(): Promise<Client>;
  end(): Promise<void>;
  on(event: "error", listener: () => void): void;
  on(event: "connect", listener: (client: Client) => void): void;
}
interface Pg {
  Pool: new (options: { connectionString: string; max: number; connectionTimeoutMillis: number }) => Pool;
  types: { getTypeParser(oid: number, format?: string): (text: string) => unknown };
}

/** Connections of one process. Whoever asks while all are lent waits here, without an end: that is no connection that failed. */
const CONNECTIONS = 4;
/** So long a server may take to answer a new connection. */
const CONNECT_MS_MAX = 10_000;

/** bigint: what is stored here stays below 2^53. */
const INT8 = 20;

/** @param url such as postgres://user@host/database @throws UNSUPPORTED without `pg`, UNAVAILABLE when nobody answers */
export async function openPostgres(url: string): Promise<Database> {
  const name = "pg"; // an optional peer: the compiler must not look for it
  const module = (await import(name).catch(() => null)) as (Pg & { default?: Pg }) | null;
  if (!module)
    throw new AssayError("UNSUPPORTED", "expected the package pg for DATABASE_URL; install it with `npm install pg`");
  const { Pool, types } = module.default ?? module;
  const pool = new Pool({ connectionString: url, max: CONNECTIONS, connectionTimeoutMillis: CONNECT_MS_MAX });
  // An idle connection that breaks is replaced by the pool; without a listener the process would end.
  pool.on("error", () => undefined);
  // One that breaks while it is lent tells its question too.
  pool.on("connect", (client) => client.on("error", () => undefined));
  const parsers = {
    getTypeParser: (oid: number, format?: string) => (oid === INT8 ? Number : types.getTypeParser(oid, format)),
  };
  const over = (client: Pick<Client, "query">): Queries => ({
    all: async <T extends Row>(text: string, values: readonly Value[] = []) =>
      (await client.query({ text, values, name: nameOf(text), types: parsers })).rows as T[],
    run: async (text, values = []) => void (await client.query({ text, values, types: parsers })),
  });
  let free = CONNECTIONS;
  const waiting: (() => void)[] = [];
  // The pool counts waiting for one of its own connections as time to connect: it is asked only when one is free.
  async function lent<T>(work: (client: Client) => Promise<T>): Promise<T> {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await connected(work);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  }
  async function connected<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = await pool.connect().catch((error: Error) => {
      // A URL holds a password and is never repeated.
      throw new AssayError("UNAVAILABLE", `DATABASE_URL: no connection: ${error.message || error.name}`);
    });
    try {
      return await work(client);
    } catch (error) {
      if (isGone(error)) throw new AssayError("UNAVAILABLE", "DATABASE_URL: the database does not answer");
      throw error;
    } finally {
      client.release();
    }
  }
  const database: Database = {
    engine: "postgresql",
    all: (sql, values) => lent((client) => over(client).all(sql, values)),
    run: (sql, values) => lent((client) => over(client).run(sql, values)),
    script: (text) => lent(async (client) => void (await client.query({ text }))),
    transaction: (work) =>
      lent(async (client) => {
        await client.query({ text: "BEGIN" });
        try {
          const value = await work(over(client));
          await client.query({ text: "COMMIT" });
          return value;
        } catch (error) {
          await client.query({ text: "ROLLBACK" }).catch(() => undefined);
          throw error;
        }
      }),
    close: () => pool.end(),
  };
  await database.all("SELECT 1 AS one").catch(async (error: unknown) => {
    await pool.end();
    throw error;
  });
  return database;
}

/** The server went away, is starting or is shutting down (classes 08 and 57P of SQLSTATE), or the connection broke. */
function isGone(error: unknown): boolean {
  const { code = "", severity, message = "" } = error as { code?: string; severity?: string; message?: string };
  if (error instanceof AssayError) return false;
  return /^(08|57P|ECONN|EPIPE)/.test(code) || (severity === undefined && /\bconnection\b/i.test(message));
}

/** A statement that is asked again is prepared once a connection. */
function nameOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
