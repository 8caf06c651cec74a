/** A page that lists a folder: bundles by their pages, then folders and files; hidden ones are left out. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** More are counted. */
const LISTED_MAX = 1000;

/**
 * @param requestPath as the browser asked, shown as the title @returns HTML with names escaped; a folder of more
 * entries is cut and says so
 */
export async function folderIndex(folder: string, requestPath: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith(".")).sort();
  const rows: string[] = [];
  for (const name of names.slice(0, LISTED_MAX)) {
    const info = await stat(join(folder, name)).catch(() => null);
    if (info === null) continue;
    const href = `${encodeURIComponent(name)}${info.isDirectory() ? "/" : ""}`;
    const pages = info.isDirectory() ? await pagesOf(join(folder, name), href) : [];
    const inside = pages.map(({ to, says }) => `<li><a href="${to}">${says}</a></li>`).join("");
    const size = info.isDirectory() ? "folder" : `${info.size} bytes`;
    rows.push(`<li><a href="${href}">${escaped(name)}</a> (${size})${inside ? `<ul>${inside}</ul>` : ""}</li>`);
  }
  const more = names.length - LISTED_MAX;
  const where = escaped(safelyDecoded(requestPath));
  return `<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${where} – Assay</title><style>body{font:1.1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:48rem;padding:0 1rem}</style></head>
<body><main><h1>${where}</h1>${requestPath === "/" ? "" : '<p><a href="../">One folder up</a></p>'}
${rows.length > 0 ? `<ul>${rows.join("\n")}</ul>` : "<p>Nothing here.</p>"}${more > 0 ? `<p>${more} more are not listed.</p>` : ""}</main></body></html>
`;
}

/** The pages of a bundle lie in its data folder. */
async function pagesOf(folder: string, href: string): Promise<{ to: string; says: string }[]> {
  const out: { to: string; says: string }[] = [];
  for (const under of ["", "data/"])
    for (const name of await readdir(join(folder, under)).catch(() => [] as string[]))
      if (name.endsWith(".html") && out.length < 20)
        out.push({ to: `${href}${under}${encodeURIComponent(name)}`, says: escaped(`${under}${name}`) });
  return out;
}

function safelyDecoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
