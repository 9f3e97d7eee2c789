/**
 * The consolidated `metadata` file that newer Portage keeps beside the single files of an entry of /var/db/pkg:
 * `#format=1`, one `KEY=value` a line, at last `#dir_mtime=`, the nanoseconds of the directory's mtime.
 *
 * @param directoryMtimeNs mtime of the entry's directory now
 * @returns values by key; undefined where the file is stale, cut off or of another format, so that the single files count
 */
export function parseInstalledMetadata(text: string, directoryMtimeNs: bigint): Map<string, string> | undefined {
  const values = new Map<string, string>();
  let format: string | undefined;
  let stamp: string | undefined;
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    if (at < 0) continue;
    const key = line.slice(0, at);
    const value = line.slice(at + 1);
    if (key === '#format') format = value;
    else if (key === '#dir_mtime') stamp = value;
    else if (!key.startsWith('#')) values.set(key, value);
  }
  return format === '1' && stamp === String(directoryMtimeNs) ? values : undefined;
}
