import { realpath, stat } from 'node:fs/promises';
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
  void app.register(staticFiles, {
    root: packagesDir,
    // The route is ours: the router would leave `%2B` in a path as it is, and half of the C++ libraries have a plus.
    serve: false,
    redirect: false,
    index: false,
    preCompressed: false,
    cacheControl: false,
    setHeaders: (reply) => {
      // An index is replaced in place: clients must ask whether theirs is still the newest.
      void reply.header('Cache-Control', 'no-cache');
      void reply.header('X-Content-Type-Options', 'nosniff');
    },
  });
  app.get('/packages/*', async (request, reply) => {
    const file = await publishedFile(packagesDir, request.url);
    if (file !== undefined) return reply.sendFile(file);
    throw coordinatorError('NOT_FOUND', `expected a published file, got ${request.url.slice(0, 200)}`);
  });
}

/** @returns the path below packagesDir; undefined for what is no file there, begins with a dot, climbs, or leads out */
async function publishedFile(packagesDir: string, url: string): Promise<string | undefined> {
  const names = pathNames(url).slice(1);
  if (names.length === 0 || names.some((name) => name.startsWith('.') || /[\0\\/]/.test(name))) return undefined;
  const path = names.join('/');
  try {
    const [directory, file] = await Promise.all([realpath(packagesDir), realpath(join(packagesDir, path))]);
    return file.startsWith(directory + sep) && (await stat(file)).isFile() ? path : undefined;
  } catch {
    return undefined;
  }
}

/** @returns the decoded parts of a URL's path; none where its escapes are broken */
function pathNames(url: string): string[] {
  const path = url.split(/[?#]/)[0] ?? '';
  try {
    return path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return [];
  }
}
