import type { Situation } from '../situations.ts';

/** A directory or file on the way to the keyring, from the root down. */
export interface KeyringPath {
  path: string;
  isDirectory: boolean;
  /** Permission bits. */
  mode: number;
  uid: number;
  gid: number;
}

/** The user that Portage verifies as when it runs as root (GPG_VERIFY_USER_DROP). */
export interface VerifyUser {
  name: string;
  uid: number;
  gid: number;
}

/** Pure: whether that user can pass every directory and read every file. */
export function judgeKeyring(paths: readonly KeyringPath[], user: VerifyUser): Situation | undefined {
  const closed = paths.find((one) => (one.mode & bitsFor(one, user)) !== bitsFor(one, user));
  if (!closed) return undefined;
  const what = closed.isDirectory ? 'cannot be entered' : 'cannot be read';
  return {
    code: 'keyring-unreadable',
    detail: `${closed.path} ${what} by the user '${user.name}' (mode 0${(closed.mode & 0o777).toString(8)}).`,
  };
}

/** What is asked of a path: to pass a directory, to read a file, as owner, group or anybody. */
function bitsFor({ isDirectory, uid, gid }: KeyringPath, user: VerifyUser): number {
  const bit = isDirectory ? 0o1 : 0o4;
  if (uid === user.uid) return bit << 6;
  return gid === user.gid ? bit << 3 : bit;
}
