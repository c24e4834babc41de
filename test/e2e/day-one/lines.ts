// The first day's work, one line each, as docs/CLI.md tells it and as the tests run it. Tests nothing itself.

/** Name to line, to be read by a shell in the folder of the work. */
export const LINES = {
  make: "writ run --profile make -- test",
  npm: "writ run --profile npm-ci",
  pip: "writ run --profile pip-install -- tiny",
  gitHttps: "writ run --profile git-https -- sh publish.sh https://git.example.org/git/notes.git",
  gitSsh: "writ run --profile git-ssh -- sh publish.sh git@git.example.org:notes.git",
  agent: "writ run --profile agent -- python3 agent.py 300",
  mail: "writ run --profile summarise -- today.mbox",
  feed: "writ run --profile curl-rss=feeds.example.org -- https://feeds.example.org/news.xml",
  backup: "writ run --profile rsync-ssh-backup=backup.example.org -- ./ backup@backup.example.org:store/",
  csv: "writ run --write . -- sqlite3 orders.db '.import --csv orders.csv orders'",
  logs: "writ run --write . -- logrotate --state rotated rotate.conf",
} as const;

/** The flags of `writ run` in a line: all before its `--`. */
export function flagsOf(line: string): readonly string[] {
  const own = line.split(" -- ")[0] ?? "";
  return own.split(" ").filter((word) => word.startsWith("-"));
}
