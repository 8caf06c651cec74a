/**
 * JUMBF boxes (ISO/IEC 19566-5) as C2PA uses them (C2PA 2.4, §11.1): superboxes with a description (type, label) and
 * content boxes. A hostile file: every length is held against what is there.
 */
import { AssayError } from "../../../base/error.js";

/** A manifest store with its ingredients has some hundred boxes, nested four deep (CWE-674, CWE-770). */
const BOXES_MAX = 4096;
const DEPTH_MAX = 8;
const SUPERBOX = "jumb";
const DESCRIPTION = "jumd";
/** Behind the four letters of a type. */
const TYPE_SUFFIX = "00110010800000aa00389b71";
const TOGGLE = { label: 2 } as const;

export interface Superbox {
  /** Four letters, such as "c2ma"; the 16 bytes in hexadecimal where they are no such type. */
  type: string;
  label: string | null;
  /** Everything behind its own header: what C2PA hashes. */
  bytes: Uint8Array;
  boxes: Superbox[];
  contents: { type: string; bytes: Uint8Array }[];
}

/** @throws AssayError FORMAT, LIMIT: expects one superbox and nothing behind it */
export function parseJumbf(bytes: Uint8Array, what: string): Superbox {
  const budget = { boxes: 0 };
  const [box, ...more] = boxesOf(bytes, what, budget);
  if (!box || more.length > 0 || box.type !== SUPERBOX) throw fault(what, "one superbox");
  return superbox(box.bytes, what, budget, 1);
}

const fault = (what: string, text: string) => new AssayError("FORMAT", `${what}: expected ${text}`);

function boxesOf(bytes: Uint8Array, what: string, budget: { boxes: number }): { type: string; bytes: Uint8Array }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out: { type: string; bytes: Uint8Array }[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (++budget.boxes > BOXES_MAX) throw new AssayError("LIMIT", `${what}: expected at most ${BOXES_MAX} boxes`);
    if (bytes.length - at < 8) throw fault(what, "a box, got one cut short");
    let length = view.getUint32(at);
    let header = 8;
    if (length === 1) {
      if (bytes.length - at < 16) throw fault(what, "a box, got one cut short");
      header = 16;
      length = Number(view.getBigUint64(at + 8));
    } else if (length === 0) length = bytes.length - at;
    if (length < header || length > bytes.length - at)
      throw fault(what, `a box within the ${bytes.length} bytes around it`);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    out.push({ type, bytes: bytes.subarray(at + header, at + length) });
    at += length;
  }
  return out;
}

function superbox(bytes: Uint8Array, what: string, budget: { boxes: number }, depth: number): Superbox {
  if (depth > DEPTH_MAX) throw new AssayError("LIMIT", `${what}: expected boxes at most ${DEPTH_MAX} deep`);
  const [description, ...inside] = boxesOf(bytes, what, budget);
  if (description?.type !== DESCRIPTION || description.bytes.length < 17)
    throw fault(what, "a box with its description");
  const stated = description.bytes;
  const uuid = Array.from(stated.subarray(0, 16), (b) => b.toString(16).padStart(2, "0")).join("");
  const type = uuid.endsWith(TYPE_SUFFIX) ? String.fromCharCode(...stated.subarray(0, 4)) : uuid;
  const toggles = stated[16]!;
  let label: string | null = null;
  if ((toggles & TOGGLE.label) !== 0) {
    const end = stated.indexOf(0, 17);
    if (end < 0) throw fault(what, "a label that ends");
    label = new TextDecoder("utf-8").decode(stated.subarray(17, end));
  }
  return {
    type,
    label,
    bytes,
    boxes: inside.filter((box) => box.type === SUPERBOX).map((box) => superbox(box.bytes, what, budget, depth + 1)),
    contents: inside.filter((box) => box.type !== SUPERBOX),
  };
}
