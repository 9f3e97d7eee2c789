import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { coordinatorError } from '../coordinator-errors.ts';

export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

/** System users of the three processes, and root, which the builder is. */
const PROCESS_USERS = ['binhost', 'binhost-publish', 'root'];

/** Who may run the server when we are root, which PostgreSQL refuses to be; the first that exists. */
const SERVER_USERS = ['binhost', 'postgres', 'nobody'];

/** Reads /etc/passwd. */
export function readSystemUsers(): SystemUser[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 4)
    .map(([name, , uid, gid]) => ({ name: name as string, uid: Number(uid), gid: Number(gid) }));
}

/**
 * The user that runs this process.
 *
 * @throws DATABASE_UNAVAILABLE where its uid has no name: PostgreSQL tells local users apart by name
 */
export function currentUser(): SystemUser {
  try {
    const { username, uid, gid } = userInfo();
    return { name: username, uid, gid };
  } catch (cause) {
    throw coordinatorError('DATABASE_UNAVAILABLE', `expected a user name for uid ${process.getuid?.()}, found none`, {
      hint: 'Add the user to /etc/passwd, or set DATABASE_URL to a PostgreSQL server.',
      cause,
    });
  }
}

/**
 * Who runs the private cluster: ourselves, unless we are root.
 *
 * @param wanted `postgres.user` of the configuration; empty: choose
 */
export function chooseServerUser(current: SystemUser, users: SystemUser[], wanted: string): SystemUser {
  if (current.uid !== 0) return current;
  const names = wanted === '' ? SERVER_USERS : [wanted];
  const user = names.map((name) => users.find((candidate) => candidate.name === name)).find(Boolean);
  if (user && user.uid !== 0) return user;
  throw coordinatorError(
    'DATABASE_UNAVAILABLE',
    `expected a system user other than root to run PostgreSQL, looked for ${names.join(', ')}`,
    { hint: 'Create the user binhost, or name an existing one as postgres.user.' },
  );
}

/** Which system users may connect to the private cluster: those of the three processes, where they exist, and both of us. */
export function clusterMembers(users: SystemUser[], current: SystemUser, server: SystemUser): string[] {
  const existing = PROCESS_USERS.filter((name) => users.some((user) => user.name === name));
  return [...new Set([...existing, current.name, server.name])].sort();
}
