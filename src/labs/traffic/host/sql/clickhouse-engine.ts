/**
 * The same SQL against a ClickHouse server or cluster, through @clickhouse/client (an optional peer). The tables lie in
 * the database that the address names: one database a log, or two logs mix.
 */
import { Readable } from "node:stream";
import { AssayError } from "../../../../base/error.js";
import type { Params, SqlEngine } from "../../engine.js";
import { jsonRows } from "./chdb-engine.js";

/** The part of @clickhouse/client used here. */
export interface Client {
  command(options: { query: string; query_params?: Params; clickhouse_settings?: object }): Promise<unknown>;
  exec(options: { query: string; query_params?: Params; values?: Readable }): Promise<{ stream: Readable }>;
  close(): Promise<void>;
}

export class ClickHouseEngine implements SqlEngine {
  readonly name = "ClickHouse server";
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** @param url with user, password and database, as @clickhouse/client reads it */
  static async open(url: string): Promise<ClickHouseEngine> {
    const name = "@clickhouse/client";
    try {
      const { createClient } = (await import(name)) as { createClient: (options: { url: string }) => Client };
      return new ClickHouseEngine(createClient({ url }));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND")
        throw new AssayError(
          "UNSUPPORTED",
          "examine traffic: expected @clickhouse/client for ASSAY_CLICKHOUSE_URL; install it with `npm install @clickhouse/client`",
        );
      throw error;
    }
  }

  async run(sql: string, params: Params = {}): Promise<void> {
    await this.#client.command({ query: sql, query_params: params });
  }

  async rows<T>(sql: string, params: Params = {}): Promise<T[]> {
    const settings = "SETTINGS output_format_json_quote_64bit_integers = 0";
    return jsonRows(await this.#read(`${sql} ${settings} FORMAT JSONEachRow`, params));
  }

  async bytes(sql: string, params: Params = {}): Promise<Uint8Array> {
    return this.#read(`${sql} FORMAT RowBinary`, params);
  }

  async insert(table: string, _structure: string, rowBinary: Uint8Array): Promise<void> {
    if (rowBinary.length === 0) return;
    const { stream } = await this.#client.exec({
      query: `INSERT INTO ${table} FORMAT RowBinary`,
      values: Readable.from([Buffer.from(rowBinary)]),
    });
    for await (const _ of stream);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #read(query: string, params: Params): Promise<Uint8Array> {
    const { stream } = await this.#client.exec({ query, query_params: params });
    const parts: Buffer[] = [];
    for await (const part of stream) parts.push(Buffer.from(part as Uint8Array));
    return Buffer.concat(parts);
  }
}
