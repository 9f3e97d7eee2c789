import type { MergeEntry } from '../../src/emerge/index.ts';

/** Prints entries as emerge --pretend --verbose does: the property tests read back what this writes. */
export function renderMergeList(entries: readonly MergeEntry[]): string {
  const merges = entries.filter((entry) => entry.kind !== 'uninstall').length;
  const size = entries.reduce((sum, entry) => sum + (entry.downloadKiB ?? 0), 0);
  const total = `Total: ${merges} package${merges === 1 ? '' : 's'}${merges > 0 ? ` (${merges} new)` : ''}`;
  const head = '\nThese are the packages that would be merged, in order:\n\nCalculating dependencies ... done!\n\n';
  return `${head}${entries.map((entry) => `${renderRow(entry)}\n`).join('')}\n${total}, Size of downloads: ${size} KiB\n`;
}

function renderRow(entry: MergeEntry): string {
  const build = entry.buildId === null ? '' : `-${entry.buildId}`;
  const slot = entry.slot === entry.subslot ? entry.slot : `${entry.slot}/${entry.subslot}`;
  const name = `${entry.cpv}${build}${slot === '0' ? '' : `:${slot}`}::${entry.repository}`;
  const installed =
    entry.installed.length > 0 ? `[${entry.installed.map((version) => `${version}::r`).join(', ')}]` : '';
  const size = entry.downloadKiB === null ? '' : `${entry.downloadKiB} KiB`;
  return `${renderMarks(entry)} ${name} ${installed} ${renderFlags(entry)}${size}`;
}

function renderMarks(entry: MergeEntry): string {
  if (entry.kind === 'uninstall') return '[uninstall     ]';
  const change = { new: 'N ', 'new-slot': 'NS', reinstall: ' R', upgrade: '  ', downgrade: '  ' }[
    entry.change ?? 'new'
  ];
  const fetch = { unsatisfied: 'F', satisfied: 'f', none: entry.kind === 'binary' ? 'g' : ' ' }[
    entry.fetchRestricted ?? 'none'
  ];
  const version = entry.change === 'upgrade' ? 'U ' : entry.change === 'downgrade' ? 'UD' : '  ';
  return `[${entry.kind} ${entry.interactive ? 'I' : ' '}${change}${fetch}${version}${entry.mask ?? ' '}]`;
}

function renderFlags(entry: MergeEntry): string {
  const groups = new Map<string, string[]>();
  const add = (flag: string, minus: string) => {
    const [variable, name] = flag.startsWith('cpu_flags_x86_') ? ['CPU_FLAGS_X86', flag.slice(14)] : ['USE', flag];
    groups.set(variable, [...(groups.get(variable) ?? []), `${minus}${name}`]);
  };
  for (const flag of entry.use.enabled) add(flag, '');
  for (const flag of entry.use.disabled) add(flag, '-');
  return [...groups].map(([variable, flags]) => `${variable}="${flags.join(' ')}" `).join('');
}
