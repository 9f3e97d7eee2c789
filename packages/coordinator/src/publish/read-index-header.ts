import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { readPortageq } from '../tree/read-portageq.ts';
import { furtherSettings, HEADER_SETTINGS, indexHeader } from './index-header.ts';

/**
 * Asks the Portage of a pool's system for the settings that an index names in its header.
 *
 * @param root the pool's system; `/` is the binhost's own, which `portage.root` may place elsewhere
 * @throws PORTAGE_FAILED
 */
export async function readIndexHeader(
  portage: CoordinatorConfig['portage'],
  root: string,
): Promise<Record<string, string>> {
  const asked = { portageq: portage.portageq, root: root === '/' ? portage.root : root };
  const envvar = async (names: readonly string[]): Promise<Record<string, string>> =>
    names.length === 0 ? {} : parseAssignments((await readPortageq(asked, ['envvar', '-v', ...names])).stdout);
  const first = await envvar(HEADER_SETTINGS);
  const further = await envvar(furtherSettings(first));
  return indexHeader({ ...first, ...further }, await readProfile(asked.root, first.PORTDIR ?? ''));
}

/** Lines of `NAME=value`, the value quoted as a shell does. */
export function parseAssignments(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/^([A-Z]\w*)=((?:'[^']*'|"[^"]*"|[^'"\n])*)$/gm)) {
    values[name] = value.replace(/'([^']*)'|"([^"]*)"/g, '$1$2');
  }
  return values;
}

/** The profile below the main repository's profiles directory, as Portage names it; else its path. */
async function readProfile(root: string, portdir: string): Promise<string> {
  const profile = await realpath(join(root, 'etc/portage/make.profile')).catch(() => '');
  const profiles = join(await realpath(portdir).catch(() => portdir), 'profiles/');
  return profile.startsWith(profiles) ? profile.slice(profiles.length) : profile;
}
