// Hashes of passwords as systems store them (shadow, htpasswd, LDAP, frameworks). A hash is not the password, but what it
// takes to guess it at leisure.
import type { Found, Rule } from "./rule.ts";

/** crypt(5) and the formats of Apache's htpasswd, LDAP (RFC 2307), Django and Werkzeug. */
const FORMS: readonly (readonly [keywords: string, pattern: RegExp])[] = [
  ["$2a$ $2b$ $2y$ $2x$", /\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}/y],
  ["$apr1$ $1$", /\$(?:apr1|1)\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}/y],
  ["$5$ $6$", /\$[56]\$(?:rounds=\d{1,9}\$)?[./A-Za-z0-9_-]{1,32}\$[./A-Za-z0-9]{43,86}/y],
  ["$y$ $gy$ $7$", /\$(?:g?y|7)\$[./A-Za-z0-9]{1,60}\$[./A-Za-z0-9$]{40,120}/y],
  [
    "$argon2",
    /\$argon2(?:id|i|d)\$(?:v=\d{1,3}\$)?m=\d{1,9},t=\d{1,4},p=\d{1,4}\$[A-Za-z0-9+/]{8,90}\$[A-Za-z0-9+/]{16,180}/y,
  ],
  ["$pbkdf2", /\$pbkdf2(?:-sha(?:1|256|512))?\$\d{1,8}\$[./A-Za-z0-9]{8,90}\$[./A-Za-z0-9]{20,180}/y],
  ["pbkdf2_sha", /pbkdf2_sha(?:1|256)\$\d{1,8}\$[A-Za-z0-9]{6,40}\$[A-Za-z0-9+/]{20,90}={0,2}/y],
  ["{ssha {sha", /\{S?SHA(?:256|512)?\}[A-Za-z0-9+/]{27,140}={0,2}/y],
  [
    "scrypt: $scrypt$",
    /(?:scrypt:\d{1,8}:\d{1,3}:\d{1,3}\$|\$scrypt\$)[A-Za-z0-9=,/+.-]{6,90}\$[A-Za-z0-9+/=$]{40,200}/y,
  ],
];

export const storedPasswords: readonly Rule[] = FORMS.map(([keywords, pattern]) => ({
  keywords: keywords.split(" "),
  find: (text: string, start: number): Found | null => {
    pattern.lastIndex = start;
    return pattern.test(text) ? { kind: "password_hash", start, end: pattern.lastIndex } : null;
  },
}));
