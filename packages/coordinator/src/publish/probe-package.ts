import { createHash } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import type { PoolPublisher } from './pool-publisher.ts';
import { PROBE_DIRECTORY } from './published-directory.ts';
import { runGpkgSign } from './run-gpkg-sign.ts';

/**
 * The probe: a signed package of a few hundred bytes that no index names and nobody installs. A node that joins fetches it
 * and verifies it, so it knows before the first real package that the address, the key and its keyring are right.
 * One per signing key, made at the publisher's start.
 */
export function probeName(fingerprint: string): string {
  return `${PROBE_DIRECTORY}/binhost-probe-${fingerprint}.gpkg.tar`;
}

/** @returns its path below the pool's directory; undefined: it has not been made yet */
export async function findProbe(poolDirectory: string, fingerprint: string): Promise<string | undefined> {
  const path = probeName(fingerprint);
  const found = await stat(join(poolDirectory, path)).catch(() => undefined);
  return found?.isFile() ? path : undefined;
}

/** Makes and signs the probe where there is none by this key. @throws SIGNING_FAILED */
export async function placeProbe({ paths, gpg, fingerprint, config, log }: ProbePublisher): Promise<void> {
  if (await findProbe(paths.published, fingerprint)) return;
  await mkdir(paths.work, { recursive: true, mode: 0o700 });
  await mkdir(join(paths.published, PROBE_DIRECTORY), { recursive: true, mode: 0o755 });
  const draft = join(paths.work, 'probe.gpkg.tar');
  try {
    await writeFile(draft, await unsignedProbe());
    await runGpkgSign(draft, { gpkgSign: config.portage.gpkgSign, gpg, fingerprint });
    await rename(draft, join(paths.published, probeName(fingerprint)));
  } finally {
    await rm(draft, { force: true });
  }
  log.info({ fingerprint }, 'made probe package');
}

type ProbePublisher = Pick<PoolPublisher, 'paths' | 'gpg' | 'fingerprint' | 'config' | 'log'>;

const DIRECTORY = 'binhost-probe-1-1';

/** An unsigned package by GLEP 78: metadata, an image with nothing in it, and the Manifest of both. */
async function unsignedProbe(): Promise<Uint8Array> {
  const metadata = await packTar(
    Object.entries(METADATA).map(([name, value]) => file(`metadata/${name}`, `${value}\n`)),
  );
  const image = await packTar([file('image/.probe', '')]);
  const members: [string, Uint8Array][] = [
    ['gpkg-1', new Uint8Array()],
    ['metadata.tar.gz', gzipSync(metadata)],
    ['image.tar.gz', gzipSync(image)],
  ];
  const manifest = members.map(([name, bytes]) => manifestLine(name, bytes)).join('');
  const all: [string, Uint8Array | string][] = [...members, ['Manifest', manifest]];
  return packTar(all.map(([name, body]) => file(`${DIRECTORY}/${name}`, body)));
}

const METADATA = {
  BUILD_ID: '1',
  BUILD_TIME: '1700000000',
  CATEGORY: 'app-misc',
  DESCRIPTION: 'Shows that packages of this binhost can be fetched and verified',
  EAPI: '8',
  PF: 'binhost-probe-1',
  repository: 'binhost',
  SLOT: '0',
};

function manifestLine(name: string, bytes: Uint8Array): string {
  const digest = (algorithm: string) => createHash(algorithm).update(bytes).digest('hex');
  return `DATA ${name} ${bytes.length} BLAKE2B ${digest('blake2b512')} SHA512 ${digest('sha512')}\n`;
}

function file(name: string, content: Uint8Array | string) {
  const body = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return { header: { name, size: body.length, type: 'file' as const, mode: 0o644, mtime: new Date(1.7e12) }, body };
}
