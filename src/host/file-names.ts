/**
 * Names of files as the bytes that they are. A name that is not UTF-8, or that holds a backslash, cannot be stated in a
 * signed list without becoming another file's name (ossf/model-signing-spec, v1.0, 6.1.2): whoever attests digests reads
 * names with `readNames` and refuses what `statedName` cannot state. It cannot see how another file system would store
 * a name; `nameHazards` says where two may become one.
 */
import { readdir } from "node:fs/promises";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What lies in a folder, by bytes. */
export async function readNames(folder: Buffer): Promise<Buffer[]> {
  return (await readdir(folder, { encoding: "buffer" })).sort(Buffer.compare);
}

/** By bytes, with a slash between: a name that is no UTF-8 stays as it is. */
export function pathIn(folder: Buffer, name: Uint8Array): Buffer {
  return Buffer.concat([folder, Buffer.from("/"), name]);
}

/** The name as text that stands for these bytes and no others; null when there is none. */
export function statedName(name: Uint8Array): string | null {
  try {
    const text = strict.decode(name);
    return text.includes("\\") || text.includes("\0") || text.includes("/") ? null : text;
  } catch {
    return null;
  }
}

/** For messages: bytes that are not printable ASCII in hexadecimal where the name cannot be stated. */
export function shownName(name: Uint8Array): string {
  const stated = statedName(name);
  if (stated !== null) return stated;
  return Array.from(name, (octet) =>
    octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : `\\x${octet.toString(16).padStart(2, "0")}`,
  ).join("");
}

/** Reserved by Windows, with any ending (Microsoft, Naming Files, Paths, and Namespaces). */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;
const SHOWN_MAX = 10;

/**
 * Where names of a model will not survive on other file systems, so that a copy there holds other files than were
 * signed: two that differ in case or Unicode form only, and names that Windows reads as something else.
 */
export function nameHazards(names: readonly string[]): string[] {
  const folded = new Map<string, string>();
  const hazards = new Set<string>();
  for (const name of names) {
    const parts = name.split("/");
    for (let depth = 1; depth <= parts.length; depth++) {
      const path = parts.slice(0, depth).join("/");
      const key = path.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase().normalize("NFKC");
      const other = folded.get(key);
      if (other === undefined) folded.set(key, path);
      else if (other !== path)
        hazards.add(`"${other}" and "${path}" are one name where case or Unicode form does not count`);
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    const odd = parts.find((part) => DEVICE.test(part) || /[<>:"|?*\u0000-\u001f]|[. ]$/.test(part));
    if (odd !== undefined) hazards.add(`"${name}" means something else on Windows, or nothing`);
  }
  const all = [...hazards];
  return all.length <= SHOWN_MAX ? all : [...all.slice(0, SHOWN_MAX), `and ${all.length - SHOWN_MAX} more such names`];
}
