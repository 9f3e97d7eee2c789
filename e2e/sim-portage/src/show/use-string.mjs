/** The `USE="…" CPU_FLAGS_X86="…"` part of a merge list line. */
import { expandGroups, words } from '../host/settings.mjs';

/**
 * @param {{ pkg: any, previous: any, enabled: Set<string>, system: any, allFlags: boolean, reinstallFlags: string[] }} shown
 *   allFlags: also those that did not change (--verbose)
 */
export function useStrings(shown) {
  const { system, pkg, previous } = shown;
  const { forced, masked } = system.config.fixedFlags(pkg);
  const fixed = new Set([...forced, ...masked]);
  const hidden = new Set(words(system.settings.values.USE_EXPAND_HIDDEN));
  const groups = expandGroups(system.settings);
  const own = { name: 'USE', prefix: '', others: groups.map((group) => group.prefix) };
  return [own, ...groups]
    .filter(({ name }) => !hidden.has(name))
    .map((group) => oneGroup({ ...shown, group, fixed, isNew: previous === undefined }))
    .join('');
}

function oneGroup({ pkg, previous, enabled, group, fixed, isNew, allFlags }) {
  const belongs = (flag) =>
    flag.startsWith(group.prefix) && !(group.others ?? []).some((prefix) => flag.startsWith(prefix));
  const oldIuse = previous?.iuse ?? new Set();
  const oldUse = new Set([...(previous?.enabled ?? [])].filter((flag) => oldIuse.has(flag)));
  const flags = [...new Set([...pkg.iuse, ...oldIuse])].filter(belongs).sort(byNumbersInText);
  const lists = { enabled: [], disabled: [], removed: [] };
  for (const flag of flags) {
    const name = flag.slice(group.prefix.length);
    const [kind, text] = mark({ flag, name, pkg, enabled, oldIuse, oldUse, isNew, allFlags, fixed });
    if (text) lists[kind].push(kind !== 'removed' && fixed.has(flag) ? `(${text})` : text);
  }
  const all = [...lists.enabled, ...lists.disabled, ...lists.removed].join(' ');
  return all ? `${group.name}="${all}" ` : '';
}

/** @returns {['enabled' | 'disabled' | 'removed', string | undefined]} */
function mark({ flag, name, pkg, enabled, oldIuse, oldUse, isNew, allFlags, fixed }) {
  if (!pkg.iuse.has(flag)) return ['removed', allFlags ? `(-${name}%${oldUse.has(flag) ? '*' : ''})` : undefined];
  if (enabled.has(flag)) {
    if (isNew || (oldUse.has(flag) && allFlags)) return ['enabled', name];
    if (!oldIuse.has(flag)) return ['enabled', `${name}%*`];
    return ['enabled', oldUse.has(flag) ? undefined : `${name}*`];
  }
  if (isNew || (oldIuse.has(flag) && !oldUse.has(flag) && allFlags)) return ['disabled', `-${name}`];
  if (!oldIuse.has(flag)) return ['disabled', `-${name}${fixed.has(flag) ? '' : '%'}`];
  return ['disabled', oldUse.has(flag) ? `-${name}*` : undefined];
}

/** Numbers inside names are compared as numbers: sse2 before sse10. */
function byNumbersInText(a, b) {
  const parts = (text) => text.split(/(\d+)/).map((part, i) => (i % 2 ? Number(part) : part));
  const left = parts(a);
  const right = parts(b);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    if (left[i] !== right[i]) return left[i] < right[i] ? -1 : 1;
  }
  return left.length - right.length;
}
