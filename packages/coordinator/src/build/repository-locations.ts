/** Where each repository lies, by name, from a repos.conf as `portageq repos_config` prints it. */
export function locationsByName(repositories: string): Map<string, string> {
  const found = new Map<string, string>();
  let name = '';
  for (const line of repositories.split('\n')) {
    name = /^\s*\[(.+)\]\s*$/.exec(line)?.[1] ?? name;
    const location = /^\s*location\s*=\s*(\/.*?)\/*\s*$/.exec(line)?.[1];
    if (location !== undefined) found.set(name, location);
  }
  return found;
}
