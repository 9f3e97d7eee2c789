"""What a malicious build tries, one line per attack: `attack NAME: nothing`, or what it got. Exit status 1 if it got anything.

Arguments, all optional: `hidden=PATH` a place of the machine that must look empty or missing, `pid=N` a process of the
machine, `connect=HOST:PORT` a server of the machine, `marker=NAME` a file name that must be found nowhere, `online` where
this machine's network is meant to be there, `userless` where user namespaces are not judged.
"""
import ctypes
import os
import re
import socket
import stat
import struct
import sys

libc = ctypes.CDLL(None, use_errno=True)
arguments = [word.partition("=")[::2] for word in sys.argv[1:]]
given = lambda name: [value for key, value in arguments if key == name]
online = ("online", "") in arguments


def call(name, *values):
    """A call of libc: True where it did what was asked."""
    return getattr(libc, name)(*values) == 0


def in_child(attempt):
    """Runs an attempt in a process of its own, so that what it changes stays there."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            got = attempt()
        except Exception:
            got = ""
        os.write(writer, str(got or "").encode()[:4000])
        os._exit(0)
    os.close(writer)
    text = b""
    while chunk := os.read(reader, 4096):
        text += chunk
    os.waitpid(pid, 0)
    return text.decode()


def contents(path):
    if os.path.isdir(path):
        return os.listdir(path)
    with open(path, "rb") as file:
        return file.read(64)


def attack_hidden_places():
    return {path: found for path in given("hidden") if os.path.exists(path) and (found := contents(path))}


def attack_marker_anywhere():
    wanted = set(given("marker"))
    found = []
    for directory, directories, files in os.walk("/"):
        if directory == "/":
            directories[:] = [name for name in directories if name not in ("proc", "sys")]
        found += [os.path.join(directory, name) for name in directories + files if name in wanted]
    return found


def attack_password_hashes():
    lines = open("/etc/shadow").read().splitlines() if os.path.exists("/etc/shadow") else []
    return [line for line in lines if line.split(":")[1] not in ("*", "!", "!*", "!!", "")]


def attack_environment():
    pattern = re.compile(r"DATABASE|TOKEN|SECRET|PASS(WD|WORD)|BINHOST_COORDINATOR|_proxy$|RSYNC_PROXY|SSH_")
    return [name for name in os.environ if pattern.search(name) and not name.startswith("PORTAGE_")]


def attack_other_processes():
    mine, found = set(), []
    pid = os.getpid()
    while pid > 0:
        mine.add(pid)
        pid = int(open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1])
    for name in filter(str.isdigit, os.listdir("/proc")):
        command = open(f"/proc/{name}/cmdline").read().replace("\0", " ")
        if re.search(r"\b(serve|publisher|builder|postgres|build-in-root)\b", command) and int(name) not in mine:
            found.append(command)
    if 1 not in mine:
        found.append("the first process is none of ours")
    return found


def attack_processes_by_number():
    return [pid for pid in map(int, given("pid")) if in_child(lambda: os.kill(pid, 0) or "signalled")]


def attack_ptrace_of_processes():
    return [pid for pid in map(int, given("pid")) if in_child(lambda: call("ptrace", 16, pid, 0, 0) and "attached")]


def attack_open_files_of_the_first_process():
    files = [f"/proc/1/fd/{name}" for name in os.listdir("/proc/1/fd")]
    places = [os.readlink(f"/proc/1/{name}") for name in ("root", "cwd")]
    return [os.readlink(one) for one in files if not is_harmless(one)] + [one for one in places if one != "/"]


def is_harmless(link):
    """A pipe, a socket, or the null device, wherever it was opened: its path may lie outside of what we see."""
    if re.match(r"(pipe|socket|anon_inode):", os.readlink(link)):
        return True
    found = os.stat(link)
    return stat.S_ISCHR(found.st_mode) and found.st_rdev == os.makedev(1, 3)


def attack_program_of_the_first_process():
    return in_child(lambda: os.open("/proc/1/exe", os.O_WRONLY) and "opened for writing")


def attack_mapped_files_of_the_first_process():
    names = os.listdir("/proc/1/map_files")
    return in_child(lambda: [os.open(f"/proc/1/map_files/{name}", os.O_RDWR) for name in names] and "opened")


def attack_make_a_disk_device():
    got = []
    for major, minor in ((8, 0), (254, 0), (259, 0), (7, 0), (1, 1)):
        path = f"/tmp/disk-{major}-{minor}"
        try:
            os.mknod(path, 0o600 | stat.S_IFBLK, os.makedev(major, minor))
            got.append(path)
        except OSError:
            pass
    return got


def attack_devices():
    plain = {"null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm", "fd", "stdin", "stdout", "stderr"}
    return sorted(set(os.listdir("/dev")) - plain)


def attack_mount():
    tries = [(b"x", b"/tmp", b"tmpfs"), (b"proc", b"/tmp", b"proc"), (b"sysfs", b"/tmp", b"sysfs"), (b"x", b"/tmp", b"devtmpfs")]
    return [kind for source, target, kind in tries if in_child(lambda: call("mount", source, target, kind, 0, None) and "mounted")]


def attack_uncover():
    """Takes away what covers a hidden place, or makes a read-only one writable."""
    places = [b"/proc/sys", b"/proc", b"/dev", b"/run", b"/tmp", b"/var/log"] + [path.encode() for path in given("hidden")]
    got = [path for path in places if in_child(lambda: call("umount2", path, 2) and "uncovered")]
    remount = 32 | 4096
    return got + [path for path in (b"/proc/sys", b"/sys") if in_child(lambda: call("mount", None, path, None, remount, None) and "writable")]


def attack_switches_of_the_kernel():
    """User 0 may write to them by their owner, without any capability: only opened here, never written."""
    got = []
    for top in ("/proc/sys", "/sys"):
        for directory, _, files in os.walk(top):
            for name in files:
                try:
                    os.close(os.open(os.path.join(directory, name), os.O_WRONLY | os.O_NONBLOCK))
                    got.append(os.path.join(directory, name))
                except OSError:
                    pass
    for name in ("sysrq-trigger", "kcore", "kmsg", "keys"):
        path = f"/proc/{name}"
        if os.path.exists(path) and os.stat(path).st_rdev != os.makedev(1, 3):
            got.append(path)
    return got[:10]


def attack_capabilities():
    fields = dict(line.split(":\t") for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
    # chown dac_override fowner fsetid kill setgid setuid setfcap
    allowed = sum(1 << bit for bit in (0, 1, 3, 4, 5, 6, 7, 31))
    more = [name for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb") if int(fields[name], 16) & ~allowed]
    return more + ([] if fields["NoNewPrivs"].strip() == "1" else ["new privileges"])


def attack_chroot_and_climb():
    def climb():
        os.makedirs("/tmp/deep/er", exist_ok=True)
        outside = os.open("/", os.O_RDONLY)
        os.chroot("/tmp/deep")
        os.fchdir(outside)
        for _ in range(64):
            os.chdir("..")
        os.chroot(".")
        return os.listdir("/") or "climbed"

    return in_child(climb)


def attack_file_handles():
    """open_by_handle_at finds files of the whole file system by number, wherever its root is."""

    def find():
        handle = ctypes.create_string_buffer(struct.pack("<Ii", 8, 1) + struct.pack("<II", 2, 0), 16)
        mount = os.open("/", os.O_RDONLY)
        file = libc.open_by_handle_at(mount, handle, os.O_RDONLY)
        return "" if file < 0 and ctypes.get_errno() == 1 else f"errno {ctypes.get_errno()}"

    return in_child(find)


def attack_new_namespaces():
    flags = {"mount": 0x20000, "pid": 0x20000000, "network": 0x40000000, "ipc": 0x08000000, "host name": 0x04000000}
    return [name for name, flag in flags.items() if in_child(lambda: call("unshare", flag) and "made")]


def attack_user_namespace():
    """With capabilities of its own user namespace: what lies below the covers, and the kernel's switches."""

    def inside():
        uid = os.getuid()
        if not call("unshare", 0x10000000 | 0x20000 | 0x40000000):
            return ""
        for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {os.getgid()} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
        got = attack_uncover() + attack_hidden_places_list()
        if call("mount", b"s", b"/tmp", b"sysfs", 0, None) and not os.statvfs("/tmp").f_flag & os.ST_RDONLY:
            got.append("a writable /sys")
        if call("mount", b"p", b"/tmp", b"proc", 0, None):
            got.append("a fresh /proc")
        return got

    return in_child(inside)


def attack_hidden_places_list():
    return list(attack_hidden_places())


def attack_host_name_and_clock():
    got = ["host name"] if in_child(lambda: socket.sethostname("taken") or "set") else []
    clock = struct.pack("ll", 1_000_000_000, 0)
    return got + (["clock"] if in_child(lambda: call("clock_settime", 0, clock) and "set") else [])


def attack_network():
    got = []
    if not online:
        got += [name for _, name in socket.if_nameindex() if name not in ("lo", "sit0", "tunl0", "ip6tnl0")]
        got += [name for name in os.listdir("/sys/class/net") if name != "lo"] if os.path.isdir("/sys/class/net") else []
        got += [line for line in open("/proc/net/unix").read().splitlines()[1:] if "@" in line]
    for address in [] if online else given("connect"):
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host, int(port)), 2)
            got.append(address)
        except OSError:
            pass
    return got


def attack_shared_memory():
    got = open("/proc/sysvipc/shm").read().splitlines()[1:] if os.path.exists("/proc/sysvipc/shm") else []
    return got + os.listdir("/dev/shm")


def attack_sources_of_other_builds():
    return [] if online else in_child(lambda: os.open("/var/cache/distfiles/planted", os.O_CREAT | os.O_WRONLY, 0o4755) and "planted")


def leave_a_process_behind():
    """Not judged here: whoever started us looks for it afterwards, by its argument."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for descriptor in (0, 1, 2):
                os.dup2(os.open("/dev/null", os.O_RDWR), descriptor)
            os.execvp("sleep", ["sleep", "86399"])
        os._exit(0)


failed = False
for name, attack in [(name[7:], value) for name, value in dict(globals()).items() if name.startswith("attack_")]:
    if name.endswith("_list") or (name == "user_namespace" and ("userless", "") in arguments):
        continue
    try:
        got = attack()
    except OSError as error:
        got = "" if error.errno in (1, 2, 3, 13) else repr(error)
    failed = failed or bool(got)
    print(f"attack {name.replace('_', '-')}: {got or 'nothing'}", flush=True)
leave_a_process_behind()
sys.exit(1 if failed else 0)
