/**
 * Logs that lie elsewhere, by address: objects of an S3-compatible bucket (`s3://bucket/prefix`), the rows of a ClickHouse
 * table (`clickhouse://host:8123/database.table`), the records of a Kafka topic (`kafka://host:9092/topic`). Each becomes files of the log.
 */
import type { LogFile } from "./log-file.js";
import { isLogName } from "./log-name.js";
import { clickHouseFiles } from "./sources/clickhouse-table.js";
import { kafkaFiles } from "./sources/kafka-topic.js";
import { s3Files } from "./sources/s3-objects.js";

const SOURCES: Record<string, (address: string) => Promise<{ files: LogFile[]; passedOver: string[] }>> = {
  "s3:": (address) => s3Files(address, isLogName),
  "clickhouse:": async (address) => ({ files: await clickHouseFiles(address), passedOver: [] }),
  "kafka:": async (address) => ({ files: await kafkaFiles(address), passedOver: [] }),
};

/** @returns null where it is a path of this machine */
export function filesAt(log: string): Promise<{ files: LogFile[]; passedOver: string[] }> | null {
  const scheme = /^[a-z0-9]+:(?=\/\/)/.exec(log)?.[0];
  const open = scheme === undefined ? undefined : SOURCES[scheme];
  return open ? open(log) : null;
}
