// Credentials told by the file or statement they stand in: .netrc, .pgpass, Docker's config, Kubernetes secrets, connection
// strings with `Password=`, SQL's `IDENTIFIED BY`.
import { base64Text } from "./base64-text.ts";
import { isPlaceholder } from "./placeholder.ts";
import type { Found, Rule } from "./rule.ts";

export const credentialFiles: readonly Rule[] = [
  { keywords: ["machine ", "default login"], find: netrc },
  { keywords: [":5432:", ":*:*:", ":3306:"], find: pgpass },
  { keywords: ['"auth"'], find: dockerAuth },
  {
    keywords: ["kind: secret", 'kind": "secret"', "kind: 'secret'", 'kind: "secret"'],
    find: kubernetesSecret,
  },
  { keywords: ["password=", "pwd="], find: connectionString },
  { keywords: ["identified "], find: identifiedBy },
  { keywords: ["pass:"], find: passArgument },
];

/** The GNU inetutils manual, "The .netrc file". */
const NETRC =
  /(?:machine\s{1,8}\S{1,100}|default)\s{1,8}login\s{1,8}\S{1,100}\s{1,8}password\s{1,8}(\S{2,200})/y;

function netrc(text: string, start: number): Found | null {
  return withValue("netrc_password", NETRC, text, start);
}

/** PostgreSQL, "The Password File": `hostname:port:database:username:password`. */
const PGPASS = /:(?:\d{2,5}|\*):[A-Za-z0-9_*-]{1,63}:[A-Za-z0-9_.*@-]{1,63}:([^\s:"'\\]{3,100})(?=\s|$)/y;

function pgpass(text: string, start: number): Found | null {
  return withValue("pgpass_password", PGPASS, text, start);
}

/** Docker's config.json: base64 of `user:password`. */
const AUTH = /"auth"\s{0,4}:\s{0,4}"([A-Za-z0-9+/]{6,600}={0,2})"/y;

function dockerAuth(text: string, start: number): Found | null {
  AUTH.lastIndex = start;
  const encoded = AUTH.exec(text)?.[1];
  const pair = encoded === undefined ? null : base64Text(encoded);
  if (encoded === undefined || pair === null || !/^[\x20-\x7e]{1,200}:[\x20-\x7e]{1,400}$/.test(pair))
    return null;
  if (isPlaceholder(pair.slice(pair.indexOf(":") + 1))) return null;
  return { kind: "docker_auth", start: AUTH.lastIndex - 1 - encoded.length, end: AUTH.lastIndex - 1 };
}

/** The Kubernetes API reference, `Secret` v1: `data` holds base64. */
const DATA = /(?:^|\n)[ \t]{0,8}data:[ \t]{0,8}(?:#[^\n]{0,80})?(?:\r?\n[ \t]{1,12}[^\n]{0,500}){1,20}/;
const ENTRY =
  /\n[ \t]{1,12}["']?[A-Za-z0-9_.-]{1,100}["']?:[ \t]{1,4}(?:\|-?\s{1,8})?["']?([A-Za-z0-9+/]{10,}={0,2})["']?[ \t]{0,4}(?=\r?\n|$)/g;
const BEFORE = 1000;
const AFTER = 1500;

function kubernetesSecret(text: string, start: number, end: number): Found | null {
  if (/[A-Za-z]/.test(text[end] ?? "")) return null;
  const from = Math.max(0, start - BEFORE);
  const window = text.slice(from, end + AFTER);
  const document = documentAround(window, start - from);
  const data = DATA.exec(document.text);
  if (data === null) return null;
  for (const entry of data[0].matchAll(ENTRY)) {
    const encoded = entry[1] ?? "";
    const plain = base64Text(encoded);
    if (plain === null || plain.trim().length < 6 || isPlaceholder(plain.trim())) continue;
    const at = from + document.start + data.index + entry.index + entry[0].indexOf(encoded);
    return { kind: "kubernetes_secret", start: at, end: at + encoded.length };
  }
  return null;
}

/** The YAML document of `window` that holds `at`. */
function documentAround(window: string, at: number): { readonly text: string; readonly start: number } {
  const before = window.lastIndexOf("\n---", at);
  const after = window.indexOf("\n---", at);
  const start = before === -1 ? 0 : before;
  return { text: window.slice(start, after === -1 ? window.length : after), start };
}

/** ADO.NET, ODBC and libpq connection strings: a server or user stands beside the password. */
const PASSWORD = /(?:password|pwd)=["'{]?([^;"'\s{}&<>]{2,128})/iy;
const NEIGHBOUR =
  /(?:server|data source|host|hostname|addr|database|initial catalog|uid|user id|user|username|driver|dsn|endpoint|port)\s{0,2}=/i;

function connectionString(text: string, start: number): Found | null {
  PASSWORD.lastIndex = start;
  const value = PASSWORD.exec(text)?.[1];
  if (value === undefined || isPlaceholder(value) || /[$%()]/.test(value)) return null;
  const end = PASSWORD.lastIndex;
  const line = text.slice(Math.max(0, start - 160), start);
  const near = line.slice(line.lastIndexOf("\n") + 1);
  const semicolons = /;\s{0,2}$/.test(near) || text[end] === ";";
  return semicolons && NEIGHBOUR.test(near + text.slice(end, end + 80))
    ? { kind: "connection_string", start: end - value.length, end }
    : null;
}

/** MySQL and Oracle: `CREATE USER … IDENTIFIED [WITH plugin] BY 'password'`. */
const IDENTIFIED =
  /identified\s{1,4}(?:with\s{1,4}[\w'"`]{1,40}\s{1,4})?(?:by|as)\s{1,4}(?:password\s{1,4})?\\{0,2}["']([^\s"'`;\\]{2,100})["'\\]/iy;

function identifiedBy(text: string, start: number): Found | null {
  return withValue("sql_password", IDENTIFIED, text, start);
}

/** openssl(1), "Pass Phrase Options": `-passin pass:…`. */
const PASS = /pass:([^\s"'`$%<>{}]{3,100})/y;

function passArgument(text: string, start: number): Found | null {
  if (!/-(?:pass|passin|passout|k)[ =]{1,2}["']?$/.test(text.slice(Math.max(0, start - 12), start)))
    return null;
  return withValue("openssl_passphrase", PASS, text, start);
}

/** What the group of `pattern` holds, unless that is a placeholder. */
function withValue(kind: string, pattern: RegExp, text: string, start: number): Found | null {
  pattern.lastIndex = start;
  const value = pattern.exec(text)?.[1];
  if (value === undefined || isPlaceholder(value)) return null;
  const at = text.lastIndexOf(value, pattern.lastIndex - value.length);
  return { kind, start: at, end: at + value.length };
}
