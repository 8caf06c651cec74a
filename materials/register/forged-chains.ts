/**
 * Certificates to order, each octet of them: a DER writer, and chains of a root, an authority and a signer in which any
 * part can be made wrong. For tests and for the study against the reference implementation; no part of the product.
 */
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

export const tlv = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const contents = Buffer.concat(parts);
  const n = contents.length;
  const length =
    n < 128
      ? [n]
      : n < 256
        ? [0x81, n]
        : n < 65536
          ? [0x82, n >> 8, n & 255]
          : [0x83, n >> 16, (n >> 8) & 255, n & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), contents]);
};
export const sequence = (...parts: Uint8Array[]) => tlv(0x30, ...parts);
export const oid = (dotted: string): Buffer => {
  const [a, b, ...rest] = dotted.split(".").map(Number);
  const octets = [a! * 40 + b!, ...rest].flatMap((n) => {
    const groups = [n & 127];
    for (let more = Math.floor(n / 128); more > 0; more = Math.floor(more / 128)) groups.unshift((more & 127) | 128);
    return groups;
  });
  return tlv(6, Buffer.from(octets));
};
export const integer = (n: number | bigint): Buffer => {
  let hex = BigInt(n).toString(16);
  if (hex.length % 2) hex = `0${hex}`;
  return tlv(2, Buffer.from(Number.parseInt(hex.slice(0, 2), 16) > 127 ? `00${hex}` : hex, "hex"));
};
export const TRUE = tlv(1, Buffer.from([0xff]));
export const octets = (...parts: Uint8Array[]) => tlv(4, ...parts);

const TYPES: Record<string, string> = { CN: "2.5.4.3", O: "2.5.4.10", E: "1.2.840.113549.1.9.1", C: "2.5.4.6" };
/** "CN=a,O=b"; text as UTF8String. */
export const dn = (text: string, tag = 0x0c): Buffer =>
  sequence(
    ...text
      .split(",")
      .filter(Boolean)
      .map((part) => {
        const at = part.indexOf("=");
        const type = part.slice(0, at);
        return tlv(0x31, sequence(oid(TYPES[type]!), tlv(type === "E" ? 0x16 : tag, Buffer.from(part.slice(at + 1)))));
      }),
  );

export interface Extension {
  id: string;
  critical?: boolean;
  value: Uint8Array;
}

const bits = (...set: number[]): Buffer => {
  const size = set.length === 0 ? 0 : Math.floor(Math.max(...set) / 8) + 1;
  const bytes = Buffer.alloc(size);
  for (const bit of set) bytes[bit >> 3]! |= 0x80 >> (bit & 7);
  const unused = set.length === 0 ? 0 : 7 - (Math.max(...set) & 7);
  return tlv(3, Buffer.from([unused]), bytes);
};
export const keyUsage = (...set: number[]): Extension => ({ id: "2.5.29.15", critical: true, value: bits(...set) });
export const basic = (ca: boolean, pathLength?: number): Extension => ({
  id: "2.5.29.19",
  critical: true,
  value: sequence(...(ca ? [TRUE] : []), ...(pathLength === undefined ? [] : [integer(pathLength)])),
});
export const extendedKeyUsage = (...ids: string[]): Extension => ({
  id: "2.5.29.37",
  value: sequence(...ids.map(oid)),
});
export const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
export const general = {
  mail: (text: string) => tlv(0x81, Buffer.from(text)),
  dns: (text: string) => tlv(0x82, Buffer.from(text)),
  uri: (text: string) => tlv(0x86, Buffer.from(text)),
  ip: (...bytes: number[]) => tlv(0x87, Buffer.from(bytes)),
  name: (text: string) => tlv(0xa4, dn(text)),
  other: () => tlv(0xa0, oid("1.2.3.4"), tlv(0xa0, tlv(0x0c, Buffer.from("x")))),
};
export const alternatives = (...names: Uint8Array[]): Extension => ({ id: "2.5.29.17", value: sequence(...names) });
export const constraints = (permitted: Uint8Array[], excluded: Uint8Array[] = []): Extension => ({
  id: "2.5.29.30",
  critical: true,
  value: sequence(
    ...(permitted.length > 0 ? [tlv(0xa0, ...permitted.map((base) => sequence(base)))] : []),
    ...(excluded.length > 0 ? [tlv(0xa1, ...excluded.map((base) => sequence(base)))] : []),
  ),
});
export const policies = (...ids: string[]): Extension => ({
  id: "2.5.29.32",
  value: sequence(...ids.map((id) => sequence(oid(id)))),
});
export const explicitPolicy = (after: number): Extension => ({
  id: "2.5.29.36",
  critical: true,
  value: sequence(tlv(0x80, Buffer.from([after]))),
});

export interface Keys {
  privateKey: KeyObject;
  publicKey: KeyObject;
}
export const newKeys = (namedCurve = "prime256v1"): Keys => generateKeyPairSync("ec", { namedCurve });
export const rsaKeys = (modulusLength: number): Keys => generateKeyPairSync("rsa", { modulusLength });

export interface Order {
  subject: Buffer;
  issuer: Buffer;
  keys: Keys;
  issuerKeys: Keys;
  from: string;
  to: string;
  serial: Buffer;
  version: number;
  extensions: Extension[];
  digest: "sha256" | "sha1" | "sha384";
  /** The inner algorithm, where it shall differ. */
  innerAlgorithm?: Buffer;
  /** Changes the bytes after they were signed. */
  spoil?: (der: Buffer) => Buffer;
}

const time = (text: string): Buffer => {
  const digits = text.replace(/[-:T]/g, "");
  const year = Number(digits.slice(0, 4));
  return year < 2050 && year >= 1950 ? tlv(0x17, Buffer.from(digits.slice(2))) : tlv(0x18, Buffer.from(digits));
};

const ALGORITHMS: Record<string, string> = {
  "ec/sha256": "1.2.840.10045.4.3.2",
  "ec/sha384": "1.2.840.10045.4.3.3",
  "ec/sha1": "1.2.840.10045.4.1",
  "rsa/sha256": "1.2.840.113549.1.1.11",
  "rsa/sha384": "1.2.840.113549.1.1.12",
  "rsa/sha1": "1.2.840.113549.1.1.5",
};

export function certificate(order: Order): Buffer {
  const kind = order.issuerKeys.privateKey.asymmetricKeyType!;
  const algorithm = sequence(oid(ALGORITHMS[`${kind}/${order.digest}`]!), ...(kind === "rsa" ? [tlv(5)] : []));
  const extensions = order.extensions.map(({ id, critical, value }) =>
    sequence(oid(id), ...(critical ? [TRUE] : []), octets(value)),
  );
  const tbs = sequence(
    ...(order.version === 1 ? [] : [tlv(0xa0, integer(order.version - 1))]),
    order.serial,
    order.innerAlgorithm ?? algorithm,
    order.issuer,
    sequence(time(order.from), time(order.to)),
    order.subject,
    order.keys.publicKey.export({ type: "spki", format: "der" }),
    ...(extensions.length > 0 ? [tlv(0xa3, sequence(...extensions))] : []),
  );
  const signature = sign(order.digest, tbs, order.issuerKeys.privateKey);
  const der = sequence(tbs, algorithm, tlv(3, Buffer.from([0]), signature));
  return order.spoil ? order.spoil(der) : der;
}

export const pem = (...ders: Uint8Array[]): string =>
  ders
    .map(
      (der) =>
        `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString("base64").replace(/.{64}/g, "$&\n").trimEnd()}\n-----END CERTIFICATE-----\n`,
    )
    .join("");

let serial = 1000;
/** Other kinds may be put in their place. */
export const KEYS = { root: newKeys(), authority: newKeys(), signer: newKeys() };

/** What is usual: five years around 2026, an authority's and a signer's extensions. */
export const usual = {
  root: (more: Partial<Order> = {}): Order => ({
    ...usual.authority(),
    subject: dn("CN=root"),
    issuer: dn("CN=root"),
    keys: KEYS.root,
    issuerKeys: KEYS.root,
    ...more,
  }),
  authority: (more: Partial<Order> = {}): Order => ({
    subject: dn("CN=authority"),
    issuer: dn("CN=root"),
    keys: KEYS.authority,
    issuerKeys: KEYS.root,
    from: "2024-01-01T00:00:00Z",
    to: "2034-01-01T00:00:00Z",
    serial: integer(++serial),
    version: 3,
    extensions: [basic(true), keyUsage(5, 6)],
    digest: "sha256",
    ...more,
  }),
  signer: (more: Partial<Order> = {}): Order => ({
    ...usual.authority(),
    subject: dn("CN=signer"),
    issuer: dn("CN=authority"),
    keys: KEYS.signer,
    issuerKeys: KEYS.authority,
    from: "2025-01-01T00:00:00Z",
    to: "2030-01-01T00:00:00Z",
    extensions: [basic(false), keyUsage(0), extendedKeyUsage(CODE_SIGNING)],
    ...more,
  }),
};

export interface Chain {
  name: string;
  /** Whether RFC 5280 and the purpose of signing let it hold in November 2026. */
  holds: boolean;
  /** The signer's first. */
  chain: Buffer[];
  trusted: Buffer[];
}

/** @param parts what differs from the usual root, authority and signer */
export function chainOf(
  name: string,
  holds: boolean,
  parts: { root?: Partial<Order>; authority?: Partial<Order>; signer?: Partial<Order> } = {},
): Chain {
  const top = certificate(usual.root(parts.root));
  return {
    name,
    holds,
    chain: [certificate(usual.signer(parts.signer)), certificate(usual.authority(parts.authority)), top],
    trusted: [top],
  };
}

const SIGNER = [basic(false), keyUsage(0), extendedKeyUsage(CODE_SIGNING)];
const AUTHORITY = [basic(true), keyUsage(5, 6)];
const UNKNOWN: Extension = { id: "1.3.6.1.4.1.55555.1", critical: true, value: tlv(5) };

/** One fault, or none, each. */
export function forgedChains(): Chain[] {
  const signer = (name: string, holds: boolean, ...extensions: Extension[]) =>
    chainOf(name, holds, { signer: { extensions } });
  const below = (name: string, holds: boolean, names: Extension, limits: Extension, subject = "CN=signer") =>
    chainOf(name, holds, {
      authority: { extensions: [...AUTHORITY, limits] },
      signer: { extensions: [...SIGNER, names], subject: dn(subject) },
    });
  const list: Chain[] = [
    chainOf("usual", true),
    chainOf("expired signer", false, { signer: { to: "2026-01-01T00:00:00Z" } }),
    chainOf("signer of 2035", false, { signer: { from: "2035-01-01T00:00:00Z", to: "2036-01-01T00:00:00Z" } }),
    chainOf("expired authority", false, { authority: { to: "2026-01-01T00:00:00Z" } }),
    chainOf("expired root", false, { root: { to: "2026-01-01T00:00:00Z" } }),
    chainOf("after 2050", true, { signer: { to: "2060-01-01T00:00:00Z" } }),
    chainOf("authority without flag", false, { authority: { extensions: [basic(false), keyUsage(0)] } }),
    chainOf("authority without basic constraints", false, { authority: { extensions: [keyUsage(5)] } }),
    chainOf("authority of version 1", false, { authority: { extensions: [], version: 1 } }),
    chainOf("root of version 1", false, { root: { extensions: [], version: 1 } }),
    chainOf("authority not for certificates", false, { authority: { extensions: [basic(true), keyUsage(0)] } }),
    chainOf("authority without key usage", true, { authority: { extensions: [basic(true)] } }),
    chainOf("root not for certificates", false, { root: { extensions: [basic(true), keyUsage(0)] } }),
    chainOf("root allows no authority", false, { root: { extensions: [basic(true, 0), keyUsage(5)] } }),
    chainOf("root allows one authority", true, { root: { extensions: [basic(true, 1), keyUsage(5)] } }),
    chainOf("unknown critical on signer", false, { signer: { extensions: [...SIGNER, UNKNOWN] } }),
    chainOf("unknown critical on authority", false, { authority: { extensions: [...AUTHORITY, UNKNOWN] } }),
    chainOf("unknown critical on root", false, { root: { extensions: [...AUTHORITY, UNKNOWN] } }),
    chainOf("unknown, not critical", true, { signer: { extensions: [...SIGNER, { ...UNKNOWN, critical: false }] } }),
    chainOf("extension twice", false, { signer: { extensions: [...SIGNER, keyUsage(0)] } }),
    chainOf("two algorithms", false, { signer: { innerAlgorithm: sequence(oid("1.2.840.10045.4.3.3")) } }),
    chainOf("SHA-1", false, { signer: { digest: "sha1" } }),
    chainOf("SHA-1 on the root alone", true, { root: { digest: "sha1" } }),
    chainOf("SHA-384", true, { signer: { digest: "sha384" } }),
    chainOf("another issuer's name", false, { signer: { issuer: dn("CN=other") } }),
    chainOf("issuer's name in another case", true, { signer: { issuer: dn("CN=Authority") } }),
    chainOf("issuer's name in another string type", true, { signer: { issuer: dn("CN=authority", 0x13) } }),
    chainOf("signed by another key", false, { signer: { issuerKeys: KEYS.root } }),
    chainOf("no issuer", false, { signer: { issuer: dn("") } }),
    chainOf("negative serial", true, { signer: { serial: tlv(2, Buffer.from([0x80])) } }),
    signer("no usage at all", false, basic(false)),
    signer("no extension", false),
    signer("key usage only", true, keyUsage(0)),
    signer("code signing only", true, extendedKeyUsage(CODE_SIGNING)),
    signer("key encipherment", false, keyUsage(2), extendedKeyUsage(CODE_SIGNING)),
    signer("any purpose", true, keyUsage(0), extendedKeyUsage("2.5.29.37.0")),
    signer("server purpose", false, keyUsage(0), extendedKeyUsage("1.3.6.1.5.5.7.3.1")),
    signer("empty purposes", false, keyUsage(0), extendedKeyUsage()),
    signer("empty key usage", false, keyUsage(), extendedKeyUsage(CODE_SIGNING)),
    signer("certificate signer without authority", false, keyUsage(0, 5), extendedKeyUsage(CODE_SIGNING)),
    signer("path length without authority", false, basic(false, 1), keyUsage(0)),
    signer("constraints without authority", false, basic(false), keyUsage(0), constraints([general.dns("a.example")])),
    chainOf("key usage spelt in the name", false, {
      signer: {
        subject: sequence(
          tlv(0x31, sequence(oid("2.5.4.3"), tlv(0x0c, Buffer.from([6, 3, 0x55, 0x1d, 0x0f, 4, 4, 3, 2, 0, 0x80])))),
        ),
        extensions: [basic(false), keyUsage(2)],
      },
    }),
    below(
      "DNS permitted",
      true,
      alternatives(general.dns("a.good.example")),
      constraints([general.dns("good.example")]),
    ),
    below(
      "DNS not permitted",
      false,
      alternatives(general.dns("evil.example")),
      constraints([general.dns("good.example")]),
    ),
    below(
      "DNS: one of two permitted",
      false,
      alternatives(general.dns("good.example"), general.dns("evil.example")),
      constraints([general.dns("good.example")]),
    ),
    below(
      "DNS: likeness of endings",
      false,
      alternatives(general.dns("notgood.example")),
      constraints([general.dns("good.example")]),
    ),
    below(
      "DNS excluded",
      false,
      alternatives(general.dns("a.bad.example")),
      constraints([], [general.dns("bad.example")]),
    ),
    below(
      "DNS excluded, other case",
      false,
      alternatives(general.dns("a.BAD.example")),
      constraints([], [general.dns("bad.example")]),
    ),
    below(
      "DNS wildcard over an exclusion",
      false,
      alternatives(general.dns("*.example")),
      constraints([], [general.dns("bad.example")]),
    ),
    below(
      "DNS in the common name",
      false,
      alternatives(general.mail("a@b.example")),
      constraints([general.dns("good.example")]),
      "CN=evil.example",
    ),
    below(
      "mail permitted",
      true,
      alternatives(general.mail("a@good.example")),
      constraints([general.mail("good.example")]),
    ),
    below(
      "mail of a host below",
      false,
      alternatives(general.mail("a@x.good.example")),
      constraints([general.mail("good.example")]),
    ),
    below(
      "mail of hosts below",
      true,
      alternatives(general.mail("a@x.good.example")),
      constraints([general.mail(".good.example")]),
    ),
    below(
      "mail in the subject",
      false,
      alternatives(general.dns("x.example")),
      constraints([general.mail("good.example")]),
      "CN=signer,E=a@evil.example",
    ),
    below(
      "mail in the subject excluded",
      false,
      alternatives(general.dns("x.example")),
      constraints([], [general.mail("evil.example")]),
      "CN=signer,E=a@evil.example",
    ),
    below(
      "URI permitted",
      true,
      alternatives(general.uri("https://good.example/x")),
      constraints([general.uri("good.example")]),
    ),
    below(
      "URI not permitted",
      false,
      alternatives(general.uri("https://evil.example/good.example")),
      constraints([general.uri("good.example")]),
    ),
    below(
      "URI with another's name before @",
      false,
      alternatives(general.uri("https://good.example@evil.example/")),
      constraints([general.uri("good.example")]),
    ),
    below(
      "URI without a host",
      false,
      alternatives(general.uri("urn:good.example")),
      constraints([general.uri("good.example")]),
    ),
    below(
      "address permitted",
      true,
      alternatives(general.ip(10, 1, 2, 3)),
      constraints([general.ip(10, 0, 0, 0, 255, 0, 0, 0)]),
    ),
    below(
      "address not permitted",
      false,
      alternatives(general.ip(11, 1, 2, 3)),
      constraints([general.ip(10, 0, 0, 0, 255, 0, 0, 0)]),
    ),
    below(
      "address with a broken mask",
      false,
      alternatives(general.ip(10, 1, 2, 3)),
      constraints([general.ip(10, 0, 0, 0, 255, 0, 255, 0)]),
    ),
    below(
      "directory name permitted",
      true,
      alternatives(general.dns("x.example")),
      constraints([general.name("O=good")]),
      "O=good,CN=signer",
    ),
    below(
      "directory name not permitted",
      false,
      alternatives(general.dns("x.example")),
      constraints([general.name("O=good")]),
      "O=evil,CN=signer",
    ),
    below(
      "directory name excluded, other case",
      false,
      alternatives(general.dns("x.example")),
      constraints([], [general.name("O=evil")]),
      "O=EVIL,CN=signer",
    ),
    below("other name constrained", false, alternatives(general.other()), constraints([general.other()])),
    below(
      "constraint of another form",
      true,
      alternatives(general.dns("x.example")),
      constraints([general.mail("good.example")]),
    ),
    below("empty constraints", false, alternatives(general.dns("x.example")), {
      id: "2.5.29.30",
      critical: true,
      value: sequence(),
    }),
    chainOf("constraints on the root", false, {
      root: { extensions: [...AUTHORITY, constraints([general.dns("good.example")])] },
      signer: { extensions: [...SIGNER, alternatives(general.dns("evil.example"))] },
    }),
    chainOf("an authority below widens", false, {
      root: { extensions: [...AUTHORITY, constraints([general.dns("good.example")])] },
      authority: {
        extensions: [...AUTHORITY, constraints([general.dns("good.example"), general.dns("evil.example")])],
      },
      signer: { extensions: [...SIGNER, alternatives(general.dns("evil.example"))] },
    }),
    chainOf("policy asked for and there", true, {
      authority: { extensions: [...AUTHORITY, policies("1.2.3.1"), explicitPolicy(0)] },
      signer: { extensions: [...SIGNER, policies("1.2.3.1")] },
    }),
    chainOf("policy asked for and not there", false, {
      authority: { extensions: [...AUTHORITY, policies("1.2.3.1"), explicitPolicy(0)] },
    }),
    chainOf("policy asked for and another there", false, {
      authority: { extensions: [...AUTHORITY, policies("1.2.3.1"), explicitPolicy(0)] },
      signer: { extensions: [...SIGNER, policies("1.2.3.2")] },
    }),
    chainOf("one octet of the signer changed", false, {
      signer: {
        spoil: (der) => {
          const at = der.indexOf(Buffer.from("signer"));
          der[at]! ^= 1;
          return der;
        },
      },
    }),
    chainOf("bytes after the end", false, { signer: { spoil: (der) => Buffer.concat([der, Buffer.from([0])]) } }),
  ];
  const [usualChain] = list;
  const [leaf, middle, top] = usualChain!.chain as [Buffer, Buffer, Buffer];
  const own = certificate(usual.signer({ issuer: dn("CN=signer"), issuerKeys: KEYS.signer }));
  const stranger = certificate(usual.root({ keys: KEYS.signer, issuerKeys: KEYS.signer }));
  list.push(
    { name: "without the root in the bundle", holds: true, chain: [leaf, middle], trusted: [top] },
    { name: "in another order", holds: true, chain: [leaf, top, middle], trusted: [top] },
    { name: "authority missing", holds: false, chain: [leaf], trusted: [top] },
    { name: "authority trusted beside the root", holds: true, chain: [leaf], trusted: [middle, top] },
    { name: "authority as the anchor", holds: false, chain: [leaf, middle], trusted: [middle] },
    { name: "signer as the anchor", holds: false, chain: [leaf, middle], trusted: [leaf] },
    { name: "root of the same name, another key", holds: false, chain: [leaf, middle, top], trusted: [stranger] },
    { name: "nobody's root", holds: false, chain: [leaf, middle, top], trusted: [own] },
    { name: "signed itself and trusted", holds: true, chain: [own], trusted: [own] },
    { name: "signed itself and not trusted", holds: false, chain: [own], trusted: [top] },
    {
      name: "signer signs a signer",
      holds: false,
      chain: [
        certificate(usual.signer({ subject: dn("CN=second"), issuer: dn("CN=signer"), issuerKeys: KEYS.signer })),
        leaf,
        middle,
      ],
      trusted: [top],
    },
    {
      name: "an expired authority beside a good one",
      holds: true,
      chain: [leaf, certificate(usual.authority({ to: "2025-06-01T00:00:00Z" })), middle],
      trusted: [top],
    },
  );
  return list;
}
