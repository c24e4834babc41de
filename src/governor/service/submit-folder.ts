// Where a principal's programs find the service of their machine: a folder that holds its socket and that it alone may enter.
// A locator only; who submits is told by the folder itself.
import { existsSync, lstatSync } from "node:fs";
import { RUN_FOLDER, SUBMIT_FOLDER } from "../../enforce/root/run-folder.ts";
import { SOCKET_NAME } from "../home.ts";

/** Whether `folder` is such a one, and no home: its socket is in it, or would be. */
export function isSubmitFolder(folder: string): boolean {
  return folder.startsWith(`${RUN_FOLDER}/${SUBMIT_FOLDER}/`) || existsSync(`${folder}/${SOCKET_NAME}`);
}

/** The folder of this account on this machine; null: the service has none for it, or there is no service. */
export function ownSubmitFolder(): string | null {
  const folder = `${RUN_FOLDER}/${SUBMIT_FOLDER}/${process.geteuid?.() ?? -1}`;
  return lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? folder : null;
}
