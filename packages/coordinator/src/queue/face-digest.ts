import { createHash } from 'node:crypto';
import type { FacePackage } from './build-job.ts';

/** Names a face: SHA-256 of its canonical JSON, hex, first 32 characters. The order of packages and flags does not matter. */
export function faceDigest(face: readonly FacePackage[]): string {
  const packages = face
    .map(({ cpv, repository, useEnabled, useDisabled }) => [
      cpv,
      repository,
      [...useEnabled].sort(),
      [...useDisabled].sort(),
    ])
    .map((fields) => JSON.stringify(fields))
    .sort();
  return createHash('sha256').update(packages.join('\n')).digest('hex').slice(0, 32);
}
