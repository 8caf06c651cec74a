/** A local HTTP server for files made on the fly: ranges, tags, redirects, and faults on demand. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ServedFile {
  sizeBytes: number;
  read(offsetBytes: number, length: number): Uint8Array;
}

export interface RangeServer {
  origin: string;
  server: Server;
  /** Of bodies sent. */
  sentBytes: number;
  requests: string[];
  etag: string | null;
  /** Answers a request in its own way; true when it did. */
  fault: ((request: IncomingMessage, response: ServerResponse) => boolean) | null;
  close(): Promise<void>;
}

export function bytesFile(bytes: Uint8Array): ServedFile {
  return { sizeBytes: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

/** @param find a file by its path, decoded */
export async function rangeServer(find: (path: string) => ServedFile | undefined): Promise<RangeServer> {
  const server = createServer((request, response) => {
    state.requests.push(`${request.url} ${request.headers.range ?? ""}`);
    if (state.fault?.(request, response)) return;
    serve(request, response);
  });
  const state: RangeServer = {
    origin: "",
    server,
    sentBytes: 0,
    requests: [],
    etag: '"1"',
    fault: null,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  function serve(request: IncomingMessage, response: ServerResponse): void {
    const file = find(decodeURIComponent(new URL(request.url!, "http://x").pathname));
    if (!file) return void response.writeHead(404).end();
    const headers: Record<string, string> = { "accept-ranges": "bytes", ...(state.etag ? { etag: state.etag } : {}) };
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    const stale = request.headers["if-range"] !== undefined && request.headers["if-range"] !== state.etag;
    if (!range || stale) {
      response.writeHead(200, { ...headers, "content-length": String(file.sizeBytes) });
      // A whole large file is never sent: whoever asks for it is about to hang up.
      const body = file.read(0, Math.min(file.sizeBytes, 1 << 20));
      state.sentBytes += body.length;
      return void (body.length < file.sizeBytes ? response.write(body) : response.end(body));
    }
    const start = Number(range[1]);
    if (start >= file.sizeBytes)
      return void response.writeHead(416, { "content-range": `bytes */${file.sizeBytes}` }).end();
    const end = Math.min(Number(range[2]), file.sizeBytes - 1);
    const body = file.read(start, end - start + 1);
    state.sentBytes += body.length;
    response.writeHead(206, {
      ...headers,
      "content-length": String(body.length),
      "content-range": `bytes ${start}-${end}/${file.sizeBytes}`,
    });
    response.end(body);
  }
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  state.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return state;
}
