/**
 * A log's files in an S3-compatible bucket (PutObject with If-None-Match and If-Match, which AWS has since 2024). A bucket
 * has no locks, so one writer is kept by four rules: a lease under `state/lock` that its holder renews; heads replaced
 * only where the last one known still stands (compare and swap), with the lease's epoch inside, so that a writer that
 * was thought dead cannot sign any more; tiles and bundles created, never replaced; what lies beyond the signed head is
 * cleared when a lease is taken. A store that does not enforce such conditions is refused.
 */
import { randomBytes } from "node:crypto";
import { AwsClient } from "aws4fetch";
import { equalBytes, fromUtf8, utf8 } from "../../base/bytes.js";
import { AssayError, quoted } from "../../base/error.js";
import { parseCheckpoint } from "../../tlog/checkpoint.js";
import { CHECKPOINT_PATH, SIGNED_PATH } from "../../tlog/log-writer.js";
import { parseNote } from "../../tlog/signed-note.js";
import { parseTilePath, TILE_WIDTH } from "../../tlog/tile.js";
import type { ReadTile } from "../../tlog/tree-reader.js";
import type { LockedLog } from "./log-folder.js";
import { bodyOf } from "./log-url.js";

const LOCK_PATH = "state/lock";
/** A lease not renewed for so long, on the newcomer's own clock, is taken over. */
const LEASE_MS = 15_000;
const TIMEOUT_MS = 30_000;
const BYTES_MAX = 17 * 1024 * 1024;
const WRITES_AT_ONCE = 16;

interface Bucket {
  get: (path: string) => Promise<{ bytes: Uint8Array; etag: string } | null>;
  /** @returns the new ETag; null when the condition does not hold */
  put: (path: string, bytes: Uint8Array, condition: Record<string, string>) => Promise<string | null>;
  remove: (path: string, etag?: string) => Promise<void>;
  list: (prefix: string) => Promise<string[]>;
}

/** @param address s3://bucket/prefix @param env AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL */
export function openBucket(address: string, env: Readonly<Record<string, string | undefined>> = process.env): Bucket {
  const [, name, prefix = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/?(.*?)\/*$/.exec(address) ?? [];
  if (name === undefined || /(^|\/)\.\.?(\/|$)|[?#\\\s]/.test(prefix))
    throw new AssayError("USAGE", `log: expected s3://bucket/prefix, got ${quoted(address)}`);
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  if (!accessKeyId || !secretAccessKey)
    throw new AssayError("USAGE", "log: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment");
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? "us-east-1";
  const endpoint = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL ?? `https://s3.${region}.amazonaws.com`;
  const aws = new AwsClient({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken ? { sessionToken } : {}),
    region,
    service: "s3",
    retries: 3,
  });
  const root = `${endpoint.replace(/\/+$/, "")}/${name}`;
  const key = (path: string) => (prefix === "" ? path : `${prefix}/${path}`);
  const ask = async (url: string, init: RequestInit): Promise<Response> => {
    try {
      return await aws.fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (error) {
      throw new AssayError("UNAVAILABLE", `log: expected an answer from ${endpoint}, got ${(error as Error).message}`);
    }
  };
  const expect = async (response: Response, path: string): Promise<Response> => {
    if (response.ok) return response;
    await response.body?.cancel();
    throw new AssayError("UNAVAILABLE", `log: the bucket answered ${response.status} for ${quoted(path)}`);
  };
  return {
    get: async (path) => {
      const response = await ask(`${root}/${key(path)}`, {});
      if (response.status === 404) return null;
      await expect(response, path);
      const bytes = await bodyOf(response, BYTES_MAX, path);
      return { bytes, etag: response.headers.get("etag") ?? "" };
    },
    put: async (path, bytes, condition) => {
      const body = new Uint8Array(bytes);
      const response = await ask(`${root}/${key(path)}`, { method: "PUT", body, headers: condition });
      // 409: two conditional requests at once; 404: If-Match on what is gone.
      if (response.status === 412 || response.status === 409 || (response.status === 404 && condition["if-match"])) {
        await response.body?.cancel();
        return null;
      }
      await expect(response, path);
      await response.arrayBuffer();
      return response.headers.get("etag") ?? "";
    },
    remove: async (path, etag) => {
      const response = await ask(`${root}/${key(path)}`, {
        method: "DELETE",
        ...(etag ? { headers: { "if-match": etag } } : {}),
      });
      await response.body?.cancel();
    },
    list: async (under) => {
      const paths: string[] = [];
      for (let token: string | null = null; ; ) {
        const query = new URLSearchParams({
          "list-type": "2",
          prefix: key(under),
          ...(token ? { "continuation-token": token } : {}),
        });
        const xml = await (await expect(await ask(`${root}?${query}`, {}), under)).text();
        for (const [, found] of xml.matchAll(/<Key>([^<]*)<\/Key>/g))
          paths.push(prefix === "" ? found! : found!.slice(prefix.length + 1));
        token = /<NextContinuationToken>([^<]+)<\/NextContinuationToken>/.exec(xml)?.[1] ?? null;
        if (token === null) return paths;
      }
    },
  };
}

/** Reads as a folder or URL is read: null where nothing is stored; the writer's lease is taken off the signed head. */
export function readLogBucket(bucket: Bucket): ReadTile {
  return async (path) => {
    const found = await bucket.get(path);
    return found ? (path === SIGNED_PATH ? withoutEpoch(found.bytes) : found.bytes) : null;
  };
}

interface Lease {
  holder: string;
  epoch: number;
  /** Changes with every renewal, and so the ETag. */
  renewal: number;
}

/** @throws USAGE while another holds the log, UNSUPPORTED where conditions are not enforced */
export async function lockLogBucket(bucket: Bucket, leaseMs = LEASE_MS): Promise<LockedLog> {
  const holder = randomBytes(16).toString("hex");
  const lost = new AssayError("USAGE", "log: expected to be the only writer, but the lease was lost to another");
  let { lease, etag } = await acquire(bucket, holder, leaseMs);
  if ((await bucket.put(LOCK_PATH, encode(lease), { "if-none-match": "*" })) !== null)
    throw new AssayError("UNSUPPORTED", "log: this store does not enforce If-None-Match: one writer cannot be kept");
  let renewed = performance.now();
  let over = false;
  const renew = async () => {
    const next = { ...lease, renewal: lease.renewal + 1 };
    const given = over ? null : await bucket.put(LOCK_PATH, encode(next), { "if-match": etag });
    if (given === null) {
      over = true;
      throw lost;
    }
    [lease, etag, renewed] = [next, given, performance.now()];
  };
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = (run: () => Promise<void>) => {
    const done = turn.then(run);
    turn = done.catch(() => undefined);
    return done;
  };
  const timer = setInterval(() => void inTurn(renew).catch(() => undefined), leaseMs / 3);
  timer.unref();
  const heads = new Map<string, string>();
  try {
    await fence(bucket, lease.epoch, heads);
    await clearBeyondHead(bucket);
  } catch (error) {
    clearInterval(timer);
    throw error;
  }
  const putHead = async (path: string, bytes: Uint8Array) => {
    const known = heads.get(path);
    const body = path === SIGNED_PATH ? withEpoch(bytes, lease.epoch) : bytes;
    const given = await bucket.put(path, body, known === undefined ? { "if-none-match": "*" } : { "if-match": known });
    if (given === null) throw lost;
    heads.set(path, given);
  };
  const create = async (path: string, bytes: Uint8Array) => {
    if ((await bucket.put(path, bytes, { "if-none-match": "*" })) !== null) return;
    const there = await bucket.get(path);
    if (!there || !equalBytes(there.bytes, bytes)) throw lost;
  };
  return {
    read: readLogBucket(bucket),
    write: (files) =>
      inTurn(async () => {
        if (over) throw lost;
        if (performance.now() - renewed > leaseMs / 2) await renew();
        const entries = [...files];
        for (let at = 0; at < entries.length; at += WRITES_AT_ONCE) {
          const done = await Promise.allSettled(
            entries
              .slice(at, at + WRITES_AT_ONCE)
              .map(([path, bytes]) => (isHead(path) ? putHead(path, bytes) : create(path, bytes))),
          );
          const failed = done.find((one) => one.status === "rejected");
          if (failed) throw failed.reason;
        }
      }),
    remove: async (paths) => {
      for (const path of paths) for (const found of await bucket.list(`${path}/`)) await bucket.remove(found);
    },
    close: () => {
      clearInterval(timer);
      void inTurn(async () => {
        if (!over) await bucket.remove(LOCK_PATH, etag);
        over = true;
      }).catch(() => undefined);
    },
  };
}

async function acquire(bucket: Bucket, holder: string, leaseMs: number): Promise<{ lease: Lease; etag: string }> {
  const first: Lease = { holder, epoch: Date.now(), renewal: 0 };
  const given = await bucket.put(LOCK_PATH, encode(first), { "if-none-match": "*" });
  if (given !== null) return { lease: first, etag: given };
  const seen = await bucket.get(LOCK_PATH);
  if (!seen) return acquire(bucket, holder, leaseMs);
  // Whoever lives renews: a lease that stands still for its whole length belongs to nobody.
  for (let waited = 0; waited < leaseMs; waited += leaseMs / 5) {
    await new Promise((resolve) => setTimeout(resolve, leaseMs / 5));
    const now = await bucket.get(LOCK_PATH);
    if (now && now.etag !== seen.etag)
      throw new AssayError("USAGE", "log: expected to be the only writer, but another holds the lease");
    if (!now) return acquire(bucket, holder, leaseMs);
  }
  const old = JSON.parse(fromUtf8(seen.bytes, LOCK_PATH)) as Lease;
  const lease: Lease = { holder, epoch: Math.max(old.epoch + 1, Date.now()), renewal: 0 };
  const taken = await bucket.put(LOCK_PATH, encode(lease), { "if-match": seen.etag });
  if (taken === null) throw new AssayError("USAGE", "log: expected to be the only writer, but another took the lease");
  return { lease, etag: taken };
}

/** The heads as they stand; the signed one is stamped with this lease's epoch, so that no earlier holder can replace it. */
async function fence(bucket: Bucket, epoch: number, heads: Map<string, string>): Promise<void> {
  for (const path of [SIGNED_PATH, CHECKPOINT_PATH]) {
    const found = await bucket.get(path);
    if (!found) continue;
    heads.set(path, found.etag);
    if (path !== SIGNED_PATH) continue;
    const stamped = await bucket.put(path, withEpoch(withoutEpoch(found.bytes), epoch), { "if-match": found.etag });
    if (stamped === null)
      throw new AssayError("USAGE", "log: expected to be the only writer, but another signed just now");
    heads.set(path, stamped);
  }
}

/** What a crash, or an earlier holder, left beyond the signed head: it would stand in the way of tiles to be created. */
async function clearBeyondHead(bucket: Bucket): Promise<void> {
  const signed = await readLogBucket(bucket)(SIGNED_PATH);
  const size = signed ? parseCheckpoint(parseNote(signed).text).size : 0;
  for (const path of await bucket.list("tile/")) {
    const { level, index, width } = parseTilePath(path);
    const hashes = level === "entries" ? size : Math.floor(size / TILE_WIDTH ** level);
    if (width > Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH)) await bucket.remove(path);
  }
}

function isHead(path: string): boolean {
  return path === SIGNED_PATH || path === CHECKPOINT_PATH;
}

/** Behind a zero byte, which no note holds. */
function withEpoch(note: Uint8Array, epoch: number): Uint8Array {
  return Buffer.concat([note, utf8(`\0epoch ${epoch}\n`)]);
}

function withoutEpoch(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.slice(0, end);
}

function encode(lease: Lease): Uint8Array {
  return utf8(`${JSON.stringify(lease)}\n`);
}
