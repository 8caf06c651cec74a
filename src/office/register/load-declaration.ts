import type { Declaration } from "./declarations/statement.js";
import type { Entry } from "./register-index.js";

/** Reads the declaration of an entry, shown to be what its record names. */
export type LoadDeclaration = (entry: Entry) => Promise<Declaration>;
