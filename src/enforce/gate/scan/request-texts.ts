// Lays a request out as the texts that are scanned, and says of an offset in one of them what people call that place. Not
// the scan, and not the slots that columns are kept of (src/scan/slots.ts).
import { placeInBody } from "./place-in-body.ts";
import type { ScannedRequest } from "./scan-messages.ts";
import { shownName } from "./shown-name.ts";

/** One text of a request; `placeAt` names the place of [start, end) in it, without a word of what stands there. */
export interface RequestText {
  readonly bytes: Uint8Array;
  readonly placeAt: (start: number, end: number) => string;
}

/** The method, path, query and header fields on lines of their own. */
export function headText({ method, target, headers }: ScannedRequest): RequestText {
  const lines: string[] = [];
  const ends: number[] = [];
  const places: ((start: number) => string)[] = [];
  let length = 0;
  const add = (line: string, place: (at: number) => string): void => {
    lines.push(line);
    length += line.length + 1;
    ends.push(length);
    places.push(place);
  };
  // Node gives the bytes of a head as Latin-1 characters.
  const line = `${method} ${target}`;
  add(line, (at) => placeInLine(line, at, method.length + 1));
  for (const [name, value] of headers)
    add(`${name}: ${value}`, () => `header ${shownName(name.toLowerCase())}`);
  return {
    bytes: Buffer.from(`${lines.join("\n")}\n`, "latin1"),
    placeAt: (start, end) => {
      const first = ends.findIndex((at) => start < at);
      if (first === -1) return "";
      const last = ends.findIndex((at) => end <= at);
      if (last !== first) return "header fields together";
      const from = first === 0 ? 0 : (ends[first - 1] ?? 0);
      return places[first]?.(start - from) ?? "";
    },
  };
}

/** `path`, or the query parameter that `at` lies in. */
function placeInLine(line: string, at: number, from: number): string {
  if (at < from) return "method";
  const mark = line.indexOf("?");
  if (mark === -1 || at < mark) return "path";
  const start = Math.max(mark, line.lastIndexOf("&", at)) + 1;
  const end = line.indexOf("&", at);
  const [name = "", value] = line.slice(start, end === -1 ? undefined : end).split("=", 2);
  return value === undefined || at < start + name.length ? "query" : `query ${shownName(name)}`;
}

/** The name of a host as one run, since labels cut a value in pieces. */
export function hostText({ host }: ScannedRequest): RequestText {
  return { bytes: Buffer.from(host.toLowerCase().replaceAll(".", ""), "latin1"), placeAt: () => "host" };
}

/** What a server reads as the body; null: there is none. */
export function bodyText({ body, decoded, headers }: ScannedRequest): RequestText | null {
  const bytes = decoded ?? body;
  if (bytes.length === 0) return null;
  const type = contentType(headers);
  return { bytes, placeAt: (start, end) => placeInBody(type, bytes, { start, end }) };
}

/** The body as it is sent, where that is not what a server reads. */
export function sentText({ body, decoded }: ScannedRequest): RequestText | null {
  return decoded === null || body.length === 0
    ? null
    : { bytes: body, placeAt: () => "body as it is compressed" };
}

/** The media type with its boundary, in lower case but for that; empty: none. */
export function contentType(headers: ScannedRequest["headers"]): string {
  const field = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  const [type = ""] = field.split(";");
  const boundary = /;\s*boundary=("[^"]*"|[^\s;]*)/i.exec(field)?.[1];
  const media = type.trim().toLowerCase();
  return boundary === undefined ? media : `${media}; boundary=${boundary.replaceAll('"', "")}`;
}
