/**
 * Keyed hashes of identifiers and prompts: HMAC-SHA-256 (RFC 2104) under the log owner's key, the field's name in
 * front, cut to 16 or 8 bytes. Whoever has the key can show which account a hash is; nobody else can guess one.
 */
/** `bytes` first bytes of HMAC-SHA-256(key, field || 0x00 || value). */
export type KeyedHash = (field: string, value: string, bytes: 8 | 16) => Uint8Array;

/** Stands for "the log does not say". */
export const ABSENT_8 = new Uint8Array(8);
export const ABSENT_16 = new Uint8Array(16);
