import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { decodeRecord, type PortageRecord } from './portage-record.ts';

/** What one run printed, and what Portage's objects say that it displayed. */
export interface PortageRun {
  stdout: string;
  stderr: string;
  record: PortageRecord;
}

export interface PortageDriver {
  /** Runs emerge on the world below `root`. Throws where no record came back. */
  run(root: string, argv: readonly string[], environment: Readonly<Record<string, string>>): Promise<PortageRun>;
  close(): Promise<void>;
}

const DRIVER = join(dirname(fileURLToPath(import.meta.url)), 'driver', 'emerge_driver.py');

/** One sentence with the way out where the real Portage can't be asked; undefined: it can. */
export function missingForPortage(portageDirectory: string | undefined): string | undefined {
  if (!portageDirectory) return 'needs PORTAGE_DIR: a directory with a checkout of Portage';
  if (!existsSync(join(portageDirectory, 'lib', '_emerge', 'main.py'))) {
    return `needs lib/_emerge/main.py below PORTAGE_DIR=${portageDirectory}: a checkout of Portage`;
  }
  return undefined;
}

/** Starts Python once; every run is a child of it. Without a bytecode cache: the checkout stays as it is. */
export function openPortage(portageDirectory: string): PortageDriver {
  const environment = {
    PATH: `/usr/bin${delimiter}/bin${delimiter}/usr/sbin${delimiter}/sbin`,
    PYTHONPATH: join(portageDirectory, 'lib'),
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONUTF8: '1',
    LC_ALL: 'C.UTF-8',
  };
  const python = execa('nice', ['-n', '15', 'python3', DRIVER], {
    env: environment,
    extendEnv: false,
    buffer: { stdout: false },
    reject: false,
  });
  const answers = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  return {
    async run(root, argv, given) {
      const files = {
        stdout: join(root, 'run/stdout'),
        stderr: join(root, 'run/stderr'),
        record: join(root, 'run/record'),
      };
      await mkdir(join(root, 'run'));
      await mkdir(join(root, 'usr/share/portage'), { recursive: true });
      // Package sets and defaults, which an installed Portage has there
      await symlink(join(portageDirectory, 'cnf'), join(root, 'usr/share/portage/config'));
      const request = { argv, environment: { PATH: environment.PATH, HOME: root, ...given, EPREFIX: root }, ...files };
      python.stdin.write(`${JSON.stringify(request)}\n`);
      const answer = await answers.next();
      if (answer.done) throw new Error(`expected an answer of Portage's driver, got its end: ${(await python).stderr}`);
      const [stdout, stderr] = await Promise.all([readFile(files.stdout, 'utf8'), readFile(files.stderr, 'utf8')]);
      return { stdout, stderr, record: decodeRecord(await readRecord(files.record, stderr)) };
    },
    async close() {
      python.stdin.end();
      await python;
    },
  };
}

async function readRecord(file: string, stderr: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Error(`expected a record of what Portage displayed, got none: ${stderr.slice(-2000)}`, { cause });
  });
}
