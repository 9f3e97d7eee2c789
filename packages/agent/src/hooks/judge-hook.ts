/** What is known of a file in the directory of hooks, or of that directory itself. */
export interface HookFile {
  path: string;
  isFile: boolean;
  /** Permission bits. */
  mode: number;
  /** Owner. */
  uid: number;
}

/**
 * Whether the agent may run this file. A hook runs with the agent's rights, most often root's: who may write it, or put
 * another in its place, would have them too.
 *
 * @param agentUid the user that runs the agent
 * @returns why not; undefined: it may
 */
export function refuseHook(file: HookFile, agentUid: number): string | undefined {
  if (!file.isFile) return `${file.path} is no regular file`;
  if ((file.mode & 0o111) === 0) return `${file.path} is not executable`;
  return refuseOwner(file, agentUid);
}

/** The same of the directory that holds them. */
export function refuseOwner({ path, mode, uid }: HookFile, agentUid: number): string | undefined {
  if ((mode & 0o002) !== 0) return `${path} can be written by everybody: chmod o-w ${path}`;
  if (uid !== 0 && uid !== agentUid) return `${path} belongs to user ${uid}: chown it to the user that runs the agent`;
  if (agentUid === 0 && (mode & 0o020) !== 0) return `${path} can be written by its group: chmod g-w ${path}`;
  return undefined;
}

/** As run-parts has it: no dots, so that back-ups and packages' leftovers are no hooks. */
export const HOOK_NAME = /^[\w-]+$/;
