/**
 * The process that holds the ClickHouse engine (chdb): one data folder a process is the library's rule, and a crash of
 * the engine must not take Assay with it. Speaks by messages with chdb-engine.ts; ends when its parent does.
 */
/** The part of chdb's Session used here (chdb 3.4, README). */
interface Session {
  query(sql: string, format?: string): string;
  queryAsync(sql: string, options?: { format?: string }): Promise<{ bytes(): Uint8Array; text(): string }>;
  queryBindAsync(
    sql: string,
    params: object,
    options?: { format?: string },
  ): Promise<{ bytes(): Uint8Array; text(): string }>;
  close(): void;
}

export type Request =
  | { id: number; kind: "open"; folder: string; memoryBytes: number; threads: number }
  | { id: number; kind: "query"; sql: string; params: Record<string, string | number>; format: string | null }
  | { id: number; kind: "insert"; table: string; structure: string; file: string };
export type Reply = { id: number; bytes: Uint8Array | null } | { id: number; error: string; missing?: boolean };

let session: Session | null = null;
const send = (reply: Reply) => process.send!(reply);

process.on("disconnect", () => process.exit(0));
process.on("message", async (request: Request) => {
  try {
    send({ id: request.id, bytes: await answer(request) });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
    send({ id: request.id, error: message, ...(missing ? { missing } : {}) });
  }
});

async function answer(request: Request): Promise<Uint8Array | null> {
  if (request.kind === "open") {
    const name = "chdb"; // an optional peer: the compiler must not look for it
    const { Session } = (await import(name)) as { Session: new (path: string) => Session };
    session = new Session(request.folder);
    session.query(`SET max_memory_usage = ${request.memoryBytes}, max_threads = ${request.threads}`);
    session.query(`SET max_bytes_before_external_group_by = ${Math.floor(request.memoryBytes / 2)}`);
    session.query(`SET max_bytes_before_external_sort = ${Math.floor(request.memoryBytes / 2)}`);
    return null;
  }
  if (!session) throw new Error("chdb: expected an open folder");
  if (request.kind === "insert") {
    const text = (value: string) => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
    await session.queryAsync(
      `INSERT INTO ${request.table} SELECT * FROM file(${text(request.file)}, 'RowBinary', ${text(request.structure)}) SETTINGS max_insert_threads = 1, min_insert_block_size_rows = 100000000, max_block_size = 1000000`,
    );
    return null;
  }
  const options = { format: request.format ?? "Null" };
  const bound = Object.keys(request.params).length > 0;
  const result = bound
    ? await session.queryBindAsync(request.sql, request.params, options)
    : await session.queryAsync(request.sql, options);
  return request.format === null ? null : new Uint8Array(result.bytes());
}
