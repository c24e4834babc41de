// Every reader of a host name in the gate, over the same text: whoever reads a host reads the same one. The common failure
// of such gates is two parsers that disagree.
import { encode } from "dns-packet";
import {
  array,
  assert,
  constantFrom,
  integer,
  oneof,
  property,
  record,
  string,
  stringMatching,
} from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../../../test/depth.ts";
import { canonicalHost, hostInUrl } from "../../../names/host.ts";
import { canonicalUrl } from "../../../names/url.ts";
import { answerQuery } from "../dns/answer-query.ts";
import { syntheticNames } from "../dns/synthetic-names.ts";
import { namesTarget } from "../http/authority.ts";
import { readAbsoluteForm, readAuthority, readHostField } from "./authority.ts";
import { readClientHello } from "./client-hello.ts";
import { firstBytes } from "./first-bytes.ts";
import { buildHello, inRecords, serverNames } from "./fixtures/hellos.ts";
import { canonicalServerName } from "./server-name.ts";

/** ms. */
const TIMEOUT = depth(60_000, 7_200_000);
const RUNS = { seed, numRuns: depth(3000, 1_000_000) };

const PIECES = [
  "api",
  "example",
  "com",
  "test",
  "API",
  "Example",
  "xn--bcher-kva",
  "bücher",
  "ｅxample",
  "аpi",
  "ß",
  "127",
  "0x7f",
  "0177",
  "1",
  "256",
  "2130706433",
  "::1",
  "::ffff:127.0.0.1",
  "[::1]",
  "[2001:DB8::1]",
  "fe80::1%eth0",
  "user",
  "a_b",
  "-a",
  "",
] as const;
const SEPARATORS = [
  ".",
  ".",
  ".",
  ".",
  "",
  "..",
  "@",
  ":",
  ":443",
  "%00",
  "\u0000",
  "%2e",
  " ",
  "\t",
  "\r\n",
  "/",
  "\\",
  "?",
  "#",
  "。",
  "．",
  "-",
  ",",
  ";",
] as const;

const assembled = array(record({ piece: constantFrom(...PIECES), separator: constantFrom(...SEPARATORS) }), {
  minLength: 1,
  maxLength: 5,
}).map((parts) => parts.map(({ piece, separator }) => piece + separator).join(""));
/** Mostly what no host is, and enough of what one is. */
const hostText = oneof(
  assembled,
  assembled.map((text) => text.replace(/[^A-Za-z0-9]+$/, "")),
  stringMatching(/^[a-zA-Z0-9-]{1,8}(\.[a-zA-Z0-9-]{1,8}){0,3}\.?$/),
  stringMatching(/^[a-zA-Z][a-zA-Z0-9]{0,7}(\.[a-zA-Z]{1,8}){1,3}$/),
  stringMatching(/^\d{1,3}(\.\d{1,3}){0,3}$/),
  stringMatching(/^\[[0-9a-fA-F:]{2,20}\]$/),
  string({ unit: "binary", maxLength: 20 }),
);

/** What each reader of the gate says that `text` is as a host; null: it reads none. */
function readings(text: string, cut: readonly number[]): Readonly<Record<string, string | null>> {
  const url = canonicalUrl(`http://${text}/x`);
  return {
    connect: readAuthority(`${text}:443`)?.host ?? null,
    field: readHostField(text, 80)?.host ?? null,
    absolute: readAbsoluteForm(`http://${text}/x`)?.host ?? null,
    hello: throughHello(text, cut),
    dns: throughDns(text),
    declared: url.ok && url.value.path === "/x" && url.value.port === 80 ? url.value.host.name : null,
  };
}

/** Through a real ClientHello, cut into records and met in every prefix length that its reader asks for. */
function throughHello(text: string, cut: readonly number[]): string | null {
  const name = Buffer.from(text, "latin1");
  if (name.length === 0 || name.toString("latin1") !== text) return null;
  const bytes = inRecords(buildHello([serverNames(name)]), cut);
  let have = 0;
  for (;;) {
    const reading = firstBytes(bytes.subarray(0, have));
    if (reading.kind === "tls") return canonicalServerName(reading.hello.serverName ?? "");
    if (reading.kind !== "more" || reading.needed <= have || reading.needed > bytes.length) {
      return fail(text, `the hello at ${have} bytes: ${JSON.stringify(reading)}`);
    }
    have = reading.needed;
  }
}

/** Through a DNS query, whose answer is asked of names among which is the canonical one, if there is one. */
function throughDns(text: string): string | null {
  const host = canonicalHost(text);
  const granted = host.ok ? [{ host: host.value.name }] : [];
  const names = syntheticNames({ calls: granted, opaque: [] } as unknown as Parameters<
    typeof syntheticNames
  >[0]);
  let packet: Buffer;
  try {
    packet = encode({ type: "query", id: 1, questions: [{ name: text, type: "A" }] });
  } catch {
    return null;
  }
  const answered = answerQuery(packet, names);
  if (answered.kind === "malformed") return null;
  if (answered.kind === "refused") return answered.name;
  return names.nameOf("198.18.0.1");
}

test(
  "readAuthority, readAbsoluteForm, readHostField, readClientHello, answerQuery and canonicalUrl read one host",
  () => {
    const accepted = { connect: 0, field: 0, absolute: 0, hello: 0, dns: 0, declared: 0 };
    assert(
      property(hostText, array(integer({ min: 1, max: 60 }), { maxLength: 12 }), (text, cut) => {
        const all = readings(text, cut);
        const hosts = new Set<string>();
        for (const [reader, host] of Object.entries(all)) {
          if (host === null) continue;
          accepted[reader as keyof typeof accepted]++;
          hosts.add(host);
        }
        if (hosts.size > 1) fail(text, JSON.stringify(all));
        for (const host of hosts) agree(text, host);
        // Who reads the whole of a place reads it, or not, together.
        if (!/[/?#\\:@]/.test(text) && all["connect"] !== all["field"]) fail(text, "connect and field");
      }),
      RUNS,
    );
    for (const [reader, count] of Object.entries(accepted))
      expect(count, reader).toBeGreaterThan(RUNS.numRuns / 20);
  },
  TIMEOUT,
);

/** Whoever comes later, and every other client, means the same host by the same text. */
function agree(text: string, host: string): void {
  const again = canonicalHost(host);
  if (!again.ok || again.value.name !== host) return fail(text, "canonical form");
  const written = hostInUrl(again.value);
  if (new URL(`https://${written}/`).hostname !== written) fail(text, "what is dialled");
  const field = readHostField(text, 80);
  if (field?.port !== 80) return;
  // What the WHATWG parser makes of the text as it came.
  if (URL.parse(`http://${text}/`)?.hostname.replace(/\.$/, "") !== written) fail(text, "WHATWG URL");
  const target = { scheme: "http", host, port: 80, via: "proxy" } as const;
  if (!namesTarget(text, target)) fail(text, "namesTarget");
}

function fail(text: string, what: string): never {
  throw new Error(`readers disagree over ${JSON.stringify(text)}: ${what}`);
}

test(
  "namesTarget and readHostField agree on every authority of HTTP/2 and every Host",
  () => {
    let agreed = 0;
    const port = oneof(
      constantFrom("", ":", ":80", ":443", ":080", ":0", ":65536", ":8080", ":80:80", ":+80"),
      string({ maxLength: 4 }),
    );
    assert(
      property(hostText, port, constantFrom(80, 443, 8080), (text, written, number) => {
        const authority = `${text}${written}`;
        const place = readHostField(authority, 80);
        // In HTTP/2 and in a Host field alike, what names the target is read as the target, and nothing else is.
        for (const host of ["api.example.com", place?.host ?? "a.test"]) {
          const named = namesTarget(authority, { scheme: "http", host, port: number, via: "transparent" });
          const read = place !== null && place.host === host && place.port === number;
          // An A-label is the one form on the wire; namesTarget also takes a name in other letters, for the same host.
          const ascii = /^[\u0021-\u007e]*$/.test(authority);
          if (ascii ? named !== read : read && !named) fail(authority, `${named} and ${read}`);
          if (named && read) agreed++;
        }
      }),
      RUNS,
    );
    expect(agreed).toBeGreaterThan(RUNS.numRuns / 50);
  },
  TIMEOUT,
);

test(
  "readClientHello never throws, and a prefix never says another thing than the whole",
  () => {
    const name = stringMatching(/^[a-z]{1,10}\.test$/);
    const noise = record({ at: integer({ min: 0, max: 400 }), byte: integer({ min: 0, max: 255 }) });
    assert(
      property(
        name,
        array(noise, { maxLength: 3 }),
        array(integer({ min: 1, max: 60 }), { maxLength: 12 }),
        (text, changes, cut) => {
          const bytes = inRecords(buildHello([serverNames(text)]), cut);
          for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
          const whole = readClientHello(bytes);
          for (const length of [1, 5, 6, 9, 20, bytes.length - 1]) {
            const part = readClientHello(bytes.subarray(0, length));
            if (part.kind === "hello") expect(whole).toEqual(part);
            if (part.kind === "bad") expect(whole.kind).toBe("bad");
          }
        },
      ),
      RUNS,
    );
  },
  TIMEOUT,
);
