// The bounds of a spec or task document, checked before anything is built from it.

/** Bytes. */
export const DOCUMENT_BYTES_MAX: number = 4 * 1024 * 1024;
/** Entries of one list or map. */
export const ENTRIES_MAX = 10_000;
/** Entries of all lists and maps together: bounds what building the tree costs. */
export const ENTRIES_TOTAL_MAX = 250_000;
/** Lists and maps inside each other. */
export const DEPTH_MAX = 32;
/** Milliseconds of reading, unless the caller says otherwise. */
export const DEADLINE_MS = 1000;
