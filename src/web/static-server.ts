/**
 * Serves a folder of finished pages on this machine only. Read-only; the pages carry no script, and the headers
 * forbid one.
 */
import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { dirname, join, sep } from "node:path";
import { Readable } from "node:stream";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { AssayError } from "../base/error.js";
import { folderIndex } from "./folder-index.js";
import { ownHostsOnly } from "./own-hosts.js";

const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  json: "application/json",
  svg: "image/svg+xml",
  csv: "text/csv; charset=utf-8",
  txt: "text/plain; charset=utf-8",
};

const HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

export interface Served {
  url: string;
  close(): Promise<void>;
}

/** @param root folder served; a folder answers with its index.html, or with a list of what is in it */
export function serveFolder(root: string, port: number): Promise<Served> {
  const app = new Hono();
  app.use(ownHostsOnly(HEADERS));
  app.get("*", async (c) => {
    const path = await inside(root, fileOf(root, c.req.path));
    const info = path ? await stat(path).catch(() => null) : null;
    if (!path || !info?.isFile()) {
      const folder = c.req.path.endsWith("/") ? await inside(root, folderOf(root, c.req.path)) : null;
      const listed = folder && (await stat(folder)).isDirectory() ? await folderIndex(folder, c.req.path) : null;
      return listed === null ? c.text("not found\n", 404, HEADERS) : c.html(listed, 200, HEADERS);
    }
    const type = TYPES[path.slice(path.lastIndexOf(".") + 1)] ?? "application/octet-stream";
    const body = Readable.toWeb(createReadStream(path)) as ReadableStream;
    return c.body(body, 200, { ...HEADERS, "content-type": type, "content-length": String(info.size) });
  });
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }, (info: AddressInfo) =>
      resolve({
        url: `http://127.0.0.1:${info.port}/`,
        close: () => new Promise((done) => server.close(() => done())),
      }),
    );
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      reject(
        taken ? new AssayError("USAGE", `serve: expected a free port, but ${port} is taken; try --port 0`) : error,
      );
    });
  });
}

/** The file with every link followed, or null when that leads out of the folder. */
async function inside(root: string, path: string | null): Promise<string | null> {
  if (path === null) return null;
  const [folder, file] = await Promise.all([realpath(root), realpath(path).catch(() => null)]);
  if (file === folder) return file;
  return file?.startsWith(folder.endsWith(sep) ? folder : folder + sep) ? file : null;
}

function folderOf(root: string, requestPath: string): string | null {
  const file = fileOf(root, requestPath);
  return file === null ? null : dirname(file);
}

/** The file a request names, or null when it leaves the folder or names a hidden file. */
function fileOf(root: string, requestPath: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(requestPath);
  } catch {
    return null;
  }
  const parts = decoded.split("/").filter((part) => part !== "");
  if (parts.some((part) => part.startsWith(".") || /[\\\0]/.test(part))) return null;
  return join(root, ...(decoded.endsWith("/") ? [...parts, "index.html"] : parts));
}
