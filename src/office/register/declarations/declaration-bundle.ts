/** A signed declaration: a signed statement (`evidence/signed-statement.ts`) that says something about one model. */
import { openSignedStatement, type SignedStatement } from "../../../evidence/signed-statement.js";
import { type Declaration, decodeDeclaration } from "./statement.js";

export interface SignedDeclaration extends Omit<SignedStatement, "payload"> {
  declaration: Declaration;
}

/** Read without believing: the caller brings the key. */
export function openDeclarationBundle(bytes: Uint8Array, what: string): SignedDeclaration {
  const { payload, ...signed } = openSignedStatement(bytes, what);
  return { ...signed, declaration: decodeDeclaration(payload, what) };
}
