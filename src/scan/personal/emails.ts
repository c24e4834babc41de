// E-mail addresses (RFC 5321 lengths, RFC 5322 atoms), from their `@` outwards. Mailboxes that cannot be a person's are none.
import { classAt, isAlnum, LOCAL } from "./byte-classes.ts";
import type { Candidate } from "./candidate.ts";
import { TOPIC } from "./context-words.ts";

/** The address around the `@` at `at`, or null. Looks at 64 bytes before and 128 after. */
export function emailAt(bytes: Uint8Array, text: string, at: number): Candidate | null {
  const end = domainEnd(bytes, at + 1);
  if (end - at < 5 || !isHost(text.slice(at + 1, end).toLowerCase())) return null;
  const start = localStart(bytes, text, at);
  const local = text.slice(start, at).toLowerCase();
  if (local === "" || local.includes("..") || ROBOTS.test(local) || isPlace(text, start, end)) return null;
  return { kind: "email", start, end, need: "nothing", topics: TOPIC.email };
}

/** True if a top level that ends at `end` is a country's or one of the oldest: others may be two words put together. */
export function hasCommonTop(text: string, end: number): boolean {
  const top = /\.([a-z]{2,4})$/.exec(text.slice(Math.max(0, end - 5), end).toLowerCase())?.[1] ?? "";
  return (top.length === 2 && COUNTRIES.includes(`${top} `)) || /^(?:com|net|org|edu|gov|info)$/.test(top);
}

function domainEnd(bytes: Uint8Array, start: number): number {
  let end = start;
  while (end - start < 128 && (isAlnum(bytes, end) || bytes[end] === 0x2d || bytes[end] === 0x2e)) end++;
  while (end > start && !isAlnum(bytes, end - 1)) end--;
  return end;
}

/** Back over atoms; a form's, a shell's or a sentence's marks before the first letter or digit are none of it. */
function localStart(bytes: Uint8Array, text: string, at: number): number {
  let start = at;
  while (start > 0 && at - start < 64 && (classAt(bytes, start - 1) & LOCAL) !== 0) start--;
  const cut = Math.max(
    ...["&", "|", "'", "`", "{", "}", "%"].map((mark) => text.slice(start, at).lastIndexOf(mark)),
  );
  start += cut + 1;
  while (start < at && !isAlnum(bytes, start) && (bytes[start] ?? 0) < 0x80) start++;
  const escaped = text[start - 1] === "\\" && /[nrt]/.test(text.charAt(start));
  return escaped ? start + 1 : start;
}

/** Two labels or more, a top level that is one, and nothing reserved (RFC 2606, RFC 6761) or local. */
function isHost(host: string): boolean {
  const labels = host.split(".");
  const top = labels.at(-1) ?? "";
  if (
    labels.length < 2 ||
    labels.some((label) => label === "" || label.startsWith("-") || label.endsWith("-"))
  ) {
    return false;
  }
  const known =
    top.length === 2 ? COUNTRIES.includes(`${top} `) : /^(?:xn--[a-z0-9-]{2,}|[a-z]{3,18})$/.test(top);
  return known && !NO_TOP.has(top) && !/(?:^|\.)example\.(?:com|net|org)$/.test(host);
}

/** `git@host:path`, `//user:password@host`, an id in angle brackets of a mail's own header: places, not people. */
function isPlace(text: string, start: number, end: number): boolean {
  const after = text.charAt(end);
  if (after === ":" && /[\w~/]/.test(text.charAt(end + 1)) && !/[\d ]/.test(text.charAt(end + 1)))
    return true;
  if (after === "/" && text.slice(start, end).startsWith("git@")) return true;
  const before = text.slice(Math.max(0, start - 80), start);
  return /:\/\/[^\s/"'<>]{0,72}$/.test(before) || /(?:message-id|references|in-reply-to): ?<?$/i.test(before);
}

const ROBOTS =
  /^(?:git|hg|svn|no-?reply|do-?not-?reply|mailer-daemon|bounces?|notifications?|[\w.+-]{0,40}\[bot\]|[\w.+-]{0,40}(?:no-?reply|gserviceaccount))$/;

const NO_TOP: ReadonlySet<string> = new Set(
  (
    "test invalid example localhost local internal lan home corp intranet svc cluster service socket target timer mount slice scope device " +
    "png jpg jpeg gif svg webp ico css scss html htm json yaml yml toml xml txt log mjs cjs jsx tsx rs go rb php java class jar exe dll bin " +
    "lock map vue wasm zip tar tgz conf cfg ini pdf doc docx xls xlsx csv sql iam md5 sha bak tmp onion arpa"
  ).split(" "),
);

/** ISO 3166 two-letter top levels in use, with `eu` and `uk`. */
const COUNTRIES =
  "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy " +
  "cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is " +
  "it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng " +
  "ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th " +
  "tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw ";
