/**
 * The rows of a ClickHouse table, as JSON lines, in the table's own order, through @clickhouse/client (an optional peer). A
 * table has no digest of its own: it is read whole each time, and rows that are known count once (rows/settle-rows.ts).
 */
import type { Readable } from "node:stream";
import { AssayError, quoted } from "../../../../../base/error.js";
import type { LogFile } from "../log-file.js";

interface Client {
  exec(options: { query: string }): Promise<{ stream: Readable }>;
  close(): Promise<void>;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,100}$/;

/** @param address clickhouse://[user:password@]host[:port]/database.table, `clickhouse://…?secure` for HTTPS */
export async function clickHouseFiles(address: string): Promise<LogFile[]> {
  const url = URL.parse(address);
  const [database = "", table = "", more] = (url?.pathname ?? "").slice(1).split(".");
  if (!url || more !== undefined || !NAME.test(database) || !NAME.test(table))
    throw new AssayError(
      "USAGE",
      `ClickHouse: expected clickhouse://host:8123/database.table, got ${quoted(address.replace(/\/\/.*@/, "//"))}`,
    );
  const secure = url.searchParams.has("secure");
  const server = `${secure ? "https" : "http"}://${url.host || "localhost:8123"}`;
  const options = {
    url: server,
    username: decodeURIComponent(url.username) || "default",
    password: decodeURIComponent(url.password),
  };
  return [
    {
      // Neither user nor password is kept in the manifest.
      path: `clickhouse://${url.host}/${database}.${table}`,
      name: `${database}.${table}`,
      found: false,
      sizeBytes: 0,
      signature: null,
      open: () => lines(options, `SELECT * FROM \`${database}\`.\`${table}\` FORMAT JSONEachRow`),
    },
  ];
}

async function* lines(options: object, query: string): AsyncGenerator<Buffer> {
  const client = await connect(options);
  try {
    const { stream } = await client.exec({ query });
    for await (const chunk of stream) yield Buffer.from(chunk as Uint8Array);
  } catch (error) {
    if (error instanceof AssayError) throw error;
    throw new AssayError("UNAVAILABLE", `ClickHouse: ${(error as Error).message.split("\n")[0]}`);
  } finally {
    await client.close();
  }
}

async function connect(options: object): Promise<Client> {
  const name = "@clickhouse/client";
  try {
    const { createClient } = (await import(name)) as { createClient: (options: object) => Client };
    return createClient(options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new AssayError(
      "UNSUPPORTED",
      "ClickHouse: expected @clickhouse/client; install it with `npm install @clickhouse/client`",
    );
  }
}
