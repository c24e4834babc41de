// Puts a credential under one key of a JSON body. The body is written anew, so that no two readers see different keys.
import { foldKey } from "../inference/fold-key.ts";
import { jsonShape } from "../inference/json-shape.ts";

/**
 * `body` with `value` under the dotted `key` (`auth.token`), where exactly the placeholder stands; null when it does not
 * stand there, or the body is no JSON that has one reading. Numbers keep their digits.
 *
 * @example placeInJson(Buffer.from('{"key":"P"}'), { placeholder: "P", value: "V" }, "key") // the bytes of {"key":"V"}
 */
export function placeInJson(
  body: Uint8Array,
  { placeholder, value }: { readonly placeholder: string; readonly value: string },
  key: string,
): Uint8Array | null {
  const parsed = parse(body);
  const steps = key.split(".");
  const last = steps.pop();
  let holder: unknown = parsed;
  for (const step of steps) holder = isObject(holder) && Object.hasOwn(holder, step) ? holder[step] : null;
  if (last === undefined || !isObject(holder) || !Object.hasOwn(holder, last)) return null;
  if (holder[last] !== placeholder) return null;
  holder[last] = value;
  return Buffer.from(JSON.stringify(parsed), "utf8");
}

/**
 * How many places of `body` some server may read as the dotted `key`: letters of either case are the same to Go's parser.
 * null: the body is no JSON that has one reading.
 *
 * @example placesInJson(Buffer.from('{"key":1,"Key":2}'), "key") // 2
 */
export function placesInJson(body: Uint8Array, key: string): number | null {
  const parsed = parse(body);
  if (parsed === null) return null;
  let holders: readonly unknown[] = [parsed];
  for (const step of key.split(".")) {
    holders = holders.flatMap((holder) =>
      isObject(holder)
        ? Object.entries(holder).flatMap(([name, value]) => (foldKey(name) === foldKey(step) ? [value] : []))
        : [],
    );
  }
  return holders.length;
}

/** ECMA-262's JSON.parse source text access, which the compiler's library does not know yet. */
const json = JSON as unknown as {
  parse(text: string, revive: (key: string, value: unknown, context: { source: string }) => unknown): unknown;
  rawJSON(source: string): unknown;
};

function parse(body: Uint8Array): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    if (jsonShape(text).kind !== "plain") return null;
    return json.parse(text, (_, value, { source }) =>
      typeof value === "number" ? json.rawJSON(source) : value,
    );
  } catch {
    // Not JSON: there is no key in it.
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
