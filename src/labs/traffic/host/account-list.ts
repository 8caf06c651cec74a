/** A list of accounts for the provider's own systems, CSV (RFC 4180) or JSON Lines by the file's name; complete or absent. */
import { rename, writeFile } from "node:fs/promises";

export interface ListedAccount {
  account: string;
  log10P: number;
  proposition: string;
}

export async function writeAlert(path: string, accounts: readonly ListedAccount[]): Promise<void> {
  const csv = /\.csv$/i.test(path);
  // A leading =, +, - or @ would be a formula in a spreadsheet (CWE-1236).
  const cell = (text: string) => `"${text.replace(/^([=+\-@])/, "'$1").replaceAll('"', '""')}"`;
  const lines = accounts.map((a) =>
    csv ? `${cell(a.account)},${a.log10P},${cell(a.proposition)}\r\n` : `${JSON.stringify(a)}\n`,
  );
  await writeFile(`${path}.part`, (csv ? "account,log10P,proposition\r\n" : "") + lines.join(""), { mode: 0o600 });
  await rename(`${path}.part`, path);
}
