/**
 * The members of an Inspect `.eval` file: a zip (PKWARE APPNOTE 6.3) with deflated, stored or, from late 2025 on, zstd
 * members (method 93). Read with limits before anything is taken out (CWE-409): members, bytes of one, bytes of all. Names
 * are compared, never used as paths.
 */
import { inflateRawSync } from "node:zlib";
import { AssayError } from "../../base/error.js";
import { unzstd } from "../zstd.js";

const MEMBERS_MAX = 200_000;
const MEMBER_BYTES_MAX = 256 * 1024 * 1024;
const ALL_BYTES_MAX = 1024 * 1024 * 1024;

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_BYTES = 22;
const COMMENT_BYTES_MAX = 0xffff;

/** Whether bytes begin as a zip does. */
export function isArchive(bytes: Uint8Array): boolean {
  return bytes.length >= END_BYTES && bytes[0] === 0x50 && bytes[1] === 0x4b;
}

/** @param wanted which members are taken out @throws FORMAT, LIMIT */
export function readArchive(
  bytes: Uint8Array,
  what: string,
  wanted: (name: string) => boolean,
): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOf(view, what);
  const members = view.getUint16(end + 10, true);
  if (members > MEMBERS_MAX || members === 0xffff)
    throw new AssayError("LIMIT", `${what}: expected at most ${MEMBERS_MAX} members of a plain zip`);
  const found = new Map<string, Uint8Array>();
  let at = view.getUint32(end + 16, true);
  let all = 0;
  for (let i = 0; i < members; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== CENTRAL) throw malformed(what, "a central directory");
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const [stored, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const [name, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [
      number,
      number,
      number,
    ];
    const text = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + name));
    const local = view.getUint32(at + 42, true);
    at += 46 + name + extra + comment;
    if (!wanted(text)) continue;
    if (found.has(text))
      throw malformed(what, `one member of each name, got two of ${JSON.stringify(text.slice(0, 80))}`);
    if ((flags & 1) !== 0) throw malformed(what, "members that are not encrypted");
    all += size;
    if (size > MEMBER_BYTES_MAX || all > ALL_BYTES_MAX)
      throw new AssayError(
        "LIMIT",
        `${what}: expected members of at most ${MEMBER_BYTES_MAX} bytes, ${ALL_BYTES_MAX} in all`,
      );
    if (local + 30 > end || view.getUint32(local, true) !== LOCAL)
      throw malformed(what, "a local header for each member");
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (start + stored > end) throw malformed(what, "members inside the file");
    found.set(text, takeOut(bytes.subarray(start, start + stored), method, size, what));
  }
  return found;
}

function takeOut(stored: Uint8Array, method: number, size: number, what: string): Uint8Array {
  // A member that says it is empty may still unpack to something: one byte more than said is room to notice.
  const options = { maxOutputLength: size + 1 };
  let bytes: Uint8Array;
  try {
    if (method === 0) bytes = stored;
    else if (method === 8) bytes = inflateRawSync(stored, options);
    else if (method === 93) bytes = unzstd(stored, options.maxOutputLength);
    else throw malformed(what, `members that are stored, deflated or zstd, got method ${method}`);
  } catch (error) {
    if (error instanceof AssayError) throw error;
    throw malformed(what, "members that unpack to the size they state");
  }
  if (bytes.length !== size) throw malformed(what, "members that unpack to the size they state");
  return bytes;
}

function endOf(view: DataView, what: string): number {
  const last = Math.max(0, view.byteLength - END_BYTES - COMMENT_BYTES_MAX);
  for (let at = view.byteLength - END_BYTES; at >= last; at--) if (view.getUint32(at, true) === END) return at;
  throw malformed(what, "an end record");
}

function malformed(what: string, expected: string): AssayError {
  return new AssayError("FORMAT", `${what}: expected ${expected}`);
}
