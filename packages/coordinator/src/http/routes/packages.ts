import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { coordinatorError } from '../../coordinator-errors.ts';

/**
 * `/packages/POOL/…`: the published directories, read-only. Index, gpkg files and public key go out as they lie on disk:
 * no compression, so that Range and the index's digests hold; Last-Modified is the file's time, which the publisher
 * sets to the index's TIMESTAMP. Nothing whose name begins with a dot is served, and no link that leads out of the directory.
 *
 * @param packagesDir paths.packages
 */
export function packagesRoutes(app: FastifyInstance, packagesDir: string): void {
  app.addHook('onRequest', async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return;
    if (!(await staysInside(packagesDir, request.url))) {
      throw coordinatorError('NOT_FOUND', `expected a published file, got ${request.url.slice(0, 200)}`);
    }
  });
  void app.register(staticFiles, {
    root: packagesDir,
    prefix: '/packages/',
    index: false,
    list: false,
    redirect: false,
    dotfiles: 'ignore',
    preCompressed: false,
    // An index is replaced in place: clients must ask whether theirs is still the newest.
    cacheControl: false,
    setHeaders: (reply) => {
      void reply.header('Cache-Control', 'no-cache');
      void reply.header('X-Content-Type-Options', 'nosniff');
    },
  });
}

/** False for names with a dot in front, for anything that climbs, and for links that lead out. */
async function staysInside(packagesDir: string, url: string): Promise<boolean> {
  const names = pathNames(url);
  if (names === undefined || names.some((name) => name.startsWith('.') || /[\0\\/]/.test(name))) return false;
  if (names[0] !== 'packages') return true;
  try {
    const [directory, file] = await Promise.all([
      realpath(packagesDir),
      realpath(join(packagesDir, ...names.slice(1))),
    ]);
    return file.startsWith(directory + sep);
  } catch {
    // Not there: the file server says so.
    return true;
  }
}

/** @returns the decoded parts of a URL's path; undefined where its escapes are broken */
function pathNames(url: string): string[] | undefined {
  try {
    const path = url.split(/[?#]/)[0] ?? '';
    return path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
