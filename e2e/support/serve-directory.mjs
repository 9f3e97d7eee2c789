/**
 * Serves the files of one directory by plain HTTP, as a binhost or a mirror does that is not ours.
 *   node serve-directory.mjs DIRECTORY PORT
 */
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';

const [directory = '.', port = '0'] = process.argv.slice(2);

createServer((request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, 'http://here').pathname));
  const file = join(directory, path);
  const status = statSync(file, { throwIfNoEntry: false });
  if (!status?.isFile()) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-length': status.size, 'last-modified': status.mtime.toUTCString() });
  if (request.method === 'HEAD') response.end();
  else createReadStream(file).pipe(response);
}).listen(Number(port));
