import { join } from 'node:path/posix';

/**
 * The boundary around one step of a build, as command lines of util-linux. The order is the point: a process loses its
 * capabilities while it still runs this machine's programs, waits, has its root exchanged from outside, and only then starts
 * the first program out of the build root. So nothing that an earlier step left there ever runs with more than is kept here.
 */

/**
 * What emerge needs to install files of any owner and to drop to the user portage. Not in it, among all others: SYS_ADMIN
 * (mounts), MKNOD (devices), SYS_CHROOT and DAC_READ_SEARCH (ways out of a root), SYS_PTRACE, NET_ADMIN, SYS_MODULE.
 */
export const KEPT_CAPABILITIES = [
  'chown',
  'dac_override',
  'fowner',
  'fsetid',
  'kill',
  'setgid',
  'setuid',
  /** Packages give file capabilities to programs where they are merged. */
  'setfcap',
] as const;

/** Programs of this machine that make the boundary. */
export const ENCLOSURE_PROGRAMS = ['unshare', 'setpriv', 'nsenter', 'mount', 'umount', 'pivot_root'] as const;

/**
 * Starts a program in namespaces of its own, without capabilities or a way to new ones. --kill-child: whatever ends unshare ends
 * the namespace's first process, and with it every process inside.
 *
 * @param network whether it keeps this machine's network; else it has a loopback alone
 */
export function enclosedArgv(program: readonly string[], network: boolean): string[] {
  const namespaces = ['--mount', '--propagation', 'private', '--pid', '--ipc', '--uts', ...(network ? [] : ['--net'])];
  const bounding = `-all,${KEPT_CAPABILITIES.map((name) => `+${name}`).join(',')}`;
  const privileges = ['--no-new-privs', '--bounding-set', bounding, '--inh-caps=-all'];
  return ['unshare', ...namespaces, '--fork', '--kill-child', '--', 'setpriv', ...privileges, '--', ...program];
}

export interface EnclosedProcess {
  /** Of the waiting process, as the one outside sees it. */
  pid: number;
  /** Whether it has a network namespace of its own. */
  ownNetwork: boolean;
}

export interface EnclosureMounts {
  /** Where the build root lies, seen from outside. */
  root: string;
  /** DISTDIR below `root`, its links followed. */
  distfiles: string;
  /** Where in `root` the system is put before it is taken away: an empty directory whose name nobody could know. */
  oldRoot: string;
  /** File for the list of mounts. */
  fstab: string;
  /** Names in /proc of this kernel. */
  procNames: readonly string[];
  hasSys: boolean;
  /** Mount point of the file system that the waiting program itself lies on. */
  programMount: string;
}

/** The mounts of one step, as an fstab: its own processes in /proc, its own network devices in /sys, both without switches. */
export function stepMounts({ root, procNames, hasSys }: EnclosureMounts): string {
  const at = (name: string): string => escaped(join(root, 'proc', name));
  const lines = [`proc ${escaped(join(root, 'proc'))} proc nosuid,nodev,noexec 0 0`];
  if (hasSys) lines.push(`sysfs ${escaped(join(root, 'sys'))} sysfs ro,nosuid,nodev,noexec 0 0`);
  for (const name of SHOWN_READ_ONLY.filter((one) => procNames.includes(one)))
    lines.push(`${at(name)} ${at(name)} none bind,ro,nosuid,nodev,noexec 0 0`);
  for (const name of MASKED.filter((one) => procNames.includes(one))) lines.push(`/dev/null ${at(name)} none bind 0 0`);
  return `${lines.join('\n')}\n`;
}

/** Switches of the kernel: user 0 may write to them whatever its capabilities are. */
const SHOWN_READ_ONLY = ['sys', 'bus', 'fs', 'irq', 'acpi', 'scsi', 'driver', 'mtrr'];
/** What the kernel tells of the whole machine, and the switch that stops it. */
const MASKED = ['kcore', 'keys', 'key-users', 'kmsg', 'timer_list', 'sched_debug', 'latency_stats', 'sysrq-trigger'];

/** What is done from outside to the waiting process, in this order. */
export function enclosureSteps(inside: EnclosedProcess, mounts: EnclosureMounts): string[][] {
  const { root, distfiles, oldRoot, fstab, programMount } = mounts;
  const network = inside.ownNetwork ? [namespace(inside, 'net')] : [];
  const writable = ['mount', '-o', 'remount,bind,rw,nosuid,nodev', distfiles];
  return [
    // A process inside could still reach the program that it was started by, as /proc/1/exe: never to write to it.
    enter(inside, '/', [], ['mount', '-o', 'remount,bind,ro', programMount]),
    // Only what fetches may write where every build reads its sources.
    ...(inside.ownNetwork ? [] : [enter(inside, '/', [], writable)]),
    enter(inside, '/', [namespace(inside, 'pid'), ...network], ['mount', '--all', '--fstab', fstab]),
    enter(inside, root, [], ['pivot_root', '.', oldRoot.slice(root.length + 1)]),
    // The program that takes the system away is the system's own: no file of the build root runs here.
    enterAt(inside, join('/proc', String(inside.pid), 'root', oldRoot.slice(root.length)), ['umount', '--lazy', '/']),
  ];
}

/** Brings up the loopback of a network namespace; test suites want one. */
export function loopbackArgv(inside: EnclosedProcess): string[] {
  return ['nsenter', namespace(inside, 'net'), '--', 'ip', 'link', 'set', 'lo', 'up'];
}

function enter(inside: EnclosedProcess, directory: string, more: string[], argv: string[]): string[] {
  const root = `/proc/${inside.pid}/root`;
  const places = [`--root=${root}`, `--wd=${join(root, directory)}`];
  return ['nsenter', namespace(inside, 'mnt'), ...more, ...places, '--', ...argv];
}

function enterAt(inside: EnclosedProcess, root: string, argv: string[]): string[] {
  return ['nsenter', namespace(inside, 'mnt'), `--root=${root}`, `--wd=${root}`, '--', ...argv];
}

function namespace({ pid }: EnclosedProcess, kind: 'mnt' | 'pid' | 'net'): string {
  return `--${kind === 'mnt' ? 'mount' : kind}=/proc/${pid}/ns/${kind}`;
}

/** fstab(5): a blank stands as an octal number. */
function escaped(path: string): string {
  return path.replaceAll(/[\s\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
