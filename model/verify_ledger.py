#!/usr/bin/env python3
"""A verifier of a writ ledger, of format version 1, with Python's standard library and the `openssl` command.

It was written from docs/LEDGER.md alone, by somebody who had seen no other implementation.

    verify_ledger.py FOLDER VKEY [SIZE ROOT]    exit 0 when the ledger holds, 1 when not, 2 on wrong usage
    verify_ledger.py --cases FILE               one line of JSON for each test vector of FILE, in order
"""
import base64
import bisect
import contextlib
import functools
import hashlib
import itertools
import json
import operator
import os
import pathlib
import re
import stat
import struct
import subprocess
import sys
import tempfile
import zlib
from array import array
from collections import namedtuple
from decimal import Decimal

MIB, LONGEST_NOTE, DEEPEST, SAFE = 1 << 20, 1024, 200, (1 << 53) - 1
LARGEST_FILE = 96 * MIB
STRING = re.compile(rb'"(?>[^"\\\x00-\x1f]++|\\(?:["\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f])))*+"')
SEGMENT = re.compile(r"seg-(\d{6})\.log", re.ASCII)
KIND = re.compile(r"[a-z_]{1,32}")
WALL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
HASH = re.compile(r"[0-9a-f]{64}")
DECIMAL = "0|[1-9][0-9]{0,15}"
NOTE = r"(%s\n(%s)\n(\S{44})\n(?:(writ-closed)\n|writ-rotated (\S{44}) (\S{44})\n)?)\n— %s (\S{92})\n"
RECORDS, PAYLOADS = (b"WRTR", MIB, b"\0"), (b"WRTP", 4 * MIB, b"")  # magic, longest body, prefix of the hash
MEMBERS = {"core", "kind", "payload_hash", "sequence", "time", "wall"}
PRIME = 2**255 - 19
CURVE_D = -121665 * pow(121666, -1, PRIME) % PRIME
ORDER_8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
SMALL_ORDER = {0, 1, PRIME - 1, ORDER_8, PRIME - ORDER_8}
KEY_PREFIX = bytes.fromhex("302a300506032b6570032100")

Log = namedtuple("Log", "origin key")
Note = namedtuple("Note", "size root closing handed text id signature")  # `handed`: FROM and TO, or ()
Frame = namedtuple("Frame", "sequence flush digest body next")

class Problem(Exception):
    """The first thing that does not hold: its kind, and, where known, the file and the sequence."""

def good_point(data):
    """Whether 32 bytes are the canonical encoding of a point of the curve that is not of small order."""
    y = int.from_bytes(data, "little") & (2**255 - 1)
    if len(data) != 32 or y >= PRIME or y in SMALL_ORDER: return False
    square = (y * y - 1) * pow(CURVE_D * y * y + 1, -1, PRIME) % PRIME
    return pow(square, (PRIME - 1) // 2, PRIME) == 1

def key_id(origin, key):
    return hashlib.sha256(origin + b"\n\x01" + key).digest()[:4]

@functools.lru_cache(maxsize=4096)
def signed_by(key, text, signature):
    if len(signature) != 64 or not good_point(key) or not good_point(signature[:32]): return False
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("key", "text", "signature")]
        for path, data in zip(paths, (KEY_PREFIX + key, text, signature)): pathlib.Path(path).write_bytes(data)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", paths[0],
                   "-rawin", "-in", paths[1], "-sigfile", paths[2]]
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60).returncode == 0

def strict_base64(text, length):
    """The bytes, where `text` is their one spelling; else None."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return data if len(data) == length and base64.b64encode(data) == text else None

def parse_vkey(text):
    """The log of a C2SP vkey, or None where it is none or its key is refused."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not parts[0].isprintable() or parts[0].split() != [parts[0]]: return None
    origin, data = parts[0].encode(), strict_base64(parts[2].encode(), 33)
    if data is None or data[0] != 1 or key_id(origin, data[1:]).hex() != parts[1] or not good_point(data[1:]):
        return None
    return Log(origin, data[1:])

class Stored:
    """A regular file; bytes behind its end are taken for zeros."""
    def __init__(self, stack, folder, name, largest):
        self.name, self.form = name, PAYLOADS if name.startswith("payload-") else RECORDS
        path = os.path.join(folder, name)
        try:
            if not stat.S_ISREG(os.stat(path).st_mode): raise Problem("missing", name)
            self.number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            raise Problem("missing", name) from None
        stack.callback(os.close, self.number)
        self.size = os.fstat(self.number).st_size
        if largest is not None and self.size > largest: raise Problem("changed", name)
        self.end = self.content_end()
    def read(self, offset, length):
        return os.pread(self.number, length, offset).ljust(length, b"\0")
    def content_end(self):
        end = self.size
        while end > 0:
            start = max(0, end - MIB)
            if block := self.read(start, end - start).rstrip(b"\0"): return start + len(block)
            end = start
        return 0

@contextlib.contextmanager
def opened(folder, *names, largest=None):
    """The files of these names, None where there is none."""
    with contextlib.ExitStack() as stack:
        yield [Stored(stack, folder, name, largest) if os.path.lexists(os.path.join(folder, name)) else None
               for name in names]

def parse_note(data, origin):
    """The note that these bytes begin with, where it is of this origin and in its one spelling, and its length."""
    name = re.escape(origin.decode())
    found = re.match((NOTE % (name, DECIMAL, name)).encode(), data)
    if found is None: return None, 0
    text, size, root, closing, giver, taker, line = found.groups()
    handed = tuple(strict_base64(key, 32) for key in (giver, taker)) if giver else ()
    root, line = strict_base64(root, 32), strict_base64(line, 68)
    if None in (root, line, *handed) or int(size) > SAFE: return None, 0
    return Note(int(size), root, closing is not None, handed, text, line[:4], line[4:]), found.end()

def note_of(note, origin, key):
    """Whether the key signed this note, and may have."""
    if note.handed and (note.handed[0] != key or not good_point(note.handed[1])): return False
    return note.id == key_id(origin, key) and signed_by(key, note.text, note.signature)

def notes_from(file, origin):
    """The notes from byte 0, unverified, each with the place behind it, as far as they have the form of one."""
    offset = 0
    while file is not None and offset < file.end:
        note, length = parse_note(file.read(offset, min(LONGEST_NOTE, file.end - offset)), origin)
        if note is None: return
        offset += length
        yield offset, note

def first_key(file, log):
    first = None
    for index, (_, note) in enumerate(notes_from(file, log.origin)):
        if index == 0 and note.id == key_id(log.origin, log.key): return log.key
        first = first or (note.handed[0] if note.handed else None)
        if log.key in note.handed: return first
    return log.key

def torn_end(rest):
    """Whether these last bytes can be a note that was not written to its end."""
    if len(rest) > LONGEST_NOTE or rest.count(b"\n\n") > 1: return False
    return not rest.endswith(b"\n") or b"\0" in rest or b"\n\n" not in rest or rest.endswith(b"\n\n")

class History:
    """The notes of `checkpoints`: sizes that grow, a root for each, and who signs."""
    def __init__(self, file, log):
        self.sizes, self.roots, self.handed = array("Q"), bytearray(), []
        self.last, self.torn, self.unsigned, self.ordered = None, False, False, True
        self.keys = [first_key(file, log)]
        signers, end = set(), 0
        for behind, note in notes_from(file, log.origin):
            if not note_of(note, log.origin, self.keys[-1]): break
            signers.add(self.keys[-1])
            self.add(note)
            end = behind
        if file is not None and end < file.end:
            self.torn = torn_end(file.read(end, min(LONGEST_NOTE + 1, file.end - end)))
            self.unsigned = not self.torn
        silent = len(self.keys) > 1 and log.key == self.keys[-1] and log.key not in signers
        self.unsigned = self.unsigned or silent or log.key not in self.keys
    def add(self, note):
        last, self.last = self.last, note
        self.ordered = self.ordered and (last is None or follows(last, note))
        if last is None or last.size != note.size:
            self.sizes.append(note.size)
            self.roots += note.root
        if note.handed:
            self.keys.append(note.handed[1])
            self.handed.append((note.size, note.handed))
    def root_at(self, size):
        index = bisect.bisect_left(self.sizes, size)
        return bytes(self.roots[32 * index:32 * index + 32]) if self.sizes[index:index + 1].count(size) else None

def follows(last, note):
    if note.size < last.size or (note.size == last.size and note.root != last.root): return False
    return not last.closing or (note.size == last.size and not note.closing)

def read_checkpoint(file, log, keys):
    if file is None: return None
    note, length = parse_note(file.read(0, min(LONGEST_NOTE, file.end)), log.origin)
    if length == 0 or length != file.end or not any(note_of(note, log.origin, key) for key in dict.fromkeys(keys)):
        raise Problem("bad_signature", "checkpoint")
    return note

def compare_heads(checkpoint, history):
    """What is sealed."""
    last, sealed = history.last, max(note.size if note else 0 for note in (checkpoint, history.last))
    if checkpoint is not None and checkpoint.closing:
        if last is None or last[:3] != checkpoint[:3]: raise Problem("cut", "checkpoints")
        if history.torn: raise Problem("added", "checkpoints")
    elif checkpoint is not None and history.root_at(checkpoint.size) != checkpoint.root:
        if checkpoint.size > 0 or last is not None: raise Problem("cut", "checkpoints")
    return sealed

def number_text(value):
    """A double as RFC 8785 writes it."""
    if value == 0 or 1e-6 <= abs(value) < 1e21: return format(Decimal(repr(value or 0.0)), "f").removesuffix(".0")
    return re.sub("e([+-])0", r"e\1", repr(value))

def canonical_number(text):
    value = float(text) if len(text) <= 32 else float("nan")
    if value - value != 0 or number_text(value) != text: raise ValueError("no canonical number")
    return value

def canonical_members(pairs):
    names = [name.encode("utf-16-be") for name, _ in pairs]
    if any(map(operator.ge, names, names[1:])): raise ValueError("no canonical order")
    return dict(pairs)

def canonical_object(data):
    """The object, where `data` is one in canonical JSON; else None. Only strings have spaces or escapes in them."""
    try:
        value = json.loads(data.decode("utf-8"), parse_int=canonical_number, parse_float=canonical_number,
                           parse_constant=canonical_number, object_pairs_hook=canonical_members)
    except (ValueError, RecursionError):
        return None
    shape = STRING.sub(b"", data)
    depths = itertools.accumulate(1 if byte in b"{[" else -1 for byte in shape if byte in b"{[]}")
    plain = isinstance(value, dict) and not re.search(rb'["\\\s]', shape)
    return value if plain and max(depths) <= DEEPEST else None

def read_frame(file, offset):
    """The whole frame at this place, or None."""
    head = file.read(offset, 64)
    magic, length, sequence, flush, crc = struct.unpack(">4sIQQI", head[:28])
    wanted, longest, prefix = file.form
    if magic != wanted or not 1 <= length <= longest or sequence > SAFE or crc != zlib.crc32(head[:24]):
        return None
    behind = offset + 64 + length
    if head[60:] != bytes(4) or behind > file.size or file.read(behind, -length % 8).strip(b"\0"): return None
    body = file.read(offset + 64, length)
    if hashlib.sha256(prefix + body).digest() != head[28:60]: return None
    return Frame(sequence, flush, head[28:60], body, behind + -length % 8)

def later_frame(file, offset, records):
    """Whether a whole frame of a later flush stands behind. Frames do not overlap: who makes them is no crash."""
    if file is None or file.end <= offset: return False
    rest, magic = file.read(offset, file.end - offset), file.form[0]
    budget, place = 2 * len(rest) + 4 * MIB, rest.find(magic)
    while 0 <= place:
        if place % 8 == 0 and place + 28 <= len(rest):
            length, _, flush, crc = struct.unpack_from(">IQQI", rest, place + 4)
            if flush > records and length <= 4 * MIB and crc == zlib.crc32(rest[place:place + 24]):
                budget -= length
                if budget < 0 or read_frame(file, offset + place) is not None: return True
        place = rest.find(magic, place + 1)
    return False

def is_record(value, sequence, time):
    if value is None or set(value) != MEMBERS or not isinstance(value["core"], dict): return False
    given, time_now = value["payload_hash"] is not None, value["time"]
    texts = {KIND: value["kind"], WALL: value["wall"], HASH: value["payload_hash"] if given else "0" * 64}
    return (all(isinstance(text, str) and form.fullmatch(text) for form, text in texts.items())
            and all(isinstance(value[name], float) and value[name].is_integer() for name in ("sequence", "time"))
            and value["sequence"] == sequence and abs(time_now) <= SAFE and (time is None or time_now >= time))

def keys_handed(record):
    """The two keys of a `key_rotated` record, or ()."""
    if record is None or record["kind"] != "key_rotated": return ()
    texts = [record["core"].get(name) for name in ("from", "to")]
    keys = tuple(strict_base64(text.encode(), 32) if isinstance(text, str) else None for text in texts)
    return () if None in keys else keys

class Tree:
    """The tree of RFC 6962, of which the complete subtrees are kept."""
    def __init__(self):
        self.size, self.peaks = 0, []
    def add(self, leaf):
        self.peaks.append(leaf)
        self.size += 1
        for _ in range((self.size & -self.size).bit_length() - 1):
            self.peaks[-2:] = [hashlib.sha256(b"\1" + self.peaks[-2] + self.peaks[-1]).digest()]
    def root(self):
        if not self.peaks: return hashlib.sha256(b"").digest()
        return functools.reduce(lambda right, left: hashlib.sha256(b"\1" + left + right).digest(), reversed(self.peaks))

class Payloads:
    """The payload file beside a segment; each frame is read once."""
    def __init__(self, file):
        self.file, self.offset, self.known, self.frame = file, 0, -1, None
    def ended(self):
        return self.file is None or self.offset >= self.file.end
    def peek(self):
        if self.known != self.offset:
            self.frame, self.known = None if self.ended() else read_frame(self.file, self.offset), self.offset
        return self.frame
    def take(self, record, sequence, sealed):
        """`whole`, `erased` or `lacking`: what is there of the payload of this record."""
        frame, wanted, name = self.peek(), record["payload_hash"], self.file.name if self.file else None
        if frame is not None and (frame.sequence < sequence or (frame.sequence == sequence and wanted is None)):
            raise Problem("payload_mismatch", name, sequence)
        if wanted is None: return "whole"
        if frame is not None and frame.sequence == sequence:
            if frame.digest.hex() != wanted or len(frame.body) < 32 or canonical_object(frame.body[32:]) is None:
                raise Problem("payload_mismatch", name, sequence)
            self.offset = frame.next
            return "whole"
        if self.file is None and sequence >= sealed or frame is None and not self.ended() and sequence < sealed:
            raise Problem("payload_mismatch", name, sequence)
        return "erased" if sequence < sealed else "lacking"

class Verifier:
    def __init__(self, folder, log, remembered):
        self.folder, self.log, self.remembered = folder, log, remembered
        self.tree, self.sealed, self.erased, self.tail = Tree(), None, 0, "clean"
        self.time, self.flush, self.before = None, 0, None
        self.handed, self.handed_at = 0, None
    def run(self):
        with opened(self.folder, "checkpoints", "checkpoint") as (notes, latest):
            self.history = History(notes, self.log)
            self.checkpoint = read_checkpoint(latest, self.log, self.history.keys)
        if self.history.unsigned: raise Problem("bad_signature", "checkpoints")
        if not self.history.ordered: raise Problem("reordered", "checkpoints")
        self.sealed = compare_heads(self.checkpoint, self.history)
        count = self.count_segments()
        self.check_heads()
        for number in range(1, count + 1):
            with self.open_pair(number) as (segment, file):
                self.read_segment(segment, Payloads(file), number == count)
        self.check_end()
    def count_segments(self):
        if self.history.last and not self.checkpoint: raise Problem("missing", "checkpoint")
        try:
            with os.scandir(self.folder) as entries:
                numbers = {int(found[1]) for entry in entries if (found := SEGMENT.fullmatch(entry.name))}
        except OSError:
            raise Problem("missing") from None
        wanted = range(1, max(len(numbers), 1 if self.checkpoint else 0) + 1)
        if gaps := [number for number in wanted if number not in numbers]:
            raise Problem("missing", f"seg-{gaps[0]:06d}.log")
        for number in sorted(numbers):
            with self.open_pair(number): pass
        return len(numbers)
    def open_pair(self, number):
        return opened(self.folder, f"seg-{number:06d}.log", f"payload-{number:06d}.log", largest=LARGEST_FILE)
    def read_segment(self, segment, payloads, last):
        offset, stopped = 0, "cut"
        while offset < segment.end:
            frame, stopped = read_frame(segment, offset), "changed"
            if frame is None: break
            self.check_sequence(segment, frame)
            record = self.check_record(segment, frame)
            found, stopped = payloads.take(record, frame.sequence, self.sealed), "payload_mismatch"
            if found == "lacking": break
            self.erased += found == "erased"
            self.accept(frame, record)
            offset, stopped = frame.next, "cut"
        if offset < segment.end or not payloads.ended():
            self.check_tail(segment, offset, payloads, last, stopped)
    def check_sequence(self, segment, frame):
        count = self.tree.size
        if frame.sequence == count: return
        behind = read_frame(segment, frame.next)
        back = frame.sequence < count or (behind is not None and behind.sequence <= count)
        raise Problem("reordered" if back else "cut", segment.name, count)
    def check_record(self, segment, frame):
        if keys_handed(self.before) and self.handed_at != self.tree.size:
            raise Problem("bad_signature", "checkpoints", self.tree.size)
        record = canonical_object(frame.body)
        if not is_record(record, frame.sequence, self.time) or frame.flush not in (frame.sequence, self.flush):
            raise Problem("changed", segment.name, frame.sequence)
        return record
    def accept(self, frame, record):
        self.tree.add(frame.digest)
        self.time, self.flush, self.before = record["time"], frame.flush, record
        if record["kind"] == "tail_cut": self.tail = "cut"
        self.check_heads()
    def check_heads(self):
        """At each size that somebody knows a root of, it must be this one."""
        size, history = self.tree.size, self.history
        known = [("changed", "checkpoints", history.root_at(size))]
        known += [("changed", "checkpoint", note.root) for note in [self.checkpoint] if note and note.size == size]
        known += [("rolled_back", None, head[1]) for head in [self.remembered] if head and head[0] == size]
        for kind, file, root in known:
            if root is not None and root != self.tree.root(): raise Problem(kind, file)
        while self.handed < len(history.handed) and history.handed[self.handed][0] == size:
            if keys_handed(self.before) != history.handed[self.handed][1]:
                raise Problem("changed", "checkpoints", size - 1 if size else None)
            self.handed, self.handed_at = self.handed + 1, size
    def check_tail(self, segment, offset, payloads, last, stopped):
        if self.tree.size < self.sealed or not last: raise Problem(stopped, segment.name, self.tree.size)
        places = ((segment, offset), (payloads.file, payloads.offset))
        if any(later_frame(file, place, self.tree.size) for file, place in places):
            raise Problem("changed", segment.name, self.tree.size)
        self.tail = "torn"
    def check_end(self):
        if self.tree.size < self.sealed: raise Problem("cut", None, self.tree.size)
        if self.remembered and self.tree.size < self.remembered[0]: raise Problem("rolled_back", None, self.tree.size)
        closed = any(note and note.closing for note in (self.checkpoint, self.history.last))
        more = self.tree.size > self.sealed or self.tail == "torn"
        if closed and more: raise Problem("added", None, self.sealed)
        if self.checkpoint is None: raise Problem("missing", "checkpoint")

def verify(name, folder, log, remembered=None):
    """What is printed of one ledger. Where it does not hold, the numbers tell how far it was read before that."""
    verifier, problem = Verifier(folder, log, remembered), None
    try:
        verifier.run()
    except Problem as found:
        problem = found.args
    kind, file, sequence, *_ = *(problem or ()), None, None, None
    return {"name": name, "ok": problem is None, "kind": kind, "file": file, "sequence": sequence,
            "records": verifier.tree.size, "root": verifier.tree.root().hex(), "checkpoint_size": verifier.sealed,
            "erased": verifier.erased, "tail": verifier.tail}

def apply_edit(files, do, name, at=0, data=b""):
    old, byte, bit = files.pop(name, b""), *divmod(at, 8)  # `flip` counts bits
    made = {"file": lambda: data, "cut": lambda: old[:at],
            "put": lambda: old[:at].ljust(at, b"\0") + data + old[at + len(data):],
            "flip": lambda: old[:byte] + bytes([old[byte] ^ 1 << bit]) + old[byte + 1:]}
    if do != "remove": files[name] = made[do]()

def files_of(base, edits):
    files = {name: bytes.fromhex(content["hex"]) + bytes(content["zeros"]) for name, content in base.items()}
    for edit in edits:
        if not 0 <= edit.get("at", 0) <= 8 * LARGEST_FILE or edit["file"] not in base:
            raise ValueError("an edit of no file of a ledger")
        apply_edit(files, edit["do"], edit["file"], edit.get("at", 0), bytes.fromhex(edit.get("hex", "")))
    return files

def run_case(vectors, case):
    log, head = parse_vkey(case.get("vkey", vectors["vkey"])), case.get("remembered")
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files_of(vectors["bases"][case["base"]], case["edits"]).items():
            pathlib.Path(folder, os.path.basename(name)).write_bytes(data)
        return verify(case["name"], folder, log, head and (head["size"], bytes.fromhex(head["root"])))

def main(words):
    if len(words) == 2 and words[0] == "--cases":
        vectors = json.loads(pathlib.Path(words[1]).read_text("utf-8"))
        for case in vectors["cases"]: print(json.dumps(run_case(vectors, case)), flush=True)
        return 0
    log, head = parse_vkey(words[1]) if len(words) in (2, 4) else None, words[2:]
    if log is None or head and not (re.fullmatch(DECIMAL, head[0]) and HASH.fullmatch(head[1])):
        print("usage: verify_ledger.py FOLDER VKEY [SIZE ROOT] | --cases FILE", file=sys.stderr)
        return 2
    report = verify(words[0], words[0], log, head and (int(head[0]), bytes.fromhex(head[1])))
    print(json.dumps(report))
    return 0 if report["ok"] else 1

if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, subprocess.SubprocessError) as error:
        print(ascii(f"{type(error).__name__}: {error}"), file=sys.stderr)
        sys.exit(2)
