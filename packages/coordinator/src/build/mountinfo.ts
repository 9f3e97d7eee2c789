/** One line of /proc/self/mountinfo, as far as we need it. */
export interface MountedFileSystem {
  mountPoint: string;
  fsType: string;
}

/** Reads /proc/self/mountinfo (proc_pid_mountinfo(5)); lines that are none are passed over. */
export function parseMountinfo(text: string): MountedFileSystem[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.split(' ');
    const separator = fields.indexOf('-', 6);
    const [mountPoint, fsType] = [fields[4], fields[separator + 1]];
    return separator < 0 || !mountPoint || !fsType ? [] : [{ mountPoint: unescaped(mountPoint), fsType }];
  });
}

/** The file system that a path lies on: the deepest mount point above it, and of those the one mounted last. */
export function fileSystemOf(path: string, mounts: readonly MountedFileSystem[]): MountedFileSystem | undefined {
  let found: MountedFileSystem | undefined;
  for (const mount of mounts) {
    if (isBelow(path, mount.mountPoint) && mount.mountPoint.length >= (found?.mountPoint.length ?? 0)) found = mount;
  }
  return found;
}

/** Whether `path` is `directory` or lies below it; both absolute and normalized. */
export function isBelow(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}

/** Blank, tab, newline and backslash stand as octal numbers. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
