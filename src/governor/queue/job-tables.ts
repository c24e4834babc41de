// The tables of the queue's projection and every statement that reads or writes them. SQL alone; job-store.ts gives it names and
// types.

/** Layout of the tables; a store of another one is made anew. */
export const LAYOUT = 2;

/** Ended jobs that are kept for `writ ps`; older ones are in the ledger. */
export const ENDED_KEPT = 10_000;

export const TABLES: string = `
  CREATE TABLE job (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, plan INTEGER, principal TEXT NOT NULL, priority INTEGER NOT NULL,
    state TEXT NOT NULL, attempts INTEGER NOT NULL, retries_max INTEGER NOT NULL,
    deadline INTEGER, deadline_wall TEXT, queued_wall TEXT NOT NULL, waits_for INTEGER NOT NULL, cause TEXT, due INTEGER,
    exit_code INTEGER, decision INTEGER, task TEXT, digest TEXT NOT NULL
  ) STRICT;
  CREATE INDEX ready ON job (principal, priority DESC, id) WHERE state = 'ready';
  CREATE INDEX deferred ON job (principal, priority DESC, id) WHERE state = 'deferred';
  CREATE INDEX due ON job (due) WHERE state = 'deferred' AND due IS NOT NULL;
  CREATE INDEX latest ON job (deadline) WHERE state IN ('waiting', 'ready', 'deferred') AND deadline IS NOT NULL;
  CREATE INDEX live ON job (decision) WHERE state = 'running';
  CREATE INDEX ended ON job (id) WHERE state IN ('done', 'failed', 'refused', 'cancelled');
  CREATE TABLE edge (earlier INTEGER NOT NULL, later INTEGER NOT NULL, PRIMARY KEY (earlier, later)) STRICT, WITHOUT ROWID;
  CREATE TABLE plan (id INTEGER PRIMARY KEY, missing INTEGER NOT NULL) STRICT;
  CREATE TABLE stands_for (size INTEGER NOT NULL, leaf TEXT NOT NULL, counts TEXT NOT NULL) STRICT;
  INSERT INTO stands_for VALUES (0, '', '{}');
  PRAGMA user_version = ${LAYOUT};
`;

/** The principals with a job of which `what` holds: one step down the index each, however many jobs there are. */
function ofEach(index: string, what: string): string {
  return `WITH RECURSIVE each_one (principal) AS (
    SELECT min(principal) FROM job INDEXED BY ${index} WHERE ${what}
    UNION ALL SELECT (SELECT min(principal) FROM job INDEXED BY ${index} WHERE ${what} AND principal > each_one.principal)
      FROM each_one WHERE each_one.principal IS NOT NULL
  ) SELECT principal FROM each_one WHERE principal IS NOT NULL`;
}

export const STATEMENTS = {
  insert: `INSERT INTO job (state, attempts, waits_for, cause, due, exit_code, decision, task, name, id, plan, principal, priority,
    retries_max, deadline, deadline_wall, queued_wall, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  update: `UPDATE job SET state = ?, attempts = ?, waits_for = ?, cause = ?, due = ?, exit_code = ?, decision = ?, task = ?, name = ?
    WHERE id = ?`,
  edge: "INSERT OR IGNORE INTO edge VALUES (?, ?)",
  any_edge: "SELECT 1 FROM edge LIMIT 1",
  get: "SELECT * FROM job WHERE id = ?",
  later: "SELECT later FROM edge WHERE earlier = ? ORDER BY later",
  unedge: "DELETE FROM edge WHERE earlier = ?",
  front: "SELECT * FROM job WHERE principal = ? AND state = 'ready' ORDER BY priority DESC, id LIMIT ?",
  principals: ofEach("ready", "state = 'ready'"),
  running: "SELECT id FROM job WHERE decision = ? AND state = 'running'",
  woken: `UPDATE job SET state = 'ready', due = NULL WHERE id IN
    (SELECT id FROM job WHERE state = 'deferred' AND principal = ? AND cause IS NOT 'launch_failed' ORDER BY priority DESC, id LIMIT ?)`,
  deferring: ofEach("deferred", "state = 'deferred'"),
  due: "UPDATE job INDEXED BY due SET state = 'ready', due = NULL WHERE state = 'deferred' AND due IS NOT NULL AND due <= ?",
  next_due: "SELECT min(due) AS at FROM job INDEXED BY due WHERE state = 'deferred' AND due IS NOT NULL",
  late: `SELECT id FROM job INDEXED BY latest WHERE state IN ('waiting', 'ready', 'deferred') AND deadline IS NOT NULL
    AND deadline <= ? ORDER BY deadline LIMIT ?`,
  next_late:
    "SELECT min(deadline) AS at FROM job INDEXED BY latest WHERE state IN ('waiting', 'ready', 'deferred') AND deadline IS NOT NULL",
  live: "SELECT * FROM job WHERE state IN ('waiting', 'ready', 'deferred', 'running') ORDER BY id LIMIT ?",
  ended: `SELECT * FROM job INDEXED BY ended WHERE state IN ('done', 'failed', 'refused', 'cancelled') ORDER BY id DESC LIMIT ?`,
  plan: "INSERT INTO plan VALUES (?, ?)",
  plan_entry: "UPDATE plan SET missing = missing - 1 WHERE id = ?",
  plan_whole: "DELETE FROM plan WHERE id = ? AND missing = 0",
  cut_short: "SELECT job.id FROM plan CROSS JOIN job ON job.plan = plan.id ORDER BY job.id",
  orphaned: `SELECT edge.later AS id FROM edge JOIN job ON job.id = edge.earlier
    WHERE job.state IN ('failed', 'refused', 'cancelled') ORDER BY edge.later`,
  overdue: `SELECT id FROM job WHERE state IN ('waiting', 'ready', 'deferred') AND deadline IS NOT NULL
    AND deadline_wall <= ? ORDER BY id`,
  forget: `DELETE FROM job WHERE state IN ('done', 'failed', 'refused', 'cancelled') AND id <
    (SELECT id FROM job INDEXED BY ended WHERE state IN ('done', 'failed', 'refused', 'cancelled') ORDER BY id DESC LIMIT 1
      OFFSET ${ENDED_KEPT}) RETURNING state`,
  undefer_all: "UPDATE job SET state = 'ready', due = NULL WHERE state = 'deferred'",
  stands_for: "SELECT size, leaf, counts FROM stands_for",
  stand_for: "UPDATE stands_for SET size = ?, leaf = ?, counts = ?",
} as const;
