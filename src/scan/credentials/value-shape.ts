// What can be seen of a value without knowing its key: its characters, and whether it is code, a placeholder, a path.

/** Words that people write where a secret would be, or of a secret that is none. */
const PLACEHOLDER =
  /example|sample|dummy|fake|placeholder|change[-_ ]?me|changeit|your[-_ ]|^your|^my[-_]|redacted|replace|insert|todo|fixme|foo|bar(?![a-z])|baz|qux|lorem|test(?:ing|er)?(?![a-z])|default|invalid|undefined|null|none|nil|true|false|secret|passw|token|apikey|api[-_]key|credential|x{4,}|\*{3,}|\.{3,}|1234567|abcdef|qwerty|some|value|string|here$/i;
const TEMPLATE =
  /\$\{|\{\{|<%|%[sdv(]|#\{|\$\(|(?:^|[:/ ])\$[A-Za-z_]|%[A-Z_]+%|@@|^<[^>]*>$|\{[A-Za-z_.]+\}|\[[A-Z_]+\]|^\{|\}$/;
const CODE = /[()]|=>|::|->|\[\d*\]|^[a-z]+\.[a-zA-Z_]|^&|^this\.|^self\.|^\$|;$|^@|\|\|/;
const PATH =
  /^(?:[~.]{0,2}\/|[A-Za-z]:\\)|\/[a-z]+\/|^[a-z]+:\/\/|\.(?:json|ya?ml|pem|key|crt|txt|js|ts|py|go|rb|html?|com|org|net|io)$/i;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

export interface ValueShape {
  readonly length: number;
  readonly digits: number;
  readonly capitals: number;
  readonly small: number;
  readonly signs: number;
  readonly spaces: number;
  /** Bytes beyond ASCII and control characters. */
  readonly other: number;
  /** Changes between the classes above, from one character to the next. */
  readonly changes: number;
  /** Bits per character, by how often each occurs in the value itself (Shannon 1948). */
  readonly entropy: number;
  readonly distinct: number;
  readonly hex: boolean;
  readonly base64: boolean;
  /** Nothing but letters, digits, `_` and `-`. */
  readonly word: boolean;
  readonly uuid: boolean;
  readonly placeholder: boolean;
  readonly template: boolean;
  readonly code: boolean;
  readonly path: boolean;
}

/** What stands for a value and is none, as a whole, whatever signs follow it. */
const PLAIN: ReadonlySet<string> = new Set(
  (
    "pass passwd password pwd pw token tokens key keys secret secrets auth api null none nil true false string str bytes byte " +
    "otp psw tkn sid csrf xsrf jwt pin psk salt api cookie session cred creds webhook signature nonce license dsn bearer basic digest " +
    "number undefined void any object value this self cls env app user name text data id bool boolean int function return"
  ).split(" "),
);

/** A number in code: `8080`, `0x8803`, `1.5`. */
const NUMBER = /^(?:0x[0-9a-f]{1,8}|\d{1,5}(?:\.\d{1,3})?)$/i;

/** What crypt(5) and the password hashing competition put before a hash; stored-password.ts judges whether it is a whole one. */
const HASH = /^\$(?:argon2|[0-9][a-z]?\$|apr1\$|g?y\$|pbkdf2|scrypt)/;

/** The last two bytes of a value and the two after it. */
const CUT_OFF = /^\.\.|\.\.$/;

/**
 * A word that stands for a value, a short number, a value that is cut off by dots, the hash of a password, one or two characters
 * all over, or mostly runs of neighbours such as `12345` and `abcdef`: no secret.
 *
 * @example isTrivial("abc123", 0, 6) === true;
 */
export function isTrivial(text: string, start: number, end: number): boolean {
  if (
    end - start < 4 ||
    (end - start < 12 &&
      PLAIN.has(
        text
          .slice(start, end)
          .toLowerCase()
          .replace(/[^a-z]+$/, ""),
      )) ||
    NUMBER.test(text.slice(start, Math.min(end, start + 12))) ||
    CUT_OFF.test(text.slice(end - 2, end + 2)) ||
    HASH.test(text.slice(start, Math.min(end, start + 12)))
  )
    return true;
  const seen = new Set<number>([text.charCodeAt(start)]);
  let runs = 0;
  for (let at = start + 1; at < end; at += 1) {
    const code = text.charCodeAt(at);
    seen.add(code);
    if (Math.abs(code - text.charCodeAt(at - 1)) <= 1) runs += 1;
  }
  return seen.size <= 2 || runs >= (end - start - 1) * 0.7;
}

/** Linear in the value; every pattern is a choice of words or bounded. */
export function valueShapeOf(value: string): ValueShape {
  const counts = { digits: 0, capitals: 0, small: 0, signs: 0, spaces: 0, other: 0 };
  SEEN.fill(0);
  let distinct = 0;
  let changes = 0;
  let last: keyof typeof counts | null = null;
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    const kind = classOf(code);
    counts[kind] += 1;
    if (last !== null && kind !== last) changes += 1;
    last = kind;
    const times = (SEEN[code & 255] ?? 0) + 1;
    SEEN[code & 255] = times;
    if (times === 1) distinct += 1;
  }
  let entropy = 0;
  for (let at = 0; at < value.length; at += 1)
    entropy -= Math.log2((SEEN[value.charCodeAt(at) & 255] ?? 1) / value.length) / value.length;
  // Letters and digits alone are none of what needs a sign.
  const plain = counts.signs + counts.spaces + counts.other === 0;
  return {
    ...counts,
    length: value.length,
    changes,
    entropy,
    distinct,
    hex: plain && /^[0-9a-fA-F]+$/.test(value),
    base64: /^[A-Za-z0-9+/_-]{8,}={0,2}$/.test(value),
    word: plain || /^[A-Za-z0-9_-]+$/.test(value),
    uuid: value.length === 36 && UUID.test(value),
    placeholder: PLACEHOLDER.test(value),
    template: !plain && TEMPLATE.test(value),
    code: !plain && CODE.test(value),
    path: !plain && PATH.test(value),
  };
}

/** Of each byte, how often it was seen: kept between calls so that none of them allocates. */
const SEEN = new Uint16Array(256);

function classOf(code: number): "digits" | "capitals" | "small" | "signs" | "spaces" | "other" {
  if (code >= 97 && code <= 122) return "small";
  if (code >= 48 && code <= 57) return "digits";
  if (code >= 65 && code <= 90) return "capitals";
  if (code === 32 || code === 9 || code === 10 || code === 13) return "spaces";
  return code > 32 && code < 127 ? "signs" : "other";
}
