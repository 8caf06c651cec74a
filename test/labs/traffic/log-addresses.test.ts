/** Logs that lie elsewhere: a bucket's objects, a ClickHouse table; what is missing is said in one line. */

import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { filesAt } from "../../../src/labs/traffic/host/files/log-address.js";
import { isLogName } from "../../../src/labs/traffic/host/files/log-name.js";
import { logText } from "../../../src/labs/traffic/host/files/log-text.js";
import { s3Files } from "../../../src/labs/traffic/host/files/sources/s3-objects.js";

const OBJECTS: Record<string, string> = {
  "logs/date=2026-03-02/part 0&1.jsonl": '{"a":1}\n',
  "logs/date=2026-03-03/gateway.jsonl.1": '{"a":2}\n',
  "logs/README": "no log",
};
const asked: string[] = [];
let server: Server;
let endpoint: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url!, "http://x");
    asked.push(`${url.pathname} ${url.search}`);
    if (!request.headers.authorization?.startsWith("AWS4-HMAC-SHA256")) response.writeHead(403).end();
    else if (url.searchParams.get("list-type") === "2") {
      // Two pages: the second under a token.
      const names = Object.keys(OBJECTS);
      const page = url.searchParams.has("continuation-token") ? names.slice(2) : names.slice(0, 2);
      const contents = page.map(
        (key) =>
          `<Contents><Key>${key.replace("&", "&amp;")}</Key><ETag>&quot;e${key.length}&quot;</ETag><Size>${OBJECTS[key]!.length}</Size></Contents>`,
      );
      const more = url.searchParams.has("continuation-token")
        ? "<IsTruncated>false</IsTruncated>"
        : "<IsTruncated>true</IsTruncated><NextContinuationToken>t/1=</NextContinuationToken>";
      response.end(`<ListBucketResult>${more}${contents.join("")}</ListBucketResult>`);
    } else response.end(OBJECTS[decodeURIComponent(url.pathname).replace(/^\/my-logs\//, "")]);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

async function textOf(file: Parameters<typeof logText>[0]): Promise<string> {
  let text = "";
  for await (const chunk of logText(file).chunks) text += chunk.toString("utf8");
  return text;
}

test("a bucket's logs, over several pages of its list, each known by its ETag; what is no log is passed over", async () => {
  const env = { AWS_ACCESS_KEY_ID: "k", AWS_SECRET_ACCESS_KEY: "s", AWS_ENDPOINT_URL: endpoint };
  const { files, passedOver } = await s3Files("s3://my-logs/logs/", isLogName, env);
  expect(files.map(({ name, path, signature }) => ({ name, path, signature }))).toEqual([
    {
      name: "date=2026-03-02/part 0&1.jsonl",
      path: "s3://my-logs/logs/date=2026-03-02/part 0&1.jsonl",
      signature: '8 "e35"',
    },
    {
      name: "date=2026-03-03/gateway.jsonl.1",
      path: "s3://my-logs/logs/date=2026-03-03/gateway.jsonl.1",
      signature: '8 "e36"',
    },
  ]);
  expect(passedOver).toEqual(["logs/README"]);
  expect(await textOf(files[0]!)).toBe('{"a":1}\n');
  await expect(s3Files("s3://my-logs/logs/", isLogName, {})).rejects.toThrow(/expected AWS_ACCESS_KEY_ID/);
  await expect(s3Files("s3://X", isLogName, env)).rejects.toThrow(/expected s3:\/\/bucket\/prefix/);
});

test("a ClickHouse table: its name is checked, its password is not kept", async () => {
  await expect(filesAt("clickhouse://me:secret@host:8123/a.b; DROP")).rejects.toThrow(/got "clickhouse:\/\/host/);
  const { files } = (await filesAt("clickhouse://me:secret@host:8123/gateway.requests"))!;
  expect(files).toMatchObject([{ path: "clickhouse://host:8123/gateway.requests", name: "gateway.requests" }]);
  expect(filesAt("./logs/a.jsonl")).toBeNull();
});

test.skipIf(!existsSync("node_modules/@clickhouse/client"))("a ClickHouse table's rows are read as lines", async () => {
  const queries: string[] = [];
  const stub = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      queries.push(`${new URL(request.url!, "http://x").searchParams.get("query") ?? ""}${body}`);
      response.end('{"a":1}\n{"a":2}\n');
    });
  });
  await new Promise<void>((resolve) => stub.listen(0, "127.0.0.1", resolve));
  const { files } = (await filesAt(`clickhouse://127.0.0.1:${(stub.address() as AddressInfo).port}/gateway.requests`))!;
  expect(await textOf(files[0]!)).toBe('{"a":1}\n{"a":2}\n');
  expect(queries[0]).toMatch(/SELECT \* FROM `gateway`.`requests` FORMAT JSONEachRow/);
  stub.close();
});

/** `{"a":1}` and `{"a":2}`, a line each, as bzip2 1.0.8 packs them. */
const PACKED = "QlpoOTFBWSZTWSKd4ukAAAZZgAAQEAAwECAAAAogADEMCBKAeonCJoaL4u5IpwoSBFO8XSA=";

test.skipIf(!existsSync("node_modules/unbzip2-stream"))("bzip2 with its library: whole, and cut short", async () => {
  const bytes = Buffer.from(PACKED, "base64");
  const file = (content: Buffer) => ({
    ...{ path: "a.jsonl.bz2", name: "a.jsonl.bz2", found: false, sizeBytes: content.length, signature: null },
    open: async function* () {
      yield content;
    },
  });
  expect(await textOf(file(bytes))).toBe('{"a":1}\n{"a":2}\n');
  const cut = logText(file(bytes.subarray(0, bytes.length - 8)));
  await expect(
    (async () => {
      for await (const _ of cut.chunks);
      return cut.cutShort() ? "cut" : "whole";
    })(),
  ).resolves.toBe("cut");
});
