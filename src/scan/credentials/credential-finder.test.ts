// What the finder finds in texts as people write them, what it leaves alone, and what it does at its bounds.
import { describe, expect, it } from "vitest";
import { seed } from "../../../test/depth.ts";
import { ScanBudget, ScanExhausted } from "../scan-budget.ts";
import type { View } from "../view.ts";
import { createCredentialFinder } from "./credential-finder.ts";
import { fillExample, seededRandom } from "./fixtures/fill-example.ts";

const finder = createCredentialFinder();
const random = seededRandom(seed);
const fill = (template: string): string => fillExample(template, random);
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const header = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString("base64url");
const SECRET = "vR7q_Zk2mWx9";

/** Kind that must be found, and a text that has it. */
const LEAKS: readonly (readonly [string, string])[] = [
  [
    "private_key",
    `-----BEGIN RSA PRIVATE KEY-----\n${fill("{b64:64}")}\n${fill("{b64:64}")}\n-----END RSA PRIVATE KEY-----`,
  ],
  [
    "private_key",
    `"key": "-----BEGIN OPENSSH PRIVATE KEY-----\\n${fill("{b64:70}")}\\n-----END OPENSSH PRIVATE KEY-----"`,
  ],
  ["private_key", `-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 1\n\n${fill("{b64:64}")}\n`],
  ["private_key", base64(`-----BEGIN PRIVATE KEY-----\n${fill("{b64:64}")}`)],
  ["putty_private_key", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none"],
  ["jwt", `${header({ alg: "HS256", typ: "JWT" })}.${header({ sub: "1" })}.${fill("{url:43}")}`],
  [
    "bearer_token",
    `Authorization: Bearer ${header({ alg: "dir", enc: "A256GCM" })}..${fill("{url:16}")}.${fill("{url:40}")}.${fill("{url:22}")}`,
  ],
  ["basic_authorization", `Authorization: Basic ${base64(`ada:${SECRET}`)}`],
  ["bearer_token", `Authorization: Bearer ${fill("{hex:40}")}`],
  ["ntlm_response", `Authorization: NTLM TlRMTVNTUAAD${fill("{b64:80}")}`],
  ["curl_user", `curl -s -u ada:${SECRET} https://host.test/`],
  ["curl_user", `curl --user "ada:${SECRET}" https://host.test/`],
  ["url_credentials", `DATABASE=postgres://ada:${SECRET}@db.test:5432/main`],
  ["url_credentials", `odbc+db2://ada:p@ss${SECRET}@db.test/main`],
  ["url_credentials", `redis://:${SECRET}@cache.test`],
  ["password_hash", fill("root:$6${alnum:12}${alnum:86}:19000:0:::")],
  ["password_hash", fill("ada:$2y$12${alnum:53}")],
  ["password_hash", fill("ada:$apr1${alnum:8}${alnum:22}")],
  ["password_hash", fill("$argon2id$v=19$m=65536,t=3,p=4${alnum:22}${alnum:43}")],
  ["netrc_password", `machine host.test login ada password ${SECRET}`],
  ["pgpass_password", `db.test:5432:main:ada:${SECRET}`],
  ["docker_auth", `{"auths":{"registry.test":{"auth":"${base64(`ada:${SECRET}`)}"}}}`],
  [
    "kubernetes_secret",
    `apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ndata:\n  extra: ${base64(`value ${SECRET}`)}\n`,
  ],
  ["connection_string", `Server=db.test;Database=main;User Id=ada;Password=${SECRET};`],
  ["sql_password", `CREATE USER 'ada'@'%' IDENTIFIED BY '${SECRET}';`],
  ["openssl_passphrase", `openssl rsa -in key.pem -passin pass:${SECRET}`],
  ["password_assignment", `password = "${SECRET}"`],
  ["password_assignment", `DB_PASSWORD=${SECRET}\n`],
  ["password_assignment", `spring.datasource.password: ${SECRET}\n`],
  ["password_assignment", `<password>${SECRET}</password>`],
  ["password_assignment", `{\\"password\\":\\"${SECRET}\\"}`],
  ["password_assignment", `$config['password'] = '${SECRET}';`],
  ["password_assignment", `<add key="DbPassword" value="${SECRET}" />`],
  ["token_assignment", `const accessToken: string = "${fill("{alnum:32}")}";`],
  ["token_assignment", `app --token ${fill("{alnum:32}")}`],
  ["token_assignment", `https://host.test/x?a=1&access_token=${fill("{alnum:32}")}&b=2`],
  ["token_assignment", `{"key": "token", "value": "${fill("{hex:40}")}"}`],
  ["key_assignment", `apiKey => "${fill("{hex:32}")}",`],
  ["key_assignment", `System.setProperty("API_KEY", "${fill("{hex:32}")}")`],
  ["aws_access_key_id", `key = AKIA${fill("{b32:9}")}EXAMPLE`],
];

const HARMLESS: readonly string[] = [
  "password = <password>",
  'password = "${DB_PASSWORD}"',
  "PASSWORD=changeme",
  "token: xxxxxxxxxxxxxxxx",
  'apiKey: "your-api-key-here"',
  "const password = getPassword();",
  "password: string;",
  "this.token = token;",
  'tokenType: "bearer"',
  "password: process.env.PASSWORD,",
  "api_key = os.environ['API_KEY']",
  "secret: null",
  '"public_key": "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"',
  "The password is sent to the server, which checks the token and the key.",
  "https://user:pass@host.test/",
  "https://${USER}:${PASSWORD}@host.test/",
  "postgres://postgres:postgres@localhost/test",
  "curl -u $USER:$PASSWORD https://host.test",
  "Authorization: Bearer <token>",
  "Authorization: Basic ...",
  "Basic authentication is simple",
  "-----BEGIN PRIVATE KEY-----\nxxx\n-----END PRIVATE KEY-----",
  "if (text.startsWith('-----BEGIN PRIVATE KEY-----')) return importPrivateKeyFromText(text);",
  "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----",
  `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from('{"sub":"1"}').toString("base64url")}.`,
  "apiVersion: v1\nkind: ExternalSecret\ndata:\n  - secretKey: api-key\n",
  "https://api.example.com:443/v1/x",
];

describe("createCredentialFinder", () => {
  it.each(LEAKS)("finds %s", (kind, text) => {
    const matches = finder(viewOf(`before\n${text}\nafter`), budget());
    expect(matches.map((match) => match.kind)).toContain(kind);
    for (const { start, end } of matches) expect(end).toBeGreaterThan(start);
  });

  it.each(HARMLESS)("leaves %j alone", (text) => {
    expect(finder(viewOf(text), budget())).toEqual([]);
  });

  it("names the specific format where an assignment matches too, and finds across chunks", () => {
    const token = fill("ghp_{crc:30}");
    const text = `${" ".repeat(16_384 - 20)}token = "${token}"`;
    expect(finder(viewOf(text), budget())).toEqual([
      {
        kind: "github_token",
        class: "credential",
        name: null,
        start: text.indexOf("ghp_"),
        end: text.length - 1,
      },
    ]);
  });

  it("gives matches in order and none inside another", () => {
    const text = LEAKS.map(([, leak]) => leak).join("\n");
    const matches = finder(viewOf(text), budget());
    expect(matches.length).toBeGreaterThan(LEAKS.length / 2);
    for (const [at, match] of matches.entries())
      expect(match.start).toBeGreaterThanOrEqual(matches[at - 1]?.start ?? 0);
  });

  it("finds nothing in nothing", () => {
    expect(finder(viewOf(""), budget())).toEqual([]);
  });

  it("ends by throwing when the budget does", () => {
    const tight = new ScanBudget({ time: 1000, work: 1000, memory: 1 }, () => 0);
    expect(() => finder(viewOf("key=".repeat(1000)), tight)).toThrow(ScanExhausted);
  });
});

function viewOf(text: string): View {
  const bytes = Buffer.from(text);
  return { bytes, text: bytes.toString("latin1"), decoded: [], origin: (start, end) => ({ start, end }) };
}

function budget(): ScanBudget {
  return new ScanBudget({ time: 60_000, work: 2 ** 32, memory: 2 ** 32 }, () => 0);
}
