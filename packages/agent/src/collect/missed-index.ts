/**
 * Whether a look could not reach our own binhost: it says so once it has an index, and then there is a reason to look again.
 * Another binhost's absence is no such reason, since ours publishes often. Pure.
 *
 * @param packagesUrl where our packages are; null: not known, so that any binhost may be ours
 */
export function missedOurIndex(
  problems: readonly { code: string; message: string }[],
  packagesUrl: string | null,
): boolean {
  return problems.some(({ code, message }) => {
    if (code !== 'binhost-unreachable') return false;
    const [named] = /https?:\/\/[^\s,]+/.exec(message) ?? [];
    return named === undefined || packagesUrl === null || pathOf(named).startsWith(pathOf(packagesUrl));
  });
}

/** A host has many names: the path is what tells one binhost from another. */
function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname.replace(/\/+$/, '') : url;
}
