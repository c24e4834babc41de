// One thing at a time, in the order asked. Not a queue of tasks: only the short steps whose order matters.

/** Runs what it is given one after the other; a failure of one does not touch the next. */
export type Serial = <T>(work: () => Promise<T>) => Promise<T>;

/** A new line of work. */
export function serial(): Serial {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.then(
      () => undefined,
      () => undefined,
    );
    return next;
  };
}
