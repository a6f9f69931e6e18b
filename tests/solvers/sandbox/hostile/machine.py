"""Programs that want to see or change the machine: its files, processes, network and kernel."""

from __future__ import annotations

from .snippet import Snippet

_FILES = (
    Snippet(
        "host-files",
        "read /etc/passwd",
        "attempt(lambda: open('/etc/passwd').read(20))",
        leaks=("process",),
    ),
    Snippet(
        "private-file",
        "read a private file of the caller's",
        "attempt(lambda: open(T['secret']).read())",
        leaks=("process:user",),
    ),
    Snippet(
        "private-file-name",
        "see that a file exists, and its size",
        "held('') if exists('/etc/passwd') is None else leaked('/etc/passwd')",
        leaks=("process", "landlock"),
    ),
    Snippet(
        "list-root",
        "list the root of the machine",
        "attempt(lambda: [name for name in os.listdir('/') if name in ('home', 'root', 'boot')][0])",
        leaks=("process",),
    ),
    Snippet(
        "environment",
        "find secrets of the caller's environment",
        "leaked(os.environ) if 'SECRET' in str(os.environ) else held('')",
    ),  # fmt: skip
    Snippet(
        "environ-of-others",
        "read the environment of a process of the same user",
        "attempt(lambda: open(f\"/proc/{T['victim']}/environ\", 'rb').read(20))",
        leaks=("process",),
    ),
    Snippet(
        "environ-of-parent",
        "read the environment of its parent",
        "attempt(lambda: open(f'/proc/{os.getppid()}/environ', 'rb').read(20))",
        leaks=("process:user",),
    ),  # fmt: skip
    Snippet(
        "process-list",
        "list the processes of the machine",
        "attempt(os.listdir, '/proc')",
        leaks=("process",),
    ),
    Snippet(
        "own-memory-file",
        "open /proc/self/mem to write over itself",
        "attempt(open, '/proc/self/mem', 'rb+')",
    ),  # fmt: skip
    Snippet(
        "write-outside",
        "write a file where everyone may",
        "attempt(lambda: open(T['outside'] + '/planted', 'w').write('x'))",
        leaks=("process",),
    ),
    Snippet(
        "write-site-packages",
        "write into the installed packages",
        "import sysconfig\nplace = sysconfig.get_path('purelib') + '/planted.pth'\n"
        "attempt(open, place, 'w') and os.unlink(place)",
    ),
    Snippet(
        "pth-file",
        "plant a .pth file that the next interpreter runs",
        """
import site
for place in {*site.getsitepackages(), site.getusersitepackages()}:
    try:
        os.makedirs(place, exist_ok=True)
        with open(place + "/evil.pth", "w") as file: file.write("# planted")
        os.unlink(place + "/evil.pth")
    except OSError as error: held(error)
    else:
        if not os.path.realpath(place).startswith(os.getcwd()): leaked(place)
""",
    ),
    Snippet(
        "import-hook",
        "plant a module in the scratch that shadows another for the next job",
        """
for name in ("json", "highspy", "sitecustomize", "usercustomize"):
    open(name + ".py", "w").write("raise SystemExit('planted')")
if exists("planted-before"): leaked("a file of an earlier job")
open("planted-before", "w").close()
""",
    ),
    Snippet(
        "shared-memory-folder",
        "leave data in /dev/shm",
        "attempt(lambda: open('/dev/shm/planted', 'w').write('x') and os.unlink('/dev/shm/planted'))",
        leaks=("process",),
    ),
    Snippet(
        "temporary-folder",
        "leave data in /tmp for another job",
        """
try:
    with open("/tmp/quintet-planted", "x") as file: file.write("x")
except OSError as error: held(error)
else:
    if os.path.realpath("/tmp").startswith(os.getcwd()): held("only its own scratch")
    else: leaked("/tmp"); os.unlink("/tmp/quintet-planted")
""",
        leaks=("process",),
    ),
    Snippet(
        "symlink-out",
        "leave a link in the scratch that leads out, and read through it",
        "attempt(lambda: os.symlink('/etc/passwd', 'way-out') or open('way-out').read(10))",
        leaks=("process",),
    ),
    Snippet(
        "hard-link",
        "make a second name for a file of the system",
        "attempt(os.link, '/etc/hostname', 'copy')",
    ),  # fmt: skip
    Snippet(
        "change-input",
        "overwrite an input file",
        """
import hashlib
try: open("data.csv", "w").write("changed")
except OSError as error: held(error)
else: leaked("its own copy")
""",
        leaks=(),
    ),
    Snippet(
        "swap-input",
        "replace an input file by a link, racing with its reader",
        """
try: os.unlink("data.csv"); os.symlink("/etc/passwd", "data.csv"); text = open("data.csv").read(10)
except OSError as error: held(error)
else: leaked(text)
""",
        leaks=("process",),
    ),
    Snippet(
        "chmod-outside",
        "change the mode of a file of its user",
        "attempt(os.chmod, T['own'], 0o777)",
        leaks=("process",),
    ),  # fmt: skip
    Snippet(
        "touch-outside",
        "change the times of a file of its user",
        "attempt(os.utime, T['own'], (1, 1))",
        leaks=("process",),
    ),  # fmt: skip
    Snippet(
        "truncate-outside",
        "empty a file of its user by O_RDONLY|O_TRUNC",
        "attempt(os.open, T['own'], os.O_RDONLY | os.O_TRUNC)",
        leaks=("process",),
    ),  # fmt: skip
    Snippet(
        "delete-outside", "remove a file of its user", "attempt(os.unlink, T['own'])", leaks=("process",)
    ),  # fmt: skip
    Snippet(
        "set-uid-file",
        "make a set-uid program in the scratch",
        "open('s', 'w').close(); attempt(os.chmod, 's', 0o4755)",
        leaks=("process",),
    ),  # fmt: skip
    Snippet(
        "device-node",
        "make a device node for the disk",
        "attempt(os.mknod, 'disk', 0o60600, os.makedev(254, 0))",
    ),  # fmt: skip
    Snippet(
        "raw-disk",
        "open the disk or the memory of the machine",
        "for name in ('/dev/vda', '/dev/sda', '/dev/mem', '/dev/kmsg'): attempt(open, name, 'rb')",
    ),  # fmt: skip
    Snippet(
        "open-by-handle",
        "open a file by handle, past its folder",
        "attempt(call, 'open_by_handle_at', 3, ctypes.create_string_buffer(64), 0)",
    ),  # fmt: skip
    Snippet(
        "delete-scratch",
        "delete its own scratch",
        "import shutil\nshutil.rmtree(os.getcwd(), ignore_errors=True)\nheld('')",
    ),  # fmt: skip
    Snippet(
        "rename-scratch",
        "put another folder in the place of its scratch",
        "attempt(os.rename, os.getcwd(), os.path.dirname(os.getcwd()) + '/else')",
        leaks=(),
    ),
    Snippet(
        "fifo",
        "leave a named pipe on which a reader waits for ever",
        "attempt(os.mkfifo, 'pipe')",
        leaks=("process",),
    ),
)

_NETWORK = (
    Snippet(
        "tcp",
        "connect to a server on this machine",
        """
import socket
attempt(lambda: socket.create_connection(("127.0.0.1", T["port"]), timeout=1))
""",
        leaks=("process",),
    ),
    Snippet(
        "tcp-listen",
        "open a server of its own",
        "import socket\nattempt(lambda: socket.create_server(('127.0.0.1', 0)))",
        leaks=("process",),
    ),  # fmt: skip
    Snippet(
        "udp",
        "send a datagram",
        "import socket\n"
        "attempt(lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9)))",
        leaks=("process",),
    ),
    Snippet(
        "abstract-socket",
        "reach a unix socket that has no file",
        """
import socket
attempt(lambda: socket.socket(socket.AF_UNIX).connect("\\0" + T["abstract"]))
""",
        leaks=("process",),
    ),
    Snippet(
        "unix-socket",
        "reach a unix socket in a folder",
        "import socket\nattempt(lambda: socket.socket(socket.AF_UNIX).connect(T['socket']))",
        leaks=("process",),
    ),  # fmt: skip
    Snippet(
        "netlink",
        "ask the kernel for routes",
        "import socket\nattempt(socket.socket, socket.AF_NETLINK, 3, 0)",
        leaks=("process",),
    ),  # fmt: skip
    Snippet(
        "raw-socket",
        "make a raw or packet socket",
        "import socket\nattempt(socket.socket, socket.AF_INET, socket.SOCK_RAW, 1)\n"
        "attempt(socket.socket, socket.AF_PACKET, socket.SOCK_RAW, 0)",
    ),  # fmt: skip
    Snippet(
        "vsock",
        "reach the host of a virtual machine",
        "import socket\nattempt(socket.socket, socket.AF_VSOCK)",
        leaks=("process",),
    ),  # fmt: skip
    Snippet(
        "name-lookup",
        "look up a name, which carries data out",
        "import socket\nattempt(socket.getaddrinfo, 'localhost.invalid', 80)",
    ),  # fmt: skip
    Snippet(
        "socket-pair",
        "make a pair of datagram sockets and address another",
        "import socket\nattempt(socket.socketpair, socket.AF_UNIX, socket.SOCK_DGRAM)",
        leaks=("process",),
    ),  # fmt: skip
)

_PROCESSES = (
    Snippet(
        "kill-victim",
        "kill a process of the same user",
        "attempt(os.kill, T['victim'], 9)",
        leaks=("process",),
    ),
    Snippet(
        "kill-parent",
        "signal its parent",
        "attempt(os.kill, os.getppid(), 0) if os.getppid() else held('')",
        leaks=("process:user",),
    ),
    Snippet(
        "kill-group",
        "kill its whole process group",
        "held('') if os.getpgrp() in (0, os.getpid()) else attempt(os.killpg, os.getpgrp(), 0)",
        leaks=(),
    ),  # fmt: skip
    Snippet(
        "signal-by-queue",
        "signal a process by rt_sigqueueinfo",
        "attempt(call, 'rt_sigqueueinfo', T['victim'], 18, ctypes.create_string_buffer(128))",
    ),  # fmt: skip
    Snippet(
        "signal-by-thread",
        "signal a process by tgkill",
        "attempt(call, 'tgkill', T['victim'], T['victim'], 18)",
        leaks=("process",),
    ),  # fmt: skip
    Snippet(
        "signal-by-pidfd",
        "get a handle of a process and signal it",
        "attempt(lambda: os.pidfd_open(T['victim']))",
        leaks=("process",),
    ),  # fmt: skip
    Snippet(
        "signal-by-owner",
        "make another process the owner of a descriptor, so that it is signalled",
        "import fcntl\nread, write = os.pipe()\nattempt(fcntl.fcntl, read, fcntl.F_SETOWN, T['victim'])",
        leaks=("process",),
    ),
    Snippet(
        "ptrace",
        "attach to a process of the same user",
        "attempt(call, 'ptrace', 16, T['victim'], 0, 0)",
        leaks=("process",),
    ),  # fmt: skip
    Snippet(
        "read-memory-of-others",
        "read the memory of a process of the same user",
        """
buffer = ctypes.create_string_buffer(8)
local = (ctypes.c_uint64 * 2)(ctypes.addressof(buffer), 8)
remote = (ctypes.c_uint64 * 2)(0x400000, 8)
try: call("process_vm_readv", T["victim"], local, 1, remote, 1, 0)
except OSError as error: held(error) if error.errno == 1 or error.errno == 3 else leaked(error)
else: leaked("memory")
""",
        leaks=("process",),
    ),
    Snippet(
        "change-limits-of-others",
        "lower the limits of a process of the same user",
        "import resource\nattempt(lambda: resource.prlimit(T['victim'], resource.RLIMIT_CORE))",
        leaks=("process",),
    ),  # fmt: skip
    Snippet(
        "scheduler-of-others",
        "change on which cores a process runs",
        "attempt(os.sched_setaffinity, T['victim'], {0})",
        leaks=("process",),
    ),  # fmt: skip
    Snippet(
        "run-program",
        "run another program",
        "import subprocess\nattempt(subprocess.run, ['/bin/true'])",
        leaks=("process",),
    ),  # fmt: skip
    Snippet(
        "replace-itself",
        "replace itself by a shell",
        "attempt(os.execv, '/bin/sh', ['sh', '-c', 'echo LEAKED'])",
        leaks=("process",),
        ends=("ok",),
    ),  # fmt: skip
    Snippet(
        "preload-library",
        "set LD_PRELOAD and start the interpreter again",
        """
os.environ["LD_PRELOAD"] = os.getcwd() + "/evil.so"
attempt(os.posix_spawn, sys.executable, [sys.executable, "-c", "pass"], dict(os.environ))
""",
        leaks=("process",),
    ),
    Snippet(
        "outlive-parent",
        "cut the cord to its parent",
        "attempt(lambda: libc.prctl(1, 0, 0, 0, 0) and call('bpf'))",
        leaks=("process",),
    ),  # fmt: skip
    Snippet("new-session", "leave its session", "attempt(os.setsid)", leaks=()),
)

_KERNEL = (
    Snippet(
        "become-root",
        "become root by setuid",
        """
try: os.setuid(0)
except OSError as error: held(error)
else: leaked("uid 0")
""",
    ),  # fmt: skip
    Snippet(
        "user-namespace",
        "make a user namespace of its own",
        "attempt(call, 'unshare', 0x10000000)",
        leaks=("process",),
    ),  # fmt: skip
    Snippet("mount", "mount a file system", "attempt(call, 'mount', b'x', b'/scratch', b'tmpfs', 0, 0)"),
    Snippet("remount-input", "make the view writable again", "attempt(call, 'mount', 0, b'/', 0, 0x1020, 0)"),
    Snippet("chroot", "leave its root", "attempt(os.chroot, '.')"),
    Snippet(
        "enter-namespace", "enter the namespace of another process", "attempt(call, 'setns', 3, 0)"
    ),  # fmt: skip
    Snippet(
        "io-uring",
        "use io_uring, which passes a filter by",
        "attempt(call, 'io_uring_setup', 1, ctypes.create_string_buffer(120))",
        leaks=(),
    ),  # fmt: skip
    Snippet(
        "userfaultfd",
        "handle page faults of the kernel in user space",
        "attempt(call, 'userfaultfd', 1)",
        leaks=("process",),
    ),  # fmt: skip
    Snippet(
        "bpf",
        "load a program into the kernel",
        "map = ctypes.create_string_buffer(b'\\1\\0\\0\\0\\4\\0\\0\\0\\4\\0\\0\\0\\1', 128)\n"
        "attempt(call, 'bpf', 0, map, 128)",
    ),  # fmt: skip
    Snippet(
        "perf-events",
        "measure other processes",
        "attempt(call, 'perf_event_open', ctypes.create_string_buffer(128), 0, -1, -1, 0)",
    ),  # fmt: skip
    Snippet(
        "keyring",
        "store data in the kernel's keyring",
        "attempt(call, 'add_key', b'user', b'planted', b'x', 1, -3)",
        leaks=("process",),
    ),  # fmt: skip
    Snippet(
        "shared-segment",
        "leave a System V shared memory segment",
        "made = attempt(call, 'shmget', 0, 4096, 0o1600)\nif made is not None: call('shmctl', made, 0, 0)",
        leaks=("process",),
    ),  # fmt: skip
    Snippet(
        "message-queue",
        "leave a System V message queue",
        "made = attempt(call, 'msgget', 0, 0o1600)\nif made is not None: call('msgctl', made, 0, 0)",
        leaks=("process",),
    ),  # fmt: skip
    Snippet(
        "posix-queue", "leave a POSIX message queue", "attempt(call, 'mq_open', b'planted', 0o102, 0o600, 0)"
    ),
    Snippet(
        "inotify", "watch files of others", "attempt(lambda: call('inotify_init1', 0))", leaks=("process",)
    ),
    Snippet(
        "personality",
        "switch off address randomisation",
        "attempt(call, 'personality', 0x0040000)",
        leaks=("process",),
    ),  # fmt: skip
    Snippet("host-name", "change the machine's name", "import socket\nattempt(socket.sethostname, 'evil')"),
    Snippet("clock", "set the clock", "attempt(time.clock_settime, time.CLOCK_REALTIME, 0.0)"),
    Snippet(
        "kernel-log",
        "read the kernel's log",
        "attempt(call, 'syslog', 3, ctypes.create_string_buffer(64), 64)",
        leaks=(),
    ),  # fmt: skip
    Snippet("kernel-module", "load a kernel module", "attempt(call, 'init_module', b'x', 1, b'')"),
    Snippet(
        "loosen-filter",
        "put on a filter that allows everything",
        """
class P(ctypes.Structure): _fields_ = [("n", ctypes.c_ushort), ("f", ctypes.c_void_p)]
code = ctypes.create_string_buffer(bytes([6, 0, 0, 0, 0, 0, 255, 127]))
libc.prctl(22, 2, ctypes.byref(P(1, ctypes.addressof(code))), 0, 0)
attempt(os.fork) if T["level"] != "process" else held("")
""",
    ),  # fmt: skip
    Snippet(
        "old-calls",
        "make a 32-bit call, which has other numbers",
        """
import mmap
code = mmap.mmap(-1, 4096, prot=7)
# mov eax, 20 (getpid of the 32-bit table); int 0x80; ret
code.write(bytes([0xB8, 20, 0, 0, 0, 0xCD, 0x80, 0xC3]))
run = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
result = run()
leaked(result) if result > 0 else held(result)
""",
        leaks=("process",),
        ends=("ok", "error", "killed"),
    ),  # fmt: skip
    Snippet(
        "x32-calls",
        "make a call of the x32 table",
        "r = libc.syscall(ctypes.c_long(0x40000000 + 39))\nleaked(r) if r > 0 else held('')",
    ),  # fmt: skip
)

SNIPPETS = (*_FILES, *_NETWORK, *_PROCESSES, *_KERNEL)
