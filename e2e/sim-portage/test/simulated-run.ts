import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { makeTemporaryDirectory } from '@binhost/testkit';
import { afterAll } from 'vitest';
import type { EbuildDescription, HostDescription } from '../host-description.ts';
import { makeHost, type SimulatedHost, type SimulatedProgram } from '../make-host.ts';

/** What the tests of a file made is undone after the last of them. */
const undos: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const undo of undos.splice(0).reverse()) await undo();
});

/** A host in a temporary directory, which goes when the file's tests have run. */
export async function testHost(
  ebuilds: EbuildDescription[],
  more: Partial<HostDescription> = {},
): Promise<SimulatedHost> {
  const directory = await makeTemporaryDirectory();
  undos.push(() => directory.remove());
  return makeHost({ directory: join(directory.path, 'host'), repositories: [{ name: 'main', ebuilds }], ...more });
}

type Program = (argv: string[], env: Record<string, string | undefined>, output: Output) => Result | Promise<Result>;
type Result = { stdout?: string; stderr?: string; code: number };
type Output = Record<'out' | 'err', (text: string) => void>;

/** Where each program's function is; the programs in bin/ add only the process around it. */
const MODULES: Record<SimulatedProgram, [file: string, name: string]> = {
  emerge: ['commands/emerge.mjs', 'emerge'],
  portageq: ['commands/portageq.mjs', 'portageq'],
  'gpkg-sign': ['commands/gpkg-sign.mjs', 'gpkgSign'],
  gpg: ['gpg/gpg.mjs', 'gpg'],
};

/** Runs a program inside this process: a hundred times faster than starting it, and the same but for the process. */
export async function simulate(
  host: SimulatedHost,
  program: SimulatedProgram,
  args: string[],
  env: Record<string, string> = {},
) {
  const [file, name] = MODULES[program];
  const module = (await import(new URL(`../src/${file}`, import.meta.url).href)) as Record<string, Program>;
  const said = { out: '', err: '' };
  const output: Output = {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
  };
  const run = module[name] as Program;
  const { stdout = '', stderr = '', code } = await run(args, { ...host.env, ...env }, output);
  return { stdout: said.out + stdout, stderr: said.err + stderr, exitCode: code };
}

export function emerge(host: SimulatedHost, args: string[], env: Record<string, string> = {}) {
  return simulate(host, 'emerge', ['--color=n', '--nospinner', ...args], env);
}

/** Serves a directory, or answers by path, on a free port of 127.0.0.1. @returns its address, and the requests so far */
export async function serveFiles(
  directory: string,
): Promise<{ url: string; requests: string[]; close(): Promise<void> }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    readFile(join(directory, path)).then(
      (bytes) => {
        const stamp = /TIMESTAMP: (\d+)/.exec(bytes.toString('latin1'))?.[1];
        const since = Date.parse(request.headers['if-modified-since'] ?? '') / 1000;
        const status = stamp !== undefined && since >= Number(stamp) ? 304 : 200;
        requests.push(`${status} ${path}`);
        response.writeHead(status, stamp ? { 'last-modified': new Date(Number(stamp) * 1000).toUTCString() } : {});
        response.end(status === 200 ? bytes : undefined);
      },
      () => {
        requests.push(`404 ${path}`);
        response.writeHead(404).end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  undos.push(close);
  return { url: `http://127.0.0.1:${port}`, requests, close };
}
