"""Programs that turn on the code that runs them, or on the jobs before and after."""

from __future__ import annotations

from .snippet import Snippet

ANY_END = ("ok", "error", "no result", "killed", "timeout", "memory")

SNIPPETS = (
    Snippet("segfault", "read address zero", "ctypes.string_at(0)", ends=("error",)),
    Snippet("abort", "abort the process", "os.abort()", ends=("error",)),
    Snippet("leave", "leave with an exit code", "sys.exit(3)", ends=("error",)),
    Snippet("leave-at-once", "end the process without a word", "os._exit(0)", ends=("no result",)),
    Snippet(
        "exit-handlers",
        "hang in exit handlers and destructors",
        """
import atexit
atexit.register(time.sleep, 1e6)
class Sticky:
    def __del__(self): time.sleep(1e6)
kept = Sticky()
""",
    ),
    Snippet(
        "close-descriptors", "close every descriptor", "os.closerange(0, 1000)", ends=("no result", "error")
    ),
    Snippet(
        "write-descriptors",
        "write to every descriptor it inherited",
        """
for number in range(64):
    try: os.write(number, b"garbage")
    except OSError: pass
""",
        ends=("no result",),
    ),
    Snippet(
        "inherited-descriptors",
        "find descriptors that it should not have",
        """
found = []
for number in range(64):
    try: os.fstat(number); found.append(number)
    except OSError: pass
own = [0, 1, 2, 3]
leaked(found) if [n for n in found if n not in own] else held(found)
""",
    ),
    Snippet(
        "replace-main",
        "replace __main__, json and the standard streams",
        """
import types, io
sys.modules["__main__"] = types.ModuleType("gone")
json.dumps = lambda *a, **k: '{"end": "ok", "results": 5}'
sys.stdout = sys.stderr = None
""",
        ends=("no result",),
    ),
    Snippet(
        "patch-builtins",
        "break the built-in functions",
        """
import builtins
for name in ("len", "isinstance", "getattr", "print", "open", "str", "int"):
    setattr(builtins, name, None)
""",
        ends=ANY_END,
    ),
    Snippet(
        "trace",
        "hang in a trace function once the program has ended",
        """
def tracer(frame, event, argument):
    if frame.f_code.co_filename != "program.py": time.sleep(1e6)
    return tracer
sys.settrace(tracer)
""",
        ends=("timeout",),
    ),
    Snippet(
        "interrupt-main",
        "interrupt the runner from a thread",
        """
import _thread, threading
def poke():
    for _ in range(100): _thread.interrupt_main(); time.sleep(0.001)
threading.Thread(target=poke, daemon=True).start()
""",
        ends=ANY_END,
    ),
    Snippet(
        "odd-exception",
        "raise an exception whose text raises",
        """
class Odd(BaseException):
    def __str__(self): raise SystemExit(0)
    __repr__ = __str__
raise Odd()
""",
        ends=("error",),
    ),
    Snippet(
        "deep-result",
        "return a value nested without end",
        "x = []\nfor _ in range(10**5): x = [x]\nreport(objective=1, variables={'x': x})",
        ends=("no result",),
    ),
    Snippet(
        "forged-deep-result",
        "write JSON nested a million deep as the answer",
        "os.write(3, b'[' * 60000)\nos._exit(0)",
        ends=("no result",),
    ),
    Snippet(
        "forged-number",
        "write an answer with NaN and a number of a million digits",
        'os.write(3, b\'{"end": "ok", "report": {"objective": \' + b\'9\' * 50000 + b\'}}\')\nos._exit(0)',
        ends=("no result",),
    ),
    Snippet(
        "forged-text",
        "answer with terminal control codes and no UTF-8",
        "os.write(3, b'\\xff\\xfe\\x1b[2J')\nos._exit(0)",
        ends=("no result",),
    ),
    Snippet(
        "pickle-gadget",
        "return an object that runs code when it is unpickled",
        """
class Gadget:
    def __reduce__(self): return (open, (T["outside"] + "/unpickled", "w"))
report(objective=1, variables={"x": Gadget()})
""",
        ends=("no result",),
    ),
    Snippet(
        "earlier-data",
        "find data of an earlier job in memory",
        """
import gc
mark = "planted" + "-in-memory"
found = sum(1 for thing in gc.get_objects() if isinstance(thing, dict) and mark in map(str, list(thing)[:50]))
leaked(found) if found else held("")
kept = {mark: 1}
globals()[mark] = 1
""",
    ),
    Snippet(
        "earlier-module",
        "patch a library for the next job",
        """
import json.decoder
if getattr(json.decoder, "planted", False): leaked("patched by an earlier job")
json.decoder.planted = True
""",
    ),
    Snippet(
        "time-zone",
        "change time zone and locale for the next job",
        """
import locale
if os.environ["TZ"] != "UTC" or time.tzname[0] != "UTC": leaked(os.environ["TZ"])
os.environ["TZ"] = "../../etc/passwd"; time.tzset()
try: locale.setlocale(locale.LC_ALL, "../../../" * 20)
except locale.Error as error: held(error)
""",
    ),
    Snippet(
        "working-folder",
        "change folder, umask and environment for the next job",
        """
if os.environ.get("PLANTED"): leaked("environment")
os.environ["PLANTED"] = "1"; os.umask(0); os.chdir("/dev") if os.access("/dev", 1) else None
""",
    ),  # fmt: skip
    Snippet(
        "channel",
        "speak to the worker that made it",
        """
import socket
for number in range(3, 64):
    try: socket.socket(fileno=os.dup(number)).send(b'{"op": "kill"}\\n'); leaked(number)
    except OSError: pass
""",
    ),  # fmt: skip
)
