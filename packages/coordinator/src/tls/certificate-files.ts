import { X509Certificate } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { coordinatorError } from '../coordinator-errors.ts';
import type { CertifiedKey } from './make-certificates.ts';

/**
 * The directory of the coordinator's own certificates, closed to everybody but the user that runs `serve`:
 *
 *   tls/ca.pem, ca-key.pem       made once; who has the key can pretend to be the coordinator
 *   tls/leaf.pem, leaf-key.pem   of the control listener; renewed, may be deleted at any time
 */
export async function openCertificateDirectory(directory: string): Promise<void> {
  try {
    // The directory above is others' too.
    await mkdir(dirname(directory), { recursive: true });
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const { uid } = await stat(directory);
    if (uid !== process.getuid?.()) throw new Error(`it belongs to the user ${uid}`);
    await chmod(directory, 0o700);
  } catch (cause) {
    throw unusable(`expected ${directory} as a directory of our own: ${(cause as Error).message}`, {
      hint: 'Let it belong to the user that runs serve.',
      cause,
    });
  }
}

/**
 * @param name `ca` or `leaf`
 * @returns undefined where the pair is not there, or not whole
 * @throws TLS_UNUSABLE where a file cannot be read
 */
export async function readPair(directory: string, name: 'ca' | 'leaf'): Promise<CertifiedKey | undefined> {
  const [certificate, key] = await Promise.all([
    readIfThere(join(directory, `${name}.pem`)),
    readIfThere(join(directory, `${name}-key.pem`)),
  ]);
  if (certificate !== undefined && key !== undefined) return { certificate, key };
  // A key alone was being made when the machine stopped. A CA alone was trusted by nodes, its key is lost.
  if (name === 'leaf' || certificate === undefined) return undefined;
  throw unusable(`expected ca-key.pem beside ca.pem in ${directory}, got none`, {
    hint: 'Restore it from a backup. If it is lost, delete the whole directory: every node must then join again.',
  });
}

/** The key first: a certificate without its key is never there. @throws TLS_UNUSABLE */
export async function writePair(
  directory: string,
  name: 'ca' | 'leaf',
  { certificate, key }: CertifiedKey,
): Promise<void> {
  try {
    await replaceFile(join(directory, `${name}-key.pem`), key);
    await replaceFile(join(directory, `${name}.pem`), certificate);
  } catch (cause) {
    throw unusable(`expected to write ${name}.pem and its key in ${directory}: ${(cause as Error).message}`, {
      hint: 'Let the user that runs serve write there.',
      cause,
    });
  }
}

/** The operator's own files. @throws TLS_UNUSABLE naming the setting */
export async function readOwnFiles(files: { cert: string; key: string }): Promise<CertifiedKey> {
  const read = async (setting: 'cert' | 'key'): Promise<string> => {
    try {
      return await readFile(files[setting], 'utf8');
    } catch (cause) {
      throw unusable(
        `control.${setting}: expected a readable PEM file, got '${files[setting]}': ${(cause as Error).message}`,
        {
          hint: 'Let the user that runs serve read it, or set control.tls = "auto".',
          cause,
        },
      );
    }
  };
  return { certificate: await read('cert'), key: await read('key') };
}

/** The first certificate of the PEM text. @throws TLS_UNUSABLE naming what it was read from */
export function parseCertificate(pem: string, from: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw unusable(`${from}: expected a certificate in PEM: ${(cause as Error).message}`, {
      hint: 'See docs/config-coordinator.md, control.tls.',
      cause,
    });
  }
}

export function unusable(message: string, detail: { hint: string; cause?: unknown }) {
  return coordinatorError('TLS_UNUSABLE', message, detail);
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(`expected to read ${file}: ${(cause as Error).message}`, {
      hint: 'Let the user that runs serve read it.',
      cause,
    });
  }
}

async function replaceFile(file: string, text: string): Promise<void> {
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.chmod(0o600);
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
}
