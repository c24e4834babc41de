// Where a connection of a task wants to go. Fixed once a connection's name is known, and the same string is judged and
// dialled. Types only.

/** How a request came to the gate. */
export type Via = "proxy" | "connect" | "transparent" | "dns";

export interface Target {
  readonly scheme: "https" | "http";
  /** Canonical (names/host.ts): a name, or an address as the spec spells it. */
  readonly host: string;
  readonly port: number;
  readonly via: Via;
}
