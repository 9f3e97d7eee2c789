/**
 * Real OpenRC needs root (mounts, users), Linux, and leave to fetch Debian's packages.
 *
 * @returns why the tests can't run here, with the line that makes them run; undefined: they can
 */
export function missingForOpenrc(): string | undefined {
  const command = 'as root, on Debian: apt-get update && BINHOST_TEST_INSTALL=1 npm test';
  if (process.platform !== 'linux') return `OpenRC needs Linux; ${command}`;
  if (process.env.BINHOST_TEST_INSTALL !== '1')
    return `Debian's openrc may only be fetched with BINHOST_TEST_INSTALL=1; ${command}`;
  if (process.getuid?.() !== 0) return `a root file system of its own needs root; ${command}`;
  return undefined;
}
