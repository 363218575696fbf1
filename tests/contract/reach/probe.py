"""What a program inside can reach. Runs inside, with the name of an abstract socket, and writes JSON; x86-64 alone.

A system call is made in a process of its own, with arguments that no call can do anything with, and counts as reached
unless it is refused (EPERM) or not there (ENOSYS). It is tried with two kinds of arguments, for some calls have other
reasons for these codes.
"""

import ctypes
import errno
import json
import os
import select
import signal
import socket
import sys
from pathlib import Path

# By number, from 0 and from 424 (arch/x86/entry/syscalls/syscall_64.tbl, Linux 6.18), and by bit (capability.h).
FROM_0 = """
read write open close stat fstat lstat poll lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask rt_sigreturn
ioctl pread64 pwrite64 readv writev access pipe select sched_yield mremap msync mincore madvise shmget shmat shmctl
dup dup2 pause nanosleep getitimer alarm setitimer getpid sendfile socket connect accept sendto recvfrom sendmsg
recvmsg shutdown bind listen getsockname getpeername socketpair setsockopt getsockopt clone fork vfork execve exit
wait4 kill uname semget semop semctl shmdt msgget msgsnd msgrcv msgctl fcntl flock fsync fdatasync truncate ftruncate
getdents getcwd chdir fchdir rename mkdir rmdir creat link unlink symlink readlink chmod fchmod chown fchown lchown
umask gettimeofday getrlimit getrusage sysinfo times ptrace getuid syslog getgid setuid setgid geteuid getegid setpgid
getppid getpgrp setsid setreuid setregid getgroups setgroups setresuid getresuid setresgid getresgid getpgid setfsuid
setfsgid getsid capget capset rt_sigpending rt_sigtimedwait rt_sigqueueinfo rt_sigsuspend sigaltstack utime mknod
uselib personality ustat statfs fstatfs sysfs getpriority setpriority sched_setparam sched_getparam sched_setscheduler
sched_getscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval mlock munlock mlockall
munlockall vhangup modify_ldt pivot_root _sysctl prctl arch_prctl adjtimex setrlimit chroot sync acct settimeofday
mount umount2 swapon swapoff reboot sethostname setdomainname iopl ioperm create_module init_module delete_module
get_kernel_syms query_module quotactl nfsservctl getpmsg putpmsg afs_syscall tuxcall security gettid readahead
setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr removexattr lremovexattr
fremovexattr tkill time futex sched_setaffinity sched_getaffinity set_thread_area io_setup io_destroy io_getevents
io_submit io_cancel get_thread_area lookup_dcookie epoll_create epoll_ctl_old epoll_wait_old remap_file_pages
getdents64 set_tid_address restart_syscall semtimedop fadvise64 timer_create timer_settime timer_gettime
timer_getoverrun timer_delete clock_settime clock_gettime clock_getres clock_nanosleep exit_group epoll_wait epoll_ctl
tgkill utimes vserver mbind set_mempolicy get_mempolicy mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify
mq_getsetattr kexec_load waitid add_key request_key keyctl ioprio_set ioprio_get inotify_init inotify_add_watch
inotify_rm_watch migrate_pages openat mkdirat mknodat fchownat futimesat newfstatat unlinkat renameat linkat symlinkat
readlinkat fchmodat faccessat pselect6 ppoll unshare set_robust_list get_robust_list splice tee sync_file_range
vmsplice move_pages utimensat epoll_pwait signalfd timerfd_create eventfd fallocate timerfd_settime timerfd_gettime
accept4 signalfd4 eventfd2 epoll_create1 dup3 pipe2 inotify_init1 preadv pwritev rt_tgsigqueueinfo perf_event_open
recvmmsg fanotify_init fanotify_mark prlimit64 name_to_handle_at open_by_handle_at clock_adjtime syncfs sendmmsg setns
getcpu process_vm_readv process_vm_writev kcmp finit_module sched_setattr sched_getattr renameat2 seccomp getrandom
memfd_create kexec_file_load bpf execveat userfaultfd membarrier mlock2 copy_file_range preadv2 pwritev2 pkey_mprotect
pkey_alloc pkey_free statx io_pgetevents rseq uretprobe uprobe
"""
FROM_424 = """
pidfd_send_signal io_uring_setup io_uring_enter io_uring_register open_tree move_mount fsopen fsconfig fsmount fspick
pidfd_open clone3 close_range openat2 pidfd_getfd faccessat2 process_madvise epoll_pwait2 mount_setattr quotactl_fd
landlock_create_ruleset landlock_add_rule landlock_restrict_self memfd_secret process_mrelease futex_waitv
set_mempolicy_home_node cachestat fchmodat2 map_shadow_stack futex_wake futex_wait futex_requeue statmount listmount
lsm_get_self_attr lsm_set_self_attr lsm_list_modules mseal setxattrat getxattrat listxattrat removexattrat
open_tree_attr file_getattr file_setattr
"""
CAPABILITIES = """
chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service
net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin
sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override
mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore
"""
NAMES = {**dict(enumerate(FROM_0.split())), **dict(enumerate(FROM_424.split(), 424))}
LAST = 500  # numbers that no kernel has yet
NOT_TRIED = {"sync"}  # it would write all of the machine's disks, and is refused nowhere
REFUSED = {errno.EPERM, errno.ENOSYS}
WAITS = "SDtTZ"  # states of a process that goes no further, proc(5)
LOOKS, PAUSE = 5, 0.05  # how often a process has to be seen waiting, and seconds between two looks
FAMILIES = range(64)
TYPES = ("SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW", "SOCK_SEQPACKET", "SOCK_RDM")
SENSITIVE = (
    *("/proc/kcore", "/proc/kmsg", "/proc/kallsyms", "/proc/keys", "/proc/sysrq-trigger", "/proc/timer_list"),
    *("/proc/sched_debug", "/proc/latency_stats", "/proc/acpi", "/proc/scsi", "/proc/asound", "/proc/interrupts"),
    *("/proc/1/environ", "/proc/1/mem", "/proc/1/root", "/proc/1/fd/0", "/sys/firmware", "/sys/kernel/debug"),
    *("/sys/kernel/tracing", "/sys/kernel/security", "/sys/kernel/config", "/sys/fs/bpf", "/sys/fs/pstore"),
    *("/sys/devices/virtual/powercap", "/etc/shadow", "/root", "/run/docker.sock", "/run/containerd", "/run/secrets"),
)
libc = ctypes.CDLL(None, use_errno=True)


def system_calls() -> list[str]:
    numbers = [number for number in range(LAST) if NAMES.get(number) not in NOT_TRIED]
    return [
        NAMES.get(number, f"number-{number}") for number in numbers if is_reached(number, -1) or is_reached(number, 0)
    ]


def is_reached(number: int, argument: int) -> bool:
    """Return whether the kernel gets to the call: one that waits, or does not return, was made."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        result = libc.syscall(number, *[ctypes.c_long(argument)] * 6)
        os.write(writer, bytes([ctypes.get_errno() if result == -1 else 0]))
        os._exit(0)
    os.close(writer)
    looks = 0
    while not (answered := select.select([reader], [], [], PAUSE)[0]) and looks < LOOKS:
        looks = looks + 1 if Path(f"/proc/{child}/stat").read_text("utf-8").split()[2] in WAITS else 0
    said = os.read(reader, 1) if answered else b""
    os.close(reader)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    killed_by_filter = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGSYS
    return said[0] not in REFUSED if said else not killed_by_filter


def sockets() -> list[str]:
    names = {value: name for name, value in vars(socket).items() if name.startswith("AF_")}
    return [
        f"{names.get(family, f'family-{family}')}/{kind}"
        for family in FAMILIES
        for kind in TYPES
        if can_be_made(family, getattr(socket, kind))
    ]


def can_be_made(family: int, kind: int) -> bool:
    try:
        socket.socket(family, kind).close()
    except OSError:
        return False
    return True


def is_readable(path: Path) -> bool:
    """Return whether anything is read from a file, or listed in a directory."""
    try:
        if path.is_dir():
            return any(path.iterdir())
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        return bool(os.read(descriptor, 1))
    except OSError:
        return False
    finally:
        os.close(descriptor)


def kernel_files() -> list[str]:
    """Return what of /proc can be read, apart from processes."""
    return [str(path) for path in Path("/proc").iterdir() if not path.name.isdecimal() and is_readable(path)]


def writable() -> list[str]:
    """Return what of /proc and /sys can be written, apart from processes' own, and where anything else can."""
    found = [path for path in Path("/proc").iterdir() if not path.name.isdecimal() and path.is_file()]
    for root in ("/proc/sys", "/proc/irq", "/proc/fs", "/sys"):
        found += [Path(folder, name) for folder, folders, files in os.walk(root) for name in (*folders, *files)]
    mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text("utf-8").splitlines()]
    return [str(path) for path in found if is_writable(path)] + [one for one in mounts if os.access(one, os.W_OK)]


def is_writable(path: Path) -> bool:
    """Return whether a file may be opened for writing, and is for that: root may open what nobody can write to."""
    try:
        return bool(path.stat().st_mode & 0o222) and os.access(path, os.W_OK)
    except OSError:  # it has gone
        return False


def devices() -> list[str]:
    found = [path for path in Path("/dev").rglob("*") if not path.is_symlink()]
    return [str(path) for path in found if path.is_block_device() or path.is_char_device()]


def capabilities() -> list[str]:
    status = Path("/proc/self/status").read_text("utf-8").splitlines()
    (permitted,) = [int(line.split()[1], 16) for line in status if line.startswith("CapPrm")]
    return [name for number, name in enumerate(CAPABILITIES.split()) if permitted >> number & 1]


def descriptors() -> list[str]:
    """Return what a fresh program has open."""
    return [str(number) for number in range(1024) if is_open(number)]


def is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def abstract_sockets(listening: str) -> list[str]:
    """Return whether a socket of the machine's is reached, and those that the kernel lists here."""
    with socket.socket(socket.AF_UNIX) as one:
        reached = ["of-the-machine"] if one.connect_ex(b"\0" + os.fsencode(listening)) == 0 else []
    listed = Path("/proc/net/unix").read_text("utf-8").splitlines()
    return reached + [line.split()[-1] for line in listed if "@" in line]


if __name__ == "__main__":
    found = {
        "system-calls": system_calls(),
        "sockets": sockets(),
        "capabilities": capabilities(),
        "kernel-files": kernel_files(),
        "sensitive-files": [path for path in SENSITIVE if is_readable(Path(path))],
        "writable": writable(),
        "devices": devices(),
        "descriptors": descriptors(),
        "abstract-sockets": abstract_sockets(sys.argv[1]),
    }
    json.dump({kind: sorted(set(names)) for kind, names in found.items()}, sys.stdout)
