/**
 * The files of a model behind a URL: one .safetensors or .gguf file, or a folder in which model.safetensors.index.json,
 * model.safetensors, config.json and tokenizer.json lie (on huggingface.co a model's page stands for its main revision).
 * A folder over HTTP cannot be listed: only these names are asked for. Headers are kept while the model is opened.
 */
import { AssayError, quoted } from "../../base/error.js";
import { refusalOfFiles } from "../../model/families.js";
import { INDEX_BYTES_MAX, INDEX_NAME, parseShardIndex } from "../../model/formats/shard-index.js";
import { parseUrl, pinKey, plainUrl } from "../http/http-pin.js";
import { HttpReader } from "../http/http-reader.js";
import { HttpSource, RANGE_BYTES_MAX } from "../http/http-source.js";
import { displayName, type ModelFile } from "./folder.js";

/** Requests at once while headers are read, before the pool's threads read tensors. */
const CONNECTIONS = 8;
/** Most of a shard's header, or all of it. */
const FIRST_BYTES = 64 * 1024;
/** Names that tell what form a folder without safetensors is in. */
const OTHER_FORMS = ["pytorch_model.bin", "pytorch_model.bin.index.json", "adapter_config.json"];

export interface RemoteFiles {
  url: string;
  name: string;
  isFolder: boolean;
  /** `path` is the key of a pin. */
  files: readonly ModelFile[];
  reader: HttpReader;
  source: HttpSource;
  readExactly(key: string, offsetBytes: number, length: number): Promise<Uint8Array>;
}

/** @throws AssayError NOT_FOUND where nothing is there; as HttpSource */
export async function listRemote(given: string): Promise<RemoteFiles> {
  const url = folderUrl(parseUrl(given));
  const source = new HttpSource(CONNECTIONS);
  const reader = new HttpReader(source);
  const prefixes = new Map<string, Uint8Array>();
  const files: ModelFile[] = [];
  const find = async (name: string, at: string, firstBytes: number): Promise<ModelFile | null> => {
    const found = await source.probe(at, firstBytes);
    if (!found) return null;
    const { pin, bytes } = found;
    const file = { name, path: pinKey(pin), sizeBytes: pin.sizeBytes };
    prefixes.set(file.path, bytes);
    reader.note(file.path, 0, bytes);
    files.push(file);
    return file;
  };
  const readExactly = async (key: string, offsetBytes: number, length: number): Promise<Uint8Array> => {
    const held = prefixes.get(key) ?? new Uint8Array(0);
    if (offsetBytes > held.length) {
      const bytes = new Uint8Array(length);
      await reader.readInto(key, offsetBytes, bytes);
      return bytes;
    }
    const end = offsetBytes + length;
    if (end > held.length) {
      const grown = new Uint8Array(end);
      grown.set(held);
      await reader.readInto(key, held.length, grown.subarray(held.length));
      prefixes.set(key, grown);
      return grown.slice(offsetBytes, end);
    }
    return held.slice(offsetBytes, end);
  };
  const single = /\.(safetensors|gguf)$/i.test(url.pathname);
  if (single || /\.(bin|pt|pth|ckpt|onnx|h5|msgpack)$/i.test(url.pathname)) {
    const name = decodeURIComponent(url.pathname.split("/").at(-1)!);
    const refusal = single ? null : refusalOfFiles([name]);
    // Nothing of a pickle is fetched.
    if (refusal !== null) throw new AssayError("UNSUPPORTED", `model behind a URL: ${refusal}`);
    if (!(await find(name, url.href, FIRST_BYTES))) throw nothing(url);
  } else await findFolder(url, find, readExactly);
  files.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { url: plainUrl(url.href), name: nameOf(url), isFolder: !single, files, reader, source, readExactly };
}

type Find = (name: string, at: string, firstBytes: number) => Promise<ModelFile | null>;
type Read = (key: string, offsetBytes: number, length: number) => Promise<Uint8Array>;

async function findFolder(url: URL, find: Find, read: Read): Promise<void> {
  const at = (name: string) => {
    const file = new URL(url.href);
    file.pathname = `${url.pathname.replace(/\/+$/, "")}/${encodeURIComponent(name)}`;
    return file.href;
  };
  const [index] = await Promise.all([
    find(INDEX_NAME, at(INDEX_NAME), RANGE_BYTES_MAX),
    find("config.json", at("config.json"), RANGE_BYTES_MAX),
    find("tokenizer.json", at("tokenizer.json"), RANGE_BYTES_MAX),
  ]);
  if (index) {
    if (index.sizeBytes > INDEX_BYTES_MAX)
      throw new AssayError("LIMIT", `model behind a URL: ${INDEX_NAME}: expected at most ${INDEX_BYTES_MAX} bytes`);
    // Which shards are there is found by asking for each.
    const { shards } = parseShardIndex(await read(index.path, 0, index.sizeBytes), { has: () => true });
    await Promise.all(
      shards.map(async (shard) => {
        if (!(await find(shard, at(shard), FIRST_BYTES)))
          throw new AssayError(
            "NOT_FOUND",
            `model behind a URL: expected the shard ${quoted(shard)}, got no such file`,
          );
      }),
    );
    return;
  }
  if (await find("model.safetensors", at("model.safetensors"), FIRST_BYTES)) return;
  const others = await Promise.all(OTHER_FORMS.map(async (name) => ((await find(name, at(name), 1)) ? name : null)));
  const refusal = refusalOfFiles(others.flatMap((name) => (name === null ? [] : [name])));
  if (refusal !== null) throw new AssayError("UNSUPPORTED", `model behind a URL: ${refusal}`);
  throw nothing(url);
}

function nothing(url: URL): AssayError {
  const where = quoted(plainUrl(url.href));
  return new AssayError(
    "NOT_FOUND",
    `model behind a URL: expected a .safetensors or .gguf file, or a folder with model.safetensors or its index, got none at ${where}`,
  );
}

/** A URL as it is stated in findings: of the folder's files, without query. */
export function statedUrl(given: string): string {
  return plainUrl(folderUrl(parseUrl(given)).href);
}

/** Pages of Hugging Face in place of the files behind them. */
function folderUrl(url: URL): URL {
  const parts = url.pathname.split("/").filter((p) => p !== "");
  if (!/^(www\.)?(huggingface\.co|hf\.co)$/.test(url.hostname)) return url;
  if (parts[2] === "blob" || parts[2] === "tree") parts[2] = "resolve";
  else if (parts.length === 2) parts.push("resolve", "main");
  url.pathname = `/${parts.join("/")}`;
  return url;
}

function nameOf(url: URL): string {
  const path = url.pathname.replace(/\/+$/, "").replace(/\/resolve\/[^/]+$/, "");
  return displayName(path === "" ? url.hostname : decodeURIComponent(path));
}

/** What a partial reading calls a file: its name in the model. */
export function fileNames({ files }: Pick<RemoteFiles, "files">): Map<string, string> {
  return new Map(files.map(({ name, path }) => [plainUrl(path.slice(0, path.lastIndexOf("#"))), name]));
}
