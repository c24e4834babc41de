// What the opaque layer contains and what it lets pass: shares over generated encodings, the held-out half apart, and over
// benign payloads, generated and of the corpora where they are there.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { depth } from "../../../test/depth.ts";
import { createScanPorts } from "../../enforce/scan-ports.ts";
import { ScanBudget } from "../scan-budget.ts";
import { createScanner } from "../scan-bytes.ts";
import { createOpaqueFinder } from "./create-opaque-finder.ts";
import { benignFrom } from "./fixtures/benign-payloads.ts";
import { stream } from "./fixtures/encoding-parts.ts";
import { carry, ENCODINGS, valueFrom } from "./fixtures/encodings.ts";

const ports = createScanPorts();
const CORPORA = new URL("../../../../shared/corpora/", import.meta.url);
const opaque = createOpaqueFinder();

interface Outcome {
  readonly contained: boolean;
  readonly content: boolean;
  readonly kinds: readonly string[];
}

/** Whether something is opaque or a bound is exhausted, or `value` is seen in some reading. */
function outcomeOf(text: string, value: string | null): Outcome {
  let content = false;
  const look = createScanner({
    finders: [opaque],
    protected: [
      (view) => {
        content ||= value !== null && view.text.includes(value);
        return [];
      },
    ],
    ports,
  });
  const budget = new ScanBudget({ time: 60_000, work: 1e9, memory: 1e9 }, ports.now);
  const { findings, exhausted } = look(Buffer.from(text), budget);
  const contained = content || findings.length > 0 || exhausted !== null;
  return { contained, content, kinds: findings.map(({ kind }) => kind) };
}

/** The generated letters of a key, of which nobody made words. */
const random = (length: number): string => {
  const next = stream(length);
  const letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
  return Array.from({ length }, () => letters[next(letters.length)]).join("");
};

/** A number in the digits of Arabic. */
const arabic = (number: number): string =>
  String(number)
    .padStart(3, "0")
    .replace(/[0-9]/g, (digit) => String.fromCodePoint(0x660 + Number(digit)));

/** The bits of `value`, some at a time. */
const chosen = (value: string, write: (bits: string) => string, width: number): string =>
  (
    Array.from(value, (letter) => letter.charCodeAt(0).toString(2).padStart(8, "0"))
      .join("")
      .match(new RegExp(`.{${width}}`, "g")) ?? []
  )
    .map(write)
    .join(" ");

test.each([
  ["random letters and digits", `{"note":"${random(24)}"}`, "random_text"],
  [
    "bytes that are no text",
    Buffer.from(Array.from({ length: 40 }, (_, at) => 128 + ((at * 37) % 60))).toString("latin1"),
    "unusual_characters",
  ],
  [
    "a long number",
    `n=${BigInt(`0x${Buffer.from(random(20)).toString("hex").replace(/0/g, "7")}`)}9`,
    "number_code",
  ],
  [
    "two words",
    Array.from(random(12))
      .map((letter) =>
        letter.charCodeAt(0).toString(2).padStart(8, "0").replace(/0/g, "ping ").replace(/1/g, "pong "),
      )
      .join(""),
    "pattern_code",
  ],
  [
    "codes in a template",
    Array.from(random(20))
      .map((letter) => `chr(${letter.charCodeAt(0) + 13}-13)`)
      .join("+"),
    "number_code",
  ],
  [
    "pieces in fields",
    JSON.stringify(
      Object.fromEntries((random(42).match(/.{1,6}/g) ?? []).map((piece, at) => [`f${at}`, piece])),
    ),
    "random_text",
  ],
  ["bytes in groups", Buffer.from(random(20)).toString("hex").replace(/(..)/g, "\\\\x$1"), "random_text"],
  [
    "common words in no order",
    '{"note":"lantern kind saddle walk over timber plain moon candle drum ocean table winter pocket ladder copper violin harbour"}',
    "pattern_code",
  ],
  [
    "sentences that choose among a few words",
    chosen(
      random(24),
      (bits) =>
        `The ${bits[0] === "1" ? "big" : "large"} ${bits[1] === "1" ? "car" : "van"} went ${bits[2] === "1" ? "up" : "down"}.`,
      3,
    ),
    "pattern_code",
  ],
  [
    "names with a number each",
    Array.from(random(24), (letter, at) => `${["node", "disk"][at % 2]}${letter.charCodeAt(0) * 7}`).join(
      " ",
    ),
    "number_code",
  ],
  ["integers of 32 bits", "[3751502649,628695963,2773143165,1255734535,4026531840]", "number_code"],
  ["one character a line", Array.from(random(24), (letter) => `- "${letter}"`).join("\n"), "number_code"],
  [
    "Cyrillic letters inside Latin words",
    "pleаsе remеmbеr thаt thе mееting hаs bееn mоvеd tо nехt wееk bеcаusе sеvеrаl pеoplе аrе аwаy",
    "unusual_characters",
  ],
  [
    "indents that mix blanks and tabs",
    `{"note":${JSON.stringify(chosen(random(12), (bits) => `${bits.replaceAll("0", " ").replaceAll("1", "\t")}item\n`, 8))}}`,
    "spacing_code",
  ],
  [
    "kana in no order",
    '{"note":"へぜんみふきよぜはにあめちやせゆつとにらつざほるてやゆぬえ"}',
    "unusual_characters",
  ],
  [
    "words by two",
    "quiet-forest proud-village warm-candle hidden-bridge heavy-market empty-letter bright-teacher early-captain slow-engine round-window",
    "pattern_code",
  ],
  [
    "words without blanks",
    "CurtainLanternCitrusMarbleFrisbeeSaddleCoconutPuddleCastleHarborCanyonEstuary",
    "pattern_code",
  ],
  [
    "gaps of one to four blanks",
    chosen(random(24), (bits) => `word${" ".repeat(1 + Number.parseInt(bits, 2))}`, 2).replaceAll(
      /( +) word/g,
      "$1word",
    ),
    "spacing_code",
  ],
  [
    "digits of another script",
    Array.from(random(20), (letter) => arabic(letter.charCodeAt(0) + 7)).join(" "),
    "number_code",
  ],
  ["four groups of digits", "x-note: 9f3ab71c-04dde812-7be01c5a-d31f8e60", "random_text"],
])("createOpaqueFinder finds %s", (_name, text, kind) => {
  expect(outcomeOf(text, null).kinds).toContain(kind);
});

const digits = (count: number): string =>
  Array.from({ length: count }, (_, at) => createHash("sha512").update(String(at)).digest("hex")).join("");
const many = (count: number, line: (at: number) => string, between = "\n"): string =>
  Array.from({ length: count }, (_, at) => line(at)).join(between);
/** One of `all`, by a digest of the place. */
const pick = (all: readonly string[], at: number): string =>
  all[(createHash("sha256").update(String(at)).digest()[0] ?? 0) % all.length] ?? "";
const SUM = `sha512-${createHash("sha512").update("a package").digest("base64")}`;

/** What tools write that repeats itself, counts and aligns. */
const PLAIN: readonly (readonly [name: string, text: string])[] = [
  [
    "columns that are aligned",
    many(
      40,
      (at) =>
        `${260_000 + at * 3} ${pick(["-rw-r--r-- ", "drwxr-xr-x "], at)} 1 root root ${String(7 ** (at % 5)).padStart(5)} Nov ${String((at * 7) % 28).padStart(2)}  2025 file-${at ** 2}.txt`,
    ),
  ],
  [
    "a text that is set flush on both sides",
    many(
      12,
      (at) =>
        [
          "The  shell reads its input line by line and splits it  into",
          "words, which  are then  looked at from the left to the right",
          "until a  word is found that begins a  list of commands; then",
          "each of  these is run, and what they print goes to one file.",
        ][at % 4] ?? "",
    ),
  ],
  [
    "a measure that is taken again and again",
    JSON.stringify({
      points: Array.from({ length: 60 }, (_, at) =>
        Math.round(400 + 60 * Math.sin(at / 9) + 7 * Math.sin(at * 5)),
      ),
    }),
  ],
  [
    "a digest that a lock file names twice",
    many(2, (at) => `"node_modules/${at}": { "integrity": "${SUM}" },\n${many(20, () => '"dev": true')}\n`),
  ],
  [
    "names that base64 would read",
    "is parsed as `CallExpression(Import)` by the asyncScheduler of this program",
  ],
  ["certificates", rootCertificates.slice(0, 8).join("\n")],
  [
    "a certificate as text",
    `                Modulus:\n${many(
      8,
      (at) =>
        `                    ${(
          digits(1)
            .slice(at * 2, at * 2 + 30)
            .match(/../g) ?? []
        ).join(":")}:`,
    )}\n`,
  ],
  [
    "a file of sums",
    many(6, (at) => `${createHash("sha512").update(String(at)).digest("hex")}  lib/${at}.so`),
  ],
  ["mappings of letters that digits may be", many(30, (at) => (at % 9 === 8 ? "wCAAwC,IAAI" : "CAAC"), ",")],
  ["kana of a sentence", "このサーバーはいまうごいていますがすこしおくれることがありますのでおまちください"],
  [
    "classes of characters",
    `const LETTERS = "${many(60, (at) => `\\u${(0x461 + at * 3).toString(16).padStart(4, "0")}`, "")}";`,
  ],
  [
    "counts beside times",
    many(12, (at) => `[79725.2345${44 + at}] ${at % 2 === 0 ? "inactive_anon 33415168" : "active_file 0"}`),
  ],
  [
    "lines of a log that come again",
    many(160, (at) =>
      pick(
        [
          "INFO billing the cache was cold",
          "DEBUG images no job is waiting",
          "ERROR search the upstream closed the connection",
          "INFO gateway retrying in five seconds",
        ],
        at,
      ),
    ),
  ],
];

test.each<readonly [name: string, text: string]>([
  [
    "prose",
    "The deployment finished, but two of the nodes took longer than we expected because their caches were cold.",
  ],
  ["an UUID", '{"id":"6cb2772e-1970-4e5e-b657-d8d115290e46"}'],
  ["a commit", "commit 28a85385f1a7ca5f573e437bd3be91f4c05792cc"],
  ["an image", "registry.local/app@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
  [
    "base64 of prose",
    Buffer.from("the text of an attachment, which is nothing special at all").toString("base64"),
  ],
  [
    "wrapped base64 of prose",
    (
      Buffer.from("the text of an attachment, which is nothing special at all ".repeat(4))
        .toString("base64")
        .match(/.{1,76}/g) ?? []
    ).join("\r\n"),
  ],
  [
    "an escape far below the head of a certificate",
    `-----BEGIN CERTIFICATE-----\n${(random(796).match(/.{1,64}/g) ?? []).join("\n")}\n-----END CERTIFICATE-----\nGET /a%20file HTTP/1.1\n`,
  ],
  [
    "a picture in base64 with escapes of a link",
    `![badge](https://img.example.com/x?logo=data:image/svg+xml;base64,${Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg"><!--~~~>>>???-->${"<path d='M52 5L30 44h45z' fill='#a60ee5'/>".repeat(6)}</svg>`,
    )
      .toString("base64")
      .replaceAll("+", "%2B")})`,
  ],
  [
    "mappings of a source map",
    ',"mappings":"AAAA,OAAO,EAAE,QAAQ,EAAE,MAAM,SAAS,CAAC;AACnC,OAAO,EAAE,IAAI,EAAE,MAAM,WAAW,CAAC;IAE/B,KAAK,CAAC,GAAG"',
  ],
  [
    "a path of a drawing",
    '<path d="M12 2.5c-3.1 0-5.6 2.4-5.6 5.4 0 1.9 1 3.6 2.5 4.6l-.3 2.2 2.1-1.1c.4.1.9.2 1.3.2z"/>',
  ],
  [
    "a table in Markdown",
    "| name | kind | default |\n| ---- | ---- | ------- |\n| retries | number | 3 |\n| timeout | number | 5000 |",
  ],
  ["a regular expression", String.raw`const LINE = /^(?:#(?:\s|$)|;(?:\s|$)|\/\/|---$|\[[\w.-]{1,64}\]$)/;`],
  [
    "keywords in order",
    "abs acos asin atan ceil cos cosh exp floor log max min mod pow round sin sinh sqrt tan",
  ],
  [
    "identifiers in a list",
    '{"ids":[558978609,562421850,302989652,339785319,558944460,380619029,613187351,441852068]}',
  ],
  ["an address of version 6", '{"peer":"9dfe:e05c:9bec:ece5:dd90:cdbd:d758:05c1"}'],
  [
    "imports",
    "from .cache import FileCache as FileCache\nfrom .cache import PageCache as PageCache\nfrom .cache import UserCache as UserCache\nfrom .cache import NodeCache as NodeCache\nfrom .cache import RowCache as RowCache\nfrom .cache import KeyCache as KeyCache\nfrom .cache import JobCache as JobCache\n",
  ],
  ["a phrase again and again", "The job finished and the queue is empty. ".repeat(30)],
  [
    "Russian with foreign names",
    "Запустите сервер nginx и проверьте файл config, затем откройте страницу README.",
  ],
  ["nothing", ""],
  ...PLAIN,
])("createOpaqueFinder passes %s", (_name, text) => {
  expect(outcomeOf(text, null)).toMatchObject({ contained: false, kinds: [] });
});

test("createOpaqueFinder contains values under encodings on no list", () => {
  const tries = depth(8, 200);
  const count = { held: { all: 0, contained: 0, content: 0 }, known: { all: 0, contained: 0, content: 0 } };
  for (const { held, encode } of ENCODINGS) {
    const share = held ? count.held : count.known;
    for (let key = 0; key < tries; key++) {
      const value = valueFrom(1000 + key);
      const { contained, content } = outcomeOf(carry(encode(value, key + 3), key), value);
      share.all++;
      share.contained += Number(contained);
      share.content += Number(content);
    }
  }
  const percent = ({ all, contained, content }: typeof count.held): string =>
    `${((100 * contained) / all).toFixed(2)} % contained, ${((100 * content) / all).toFixed(2)} % by content, of ${all}`;
  console.log(`held out: ${percent(count.held)}; developed against: ${percent(count.known)}`);
  expect(count.held.contained / count.held.all).toBeGreaterThan(0.95);
  expect(count.known.contained / count.known.all).toBeGreaterThan(0.95);
});

test("createOpaqueFinder passes generated engineering payloads", () => {
  const tries = depth(210, 7000);
  let contained = 0;
  for (let key = 0; key < tries; key++) contained += Number(outcomeOf(benignFrom(key), null).contained);
  console.log(`generated payloads contained: ${((100 * contained) / tries).toFixed(2)} % of ${tries}`);
  expect(contained / tries).toBeLessThanOrEqual(0.01);
});

test("createOpaqueFinder passes the benign prose and payloads of the corpora", (context) => {
  if (!existsSync(CORPORA)) context.skip("the development corpora are not here");
  for (const [name, most] of [
    ["notinject.dev.jsonl", 0.01],
    ["xstest.dev.jsonl", 0.01],
    ["mitre_frr_benign.dev.jsonl", 0.01],
    ["pii_dev.jsonl.gz", 0.03],
  ] as const) {
    const bytes = readFileSync(new URL(name, CORPORA));
    const lines = (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").trim().split("\n");
    const rows = lines
      .map((line) => JSON.parse(line) as { readonly text: string; readonly label: unknown })
      .filter(({ label }) => label === 0 || label === "benign");
    const contained = rows.filter(({ text }) => outcomeOf(text, null).contained).length;
    console.log(`${name}: ${contained} of ${rows.length} benign rows contained`);
    expect(contained / rows.length).toBeLessThanOrEqual(most);
  }
});
