import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HOOK_NAME, type HookFile, refuseHook, refuseOwner } from './judge-hook.ts';

export interface FoundHooks {
  /** Paths in the order of their names. */
  hooks: string[];
  /** One sentence for each that may not be run. */
  refused: string[];
}

/** Read anew for every event, so that a hook counts as soon as it is there. No directory: no hooks. */
export async function readHooks(directory: string, agentUid: number): Promise<FoundHooks> {
  const found: FoundHooks = { hooks: [], refused: [] };
  const names = await readdir(directory).catch(() => []);
  if (names.length === 0) return found;
  const refusal = refuseOwner(await fileOf(directory), agentUid);
  if (refusal) return { hooks: [], refused: [refusal] };
  for (const name of names.filter((one) => HOOK_NAME.test(one)).sort()) {
    const path = join(directory, name);
    const why = await fileOf(path).then(
      (file) => refuseHook(file, agentUid),
      () => `${path} cannot be read`,
    );
    if (why === undefined) found.hooks.push(path);
    else found.refused.push(why);
  }
  return found;
}

async function fileOf(path: string): Promise<HookFile> {
  const { mode, uid, ...kind } = await stat(path).then((found) => ({
    mode: found.mode,
    uid: found.uid,
    isFile: found.isFile(),
  }));
  return { path, mode, uid, isFile: kind.isFile };
}
