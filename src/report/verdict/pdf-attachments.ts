/**
 * Files inside a PDF, as an incremental update (ISO 32000-1, 7.5.6 and 7.11.4): the print's bytes stay as they are, with its
 * tags and outline, and what is added follows. For prints of this program's own pages: one classic cross-reference table.
 */
import { concatBytes, utf8 } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";

interface Attachment {
  /** Plain ASCII, as it stands in a PDF string. */
  name: string;
  bytes: Uint8Array;
}

const NAME = /^[A-Za-z0-9._-]{1,100}$/;

/** @throws UNSUPPORTED where the PDF is built otherwise than Chromium builds its own */
export function withAttachments(pdf: Uint8Array, files: readonly Attachment[]): Uint8Array {
  if (files.length === 0) return pdf;
  const { start, size, root, info, catalog } = read(pdf);
  const parts: Uint8Array[] = [pdf, utf8("\n")];
  let at = pdf.length + 1;
  const offsets = new Map<number, number>();
  const add = (number: number, ...body: Uint8Array[]) => {
    const whole = concatBytes([utf8(`${number} 0 obj\n`), ...body, utf8("\nendobj\n")]);
    offsets.set(number, at);
    at += whole.length;
    parts.push(whole);
  };
  const specs = files.map(({ name, bytes }, n) => {
    if (!NAME.test(name)) throw new AssayError("USAGE", "PDF: expected a plain name for an attached file");
    const stream = size + 2 * n;
    const head = `<</Type /EmbeddedFile /Subtype /application#2Fjson /Length ${bytes.length} /Params <</Size ${bytes.length}>>>>`;
    add(stream, utf8(`${head}\nstream\n`), bytes, utf8("\nendstream"));
    const file = `/EF <</F ${stream} 0 R /UF ${stream} 0 R>>`;
    add(stream + 1, utf8(`<</Type /Filespec /F (${name}) /UF (${name}) /AFRelationship /Data ${file}>>`));
    return { name, ref: `${stream + 1} 0 R` };
  });
  // A name tree is sorted by its names.
  const sorted = [...specs].sort((a, b) => (a.name < b.name ? -1 : 1));
  const names = sorted.map(({ name, ref }) => `(${name}) ${ref}`).join(" ");
  const all = specs.map(({ ref }) => ref).join(" ");
  add(root, utf8(`${catalog}\n/Names <</EmbeddedFiles <</Names [${names}]>>>>\n/AF [${all}]>>`));
  const table = [...offsets]
    .sort(([a], [b]) => a - b)
    .map(([number, offset]) => `${number} 1\n${String(offset).padStart(10, "0")} 00000 n \n`);
  const trailer = `<</Size ${size + 2 * files.length} /Root ${root} 0 R${info} /Prev ${start}>>`;
  parts.push(utf8(`xref\n${table.join("")}trailer\n${trailer}\nstartxref\n${at}\n%%EOF\n`));
  return concatBytes(parts);
}

/** Where its table stands, how many objects it has, and its catalogue without the closing brackets. */
function read(pdf: Uint8Array): { start: number; size: number; root: number; info: string; catalog: string } {
  const text = new TextDecoder("latin1").decode(pdf);
  const start = Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(text)?.[1]);
  const tail = text.slice(start);
  const [, first, count, rows] = /^xref\s+(\d+) (\d+)\s*\n((?:\d{10} \d{5} [fn][ \r]?\n)+)trailer/.exec(tail) ?? [];
  const trailer = /trailer\s*<<([\s\S]*?)>>\s*startxref/.exec(tail)?.[1] ?? "";
  const size = Number(/\/Size (\d+)/.exec(trailer)?.[1]);
  const root = Number(/\/Root (\d+) 0 R/.exec(trailer)?.[1]);
  const info = /\s*\/Info \d+ 0 R/.exec(trailer)?.[0] ?? "";
  const entry = rows?.split("\n")[root];
  const offset = Number(entry?.slice(0, 10));
  const object = new RegExp(`^${root} 0 obj\\s*(<<[\\s\\S]*?)>>\\s*endobj`).exec(text.slice(offset, offset + 65_536));
  const catalog = object?.[1];
  const built = first === "0" && Number(count) === size && catalog !== undefined && !/\/Names|\/AF\b/.test(catalog);
  if (!built || /\/(Prev|Encrypt)\b/.test(trailer))
    throw new AssayError("UNSUPPORTED", "PDF: expected a print with one cross-reference table and nothing attached");
  return { start, size, root, info, catalog };
}
