"""Programs that want more time, memory, disk, output or processes than they were given."""

from __future__ import annotations

from .snippet import Snippet

STOPPED = ("timeout", "memory", "killed", "error")

SNIPPETS = (
    Snippet("infinite-loop", "loop for ever", "while True: pass", ends=("timeout",)),
    Snippet(
        "ignored-signals",
        "ignore and mask every signal, then loop",
        """
import signal
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
while True: pass
""",
        ends=("timeout",),
    ),
    Snippet("sleep", "sleep for ever", "time.sleep(1e6)", ends=("timeout",)),
    Snippet(
        "stop-itself",
        "stop itself with SIGSTOP, and never answer",
        "import signal\nos.kill(os.getpid(), signal.SIGSTOP)\ntime.sleep(1e6)",
        ends=("timeout",),
    ),
    Snippet(
        "pause", "wait for a signal that never comes", "import signal\nsignal.pause()", ends=("timeout",)
    ),
    Snippet(
        "deadlock",
        "take a lock twice",
        "import threading\nlock = threading.Lock()\nlock.acquire(); lock.acquire()",
        ends=("timeout",),
    ),  # fmt: skip
    Snippet(
        "fork-bomb",
        "start processes until none is left",
        """
started = 0
for _ in range(60):
    try: pid = os.fork()
    except OSError as error: held(error); break
    if not pid:
        time.sleep(3); os._exit(0)
    started += 1
if started: leaked(f"{started} processes")
""",
        leaks=("process",),
    ),
    Snippet(
        "clone-process",
        "start a process by a raw clone",
        """
try: pid = call("clone", 17, 0, 0, 0, 0)
except OSError as error: held(error)
else:
    if pid == 0: os._exit(0)
    leaked("a process")
""",
        leaks=("process",),
    ),
    Snippet(
        "clone3-process",
        "start a process by clone3, whose flags a filter can't read",
        """
arguments = (ctypes.c_uint64 * 11)(0, 0, 0, 0, 17)
try: pid = call("clone3", ctypes.byref(arguments), 88)
except OSError as error: held(error)
else:
    if pid == 0: os._exit(0)
    leaked("a process")
""",
        leaks=("process",),
    ),
    Snippet(
        "thread-bomb",
        "start threads until none is left",
        """
import threading
started = 0
try:
    for _ in range(500):
        threading.Thread(target=time.sleep, args=(30,), daemon=True).start(); started += 1
except (RuntimeError, MemoryError) as error: held(error)
if started > 70: leaked(f"{started} threads")
""",
    ),
    Snippet(
        "thread-outlives",
        "leave a thread behind that works on after the end",
        """
import threading
def work():
    while True:
        time.sleep(0.05)
        try: open(T["outside"] + "/thread", "a").write("x")
        except OSError: pass
threading.Thread(target=work).start()
""",
    ),
    Snippet(
        "daemon",
        "leave a process behind in its own session",
        """
try: pid = os.fork()
except OSError as error: held(error)
else:
    if not pid:
        os.setsid()
        if os.fork(): os._exit(0)
        for number in range(64):
            try: os.close(number)
            except OSError: pass
        time.sleep(20); os._exit(0)
    os.waitpid(pid, 0)
""",
        leaks=("process",),
    ),
    Snippet(
        "memory-list",
        "grow a list for ever",
        "x = []\nwhile True: x.append(bytearray(1 << 20))",
        ends=("memory",),
    ),
    Snippet(
        "memory-shared",
        "take shared anonymous memory",
        """
import mmap
kept = []
try:
    for _ in range(64):
        part = mmap.mmap(-1, 32 << 20); part.write(b"x" * (32 << 20)); kept.append(part)
    leaked("2 GiB")
except (OSError, MemoryError) as error: held(error)
""",
    ),
    Snippet(
        "memory-untouched",
        "reserve a terabyte of addresses",
        "import mmap\nattempt(mmap.mmap, -1, 1 << 40)",
    ),
    Snippet(
        "memfd",
        "fill a file that lives in memory only",
        """
try:
    number = os.memfd_create("x")
    for _ in range(32): os.write(number, b"x" * (16 << 20))
    leaked("512 MiB")
except OSError as error: held(error)
""",
    ),
    Snippet(
        "memory-lock",
        "lock memory so that it can't be swapped out",
        """
buffer = ctypes.create_string_buffer(32 << 20)
if libc.mlock(buffer, 32 << 20): held(os.strerror(ctypes.get_errno()))
else: leaked("32 MiB")
""",
    ),
    Snippet(
        "big-integer",
        "compute a number that has no end",
        "x = 3 ** (10 ** 9)",
        ends=("timeout", "memory"),
    ),
    Snippet(
        "catastrophic-pattern",
        "match a pattern that backtracks for ever",
        "import re\nre.match(r'(a+)+$', 'a' * 60 + 'b')",
        ends=("timeout",),
    ),
    Snippet(
        "recursion",
        "recurse without bound in C and in Python",
        """
import threading
sys.setrecursionlimit(10 ** 9)
def f(): return f() + 1
f()
""",
        ends=STOPPED,
    ),
    Snippet(
        "disk-bytes",
        "write far more than the scratch holds, in many files",
        """
total = 0
try:
    for number in range(12):
        with open(f"f{number}", "wb") as file:
            for _ in range(8): total += file.write(b"x" * (1 << 20))
except OSError as error: held(error)
if total > 72 << 20: leaked(f"{total >> 20} MiB")
""",
        leaks=("process", "landlock"),
    ),
    Snippet(
        "disk-one-file",
        "write one file larger than the limit",
        """
try:
    with open("f", "wb") as file:
        for _ in range(80): file.write(b"x" * (1 << 20))
    leaked("80 MiB")
except OSError as error: held(error)
""",
    ),
    Snippet(
        "disk-files",
        "make more files than the scratch holds",
        """
made = 0
try:
    for number in range(1200):
        os.close(os.open(f"n{number}", os.O_CREAT | os.O_WRONLY)); made += 1
except OSError as error: held(error)
if made > 1100: leaked(f"{made} files")
""",
        leaks=("process", "landlock", "bubblewrap"),
    ),
    Snippet(
        "deep-folders",
        "nest folders deeper than a recursive removal can follow",
        """
try:
    for _ in range(1500): os.mkdir("d"); os.chdir("d")
except OSError as error: held(error)
""",
    ),
    Snippet(
        "locked-folder",
        "leave folders that even their owner can't list",
        "os.mkdir('a', 0o700); open('a/x', 'w').close(); os.mkdir('a/b', 0)\nos.mkdir('c', 0)",
    ),
    Snippet(
        "sparse-file",
        "make a file of a terabyte that holds nothing",
        "number = os.open('s', os.O_CREAT | os.O_RDWR)\nattempt(os.ftruncate, number, 1 << 40)",
    ),
    Snippet("stdout-flood", "print without end", "while True: print('x' * 100_000)", ends=("output limit",)),
    Snippet(
        "stderr-flood",
        "write to stderr without end",
        "while True: os.write(2, b'x' * 65536)",
        ends=("output limit",),
    ),
    Snippet(
        "result-flood",
        "report a very long answer",
        "report(objective=1, variables={'x': 'y' * (100 << 20)})",
        ends=("output limit", "memory"),
    ),  # fmt: skip
    Snippet(
        "open-files",
        "open more files than allowed",
        """
kept = []
try:
    for _ in range(2000): kept.append(open("target.json"))
    leaked(f"{len(kept)} files")
except OSError as error: held(error)
""",
    ),
    Snippet(
        "pipe-memory",
        "hide memory in large pipes",
        """
import fcntl
kept = []
try:
    for _ in range(100):
        read, write = os.pipe(); fcntl.fcntl(write, 1031, 1 << 20); kept.append(write)
        os.set_blocking(write, False); os.write(write, b"x" * (1 << 20))
    leaked("100 MiB of pipes")
except OSError as error: held(error)
""",
    ),
    Snippet(
        "raise-limits",
        "raise its own limits",
        """
import resource
for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE):
    attempt(resource.setrlimit, kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
""",
    ),
    Snippet(
        "huge-arguments",
        "start a program with a megabyte of arguments",
        "attempt(os.posix_spawn, '/bin/true', ['true'] + ['x' * 1000] * 1000, {})",
        leaks=("process",),
    ),
    Snippet(
        "zip-bomb-input",
        "unpack an input file that grows a thousandfold",
        """
import zipfile
total = 0
try:
    with zipfile.ZipFile("bomb.zip") as bomb, bomb.open("zeros") as source, open("out", "wb") as target:
        while block := source.read(1 << 20): total += target.write(block)
    leaked(f"{total >> 20} MiB")
except OSError as error: held(error)
""",
    ),
    Snippet(
        "deep-json",
        "parse JSON that is nested a million deep",
        "try: json.loads('[' * 10**6)\nexcept RecursionError as error: held(error)",
    ),
    Snippet("niceness", "take a higher priority than others", "attempt(os.nice, -5)"),
)
