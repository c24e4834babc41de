// A client's terminal on the wire: its kind and size with the run, and each change of size. Not the terminal itself, which
// no governor ever opens.
import { Buffer } from "node:buffer";
import type { Terminal } from "../../enforce/execution.ts";

/** Rows or columns: the kernel keeps 16 bits of each (ioctl_tty(2), struct winsize); no window is this large. */
const SIZE_MAX = 10_000;
/** Names of terminfo entries (term(7)): one path component. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/;

/** The payload of a RESIZE frame: two big-endian u16. */
export function sizePayload(rows: number, columns: number): Uint8Array {
  const payload = Buffer.alloc(4);
  payload.writeUInt16BE(bounded(rows), 0);
  payload.writeUInt16BE(bounded(columns), 2);
  return payload;
}

/** The size that a payload names, or null. */
export function readSize(payload: Uint8Array): { readonly rows: number; readonly columns: number } | null {
  if (payload.length !== 4) return null;
  const view = Buffer.from(payload);
  const [rows, columns] = [view.readUInt16BE(0), view.readUInt16BE(2)];
  return isSize(rows) && isSize(columns) ? { rows, columns } : null;
}

/** A terminal as it should be, or null: it becomes variables and a command line inside a sandbox. */
export function readTerminal(value: unknown): Terminal | null {
  if (typeof value !== "object" || value === null || Object.keys(value).length !== 4) return null;
  const { rows, columns, name, colour } = value as Readonly<Record<string, unknown>>;
  if (!isSize(rows) || !isSize(columns) || typeof name !== "string" || !NAME.test(name)) return null;
  if (colour !== null && colour !== "truecolor" && colour !== "24bit") return null;
  return { rows, columns, name, colour };
}

/** A terminal from what a client's process says of its own; what cannot be said that way is the plainest. */
export function terminalOf(said: {
  readonly rows: number;
  readonly columns: number;
  readonly name: string | undefined;
  readonly colour: string | undefined;
}): Terminal {
  const { name = "", colour } = said;
  return {
    rows: bounded(said.rows),
    columns: bounded(said.columns),
    name: NAME.test(name) ? name : "dumb",
    colour: colour === "truecolor" || colour === "24bit" ? colour : null,
  };
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= SIZE_MAX;
}

function bounded(size: number): number {
  return Number.isSafeInteger(size) ? Math.min(Math.max(size, 1), SIZE_MAX) : 1;
}
