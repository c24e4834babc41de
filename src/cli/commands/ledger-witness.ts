// `writ ledger witness`: holds the heads of other nodes' ledgers and cosigns them. Needs no home.
import { resolve } from "node:path";
import { buildCommand, type Command } from "@stricli/core";
import { escapeUntrusted } from "../../stdx/escape.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { format, optionalText, texts } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { type Format, json, line } from "../output.ts";

interface Flags {
  readonly format: Format;
  readonly folder: string | undefined;
  readonly name: string | undefined;
  readonly listen: string | undefined;
  readonly log: readonly string[] | undefined;
}

/** Loopback, and a port that IANA has assigned to nothing common. */
const LISTEN = "127.0.0.1:8391";

async function ledgerWitness(this: CliContext, flags: Flags): Promise<number> {
  const { folder, name = "witness", log = [] } = flags;
  if (folder === undefined || log.length === 0) {
    const what =
      folder === undefined ? "`--folder` says where a witness keeps its key and heads" : "no `--log` to hold";
    throw new WritError("WRIT_USAGE", what, {
      hint: "writ ledger witness --folder DIR --log VKEY  # `log_key` of `writ status --format json`",
    });
  }
  if (!/^[!-*,-~]{1,100}$/.test(name)) {
    throw new WritError("WRIT_USAGE", `\`${escapeUntrusted(name, 40)}\` cannot name a key`, {
      hint: "1 to 100 visible ASCII characters without a space or `+`",
    });
  }
  const { host, port } = addressOf(flags.listen ?? LISTEN);
  const { runWitness } = await import("../../governor/witness/run-witness.ts");
  const ending = new AbortController();
  const end = (): void => ending.abort();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  const isJson = flags.format === "json";
  const say = (text: string): void => line(this, escapeUntrusted(text));
  await runWitness(
    {
      folder: resolve(folder),
      name,
      host,
      port,
      logs: log,
      say(text) {
        if (!isJson) say(text);
      },
      end: ending.signal,
    },
    (where) => {
      if (isJson) return json(this, "writ.witness/1", { name, ...where });
      line(this, `witness \`${name}\` listens at ${where.url}; in a spec it is`);
      line(
        this,
        `  witnesses: { quorum: 1, members: [ { name: "${name}", key: ${where.key}, url: "${where.url}" } ] }`,
      );
      line(this, `its verifier key, for a policy: ${where.vkey}`);
    },
  );
  return EXIT.done;
}

/** `HOST:PORT`, the host an IP address. */
function addressOf(text: string): { readonly host: string; readonly port: number } {
  const [, four = "", six = "", port = ""] =
    /^(?:([0-9.]+)|\[([0-9a-fA-F:]+)\]):([0-9]{1,5})$/.exec(text) ?? [];
  if (port !== "" && Number(port) <= 65_535) return { host: four === "" ? six : four, port: Number(port) };
  throw new WritError("WRIT_USAGE", `\`${escapeUntrusted(text, 40)}\` is no address to listen on`, {
    hint: `writ ledger witness --listen ${LISTEN}`,
  });
}

export const ledgerWitnessCommand: Command<CliContext> = buildCommand<Flags, [], CliContext>({
  func: guarded(ledgerWitness),
  parameters: {
    flags: {
      format,
      folder: optionalText("Where it keeps its key and the heads it holds", "DIR"),
      name: optionalText("The name of its key (default: witness)", "NAME"),
      listen: optionalText(`IP address and port (default: ${LISTEN})`, "ADDRESS"),
      log: texts("The verifier key of a log that it holds", "VKEY"),
    },
  },
  docs: {
    brief: "Hold and cosign the heads of other nodes' ledgers",
    fullDescription:
      "Speaks C2SP tlog-witness over HTTP until it is interrupted. Best on another machine, or at least as another user.",
  },
});
