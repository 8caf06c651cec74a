/** Opening what is sealed: fetched as it lies in the case, held against its digest, opened here. The identity stays here. */
import { Decrypter } from "age-encryption";
import { concatBytes } from "../../../../base/bytes.js";
import { sha256Digest } from "../../../../base/digest.js";
import { decodeContents } from "../../../../office/docket/seal/contents.js";
import { here, opened, workspace } from "./held.js";

/** While this page is open, and no longer. */
let identities: string[] = [];
/** Why an entry stayed shut, where it was not because it is sealed to others. */
export const faults = new Map<number, string>();

/** @returns those of an identity file */
export function identitiesIn(text: string): string[] {
  const lines = text.split(/\r?\n/).map((each) => each.trim());
  return lines.filter((each) => /^AGE-SECRET-KEY-[A-Z0-9-]+$/.test(each)).slice(0, 16);
}

/** Forgets them and all that they opened. */
export function lock(): void {
  identities = [];
  opened.clear();
  faults.clear();
}

/** The first identity of this page; undefined while it is locked. */
export function myIdentity(): string | undefined {
  return identities[0];
}

/** @returns how many sealed entries these identities open */
export async function openAll(with_: readonly string[] = identities): Promise<number> {
  lock();
  identities = [...with_];
  const { sealed } = await workspace();
  for (const { entry, contents, parts } of sealed)
    try {
      const plain: Uint8Array[] = [];
      for (const digest of parts) {
        const answer = await fetch(`/cases/${here}/sealed/${digest.slice(7)}`);
        const bytes = new Uint8Array(await answer.arrayBuffer());
        if (!answer.ok || sha256Digest(bytes) !== digest)
          throw new Error("the server did not hand over what the case names");
        const decrypter = new Decrypter();
        for (const identity of identities) decrypter.addIdentity(identity);
        plain.push(await decrypter.decrypt(bytes));
      }
      opened.set(entry, decodeContents(concatBytes(plain), contents));
    } catch (error) {
      const { message } = error as Error;
      if (!/no identity matched/i.test(message)) faults.set(entry, message);
    }
  return opened.size;
}

/** Links to files of what was opened lead to bytes in this page. @param within where such links stand */
export function linkOpened(within: Element): void {
  const files = new Map<string, { name: string; bytes: Uint8Array }>();
  for (const contents of opened.values())
    for (const file of contents.files) files.set(sha256Digest(file.bytes).slice(7), file);
  for (const link of within.querySelectorAll<HTMLAnchorElement>(`a[href^="/cases/${here}/files/"]`)) {
    const file = files.get(link.pathname.split("/").at(-1)!);
    if (!file) continue;
    link.href = URL.createObjectURL(new Blob([new Uint8Array(file.bytes)], { type: "application/octet-stream" }));
    link.download = file.name.replace(/[^A-Za-z0-9._ -]/g, "_");
  }
}
