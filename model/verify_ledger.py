#!/usr/bin/env python3
"""Verifies a Writ ledger from its files and the log's key. Written from docs/LEDGER.md alone, with Python's standard library
and the openssl command: a second opinion on src/ledger/, sharing no line with it.

    verify_ledger.py FOLDER VKEY [SIZE ROOT]    one ledger; SIZE and ROOT are a head seen earlier
    verify_ledger.py --cases FILE               test vectors: one line of JSON for each case
"""
import base64
import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib

P = 2**255 - 19
ORDER_EIGHT_Y = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
SMALL_ORDER_Y = {0, 1, P - 1, ORDER_EIGHT_Y, P - ORDER_EIGHT_Y}
NOTE_MAX = 1024
FILE_MAX = 96 * 1024 * 1024
NAME = re.compile(r"[!-*,-~]{1,200}")


class Problem(Exception):
    def __init__(self, kind, file, sequence):
        super().__init__(kind)
        self.kind, self.file, self.sequence = kind, file, sequence


# --- Ed25519 -------------------------------------------------------------------------------------------------------

def y_of(raw):
    return int.from_bytes(raw, "little") & ((1 << 255) - 1)


def usable_key(raw):
    return len(raw) == 32 and y_of(raw) < P and y_of(raw) not in SMALL_ORDER_Y


class Verifier:
    """One key of a log, and the log's origin. Signatures are checked by openssl, each (message, signature) once."""

    def __init__(self, origin, raw):
        if not usable_key(raw):
            raise ValueError("no usable Ed25519 key")
        self.origin, self.raw = origin, raw
        self.id = hashlib.sha256(origin.encode() + b"\n\x01" + raw).digest()[:4]
        self.known = {}

    @classmethod
    def of(cls, vkey):
        match = re.fullmatch(r"([^+]+)\+([0-9a-f]{8})\+(\S+)", vkey)
        if match is None or NAME.fullmatch(match[1]) is None:
            raise ValueError("no vkey")
        material = strict_base64(match[3])
        if material is None or material[:1] != b"\x01":
            raise ValueError("no Ed25519 key")
        verifier = cls(match[1], material[1:])
        if verifier.id.hex() != match[2]:
            raise ValueError("the key id is not that of the key")
        return verifier

    def signed(self, message, signature):
        if len(signature) != 64:
            return False
        r = y_of(signature[:32])
        if r >= P or r in SMALL_ORDER_Y:
            return False
        if (message, signature) not in self.known:
            self.known[message, signature] = self.ask(message, signature)
        return self.known[message, signature]

    def ask(self, message, signature):
        with tempfile.TemporaryDirectory() as place:
            key, text, sign = (os.path.join(place, name) for name in ("key", "text", "sign"))
            # SubjectPublicKeyInfo of an Ed25519 key, RFC 8410 section 4.
            write(key, bytes.fromhex("302a300506032b6570032100") + self.raw)
            write(text, message)
            write(sign, signature)
            command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", key]
            command += ["-rawin", "-in", text, "-sigfile", sign]
            return subprocess.run(command, capture_output=True, check=False).returncode == 0


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def strict_base64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, TypeError):
        return None
    return data if base64.b64encode(data).decode() == text else None


# --- tree, RFC 6962 -----------------------------------------------------------------------------------------------

class Tree:
    def __init__(self):
        self.size, self.peaks = 0, []

    def append(self, leaf):
        rest = self.size
        while rest % 2 == 1:
            leaf = hashlib.sha256(b"\x01" + self.peaks.pop() + leaf).digest()
            rest //= 2
        self.peaks.append(leaf)
        self.size += 1

    def root(self):
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = hashlib.sha256(b"\x01" + peak + root).digest()
        return root


# --- canonical JSON, RFC 8785 -------------------------------------------------------------------------------------

NESTED_MAX = 200


def canonical(value, deep=0):
    if deep > NESTED_MAX:
        raise ValueError("nested too deep")
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        return number(value)
    if isinstance(value, str):
        value.encode("utf-8")  # a lone surrogate fails here
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(canonical(item, deep + 1) for item in value) + "]"
    keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join(canonical(key) + ":" + canonical(value[key], deep + 1) for key in keys) + "}"


def number(value):
    """ECMAScript's shortest text of a double (RFC 8785 section 3.2.2.3)."""
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError("no finite number")
    if value == 0:
        return "0"
    sign, value = ("-", -value) if value < 0 else ("", value)
    mantissa, _, exponent = repr(value).partition("e")
    whole, _, part = mantissa.partition(".")
    part = "" if part == "0" else part
    digits = (whole + part).lstrip("0")
    point = len(whole) + int(exponent or 0)
    if whole == "0":
        point -= 1 + len(part) - len(part.lstrip("0"))
    if whole == "0" and part.strip("0") == "":
        point = 1
    digits = digits.rstrip("0") or "0"
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    power = point - 1
    head = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return sign + head + "e" + ("+" if power > 0 else "-") + str(abs(power))


def constant(name):
    raise ValueError(name)


def parse_canonical(data):
    """The object that `data` spells canonically, or None."""
    try:
        text = data.decode("utf-8")
        value = json.loads(text, parse_int=float, parse_float=float, parse_constant=constant)
        return value if isinstance(value, dict) and canonical(value) == text else None
    except (ValueError, RecursionError):
        return None


def count(value):
    return isinstance(value, float) and 0 <= value < 2**53 and value == int(value)


def parse_record(body):
    record = parse_canonical(body)
    if record is None or set(record) != {"core", "kind", "payload_hash", "sequence", "time", "wall"}:
        return None
    hashed = record["payload_hash"]
    well = (
        isinstance(record["core"], dict)
        and isinstance(record["kind"], str)
        and re.fullmatch(r"[a-z_]{1,32}", record["kind"]) is not None
        and (hashed is None or (isinstance(hashed, str) and re.fullmatch(r"[0-9a-f]{64}", hashed) is not None))
        and count(record["sequence"])
        and count(record["time"])
        and isinstance(record["wall"], str)
        and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z", record["wall"]) is not None
    )
    return record if well else None


# --- checkpoints --------------------------------------------------------------------------------------------------

class Checkpoint:
    def __init__(self, size, root, closing, rotated):
        self.size, self.root, self.closing, self.rotated = size, root, closing, rotated

    def same(self, other):
        return self.size == other.size and self.root == other.root


def open_note(note, verifier):
    """The checkpoint that `verifier` signed in exactly these bytes, or None."""
    checkpoint, body, blob = read_note(note, verifier.origin)
    if checkpoint is None or blob[:4] != verifier.id or not verifier.signed(body, blob[4:]):
        return None
    return checkpoint


def read_note(note, origin):
    """What a note of this form says, the signed bytes, key id and signature; nothing is verified."""
    nothing = None, None, None
    try:
        text = note.decode("utf-8")
    except UnicodeDecodeError:
        return nothing
    split = text.find("\n\n— ")
    if split < 0:
        return nothing
    body, line = text[: split + 1], text[split + 2 :]
    b64 = r"([A-Za-z0-9+/=]+)"
    more = rf"(?:(writ-closed)\n|writ-rotated {b64} {b64}\n)?"
    match = re.fullmatch(rf"([^\n]+)\n(0|[1-9][0-9]{{0,15}})\n{b64}\n{more}", body)
    prefix = "— " + origin + " "
    if match is None or match[1] != origin or int(match[2]) >= 2**53:
        return nothing
    if not line.startswith(prefix) or line.find("\n") != len(line) - 1:
        return nothing
    root, blob = strict_base64(match[3]), strict_base64(line[len(prefix) : -1])
    if root is None or len(root) != 32 or blob is None or len(blob) != 68:
        return nothing
    rotated = None
    if match[5] is not None:
        rotated = strict_base64(match[5]), strict_base64(match[6])
        if any(key is None or len(key) != 32 for key in rotated):
            return nothing
    return Checkpoint(int(match[2]), root, match[4] is not None, rotated), body.encode(), blob


class Keys:
    """The keys of a log, one after the other, as its notes hand over."""

    def __init__(self, data, believed):
        self.believed = believed
        self.chain, self.last_signed = [first_key(data, believed)], False

    def take(self, note):
        """The checkpoint, if the key whose turn it is signed it."""
        head = open_note(note, self.chain[-1])
        if head is None:
            return None
        if head.rotated:
            start, end = head.rotated
            if start != self.chain[-1].raw or not usable_key(end):
                return None
            self.chain.append(Verifier(self.believed.origin, end))
        self.last_signed = head.rotated is None
        return head

    def believable(self):
        at = next((at for at, key in enumerate(self.chain) if key.raw == self.believed.raw), None)
        return at is not None and (at == 0 or at < len(self.chain) - 1 or self.last_signed)

    def open(self, note):
        return next((head for head in (open_note(note, key) for key in reversed(self.chain)) if head), None)


def first_key(data, believed):
    first = next_note(data, 0)
    if first is None:
        return believed
    blob = read_note(first, believed.origin)[2]
    if blob is not None and blob[:4] == believed.id:
        return believed
    at, rotations = 0, []
    while (note := next_note(data, at)) is not None:
        head = read_note(note, believed.origin)[0]
        if head is None:
            break
        rotations += [head.rotated] if head.rotated else []
        at += len(note)
    if any(believed.raw in rotation for rotation in rotations) and usable_key(rotations[0][0]):
        return Verifier(believed.origin, rotations[0][0])
    return believed


def content_end(data):
    return len(data.rstrip(b"\0"))


def next_note(data, at):
    held = data[at : at + NOTE_MAX]
    split = held.find("\n\n— ".encode())
    if split < 0:
        return None
    end = held.find(b"\n", split + 6)
    return None if end < 0 or end >= NOTE_MAX else held[: end + 1]


def looks_torn(rest):
    if len(rest) > NOTE_MAX:
        return False
    empty = rest.find(b"\n\n")
    if empty >= 0 and rest.find(b"\n\n", empty + 1) >= 0:
        return False
    return rest[-1:] != b"\n" or b"\0" in rest or empty < 0 or empty == len(rest) - 2


class Heads:
    """What `checkpoint` and `checkpoints` say, each note verified."""

    def __init__(self, files, verifier):
        latest = files.get("checkpoint")
        self.notes, self.end = [], 0
        history = files.get("checkpoints", b"")
        self.bytes = content_end(history)
        data = history[: self.bytes]
        keys = Keys(data, verifier)
        problem = None
        while self.end < self.bytes:
            note = next_note(data, self.end)
            head = None if note is None else keys.take(note)
            if head is None:
                rest = data[self.end : self.end + NOTE_MAX + 1]
                problem = None if looks_torn(rest) else Problem("bad_signature", "checkpoints", self.size())
                break
            if self.notes and broken_order(self.notes[-1], head):
                problem = Problem("reordered", "checkpoints", self.notes[-1].size)
                break
            self.notes.append(head)
            self.end += len(note)
        self.latest = keys.open(latest) if latest is not None and len(latest) <= NOTE_MAX else None
        if problem is None and not keys.believable():
            problem = Problem("bad_signature", "checkpoints", 0)
        self.sealed = max(self.latest.size if self.latest else 0, self.size())
        if latest is not None and self.latest is None:
            problem = Problem("bad_signature", "checkpoint", self.sealed)
        self.problem = problem or self.disagreement()

    def size(self):
        return self.notes[-1].size if self.notes else 0

    def disagreement(self):
        latest = self.latest
        if latest is None:
            return None
        last = self.notes[-1] if self.notes else None
        if latest.closing:
            if last is None or not last.closing or not last.same(latest):
                return Problem("cut", "checkpoints", 0)
            return None if self.end == self.bytes else Problem("added", "checkpoints", latest.size)
        if any(note.same(latest) for note in self.notes) or (latest.size == 0 and last is None):
            return None
        return Problem("cut", "checkpoints", latest.size)


def broken_order(before, after):
    if after.size < before.size or (after.size == before.size and not after.same(before)):
        return True
    return before.closing and (after.size != before.size or after.closing)


# --- frames -------------------------------------------------------------------------------------------------------

class Frames:
    """Frames of one file, in order. `read` gives ('frame', …), ('end', …) or ('bad', …) and moves only over a frame."""

    def __init__(self, data, magic, body_max, hashed_from):
        self.data, self.magic, self.body_max, self.hashed_from = data, magic, body_max, hashed_from
        self.at, self.content = 0, content_end(data)

    def frame(self, at):
        head = self.data[at : at + 64]
        if len(head) < 64 or head[:4] != self.magic or zlib.crc32(head[:24]) != struct.unpack(">I", head[24:28])[0]:
            return None
        length, sequence, flush = struct.unpack(">IQQ", head[4:24])
        end = at + 64 + length
        whole = (end + 7) // 8 * 8
        if not 1 <= length <= self.body_max or head[60:64] != bytes(4) or whole > len(self.data):
            return None
        if sequence >= 2**53 or flush >= 2**53 or flush > sequence or any(self.data[end:whole]):
            return None
        if hashlib.sha256(self.data[at + self.hashed_from : end]).digest() != head[28:60]:
            return None
        return {"sequence": sequence, "flush": flush, "digest": head[28:60], "body": self.data[at + 64 : end], "next": whole}

    def read(self):
        frame = self.frame(self.at)
        if frame is None:
            return ("end" if self.content <= self.at else "bad"), None
        self.at = frame["next"]
        return "frame", frame

    def latest_flush(self, at):
        latest = 0
        while at + 64 <= self.content + 8:
            frame = self.frame(at)
            latest = max(latest, frame["flush"]) if frame else latest
            at = frame["next"] if frame else at + 8
        return latest


# --- the pass -----------------------------------------------------------------------------------------------------

class Ledger:
    def __init__(self, files, verifier, remembered):
        self.files, self.remembered = files, remembered
        self.heads = Heads(files, verifier)
        self.tree, self.time, self.flush, self.erased, self.cuts, self.tail = Tree(), 0, 0, 0, 0, 0
        due = [*self.heads.notes, *filter(None, [self.heads.latest])]
        self.due = {size: [head.root for head in due if head.size == size] for size in {head.size for head in due}}
        self.rotated = None
        self.handovers = {head.size: head.rotated for head in self.heads.notes if head.rotated}
        self.segments = sorted(int(match[1]) for match in (re.fullmatch(r"seg-([0-9]{6,})\.log", name) for name in files) if match)

    def verify(self):
        try:
            self.check()
            problem = None
        except Problem as found:
            problem = found
        return {
            "ok": problem is None,
            "kind": problem.kind if problem else None,
            "file": problem.file if problem else None,
            "sequence": problem.sequence if problem else None,
            "records": self.tree.size,
            "root": self.tree.root().hex(),
            "checkpoint_size": self.heads.sealed,
            "erased": self.erased,
            "tail": "torn" if self.tail else "cut" if self.cuts else "clean",
        }

    def check(self):
        heads = self.heads
        if heads.problem:
            raise heads.problem
        if heads.latest is None and heads.bytes > 0:
            raise Problem("missing", "checkpoint", heads.sealed)
        if self.segments != list(range(1, len(self.segments) + 1)) or (heads.latest and not self.segments):
            gap = next((at for at, number in enumerate(self.segments, 1) if at != number), 1)
            raise Problem("missing", segment(gap), 0)
        self.compare()
        for number in self.segments:
            self.segment(number)
        self.finish()

    def compare(self):
        size = self.tree.size
        if any(root != self.tree.root() for root in self.due.get(size, [])):
            raise Problem("changed", None, max(size - 1, 0))
        if size in self.handovers and self.handovers[size] != self.rotated:
            raise Problem("changed", None, max(size - 1, 0))
        if self.remembered and self.remembered[0] == size and self.remembered[1] != self.tree.root().hex():
            raise Problem("rolled_back", None, size)

    def segment(self, number):
        data, kept = self.files[segment(number)], self.files.get(payload(number))
        if len(data) > FILE_MAX or (kept is not None and len(kept) > FILE_MAX):
            raise Problem("changed", segment(number), self.tree.size)
        records = Frames(data, b"WRTR", 1048576, 63)
        payloads = None if kept is None else Frames(kept, b"WRTP", 4194304, 64)
        waiting = Waiting(payloads)
        while True:
            at = records.at
            state, frame = records.read()
            if state != "frame":
                return self.ended(number, (records, at), waiting, "cut" if state == "end" else "changed")
            record = self.belongs(number, frame, records)
            if not self.payload(number, record, waiting):
                return self.ended(number, (records, at), waiting, "payload_mismatch")
            self.flush, self.time = frame["flush"], record["time"]
            self.cuts += record["kind"] == "tail_cut"
            self.rotated = rotated_in(record)
            self.tree.append(frame["digest"])
            self.compare()

    def belongs(self, number, frame, records):
        expected = self.tree.size
        if frame["sequence"] != expected:
            state, behind = records.read()
            swapped = state == "frame" and behind["sequence"] <= expected
            raise Problem("reordered" if frame["sequence"] < expected or swapped else "cut", segment(number), expected)
        record = parse_record(frame["body"])
        if record is None or record["sequence"] != expected or record["time"] < self.time:
            raise Problem("changed", segment(number), expected)
        if frame["flush"] not in (expected, self.flush):
            raise Problem("changed", segment(number), expected)
        if self.rotated and expected not in self.handovers:
            raise Problem("bad_signature", segment(number), expected)
        return record

    def payload(self, number, record, waiting):
        """False: this record is not complete."""
        sequence, sealed = self.tree.size, self.tree.size < self.heads.sealed
        bad = Problem("payload_mismatch", payload(number), sequence)
        frame = waiting.frame if waiting.state == "frame" else None
        if frame and frame["sequence"] < sequence:
            raise bad
        mine = frame if frame and frame["sequence"] == sequence else None
        if record["payload_hash"] is None:
            if mine:
                raise bad
            return True
        if waiting.state == "bad" and sealed:
            raise bad
        if mine is None:
            if sealed:
                self.erased += 1
                return True
            if waiting.frames is not None:
                return False
            raise bad
        body = mine["body"]
        if mine["digest"].hex() != record["payload_hash"] or len(body) < 32 or parse_canonical(body[32:]) is None:
            raise bad
        waiting.advance()
        return True

    def ended(self, number, where, waiting, otherwise):
        records, at = where
        size = self.tree.size
        rest = max(records.content - at, 0)
        behind = 0 if waiting.frames is None else max(waiting.frames.content - waiting.at, 0)
        if rest == 0 and behind == 0:
            return
        if size < self.heads.sealed or number < len(self.segments):
            raise Problem(otherwise, segment(number), size)
        flush = records.latest_flush(at)
        if waiting.frames is not None:
            flush = max(flush, waiting.frames.latest_flush(waiting.at))
        if flush > size:
            raise Problem("changed", segment(number), size)
        self.tail = rest + behind

    def finish(self):
        size, heads = self.tree.size, self.heads
        last = segment(max(len(self.segments), 1))
        if size < heads.sealed:
            raise Problem("cut", last, size)
        if self.remembered and size < self.remembered[0]:
            raise Problem("rolled_back", last, size)
        closed = any(head and head.closing for head in (heads.latest, heads.notes[-1] if heads.notes else None))
        if closed and (size > heads.sealed or self.tail):
            raise Problem("added", last, size)
        if heads.latest is None:
            raise Problem("missing", "checkpoint", size)
        self.tail += heads.bytes - heads.end


def rotated_in(record):
    if record["kind"] != "key_rotated":
        return None
    keys = [record["core"].get(name) for name in ("from", "to")]
    raw = tuple(strict_base64(key) if isinstance(key, str) else None for key in keys)
    return None if any(key is None or len(key) != 32 for key in raw) else raw


class Waiting:
    """The payload frame that is read ahead."""

    def __init__(self, frames):
        self.frames, self.state, self.frame, self.at = frames, "end", None, 0
        self.advance()

    def advance(self):
        if self.frames is not None:
            self.at = self.frames.at
            self.state, self.frame = self.frames.read()


def segment(number):
    return f"seg-{number:06d}.log"


def payload(number):
    return f"payload-{number:06d}.log"


def read_folder(folder):
    files = {}
    for name in os.listdir(folder):
        if re.fullmatch(r"(seg|payload)-[0-9]{6,}\.log|checkpoints?", name):
            with open(os.path.join(folder, name), "rb") as file:
                files[name] = file.read()
    return files


# --- test vectors -------------------------------------------------------------------------------------------------

def edited(files, edits):
    files = dict(files)
    for edit in edits:
        name, at = edit["file"], edit.get("at", 0)
        data = bytearray(files.get(name, b""))
        if edit["do"] == "remove":
            del files[name]
            continue
        if edit["do"] == "put":
            put = bytes.fromhex(edit["hex"])
            data[at : at + len(put)] = put
        elif edit["do"] == "cut":
            del data[at:]
        elif edit["do"] == "flip":
            data[at // 8] ^= 1 << (at % 8)
        elif edit["do"] == "file":
            data = bytearray.fromhex(edit["hex"])
        files[name] = bytes(data)
    return files


def run_cases(path):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    bases = {
        base: {name: bytes.fromhex(data["hex"]) + bytes(data["zeros"]) for name, data in files.items()}
        for base, files in vectors["bases"].items()
    }
    verifiers = {}
    for case in vectors["cases"]:
        vkey = case.get("vkey", vectors["vkey"])
        verifier = verifiers.setdefault(vkey, Verifier.of(vkey))
        remembered = case.get("remembered")
        head = (remembered["size"], remembered["root"]) if remembered else None
        print(json.dumps({"name": case["name"], **Ledger(edited(bases[case["base"]], case["edits"]), verifier, head).verify()}))


def main(words):
    if len(words) == 2 and words[0] == "--cases":
        return run_cases(words[1])
    if len(words) not in (2, 4):
        print(__doc__, file=sys.stderr)
        return 64
    head = (int(words[2]), words[3]) if len(words) == 4 else None
    report = Ledger(read_folder(words[0]), Verifier.of(words[1]), head).verify()
    print(json.dumps(report))
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
