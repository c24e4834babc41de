// What an executable outside the system's folders has beside itself: the parts of its installation, observed so that the
// decision counts them like anything else that the task may read. Not the executable, and not a grant.
import type { PathFact } from "../decide/facts.ts";
import { type ToolchainPart, toolchainParts } from "../names/toolchain-parts.ts";
import { observePath } from "./observe-path.ts";
import type { TaskIdentity } from "./task-identity.ts";

/**
 * The parts of the installation of `executable` that are there, that `identity` may read, and that are no links. What is
 * left out leaves the task with less, never with more.
 *
 * @param executable A real path.
 * @example await observeToolchain("/opt/tool/bin/tool", identity) // facts of /opt/tool/bin, /opt/tool/lib, …
 */
export async function observeToolchain(
  executable: string,
  identity: TaskIdentity,
): Promise<readonly PathFact[]> {
  const look = async (part: ToolchainPart): Promise<readonly PathFact[]> => {
    const fact = await observePath(part.path, "read", identity);
    return fact.real === part.path && fact.kind === part.kind && fact.permitted ? [fact] : [];
  };
  return (await Promise.all(toolchainParts(executable).map(look))).flat();
}
