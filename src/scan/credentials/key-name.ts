// What a key's name says of its value: that it is a password, a token, a key …, or only something about one (`tokenType`).

/** What the words of a key say; several can hold. */
export interface KeyName {
  readonly password: boolean;
  readonly secret: boolean;
  readonly token: boolean;
  readonly key: boolean;
  readonly auth: boolean;
  readonly credential: boolean;
  readonly api: boolean;
  /** A word that makes a key one that opens something: `access`, `private`, `signing`. */
  readonly opens: boolean;
  /** The last word says that the value is about a secret and none itself: `name`, `type`, `url`. */
  readonly about: boolean;
  /** A word says that the value may be known, or is no key that opens anything: `public`, `encrypted`, `foreign`. */
  readonly open: boolean;
  /** A word says that the value is made up: `fake`, `invalid`. */
  readonly mock: boolean;
  /** The last word is one of those above but `api` and `opens`. */
  readonly last: boolean;
  /** How many words. */
  readonly words: number;
}

/**
 * Reads camelCase, snake_case, kebab-case, dots and capitals.
 *
 * @example keyNameOf("DB_PASSWORD").password === true; keyNameOf("tokenType").about === true;
 */
export function keyNameOf(name: string): KeyName {
  const words = wordsOf(name);
  const kinds = words.flatMap((word) => kindsOf(word));
  const last = words.findLast((word) => !/^\d+$/.test(word) && !FILLERS.has(word)) ?? "";
  return {
    password: kinds.includes("password"),
    secret: kinds.includes("secret"),
    token: kinds.includes("token"),
    key: kinds.includes("key"),
    auth: kinds.includes("auth"),
    credential: kinds.includes("credential"),
    api: kinds.includes("api"),
    opens: kinds.includes("opens"),
    about: ABOUT.has(last),
    open: words.some((word) => OPEN.has(word)),
    mock: words.some((word) => MOCK.has(word)),
    last: kindsOf(last).some((kind) => kind !== "api" && kind !== "opens"),
    words: words.length,
  };
}

/** True if any word can make a value secret: nothing else is worth reading on. */
export function isSecretName({
  password,
  secret,
  token,
  key,
  auth,
  credential,
  api,
  open,
}: KeyName): boolean {
  if (open) return password || secret;
  return password || secret || token || key || auth || credential || api;
}

/** `APIKey` → `api`, `key`. */
export function wordsOf(name: string): readonly string[] {
  return (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? []).map((word) => word.toLowerCase());
}

type Kind = "password" | "secret" | "token" | "key" | "auth" | "credential" | "api" | "opens";

const KINDS: ReadonlyMap<string, readonly Kind[]> = new Map<string, readonly Kind[]>([
  ...each(
    "pass passwd password passwords passphrase passcode pwd pw psw psk passwort contrasena senha userpass dbpass mypass",
    ["password"],
  ),
  ...each("secret secrets otp pin mnemonic seed salt hmac clientsecret appsecret", ["secret"]),
  ...each("token tokens jwt pat bearer sid cookie nonce sessionid csrf xsrf tkn webhook", ["token"]),
  ...each("key keys keyid signature dsn license licence", ["key"]),
  ...each("apikey apikeys appkey", ["key", "api"]),
  ...each("auth authorization authentication authn oauth authkey", ["auth"]),
  ...each("credential credentials cred creds identifiedby", ["credential"]),
  ...each("api app", ["api"]),
  ...each(
    "access private client consumer signing encryption encrypted master session account service storage shared",
    ["opens"],
  ),
]);

/** Compounds written as one word: `authtoken`, `dbpassword`, `secretkey`. */
const ENDINGS: readonly (readonly [RegExp, Kind])[] = [
  [/(?:password|passwd|passphrase|pwd)$|^(?:password|passwd)/, "password"],
  [/secret$|^secret/, "secret"],
  [/tokens?$/, "token"],
  [
    /(?:api|secret|access|private|auth|session|master|account|storage|shared|app|service|signing|crypt|ssh|host|license)key$/,
    "key",
  ],
  [/(?:credential|creds)s?$/, "credential"],
];

function kindsOf(word: string): readonly Kind[] {
  const known = KINDS.get(word);
  if (known !== undefined || word.length < 5 || word.length > 40) return known ?? [];
  return ENDINGS.filter(([ending]) => ending.test(word)).map(([, kind]) => kind);
}

const ABOUT: ReadonlySet<string> = new Set(
  (
    "name names id ids url uri path paths file files filename dir type types kind length len size count regex pattern format " +
    "field fields label hash header headers policy expires expiry expiration expired ttl timeout age index prefix suffix " +
    "version algorithm alg method mode scheme provider service manager class error errors message text title description help " +
    "hint placeholder input form page link view button min max required enabled valid validator strength reset change " +
    "endpoint host domain user username email ref refs usage usages ops store source spec attribute attributes schema column " +
    "table arn region status state code codes action event handler callback helper function func fn config options settings " +
    "params param list map set group role scope scopes issuer audience context info meta metadata binding bindings rotation " +
    "location script command cmd docs documentation example examples test tests reader writer factory builder generator"
  ).split(" "),
);

const OPEN: ReadonlySet<string> = new Set(
  (
    "public pub publishable encrypted foreign partition sort range cache composite hot shortcut arrow translation i18n " +
    "sitekey thumbprint fingerprint"
  ).split(" "),
);

const MOCK: ReadonlySet<string> = new Set(
  "fake mock dummy invalid wrong bad expected example sample placeholder stub malformed nonmatching".split(
    " ",
  ),
);

/** Last words that say nothing: the word before counts. */
const FILLERS: ReadonlySet<string> = new Set(
  "value val string str raw plain b64 base64 hex v new old current my".split(" "),
);

function each(words: string, kinds: readonly Kind[]): readonly (readonly [string, readonly Kind[]])[] {
  return words.split(" ").map((word) => [word, kinds]);
}
