/**
 * The part of S3 that a log uses, in memory: PutObject with If-None-Match and If-Match, GetObject, DeleteObject,
 * ListObjectsV2 in pages. Signatures are not checked. validation/log-bucket.md has the run against a full implementation.
 */
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface BucketServer {
  endpoint: string;
  objects: Map<string, Buffer>;
  close: () => Promise<void>;
}

/** @param enforce whether conditions are honoured, as some stores do not */
export function bucketServer(enforce = true): Promise<BucketServer> {
  const objects = new Map<string, Buffer>();
  const etag = (bytes: Buffer) => `"${createHash("md5").update(bytes).digest("hex")}"`;
  const server: Server = createServer(async (request, response) => {
    const url = new URL(request.url!, "http://bucket");
    const key = decodeURIComponent(url.pathname.slice(1).split("/").slice(1).join("/"));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const known = objects.get(key);
    const answer = (status: number, body: Buffer | string = "", headers: Record<string, string> = {}) =>
      response.writeHead(status, headers).end(body);
    if (request.method === "GET" && url.searchParams.has("list-type")) {
      const prefix = url.searchParams.get("prefix") ?? "";
      const from = Number(url.searchParams.get("continuation-token") ?? 0);
      const keys = [...objects.keys()].filter((k) => k.startsWith(prefix)).sort();
      const next = from + 5 < keys.length ? `<NextContinuationToken>${from + 5}</NextContinuationToken>` : "";
      const items = keys.slice(from, from + 5).map((k) => `<Contents><Key>${k}</Key></Contents>`);
      return answer(200, `<ListBucketResult>${items.join("")}${next}</ListBucketResult>`);
    }
    const { "if-none-match": none, "if-match": match } = request.headers;
    const fails = enforce && ((none === "*" && known) || (match && (!known || etag(known) !== match)));
    if (request.method !== "GET" && fails) return answer(412);
    if (request.method === "PUT") {
      const bytes = Buffer.concat(chunks);
      objects.set(key, bytes);
      return answer(200, "", { etag: etag(bytes) });
    }
    if (request.method === "DELETE") {
      objects.delete(key);
      return answer(204);
    }
    return known ? answer(200, known, { etag: etag(known) }) : answer(404);
  });
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () =>
      resolve({
        endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        objects,
        close: () => new Promise((done) => server.close(() => done())),
      }),
    ),
  );
}
