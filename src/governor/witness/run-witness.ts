// A witness as a program: reads whom it believes, listens, and says what it answers until it is told to end.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { NoteVerifier } from "../../ledger/checkpoint.ts";
import { parseVkey } from "../../ledger/signed-note.ts";
import { escapeUntrusted } from "../../stdx/escape.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { witnessServer } from "./serve-witness.ts";
import { WitnessStore } from "./witness-store.ts";

export interface RunWitnessOptions {
  /** Its own folder: key and heads. */
  readonly folder: string;
  readonly name: string;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Verifier keys of the logs it holds, C2SP signed-note. */
  readonly logs: readonly string[];
  readonly say: (line: string) => void;
  /** Ends it when aborted. */
  readonly end: AbortSignal;
}

export interface Listening {
  readonly url: string;
  readonly vkey: string;
  /** 32 bytes in base64. */
  readonly key: string;
}

/**
 * Listens until `end` aborts; `listening` is told when it does. Throws WRIT_USAGE for a log that cannot be believed or an
 * address that cannot be listened on, WRIT_KEY_UNUSABLE for its own key.
 */
export async function runWitness(
  options: RunWitnessOptions,
  listening: (where: Listening) => void,
): Promise<void> {
  const logs = new Map(options.logs.map((vkey) => [verifierOf(vkey).origin, verifierOf(vkey)] as const));
  const store = WitnessStore.open(options.folder, options.name);
  const server = witnessServer({ store, logs, wall: () => new Date(), say: options.say });
  server.listen(options.port, options.host);
  try {
    await once(server, "listening");
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new WritError("WRIT_USAGE", `the witness cannot listen: ${what}`, {
      hint: "writ ledger witness --listen 127.0.0.1:0",
      cause,
    });
  }
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(":") ? `[${options.host}]` : options.host;
  listening({ url: `http://${host}:${port}`, vkey: store.vkey, key: store.publicKey });
  const closed = once(server, "close");
  const end = (): void => {
    server.close();
    server.closeAllConnections();
  };
  if (options.end.aborted) end();
  options.end.addEventListener("abort", end);
  await closed;
}

function verifierOf(vkey: string): NoteVerifier {
  const key = parseVkey(vkey);
  if (key?.algorithm === "ed25519") return { origin: key.name, key: key.key };
  throw new WritError("WRIT_USAGE", `\`${escapeUntrusted(vkey, 80)}\` is no verifier key of a log`, {
    hint: "give `log_key` as `writ status --format json` of its home shows it",
  });
}
