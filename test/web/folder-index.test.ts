/** `assay serve FOLDER` lists a folder that has no index: its bundles by their pages, and nothing hidden or outside. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { serveFolder } from "../../src/web/static-server.js";
import { temporary } from "../host/temporary.js";

const inTemporary = temporary();

it("lists bundles, folders and files, and answers an index where there is one", async () => {
  const root = inTemporary("served");
  mkdirSync(join(root, "case 1/data"), { recursive: true });
  writeFileSync(join(root, "case 1/data/finding-1.html"), "<p>page</p>");
  writeFileSync(join(root, "<b>.txt"), "x");
  writeFileSync(join(root, ".secret"), "x");
  mkdirSync(join(root, "site"));
  writeFileSync(join(root, "site/index.html"), "<p>own</p>");
  symlinkSync("/etc", join(root, "outside"));
  const { url, close } = await serveFolder(root, 0);
  try {
    const page = await (await fetch(url)).text();
    expect(page).toContain('<a href="case%201/data/finding-1.html">data/finding-1.html</a>');
    expect(page).toContain("&#60;b&#62;.txt");
    expect(page).not.toContain(".secret");
    expect(await (await fetch(`${url}site/`)).text()).toBe("<p>own</p>");
    expect(await (await fetch(`${url}case%201/`)).text()).toContain("One folder up");
    expect((await fetch(`${url}outside/`)).status).toBe(404);
    expect((await fetch(`${url}case%201`)).status).toBe(404);
    expect((await fetch(`${url}nothing/`)).status).toBe(404);
  } finally {
    await close();
  }
});
