/** A log in a bucket: one writer, a lease taken over after a death, a writer thought dead that cannot sign, clearing up. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { appendEntries, checkLog, initBucketLog, withWriter } from "../../src/app/log/log.js";
import { utf8 } from "../../src/base/bytes.js";
import { lockLogBucket, openBucket } from "../../src/host/log/log-bucket.js";
import { LogWriter, SIGNED_PATH } from "../../src/tlog/log-writer.js";
import { secretKeyOf } from "../../src/tlog/note-keys.js";
import { type BucketServer, bucketServer } from "./bucket-server.js";

let server: BucketServer;
let folder: string;
const LEASE_MS = 600;
const where = "s3://models/register";
const env = () => ({ AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", AWS_ENDPOINT_URL: server.endpoint });
const key = secretKeyOf("bucket.example/log", "ed25519", new Uint8Array(32).fill(7));

beforeAll(async () => {
  server = await bucketServer();
  folder = await mkdtemp(join(tmpdir(), "assay-bucket-"));
  Object.assign(process.env, env());
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const writer = async (store: Awaited<ReturnType<typeof lockLogBucket>>) =>
  LogWriter.open({ store, origin: key.name, keys: [key], now: () => 1_790_000_000 });
const many = (n: number, name: string) => Array.from({ length: n }, (_, i) => utf8(`${name} ${i}`));
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("a log is made, grown, read and checked; its keys stay here", async () => {
  const keys = join(folder, "keys");
  await initBucketLog(where, "bucket.example/models", keys);
  await sleep(50);
  for (const n of [3, 300]) {
    await appendEntries(where, many(n, "entry"), null, keys);
    await sleep(50);
  }
  expect(await checkLog(where, null, () => undefined)).toMatchObject({ entries: 303, faults: [] });
  expect([...server.objects.keys()].filter((path) => /keys/.test(path))).toEqual([]);
  expect([...server.objects.keys()].filter((path) => /000\.p\//.test(path))).toEqual(["register/tile/1/000.p/1"]);
  await expect(initBucketLog(where, "bucket.example/models", join(folder, "again"))).rejects.toThrow(/without a log/);
});

test("a second writer is turned away while the first renews its lease", async () => {
  const bucket = openBucket("s3://models/two", env());
  const store = await lockLogBucket(bucket, LEASE_MS);
  await expect(lockLogBucket(bucket, LEASE_MS)).rejects.toThrow(/only writer/);
  store.close();
  await sleep(50);
  (await lockLogBucket(bucket, LEASE_MS)).close();
});

test("after a death the lease is taken over; the writer thought dead cannot sign or publish any more", async () => {
  const bucket = openBucket("s3://models/dead", env());
  const first = await lockLogBucket(bucket, LEASE_MS);
  const zombie = await writer(first);
  await zombie.append(utf8("before"));
  // Its renewals stop reaching the store, as if the process slept.
  const lease = server.objects.get("dead/state/lock")!;
  const asleep = setInterval(() => server.objects.set("dead/state/lock", lease), 5);
  const second = await lockLogBucket(bucket, LEASE_MS).finally(() => clearInterval(asleep));
  const next = await writer(second);
  expect(next.size).toBe(1);
  await next.append(utf8("by the second"));
  const signed = server.objects.get(`dead/${SIGNED_PATH}`)!;
  await expect(zombie.append(utf8("by the first"))).rejects.toThrow(/lease was lost|only writer/);
  expect(server.objects.get(`dead/${SIGNED_PATH}`)).toEqual(signed);
  await next.append(utf8("and on"));
  expect((await checkLog("s3://models/dead", null, () => undefined)).faults).toEqual([]);
  second.close();
  first.close();
}, 20_000);

test("what a crash left beyond the signed head is cleared, and never read", async () => {
  const bucket = openBucket("s3://models/crash", env());
  const store = await lockLogBucket(bucket, LEASE_MS);
  await (await writer(store)).append(utf8("one"));
  await store.write(
    new Map([
      ["tile/0/000.p/3", new Uint8Array(96)],
      ["tile/entries/000.p/3", new Uint8Array(9)],
    ]),
  );
  store.close();
  await sleep(50);
  const again = await lockLogBucket(bucket, LEASE_MS);
  const next = await writer(again);
  await Promise.all(many(2, "more").map((entry) => next.append(entry)));
  expect(await checkLog("s3://models/crash", null, () => undefined)).toMatchObject({ entries: 3, faults: [] });
  again.close();
});

test("a store that does not enforce conditions is refused, addresses that lead elsewhere too", async () => {
  const loose = await bucketServer(false);
  const bucket = openBucket("s3://models/loose", { ...env(), AWS_ENDPOINT_URL: loose.endpoint });
  await expect(lockLogBucket(bucket, LEASE_MS)).rejects.toThrow(/does not enforce/);
  await loose.close();
  for (const bad of ["s3://", "s3://UP/x", "s3://models/../other", "s3://models/a?b", "s3://m"])
    expect(() => openBucket(bad, env())).toThrow(/s3:\/\/bucket/);
  expect(() => openBucket("s3://models/x", {})).toThrow(/AWS_ACCESS_KEY_ID/);
  await expect(withWriter(where, null, async () => undefined, join(folder, "none"))).rejects.toThrow(/keys/);
});
