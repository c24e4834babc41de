// The small shell programs around bubblewrap: two before it, outside the sandbox, and one as the sandbox's first program.
// Text only; launch.ts runs them. They are trusted: no byte of the task's is ever part of their text.

/** Descriptor of the launcher's talk with the executor; closed before the task's program starts. */
export const CONTROL_FD = 4;
/** Descriptor of a provider's listening socket, as socket activation has it (sd_listen_fds(3): SD_LISTEN_FDS_START). */
export const LISTENER_FD = 3;

/** What the stage script exits with when a grant is no longer what the writ names. */
export const STAGE_CHANGED = 96;

/** Descriptor of Node's channel to the executor, over which the sockets of a network namespace are handed out. */
export const CHANNEL_FD = 5;
/** Descriptors of the prepared namespaces that the launcher enters; closed before anything else happens there. */
export const NET_FD = 7;
export const USER_FD = 8;

/** Descriptor from which a waiting bubblewrap reads the rest of its arguments (bwrap(1), --args). */
export const ARGUMENTS_FD = 6;

/** Where the launcher finds bwrap, unshare, nsenter, setpriv, mount and ip; never the caller's own PATH. */
export const LAUNCHER_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * In a fresh network namespace makes every address local if $CAPTURES is set, and becomes the program that opens the
 * sockets that $LISTEN_ON lists.
 */
export const NAMESPACE_SCRIPT: string = `set -eu
ip link set lo up
if [ -n "\${CAPTURES:-}" ]; then
  ip route add local 0.0.0.0/0 dev lo
  if [ -d /proc/sys/net/ipv6 ]; then ip -6 route add local ::/0 dev lo; fi
fi
exec "$LISTEN_NODE" "$LISTEN_PROGRAM" "$LISTEN_ON" </dev/null >&2`;

/**
 * In a private mount namespace binds what $STAGE_TABLE lists and proves by device and inode (test(1), -ef) that what was
 * bound is what the executor $STAGE_HOLDER holds open; meanwhile joins the task's control groups (the files among its
 * arguments up to `--`), for which the kernel takes its time, or with $STAGE_JOINED is put there by somebody else; then becomes the rest of its arguments. Any failing step ends
 * it, and nothing of the task ever starts.
 */
export const STAGE_SCRIPT: string = `set -eu
exec ${NET_FD}<&- ${USER_FD}<&-
mounting=
if [ -n "\${STAGE_TABLE:-}" ]; then mount --all --fstab "$STAGE_TABLE" & mounting=$!; fi
if [ -n "\${STAGE_JOINED:-}" ]; then
  echo join >&${CONTROL_FD}
  read -r word <&${CONTROL_FD}
  [ "$word" = joined ]
fi
while [ "$1" != -- ]; do echo 0 > "$1"; shift; done
shift
if [ -n "$mounting" ]; then
  wait "$mounting"
  cd /tmp
  for held in $STAGE_HELD; do
    if [ ! "\${held%=*}" -ef "/proc/$STAGE_HOLDER/fd/\${held#*=}" ]; then
      echo "a grant changed while it was mounted" >&2; exit ${STAGE_CHANGED}
    fi
  done
  cd /
fi
exec "$@"`;

/**
 * The launcher that waits for its task, in a private mount namespace: binds what $STAGE_BASE lists, joins the control groups
 * (the files among its arguments up to \`--\`) and becomes the rest of its arguments. With $STAGE_ALONE its network namespace
 * is a fresh one, whose loopback is brought up. It leaves one process behind, outside those groups, that binds and proves as
 * the stage script does, when the control line has told the table and what the executor $STAGE_HOLDER holds. That one
 * answers with one word and ends; without it there are no arguments for bubblewrap.
 */
export const WAITING_SCRIPT: string = `set -eu
exec ${NET_FD}<&-
if [ -n "\${STAGE_ALONE:-}" ]; then ip link set lo up; fi
mount --all --fstab "$STAGE_BASE"
(
  exec ${ARGUMENTS_FD}<&-
  IFS= read -r table <&${CONTROL_FD} || exit 125
  read -r all <&${CONTROL_FD} || exit 125
  mount --all --fstab "$table" || { echo unbound >&${CONTROL_FD}; exit 125; }
  cd /tmp
  for held in $all; do
    if [ ! "\${held%=*}" -ef "/proc/$STAGE_HOLDER/fd/\${held#*=}" ]; then echo changed >&${CONTROL_FD}; exit ${STAGE_CHANGED}; fi
  done
  echo staged >&${CONTROL_FD}
) &
while [ "$1" != -- ]; do echo 0 > "$1"; shift; done
shift
exec "$@"`;

/**
 * The first program inside where the launcher waited: the command comes after the word to go, as words of a shell, in one
 * line in which \`$n\` is a line's end. What it says is the task's own business: nothing but the task runs here.
 */
export const WAITED_SCRIPT: string = `echo ready >&${CONTROL_FD}
read -r word <&${CONTROL_FD} || exit 125
[ "$word" = go ] || exit 125
IFS= read -r command <&${CONTROL_FD} || exit 125
exec ${CONTROL_FD}>&-
unset PWD OLDPWD
n='
'
eval "set -- $command"
exec "$@"`;

/**
 * The first program inside: says that the sandbox stands, waits for the word to go, gives the descriptors back and
 * becomes the task. When the executor dies before the word, the read ends and so does this; when it dies later, the
 * kernel kills bubblewrap and with it the whole process namespace.
 */
export const FIRST_SCRIPT: string = `echo ready >&${CONTROL_FD}
read -r word <&${CONTROL_FD} || exit 125
[ "$word" = go ] || exit 125
exec ${CONTROL_FD}>&-
unset PWD OLDPWD
if [ "$1" = listener ]; then export LISTEN_FDS=1 LISTEN_PID=$$; fi
shift
exec "$@"`;
