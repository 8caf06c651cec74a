/**
 * The records of a Kafka topic as lines, a file a partition, from the oldest that the brokers still hold to the newest that
 * is committed, through @platformatic/kafka (an optional peer). It joins no consumer group and commits nothing, so that nobody
 * else's reading is moved. A partition whose first and last offset are known is not read again.
 */
import { AssayError, quoted } from "../../../../../base/error.js";
import type { LogFile } from "../log-file.js";

/** The part of the client used here. */
export interface TopicClient {
  metadata(options: { topics: string[]; autocreateTopics: boolean }): Promise<{
    topics: Map<string, { id: string; partitions: { leader: number }[] }>;
  }>;
  listOffsets(options: { topics: string[]; timestamp: bigint; isolationLevel: number }): Promise<Map<string, bigint[]>>;
  fetch(options: object): Promise<{ responses: { partitions: Fetched[] }[] }>;
  close(force: boolean): Promise<void>;
}

interface Fetched {
  partitionIndex: number;
  errorCode: number;
  abortedTransactions: { producerId: bigint; firstOffset: bigint }[] | null;
  records?: Batch[] | null;
}

interface Batch {
  firstOffset: bigint;
  lastOffsetDelta: number;
  attributes: number;
  producerId: bigint;
  records: { offsetDelta: number; key: Buffer | null; value: Buffer | null }[];
}

/** Kafka's protocol: times that mean the first and the next offset, only what is committed, bits of a batch. */
const EARLIEST = -2n;
const LATEST = -1n;
const READ_COMMITTED = 1;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
/** A control record's key is its version and its type, 16 bits each: 0 aborts, 1 commits. */
const ABORT = 0;

const FETCH_BYTES = 8 * 1024 * 1024;
/** Answers in a row that bring nothing although the broker named a later offset. */
const EMPTY_MAX = 20;
const PARTITIONS_MAX = 10_000;

const ADDRESS =
  /^kafka:\/\/(?:([^:@/]+):([^@/]*)@)?([A-Za-z0-9_.-]+(?::\d{1,5})?(?:,[A-Za-z0-9_.-]+(?::\d{1,5})?)*)\/([A-Za-z0-9._-]{1,249})(?:\?(secure)?)?$/;

/** @param address kafka://[user:password@]host:9092[,host:9092]/topic, `?secure` for TLS; user and password are SASL/PLAIN's */
export async function kafkaFiles(
  address: string,
  connect: (options: object) => Promise<TopicClient> = connectTo,
): Promise<LogFile[]> {
  const [, user, password, hosts = "", topic = "", secure] = ADDRESS.exec(address) ?? [];
  if (topic === "")
    throw new AssayError(
      "USAGE",
      `Kafka: expected kafka://host:9092/topic, got ${quoted(address.replace(/\/\/.*@/, "//"))}`,
    );
  const brokers = hosts.split(",").map((host) => (host.includes(":") ? host : `${host}:9092`));
  const options = {
    clientId: "assay",
    // The client asks for a name; no group of it is ever joined.
    groupId: "assay",
    bootstrapBrokers: brokers,
    retries: 2,
    ...(secure ? { tls: {} } : {}),
    ...(user
      ? { sasl: { mechanism: "PLAIN", username: decodeURIComponent(user), password: decodeURIComponent(password!) } }
      : {}),
  };
  return asking(options, connect, async (client) => {
    const { id, partitions } = await partitionsOf(client, topic);
    if (partitions.length > PARTITIONS_MAX)
      throw new AssayError("LIMIT", `Kafka: expected at most ${PARTITIONS_MAX} partitions`);
    const offsets = (timestamp: bigint) =>
      client.listOffsets({ topics: [topic], timestamp, isolationLevel: READ_COMMITTED });
    const [first, end] = [(await offsets(EARLIEST)).get(topic) ?? [], (await offsets(LATEST)).get(topic) ?? []];
    return partitions.flatMap((_, partition) => {
      const [from, to] = [first[partition] ?? 0n, end[partition] ?? 0n];
      if (from >= to) return [];
      return [
        {
          // Neither user nor password is kept in the manifest.
          path: `kafka://${brokers.join(",")}/${topic}/${partition}`,
          name: `${topic}/${partition}`,
          found: false,
          sizeBytes: 0,
          signature: `${id} ${from} ${to}`,
          open: () => lines(options, connect, { topic, partition, from, to }),
        },
      ];
    });
  });
}

async function partitionsOf(client: TopicClient, topic: string) {
  const found = (await client.metadata({ topics: [topic], autocreateTopics: false })).topics.get(topic);
  if (!found) throw new AssayError("NOT_FOUND", `Kafka: expected a topic ${quoted(topic)}, got none of that name`);
  return found;
}

interface Stretch {
  topic: string;
  partition: number;
  from: bigint;
  to: bigint;
}

async function* lines(
  options: object,
  connect: (options: object) => Promise<TopicClient>,
  { topic, partition, from, to }: Stretch,
): AsyncGenerator<Buffer> {
  const client = await connect(options);
  try {
    const { id, partitions } = await partitionsOf(client, topic);
    const aborted = new Set<bigint>();
    let empty = 0;
    for (let offset = from; offset < to; ) {
      const answer = await client.fetch({
        node: partitions[partition]?.leader ?? 0,
        ...{ minBytes: 1, maxBytes: FETCH_BYTES, maxWaitTime: 500, isolationLevel: READ_COMMITTED },
        topics: [
          {
            topicId: id,
            partitions: [
              {
                ...{ partition, fetchOffset: offset, partitionMaxBytes: FETCH_BYTES },
                ...{ currentLeaderEpoch: -1, lastFetchedEpoch: -1 },
              },
            ],
          },
        ],
      });
      const own = answer.responses[0]?.partitions.find(({ partitionIndex }) => partitionIndex === partition);
      const next = nextOffset(own?.records ?? [], offset);
      empty = next === offset ? empty + 1 : 0;
      if (empty > EMPTY_MAX)
        throw new AssayError("UNAVAILABLE", `Kafka: expected records up to ${to}, got none from ${offset} on`);
      if (own) yield Buffer.concat(linesOf(own, aborted, offset, to));
      offset = next;
    }
  } catch (error) {
    throw told(error);
  } finally {
    await client.close(true).catch(() => undefined);
  }
}

/** A compacted partition has gaps: what follows is told by the batches, not by how many records came. */
function nextOffset(batches: readonly Batch[], offset: bigint): bigint {
  const last = batches.at(-1);
  const next = last ? last.firstOffset + BigInt(last.lastOffsetDelta) + 1n : offset;
  return next > offset ? next : offset;
}

/**
 * Values as lines. JSON has line breaks between its tokens only, where a space says the same. What a producer took back is
 * left out: its batches come between the first offset that the broker names for it and its control record.
 */
function linesOf({ records, abortedTransactions }: Fetched, aborted: Set<bigint>, from: bigint, to: bigint): Buffer[] {
  const out: Buffer[] = [];
  const coming = [...(abortedTransactions ?? [])].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  for (const batch of records ?? []) {
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    while (coming.length > 0 && coming[0]!.firstOffset <= last) aborted.add(coming.shift()!.producerId);
    if (batch.attributes & CONTROL) {
      const key = batch.records[0]?.key;
      if (key && key.length >= 4 && key.readInt16BE(2) === ABORT) aborted.delete(batch.producerId);
      continue;
    }
    if (batch.attributes & TRANSACTIONAL && aborted.has(batch.producerId)) continue;
    for (const { offsetDelta, value } of batch.records) {
      const offset = batch.firstOffset + BigInt(offsetDelta);
      // A batch may begin before what was asked for; a record without a value only deletes its key.
      if (offset >= from && offset < to && value !== null) out.push(line(value), NEWLINE);
    }
  }
  return out;
}

const NEWLINE = Buffer.from("\n");

function line(value: Buffer): Buffer {
  if (!value.includes(0x0a) && !value.includes(0x0d)) return value;
  return Buffer.from(value.map((byte) => (byte === 0x0a || byte === 0x0d ? 0x20 : byte)));
}

async function asking<T>(
  options: object,
  connect: (options: object) => Promise<TopicClient>,
  ask: (client: TopicClient) => Promise<T>,
): Promise<T> {
  const client = await connect(options);
  try {
    return await ask(client);
  } catch (error) {
    throw told(error);
  } finally {
    await client.close(true).catch(() => undefined);
  }
}

/** What the client says: several errors in one say why in the innermost. */
function told(error: unknown): AssayError {
  if (error instanceof AssayError) return error;
  let inner = error as Error & { errors?: Error[]; cause?: Error };
  for (let depth = 0; depth < 5 && (inner.errors?.[0] ?? inner.cause); depth++)
    inner = (inner.errors?.[0] ?? inner.cause) as typeof inner;
  return new AssayError("UNAVAILABLE", `Kafka: ${inner.message.split("\n")[0]}`);
}

async function connectTo(options: object): Promise<TopicClient> {
  const name = "@platformatic/kafka";
  try {
    const { Consumer } = (await import(name)) as { Consumer: new (options: object) => TopicClient };
    return new Consumer(options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new AssayError(
      "UNSUPPORTED",
      "Kafka: expected @platformatic/kafka; install it with `npm install @platformatic/kafka`",
    );
  }
}
