// Lets large requests be looked at one by one, with room between them for what else the process has to do: each look takes
// seconds at worst, and an end of the task that came meanwhile is to be heard.

/** Resolves when it is the caller's turn; a turn lasts until the event loop has gone round. Of the whole process. */
export async function scanTurn(): Promise<void> {
  const before = last;
  last = before.then(() => new Promise((resolve) => void setImmediate(resolve)));
  await last;
}

let last: Promise<void> = Promise.resolve();
