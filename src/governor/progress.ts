// How far a long reading of a ledger is. A type only.

/** Told that `done` of about `total` records were read; called for each, so it must be quick. */
export type Progress = (done: number, total: number) => void;
