// Node's HTTP module without the facade that an import of it makes: the facade reads every export, and one of them loads
// Node's WebSocket client, which nothing here uses, for a third of a gate worker's start. Nothing of our own.
import type * as NodeHttp from "node:http";

/** node:http. */
export const http: typeof NodeHttp = process.getBuiltinModule("node:http");
