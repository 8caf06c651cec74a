/**
 * Where a C2PA manifest stands in plain text (C2PA 2.4, A.8): a zero-width no-break space and behind it the bytes of
 * C2PATextManifestWrapper, one a Unicode variation selector. What stands in the text alone is read: no address is followed.
 */

/** U+FEFF before a run of selectors: U+FE00 to U+FE0F are bytes 0 to 15, U+E0100 to U+E01EF the rest. */
const RUN = /\uFEFF([\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}]+)/gu;
const MAGIC = "C2PATXT\0";
const HEADER_BYTES = 13;
const VERSION = 1;
/** A claim with a chain of certificates takes 2 to 10 kB; thumbnails some hundred more (CWE-770). */
const MANIFEST_BYTES_MAX = 2 * 1024 * 1024;

export interface TextWrapper {
  /** Its place among the UTF-16 units of the text, the mark before it included. */
  from: number;
  to: number;
  /** The manifest store; null where the wrapper is damaged, and why. */
  manifest: Uint8Array | null;
  fault: string | null;
}

/** Every wrapper of the text, damaged ones too, in its order. */
export function textWrappers(text: string): TextWrapper[] {
  const found: TextWrapper[] = [];
  for (const match of text.matchAll(RUN)) {
    const run = match[1]!;
    // A selector takes one or two units, so this many units hold every byte that may be asked for.
    const bytes = bytesOf(run, HEADER_BYTES + MANIFEST_BYTES_MAX);
    if (String.fromCharCode(...bytes.subarray(0, MAGIC.length)) !== MAGIC) continue;
    const from = match.index;
    const whole = { from, to: from + match[0].length, manifest: null };
    if (bytes.length < HEADER_BYTES) found.push({ ...whole, fault: "its header is cut short" });
    else if (bytes[MAGIC.length] !== VERSION)
      found.push({ ...whole, fault: `it is of version ${bytes[MAGIC.length]}, and 1 is read here` });
    else {
      const length = new DataView(bytes.buffer).getUint32(MAGIC.length + 1);
      if (length > MANIFEST_BYTES_MAX) found.push({ ...whole, fault: `it states ${length} bytes` });
      else if (bytes.length < HEADER_BYTES + length) found.push({ ...whole, fault: "it is cut short" });
      else {
        const manifest = bytes.slice(HEADER_BYTES, HEADER_BYTES + length);
        // What stands behind its last byte are the text's own selectors.
        const to = from + 1 + unitsOf(run, HEADER_BYTES + length);
        found.push({ from, to, manifest, fault: null });
      }
    }
  }
  return found;
}

/** The text as its readers see it: without any wrapper. */
export function withoutWrappers(text: string): string {
  const wrappers = textWrappers(text);
  if (wrappers.length === 0) return text;
  let visible = "";
  let at = 0;
  for (const { from, to } of wrappers) {
    visible += text.slice(at, from);
    at = to;
  }
  return visible + text.slice(at);
}

function bytesOf(run: string, most: number): Uint8Array {
  const bytes = new Uint8Array(Math.min(run.length, most));
  let n = 0;
  for (let at = 0; at < run.length && n < most; n++) {
    const point = run.codePointAt(at)!;
    bytes[n] = point < 0x10000 ? point - 0xfe00 : point - 0xe0100 + 16;
    at += point < 0x10000 ? 1 : 2;
  }
  return bytes.slice(0, n);
}

function unitsOf(run: string, selectors: number): number {
  let at = 0;
  for (let n = 0; n < selectors; n++) at += run.charCodeAt(at) >= 0xd800 && run.charCodeAt(at) < 0xe000 ? 2 : 1;
  return at;
}
