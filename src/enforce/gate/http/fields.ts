// Header fields as a list of pairs, in the order and spelling in which they came, and which of them belong to one
// connection only. Not a judgement of any value.

export type Field = readonly [name: string, value: string];

/** RFC 9110 section 7.6.1, RFC 9113 section 8.2.2, and what belongs to a proxy's own exchange. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Node's flat list of names and values as pairs; pseudo-header fields of HTTP/2 left out. */
export function fieldsOf(raw: readonly string[]): readonly Field[] {
  const fields: Field[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? "";
    if (!name.startsWith(":")) fields.push([name, raw[at + 1] ?? ""]);
  }
  return fields;
}

/** The crumbs of a cookie as one field (RFC 9113 section 8.2.3), where the first of them stood. */
export function withOneCookie(fields: readonly Field[]): readonly Field[] {
  const crumbs = valuesOf(fields, "cookie");
  if (crumbs.length < 2) return fields;
  const first = fields.findIndex(([name]) => name.toLowerCase() === "cookie");
  return fields.flatMap((field, at): readonly Field[] => {
    if (at === first) return [[field[0], crumbs.join("; ")]];
    return field[0].toLowerCase() === "cookie" ? [] : [field];
  });
}

/** The fields as Node takes them by name: in lower case, several values of one name in a list. */
export function byName(fields: readonly Field[]): Record<string, string | string[]> {
  const names = new Map<string, string | string[]>();
  for (const [name, value] of fields) {
    const before = names.get(name.toLowerCase());
    names.set(name.toLowerCase(), before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(names);
}

/** The fields but those of one connection, those that a Connection field names, and those that `also` names (lower case). */
export function endToEnd(fields: readonly Field[], also: ReadonlySet<string>): readonly Field[] {
  const named = valuesOf(fields, "connection").join(",").toLowerCase().split(",");
  const dropped = new Set(named.map((name) => name.trim()));
  return fields.filter(([name]) => {
    const key = name.toLowerCase();
    return !HOP_BY_HOP.has(key) && !also.has(key) && !dropped.has(key);
  });
}

/** Every value sent under `name` (lower case). */
export function valuesOf(fields: readonly Field[], name: string): readonly string[] {
  return fields.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
}

/** Bytes of the fields as HTTP/1.1 writes them, each with its colon, space and line end. */
export function fieldBytes(fields: readonly Field[]): number {
  return fields.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
}
