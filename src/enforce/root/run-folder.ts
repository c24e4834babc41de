// The service's folders of root's, and the names below them. Names only.

/** The folder that the service runs in unless root wrote down another one (file-hierarchy(7), /run). */
export const RUN_FOLDER = "/run/writ";
/** The governor's own: who may enter it is the governor. */
export const EXECUTOR_FOLDER = "executor";
export const EXECUTOR_SOCKET = "executor.sock";
/** In it, by uid, one folder for each principal. */
export const SUBMIT_FOLDER = "submit";
/** Where principals drop tasks, by uid, unless root wrote down another one (file-hierarchy(7), /var/spool). */
export const SPOOL_FOLDER = "/var/spool/writ";
