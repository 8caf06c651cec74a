/** The told dispute's pages, written and served with the docket, the register and a party's workspace beside them. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { personasOf } from "../app/story/personas.js";
import { PAGES } from "../app/story/step.js";
import type { Story } from "../app/story/tell.js";
import type { Addresses } from "../report/story/layout.js";
import { personaPage } from "../report/story/persona-page.js";
import { startPage } from "../report/story/start-page.js";
import { serveDocket } from "./docket/docket-server.js";
import { serveWorkspace } from "./docket/workspace-server.js";
import { serveRegister } from "./register/register-server.js";
import { type Served, serveFolder } from "./static-server.js";

export interface ServedStory extends Served, NonNullable<Addresses> {}

/** Of the pages, the docket, the register and the workspace. @param port of the pages; 0 takes any free ones */
export function storyPorts(port: number): readonly number[] {
  return [0, 1, 2, 3].map((n) => (port === 0 ? 0 : port + n));
}

/**
 * @param out the story's folder @param port of the pages, the next three for the others; 0 takes any free ones
 * @returns once all four listen
 */
export async function serveStory(out: string, story: Story, port: number): Promise<ServedStory> {
  const at = (n: number) => storyPorts(port)[n]!;
  const running: Served[] = [];
  const run = async (serving: Promise<Served>) => {
    const served = await serving;
    running.push(served);
    return served.url.endsWith("/") ? served.url : `${served.url}/`;
  };
  const close = async () => void (await Promise.all(running.map((served) => served.close())));
  try {
    const { folder, policy } = story.register;
    const url = await run(serveFolder(join(out, PAGES), at(0)));
    const docket = await run(serveDocket({ where: story.cases, port: at(1) }));
    const register = await run(serveRegister({ where: folder, port: at(2), trust: policy, writable: false }));
    const workspace = await run(serveWorkspace({ where: story.cases, port: at(3) }));
    await writeStoryPages(out, story, { docket, register, workspace });
    return { url, docket, register, workspace, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The start page and one page a kind of reader. @param addresses null: nothing is served, and the pages say so */
export async function writeStoryPages(out: string, story: Story, addresses: Addresses): Promise<void> {
  const readers = personasOf(story);
  const { outcomes } = story.told;
  const pages = join(out, PAGES);
  await mkdir(pages, { recursive: true });
  await writeFile(join(pages, "index.html"), startPage({ steps: story.steps, readers, outcomes }, addresses));
  for (const reader of readers) await writeFile(join(pages, `${reader.id}.html`), personaPage(reader, out, addresses));
}
