/** One entry of binrepos.conf. */
export interface BinaryRepository {
  name: string;
  syncUri: string;
  /** Where Portage keeps what it fetched from there. */
  location: string;
}

/** @param text all files of /etc/portage/binrepos.conf, one after the other */
export function parseBinrepos(text: string): BinaryRepository[] {
  const sections = new Map<string, Map<string, string>>();
  let section = '';
  for (const line of text.split('\n')) {
    section = /^\s*\[([^\]]+)\]/.exec(line)?.[1]?.trim() ?? section;
    const setting = /^\s*([\w-]+)\s*[=:](.*)$/.exec(line);
    if (!setting || section === '') continue;
    const values = sections.get(section) ?? new Map<string, string>();
    sections.set(section, values.set(setting[1] ?? '', (setting[2] ?? '').trim()));
  }
  const defaults = sections.get('DEFAULT');
  const of = (name: string, key: string): string => sections.get(name)?.get(key) ?? defaults?.get(key) ?? '';
  return [...sections.keys()]
    .filter((name) => name !== 'DEFAULT')
    .map((name) => ({
      name,
      syncUri: of(name, 'sync-uri'),
      location: of(name, 'location') || `/var/cache/binhost/${name}`,
    }));
}
