/**
 * A Kafka topic as files of a log, at the boundary of its client: partitions, gaps of compaction, what a producer took back,
 * records without a value. On a broker itself: validation/traffic.md.
 */
import { expect, test } from "vitest";
import { filesAt } from "../../../src/labs/traffic/host/files/log-address.js";
import type { LogFile } from "../../../src/labs/traffic/host/files/log-file.js";
import { kafkaFiles, type TopicClient } from "../../../src/labs/traffic/host/files/sources/kafka-topic.js";

type Batch = Awaited<ReturnType<TopicClient["fetch"]>>["responses"][number]["partitions"][number]["records"];

const record = (offsetDelta: number, value: string | null, key: Buffer | null = null) => ({
  offsetDelta,
  key,
  value: value === null ? null : Buffer.from(value),
});
const batch = (firstOffset: bigint, records: ReturnType<typeof record>[], attributes = 0, producerId = -1n) => ({
  ...{ firstOffset, attributes, producerId, records },
  lastOffsetDelta: records.reduce((most, { offsetDelta }) => Math.max(most, offsetDelta), 0),
});
const [TRANSACTIONAL, CONTROL] = [0x10, 0x20];
const ABORTED = Buffer.from([0, 0, 0, 0]);

/** A topic of two partitions; what is asked for is kept. */
function broker(
  partitions: NonNullable<Batch>[],
  ends: bigint[],
  aborted: { producerId: bigint; firstOffset: bigint }[],
) {
  const asked: object[] = [];
  let open = 0;
  const client: TopicClient = {
    metadata: async ({ topics }) => ({
      topics: new Map(
        topics[0] === "gateway"
          ? [["gateway", { id: "7e", partitions: partitions.map((_, i) => ({ leader: i + 1 })) }]]
          : [],
      ),
    }),
    listOffsets: async ({ timestamp }) => new Map([["gateway", timestamp === -2n ? partitions.map(() => 3n) : ends]]),
    fetch: async (options) => {
      asked.push(options);
      const { partition, fetchOffset } = (
        options as { topics: { partitions: { partition: number; fetchOffset: bigint }[] }[] }
      ).topics[0]!.partitions[0]!;
      const next = partitions[partition]!.find((b) => b.firstOffset + BigInt(b.lastOffsetDelta) >= fetchOffset);
      return {
        responses: [
          {
            partitions: [
              { partitionIndex: partition, errorCode: 0, abortedTransactions: aborted, records: next ? [next] : [] },
            ],
          },
        ],
      };
    },
    close: async () => {
      open--;
    },
  };
  const connect = async (options: object) => {
    asked.push(options);
    open++;
    return client;
  };
  return { connect, asked, open: () => open };
}

async function text(file: LogFile): Promise<string> {
  let out = "";
  for await (const chunk of file.open()) out += chunk;
  return out;
}

test("each partition is a file, known by its offsets; values become lines, from the first offset held to the last committed", async () => {
  const { connect, asked, open } = broker(
    [
      [
        // Begins before what is still held, and has gaps that compaction left.
        batch(1n, [record(0, '{"a":0}'), record(2, '{"a":1,\n "b":"x"}'), record(5, null)]),
        batch(20n, [record(0, '{"a":2}'), record(1, '{"a":3}')]),
      ],
      [],
    ],
    [21n, 3n],
    [],
  );
  const files = await kafkaFiles("kafka://me:se%20cret@one,two:9093/gateway?secure", connect);
  expect(files.map(({ path, name, signature }) => ({ path, name, signature }))).toEqual([
    { path: "kafka://one:9092,two:9093/gateway/0", name: "gateway/0", signature: "7e 3 21" },
  ]);
  expect(asked[0]).toMatchObject({
    bootstrapBrokers: ["one:9092", "two:9093"],
    sasl: { mechanism: "PLAIN", username: "me", password: "se cret" },
    tls: {},
  });
  expect(await text(files[0]!)).toBe('{"a":1,  "b":"x"}\n{"a":2}\n'.replace("  ", "  "));
  expect(open()).toBe(0);
});

test("what a producer took back is left out, what the same producer committed later is not", async () => {
  const { connect } = broker(
    [
      [
        batch(3n, [record(0, '{"a":1}')], TRANSACTIONAL, 9n),
        batch(4n, [record(0, '{"a":2}')], TRANSACTIONAL, 8n),
        batch(5n, [record(0, null, ABORTED)], TRANSACTIONAL | CONTROL, 9n),
        batch(6n, [record(0, '{"a":3}')], TRANSACTIONAL, 9n),
      ],
    ],
    [7n],
    [{ producerId: 9n, firstOffset: 3n }],
  );
  // Each answer of a broker names what was taken back within it.
  const [file] = await kafkaFiles("kafka://one/gateway", connect);
  expect((await text(file!)).includes('{"a":1}')).toBe(false);
  expect((await text(file!)).includes('{"a":2}')).toBe(true);
});

test("a broker that brings nothing, a topic that is not there and a wrong address are told in one line", async () => {
  const silent = broker([[]], [9n], []);
  const [file] = await kafkaFiles("kafka://one/gateway", silent.connect);
  await expect(text(file!)).rejects.toThrow("Kafka: expected records up to 9, got none from 3 on");
  expect(silent.open()).toBe(0);
  await expect(kafkaFiles("kafka://one/other", silent.connect)).rejects.toThrow(/expected a topic "other"/);
  await expect(filesAt("kafka://me:secret@one/a b")).rejects.toThrow(/got "kafka:\/\/one\/a b"/);
  await expect(filesAt("kafka://one:9092/")).rejects.toThrow(/expected kafka:\/\/host:9092\/topic/);
});
