/** Serves a log's public files (C2SP tlog-tiles), and a witness's calls (C2SP tlog-witness). Private state is never served. */

import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { openLog } from "../app/log/log.js";
import type { Witness, WitnessAnswer } from "../app/log/witness.js";
import { AssayError } from "../base/error.js";
import { boundedBody } from "../host/bounded-body.js";
import { entryHeadPath } from "../host/log/entry-heads.js";
import { CHECKPOINT_PATH } from "../tlog/log-writer.js";
import { NOTE_BYTES_MAX } from "../tlog/signed-note.js";
import { parseTilePath } from "../tlog/tile.js";
import { answerFaults } from "./aborted.js";
import type { Served } from "./static-server.js";

const HEADERS = { "x-content-type-options": "nosniff", "access-control-allow-origin": "*" };
const OBJECT = /^objects\/([0-9a-f]{2})\/\1[0-9a-f]{62}$/;
const LASTING = "public, max-age=31536000, immutable";

/** @param port 0 takes any free one @returns once it listens, on this machine alone */
export function serveLog(folder: string, port: number): Promise<Served> {
  const app = new Hono();
  answerFaults(app, "log");
  addLogFiles(app, folder, "");
  return listening(app, port);
}

/** The log's files, and what is stored beside it by digest. @param where folder or http(s) prefix of the log */
export function addLogFiles(app: Hono, where: string, prefix: string): void {
  const read = openLog(where);
  app.get(`${prefix}/checkpoint`, async (c) => {
    const bytes = await read(CHECKPOINT_PATH);
    if (!bytes) return c.text("not found\n", 404, HEADERS);
    return c.body(new Uint8Array(bytes), 200, {
      ...HEADERS,
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-cache",
    });
  });
  app.get(`${prefix}/tile/*`, async (c) => {
    const path = c.req.path.slice(prefix.length + 1);
    try {
      parseTilePath(path);
    } catch {
      return c.text("not found\n", 404, HEADERS);
    }
    const bytes = await read(path);
    if (!bytes) return c.text("not found\n", 404, HEADERS);
    return c.body(new Uint8Array(bytes), 200, {
      ...HEADERS,
      "content-type": "application/octet-stream",
      "cache-control": LASTING,
    });
  });
  app.get(`${prefix}/cosigned/:folder{[0-9]{1,13}}/:index{[0-9]{1,16}}`, async (c) => {
    const bytes = await read(entryHeadPath(Number(c.req.param("index"))));
    if (!bytes) return c.text("not found\n", 404, HEADERS);
    return c.body(new Uint8Array(bytes), 200, {
      ...HEADERS,
      "content-type": "text/plain; charset=utf-8",
      "cache-control": LASTING,
    });
  });
  app.get(`${prefix}/objects/*`, async (c) => {
    const path = c.req.path.slice(prefix.length + 1);
    const bytes = OBJECT.test(path) ? await read(path) : null;
    if (!bytes) return c.text("not found\n", 404, HEADERS);
    return c.body(new Uint8Array(bytes), 200, {
      ...HEADERS,
      // Declarations are JSON; fields sealed with age are not.
      "content-type": bytes[0] === 0x7b ? "application/json" : "application/octet-stream",
      "cache-control": LASTING,
    });
  });
}

/** Bodies are bounded before they are read; what the witness answers is passed on with its status. */
export function serveWitness(witness: Witness, port: number): Promise<Served> {
  const app = new Hono();
  answerFaults(app, "witness");
  const answering = (path: string, ask: (body: Uint8Array) => WitnessAnswer | Promise<WitnessAnswer>) =>
    app.post(path, async (c) => {
      const declared = Number(c.req.header("content-length") ?? Number.NaN);
      if (declared > NOTE_BYTES_MAX) return c.text("too large\n", 413, HEADERS);
      const body = await boundedBody(c.req.raw.body, NOTE_BYTES_MAX);
      if (body === null) return c.text("too large\n", 413, HEADERS);
      const answer = await ask(body);
      return c.body(answer.body, answer.status as 200, { ...HEADERS, "content-type": answer.contentType });
    });
  answering("/add-checkpoint", witness.addCheckpoint);
  if (witness.signSubtree) answering("/sign-subtree", witness.signSubtree);
  // The monitoring prefix is the submission prefix; a proxy may give it another address.
  app.get("/:origin{[0-9a-f]{64}}/checkpoint", async (c) => {
    const bytes = await witness.latest(c.req.param("origin"));
    if (!bytes) return c.text("never cosigned here\n", 404, HEADERS);
    return c.body(new Uint8Array(bytes), 200, {
      ...HEADERS,
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-cache",
    });
  });
  return listening(app, port);
}

function listening(app: Hono, port: number): Promise<Served> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }, (info: AddressInfo) =>
      resolve({ url: `http://127.0.0.1:${info.port}`, close: () => new Promise((done) => server.close(() => done())) }),
    );
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new AssayError("USAGE", `serve: expected a free port, but ${port} is taken`)
          : error,
      ),
    );
  });
}
