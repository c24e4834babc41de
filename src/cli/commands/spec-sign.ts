// `writ spec sign FILE`: writes FILE.minisig, by the home's own key or another minisign secret key. Adopts nothing.
import { writeFileSync } from "node:fs";
import { buildCommand, type Command } from "@stricli/core";
import { escapeUntrusted } from "../../stdx/escape.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { askPassword } from "../ask-password.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, oneArgument, optionalText } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { json, line } from "../output.ts";
import { readSpecFile } from "../read-spec-file.ts";

interface Flags extends CommonFlags {
  readonly key: string | undefined;
}

async function specSign(this: CliContext, flags: Flags, file: string): Promise<number> {
  const { bytes } = readSpecFile(file);
  const { openSecretKey, signedBy, signerOf } = await import("../../governor/amend/operator-key.ts");
  const { homePaths } = await import("../../governor/home.ts");
  const path = flags.key ?? homePaths(homePath(this, flags.home)).operator_key;
  const key = await openSecretKey(path, () => askPassword(this, `password of ${escapeUntrusted(path)}`));
  const signature = `${file}.minisig`;
  try {
    writeFileSync(signature, signedBy(key, bytes, file).text);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown reason";
    throw new WritError(
      "WRIT_FILE_UNREADABLE",
      `\`${escapeUntrusted(signature)}\` cannot be written: ${code}`,
      {
        hint: "sign a copy of the file in a folder that you can write to",
        cause,
      },
    );
  }
  const signer = signerOf(key);
  if (flags.format === "json") json(this, "writ.signature/1", { file: signature, signer });
  else line(this, `signed: ${escapeUntrusted(signature)} by ${signer}`);
  return EXIT.done;
}

export const specSignCommand: Command<CliContext> = buildCommand<Flags, [string], CliContext>({
  func: guarded(specSign),
  parameters: {
    flags: { home, format, key: optionalText("A minisign secret key (default: the home's own)", "KEY") },
    positional: oneArgument("A file: a spec, or what `spec confirm --statement` printed", "FILE"),
  },
  docs: {
    brief: "Sign a spec file, as minisign does: writes FILE.minisig",
    fullDescription:
      "A password is asked for on the terminal. `minisign -S` and `ssh-keygen -Y sign -n writ-spec` sign as well; their public\n" +
      "keys go into `amendment.signers` of the spec.",
  },
});
