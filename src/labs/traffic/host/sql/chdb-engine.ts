/** The ClickHouse engine in a child process, in a folder. `chdb` is an optional peer of 546 MB; without it, a way out is told. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { AssayError } from "../../../../base/error.js";
import type { Params, SqlEngine } from "../../engine.js";
import type { Reply, Request } from "./chdb-child.js";

/** Memory the engine may take; group-bys and sorts go to disk at half of it. */
const MEMORY_BYTES = 6 * 1024 ** 3;

/** How long a folder may stay locked by the engine of an earlier run. */
const LET_GO_MS = 20_000;

type Body = Request extends infer R ? (R extends Request ? Omit<R, "id"> : never) : never;

export class ChdbEngine implements SqlEngine {
  readonly name = "chdb";
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #pending = new Map<
    number,
    { resolve: (bytes: Uint8Array | null) => void; reject: (error: Error) => void }
  >();
  #next = 1;
  #closing = false;
  /** Why the process is no longer there. */
  #ended: Error | null = null;

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    child.on("message", (reply: Reply) => {
      const waiting = this.#pending.get(reply.id);
      this.#pending.delete(reply.id);
      if ("error" in reply) waiting?.reject(asError(reply));
      else waiting?.resolve(reply.bytes);
    });
    child.on("exit", (code, signal) => this.#died(`ended (${signal ?? code})`));
    child.on("error", (error) => this.#died(error.message));
  }

  /** @throws USAGE where another process holds the folder and does not let go of it */
  static async open(folder: string, threads: number): Promise<ChdbEngine> {
    // The engine of a run that was killed ends with its query, a moment later.
    for (const until = performance.now() + LET_GO_MS; ; ) {
      try {
        return await ChdbEngine.#openOnce(folder, threads);
      } catch (error) {
        if (!(error instanceof AssayError) || error.code !== "USAGE" || performance.now() > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
  }

  static async #openOnce(folder: string, threads: number): Promise<ChdbEngine> {
    mkdirSync(folder, { recursive: true });
    // Under a loader (tests, development) this file is .ts and the built child stands in dist.
    const source = import.meta.url.endsWith(".ts")
      ? "../../../../../dist/labs/traffic/host/sql/chdb-child.js"
      : "./chdb-child.js";
    const child = fork(new URL(source, import.meta.url), {
      serialization: "advanced",
      execArgv: [],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const engine = new ChdbEngine(child, folder);
    try {
      await engine.#ask({ kind: "open", folder: resolve(folder), memoryBytes: MEMORY_BYTES, threads });
    } catch (error) {
      await engine.close();
      throw error;
    }
    // Left by a run that was killed; the folder is ours now.
    for (const name of readdirSync(folder)) if (/^insert-.*\.bin$/.test(name)) rmSync(join(folder, name));
    return engine;
  }

  async run(sql: string, params: Params = {}): Promise<void> {
    await this.#ask({ kind: "query", sql, params, format: null });
  }

  async rows<T>(sql: string, params: Params = {}): Promise<T[]> {
    const settings = "SETTINGS output_format_json_quote_64bit_integers = 0";
    const bytes = await this.#ask({ kind: "query", sql: `${sql} ${settings}`, params, format: "JSONEachRow" });
    return jsonRows(bytes!);
  }

  async bytes(sql: string, params: Params = {}): Promise<Uint8Array> {
    return (await this.#ask({ kind: "query", sql, params, format: "RowBinary" }))!;
  }

  async insert(table: string, structure: string, rowBinary: Uint8Array): Promise<void> {
    if (rowBinary.length === 0) return;
    // Rows go through a file beside the data: inline values would have to be quoted, 26 µs a row, and a pipe copies them thrice.
    const file = resolve(this.#folder, `insert-${process.pid}-${this.#next}.bin`);
    try {
      await writeFile(file, rowBinary, { mode: 0o600 });
      await this.#ask({ kind: "insert", table, structure, file });
    } finally {
      await rm(file, { force: true });
    }
  }

  async close(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child;
    // Never started, or gone already, by itself or by a signal.
    if (this.#closing || pid === undefined || exitCode !== null || signalCode !== null) return;
    this.#closing = true;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    if (this.#child.connected) this.#child.disconnect();
    await ended;
    this.#died("was closed");
  }

  #ask(body: Body): Promise<Uint8Array | null> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) return reject(this.#ended);
      const id = this.#next++;
      this.#pending.set(id, { resolve, reject });
      this.#child.send({ id, ...body } as Request, (error) => {
        if (error) this.#died(error.message);
      });
    });
  }

  /** Whoever waits is told, and whoever asks later: a folder is opened anew, never a query repeated behind one's back. */
  #died(how: string): void {
    this.#ended ??= new Error(`chdb: the engine's process ${how}`);
    for (const waiting of this.#pending.values()) waiting.reject(this.#ended);
    this.#pending.clear();
  }
}

/** ClickHouse's JSONEachRow. */
export function jsonRows<T>(bytes: Uint8Array): T[] {
  const text = new TextDecoder().decode(bytes);
  return text === ""
    ? []
    : text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as T);
}

function asError({ error, missing }: { error: string; missing?: boolean }): Error {
  if (missing)
    return new AssayError(
      "UNSUPPORTED",
      "examine traffic: expected the ClickHouse engine, got none; install it with `npm install chdb@3` (546 MB; Linux with glibc, macOS), or set ASSAY_CLICKHOUSE_URL to a server",
    );
  if (/lock|already|CANNOT_OPEN/i.test(error) && /status|directory/i.test(error))
    return new AssayError("USAGE", `examine traffic: expected a data folder that no other process holds, got ${error}`);
  return new Error(error);
}
