import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '@binhost/shared/time';
import { agentError } from '../agent-errors.ts';
import { manifestDifference, readGpkg } from '../prove/gpkg-file.ts';
import { judgeSignature } from '../prove/judge-signature.ts';
import { runGpgVerify } from '../prove/run-gpg.ts';

export interface ProbeQuestion {
  /** `sync-uri` of the pool. */
  packagesUrl: string;
  /** Below it. */
  probePath: string;
  fingerprint: string;
  gpg: readonly string[];
  gnupgHome: string;
  timeLimitMs: number;
  clock: Clock;
  signal: AbortSignal;
}

/** The probe has a few kilobytes. */
const MAX_PROBE_BYTES = 1024 * 1024;

/**
 * Fetches the probe package as Portage would fetch a real one, and verifies it with Portage's own keyring.
 *
 * @throws JOIN_FAILED saying which of the two did not work
 */
export async function proveProbe(question: ProbeQuestion): Promise<void> {
  const { packagesUrl, probePath, gpg, gnupgHome, fingerprint, clock, signal, timeLimitMs } = question;
  const url = `${packagesUrl.replace(/\/+$/, '')}/${probePath}`;
  const directory = await mkdtemp(join(tmpdir(), 'binhost-agent-'));
  try {
    const file = join(directory, 'probe.gpkg.tar');
    await fetchTo(file, new URL(url), { timeLimitMs, signal }).catch((cause: Error) => {
      throw agentError('JOIN_FAILED', `${url}: expected the probe package: ${cause.message}`, {
        hint: 'See that this node reaches that address; packages.url on the binhost says another one.',
        cause,
      });
    });
    const contents = await readGpkg(file);
    const difference = manifestDifference(contents);
    if (difference) throw untrue(url, difference);
    const limits = { timeLimitMs: 60_000, maxOutputBytes: 1024 * 1024, nice: 0, clock, signal };
    const status = await runGpgVerify({ gpg, gnupgHome, signedText: contents.manifestText ?? '' }, limits);
    const verdict = judgeSignature(status, { gnupgHome, keyUrl: `${packagesUrl}/key.asc` });
    if (!verdict.good) throw untrue(url, verdict.reason);
    if (verdict.fingerprint !== fingerprint) throw untrue(url, `it is signed by ${verdict.fingerprint}`);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function untrue(url: string, why: string) {
  return agentError('JOIN_FAILED', `${url}: expected a package that Portage here would install: ${why}`, {
    hint: 'Run the same line again; if it stays, tell the owner of the binhost.',
  });
}

async function fetchTo(file: string, url: URL, limits: { timeLimitMs: number; signal: AbortSignal }): Promise<void> {
  const response = await get(url, limits);
  if (response.statusCode !== 200) {
    response.destroy();
    throw new Error(`got HTTP ${response.statusCode}`);
  }
  let size = 0;
  await pipeline(
    response,
    async function* bounded(chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        size += chunk.length;
        if (size > MAX_PROBE_BYTES) throw new Error(`it is larger than ${MAX_PROBE_BYTES} bytes`);
        yield chunk;
      }
    },
    createWriteStream(file),
  );
}

function get(
  url: URL,
  { timeLimitMs, signal }: { timeLimitMs: number; signal: AbortSignal },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const call = (url.protocol === 'https:' ? tlsRequest : plainRequest)(
      url,
      { signal, timeout: timeLimitMs },
      resolve,
    );
    call.once('timeout', () => call.destroy(new Error(`no answer within ${timeLimitMs / 1000} s`)));
    call.once('error', reject);
    call.end();
  });
}
