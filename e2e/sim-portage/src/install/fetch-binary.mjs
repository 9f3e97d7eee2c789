/** Fetches a remote gpkg into the binrepos.conf entry's location and holds it to size, SHA1 and MD5 of the index. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** @returns {Promise<string | undefined>} the file; undefined: it could not be had, or is not what the index says */
export async function fetchBinary({ pkg, output }) {
  const file = join(pkg.source.location, pkg.path);
  const name = basename(file);
  if (!pkg.remote) return file;
  if (existsSync(file) && !mismatch(pkg, readFileSync(file))) {
    output.out(goodText(name));
    return file;
  }
  const partial = `${file}.partial`;
  const bytes = await download(`${pkg.source.uri}/${pkg.path}`, output);
  if (!bytes) return undefined;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(partial, bytes);
  const wrong = mismatch(pkg, bytes);
  if (wrong) {
    const aside = `${partial}._checksum_failure_.${Math.random().toString(36).slice(2, 10)}`;
    renameSync(partial, aside);
    output.out(`\n\n!!! Digest verification failed:\n!!! ${partial}\n!!! Reason: Failed on ${wrong.what} verification
!!! Got: ${wrong.got}\n!!! Expected: ${wrong.expected}\nFile renamed to '${aside}'\n`);
    return undefined;
  }
  renameSync(partial, file);
  output.out(goodText(name));
  return file;
}

const goodText = (name) => `${` * ${name} MD5 SHA1 size ;-) ...`.padEnd(73)}[ ok ]\n`;

async function download(uri, output) {
  output.out(`--  ${uri}\n`);
  try {
    const response = await fetch(uri, { signal: AbortSignal.timeout(60_000) });
    const bytes = Buffer.from(await response.arrayBuffer());
    if (response.ok) return bytes;
    output.out(`HTTP request sent, awaiting response... ${response.status} ${response.statusText}\n`);
  } catch (error) {
    output.out(`failed: ${error.cause?.message ?? error.message}\n`);
  }
  output.out(`!!! Couldn't download '${basename(uri)}'. Aborting.\n`);
  return undefined;
}

function mismatch(pkg, bytes) {
  if (bytes.length !== pkg.size) return { what: 'size', got: bytes.length, expected: pkg.size };
  for (const what of ['SHA1', 'MD5']) {
    const expected = pkg.metadata[what];
    const got = createHash(what.toLowerCase()).update(bytes).digest('hex');
    if (expected && got !== expected) return { what, got, expected };
  }
  return undefined;
}
