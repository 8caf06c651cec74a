/**
 * Objects of an S3-compatible bucket as files of a log (ListObjectsV2 and GetObject, signed by aws4fetch), in order of key. An
 * object is known by its ETag and size: what has not changed is not fetched again. Parquet is not read from a bucket: its
 * reader needs a file of this machine. Credentials are taken from the environment, as the AWS command line reads them.
 */
import { Readable } from "node:stream";
import { AwsClient } from "aws4fetch";
import { AssayError, quoted } from "../../../../../base/error.js";
import type { LogFile } from "../log-file.js";

/** Objects listed at most, and a page of the listing in bytes (CWE-770). */
const OBJECTS_MAX = 1_000_000;
const PAGE_CHARS_MAX = 8 * 1024 * 1024;

interface Listed {
  key: string;
  etag: string;
  sizeBytes: number;
}

/** @throws USAGE for another address or missing credentials; objects that are no logs are passed over and told */
export async function s3Files(
  address: string,
  isLog: (name: string) => boolean,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<{ files: LogFile[]; passedOver: string[] }> {
  const [, bucket, prefix = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(address) ?? [];
  if (bucket === undefined) throw new AssayError("USAGE", `S3: expected s3://bucket/prefix, got ${quoted(address)}`);
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  if (!accessKeyId || !secretAccessKey)
    throw new AssayError("USAGE", "S3: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment");
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? "us-east-1";
  const endpoint = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL ?? `https://s3.${region}.amazonaws.com`;
  const session = sessionToken ? { sessionToken } : {};
  const aws = new AwsClient({ accessKeyId, secretAccessKey, ...session, region, service: "s3", retries: 3 });
  const root = `${endpoint.replace(/\/+$/, "")}/${bucket}`;
  const get = async (url: string): Promise<Response> => {
    const response = await aws.fetch(url).catch((error: Error) => {
      throw new AssayError("UNAVAILABLE", `S3: expected an answer from ${endpoint}, got ${error.message}`);
    });
    if (response.ok) return response;
    await response.body?.cancel();
    const code = response.status === 404 ? "NOT_FOUND" : "UNAVAILABLE";
    throw new AssayError(code, `S3: the bucket answered ${response.status} for ${quoted(address)}`);
  };
  const listed = await list(root, prefix, get);
  const logs = listed.filter(({ key }) => key === prefix || isLog(key));
  if (logs.length === 0) throw new AssayError("NOT_FOUND", `S3: expected logs under ${address}, got none`);
  return {
    files: logs
      .filter(({ key }) => !/\.parquet$/i.test(key))
      .map(({ key, etag, sizeBytes }) => ({
        path: `s3://${bucket}/${key}`,
        name: key.startsWith(prefix) && key !== prefix ? key.slice(prefix.length).replace(/^\/+/, "") : key,
        found: key !== prefix,
        sizeBytes,
        signature: etag === "" ? null : `${sizeBytes} ${etag}`,
        open: () => content(() => get(`${root}/${key.split("/").map(encodeURIComponent).join("/")}`)),
      })),
    passedOver: listed
      .filter((object) => !logs.includes(object) || /\.parquet$/i.test(object.key))
      .map(({ key }) => key),
  };
}

async function* content(get: () => Promise<Response>): AsyncGenerator<Buffer> {
  const { body } = await get();
  if (body) for await (const chunk of Readable.fromWeb(body as never)) yield Buffer.from(chunk as Uint8Array);
}

async function list(root: string, prefix: string, get: (url: string) => Promise<Response>): Promise<Listed[]> {
  const out: Listed[] = [];
  for (let token: string | null = ""; token !== null; ) {
    const query = new URLSearchParams({
      "list-type": "2",
      prefix,
      ...(token === "" ? {} : { "continuation-token": token }),
    });
    const page = await (await get(`${root}?${query}`)).text();
    if (page.length > PAGE_CHARS_MAX || out.length > OBJECTS_MAX)
      throw new AssayError("LIMIT", `S3: expected at most ${OBJECTS_MAX} objects under ${prefix}`);
    for (const [, entry = ""] of page.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
      const [key, etag, size] = ["Key", "ETag", "Size"].map((name) => tagged(entry, name));
      if (key) out.push({ key, etag: etag ?? "", sizeBytes: Number(size) });
    }
    token = tagged(page, "IsTruncated") === "true" ? tagged(page, "NextContinuationToken") : null;
  }
  return out.sort((a, b) => (a.key < b.key ? -1 : 1));
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function tagged(xml: string, name: string): string | null {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return found === undefined
    ? null
    : found.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|quot|apos|amp));/gi, (_, decimal, hex, entity) =>
        entity
          ? ENTITIES[entity.toLowerCase()]!
          : String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex, 16)),
      );
}
