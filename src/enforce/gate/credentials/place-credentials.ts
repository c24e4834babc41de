// Puts a credential into a request where the spec binds it: swaps the task's placeholder for the value in the one place,
// or adds it where the task sent none. Not the check of what else the request carries (foreign-credentials.ts).
import type { Field } from "../http/fields.ts";
import type { HeldSecret } from "../policy.ts";
import { placeInJson } from "./place-in-json.ts";

/** A request on its way to the upstream. */
export interface Outgoing {
  readonly fields: readonly Field[];
  readonly body: Uint8Array;
}

export interface Placed {
  /** With the real values. Never shown, recorded or scanned. */
  readonly sent: Outgoing;
  /** As the task sent it, less each placeholder in its place: no placeholder may be left in it. */
  readonly rest: Outgoing;
  /** The secrets that were put in. */
  readonly applied: readonly HeldSecret[];
}

/**
 * The request with each of `secrets` (all bound to its host, port, method and path) in its place. A bearer or header
 * credential that the task left out is added; for the other places the task has to send its placeholder. At most one
 * credential goes into a place: the one whose placeholder is there, else the first.
 */
export function placeCredentials(asked: Outgoing, secrets: readonly HeldSecret[]): Placed {
  let placed: Placed = { sent: asked, rest: asked, applied: [] };
  for (const secret of secrets) placed = swap(placed, secret);
  for (const secret of secrets) placed = add(placed, secret);
  return placed;
}

/** The header field that a place is in, in lower case; null: it is in the body. */
export function fieldOfPlace({ place }: HeldSecret): string | null {
  switch (place.kind) {
    case "bearer":
    case "basic":
      return "authorization";
    case "header":
      return place.name.toLowerCase();
    case "json":
      return null;
  }
}

function swap(placed: Placed, secret: HeldSecret): Placed {
  const { sent, rest, applied } = placed;
  if (secret.place.kind === "json") {
    const swapped = placeInJson(sent.body, secret, secret.place.name);
    const blank = placeInJson(rest.body, { ...secret, value: "" }, secret.place.name);
    if (swapped === null || blank === null) return placed;
    return {
      sent: { ...sent, body: swapped },
      rest: { ...rest, body: blank },
      applied: [...applied, secret],
    };
  }
  const name = fieldOfPlace(secret);
  const at = sent.fields.findIndex(([key]) => key.toLowerCase() === name);
  const value = sent.fields[at]?.[1];
  const swapped = value === undefined ? null : swapValue(value, secret, secret.value);
  const blank = value === undefined ? null : swapValue(value, secret, "");
  if (swapped === null || blank === null) return placed;
  return {
    sent: { ...sent, fields: withValue(sent.fields, at, swapped) },
    rest: { ...rest, fields: withValue(rest.fields, at, blank) },
    applied: [...applied, secret],
  };
}

/** The field's value with `value` where the placeholder stands, or null where it does not stand in its place. */
function swapValue(text: string, { place, placeholder }: HeldSecret, value: string): string | null {
  switch (place.kind) {
    case "bearer":
      return /^bearer +/i.test(text) && text.replace(/^bearer +/i, "") === placeholder
        ? `Bearer ${value}`
        : null;
    case "basic":
      return swapBasic(text, placeholder, value);
    case "header":
      return text === placeholder ? value : null;
    case "json":
      return null;
  }
}

/** RFC 7617: `user:password` in base64; the placeholder is the whole of one of them. */
function swapBasic(text: string, placeholder: string, value: string): string | null {
  const match = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(text);
  if (match === null) return null;
  const pair = Buffer.from(match[1] ?? "", "base64").toString("utf8");
  const colon = pair.indexOf(":");
  if (colon === -1) return null;
  const [user, password] = [pair.slice(0, colon), pair.slice(colon + 1)];
  if ((user === placeholder) === (password === placeholder)) return null;
  const swapped = user === placeholder ? `${value}:${password}` : `${user}:${value}`;
  return `Basic ${Buffer.from(swapped, "utf8").toString("base64")}`;
}

function add(placed: Placed, secret: HeldSecret): Placed {
  const { sent, applied } = placed;
  const { kind } = secret.place;
  const name = fieldOfPlace(secret);
  if ((kind !== "bearer" && kind !== "header") || name === null) return placed;
  if (sent.fields.some(([key]) => key.toLowerCase() === name)) return placed;
  const field: Field =
    secret.place.kind === "header"
      ? [secret.place.name, secret.value]
      : ["Authorization", `Bearer ${secret.value}`];
  return { ...placed, sent: { ...sent, fields: [...sent.fields, field] }, applied: [...applied, secret] };
}

function withValue(fields: readonly Field[], at: number, value: string): readonly Field[] {
  return fields.map((field, index): Field => (index === at ? [field[0], value] : field));
}
