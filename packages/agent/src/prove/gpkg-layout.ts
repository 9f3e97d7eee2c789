/** Where the members of a gpkg lie. Pure; for a fetched file (gpkg-file.ts) and one read over the network (remote-manifest.ts). */
export interface PlacedMember {
  /** Whole name in the archive: `fuse-2.6.1-1/Manifest`. */
  path: string;
  /** A regular file: no directory, link, device or pipe. */
  isFile: boolean;
}

/**
 * Whether every member is a regular file directly in the gpkg's one directory, and there once. What is not could be unpacked
 * in place of what the Manifest vouches for.
 *
 * @returns what is wrong in words; undefined: nothing
 */
export function layoutDifference(members: readonly PlacedMember[]): string | undefined {
  const seen = new Set<string>();
  let directory: string | undefined;
  for (const { path, isFile } of members) {
    if (!isFile) return `${path} is no regular file`;
    const [parent = '', name = '', ...deeper] = path.split('/');
    const isDirect = name !== '' && deeper.length === 0 && !['', '.', '..'].includes(parent);
    if (!isDirect) return `${path} does not lie directly in one directory`;
    directory ??= parent;
    if (parent !== directory) return `${path} lies outside of ${directory}`;
    if (seen.has(path)) return `${name} is there twice`;
    seen.add(path);
  }
  return undefined;
}
