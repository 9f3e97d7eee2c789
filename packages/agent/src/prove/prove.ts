/**
 * STEP prove: whether what Portage now lists as `[binary]` from our index can really be installed here.
 * In: a look's rows and what the coordinator has said to be published. Out: one result per package, each with its reason.
 * Called by agent.ts after a look. It fetches through the node's own Portage into the place where the install looks, then
 * checks the file's digest, the signature on its Manifest, and every member against the Manifest (GLEP 78). What goes wrong
 * with a package is its result; it throws only where gpg cannot be run at all.
 */
import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BinhostError } from '@binhost/shared/errors';
import type { PublishedPackageOnWire } from '@binhost/shared/protocol';
import type { Clock } from '@binhost/shared/time';
import type { BinaryRepository } from '../collect/binrepos.ts';
import type { AgentConfig } from '../config/agent-config.ts';
import type { Logger } from '../log.ts';
import type { ProgramRun } from '../programs/run-program.ts';
import { type Situation, situationSentence } from '../situations.ts';
import { candidateFiles, type FilePlaces } from './candidate-files.ts';
import { fetchForbidden, type ProofResult } from './choose-proofs.ts';
import { manifestDifference, readGpkg } from './gpkg-file.ts';
import { judgeSignature } from './judge-signature.ts';
import { packageUrl } from './package-url.ts';
import type { ProvenFile, ProvenMemory } from './proven-memory.ts';
import { rangeReader } from './read-range.ts';
import { readRemoteManifest, remoteDifference } from './remote-manifest.ts';
import { runFetch } from './run-fetch.ts';
import { runGpgVerify } from './run-gpg.ts';

export interface ProveParts {
  config: AgentConfig;
  memory: ProvenMemory;
  /** PKGDIR of the node; empty: not known. */
  packageDirectory: string;
  /** The entries of binrepos.conf. */
  repositories: readonly BinaryRepository[];
  /** The pool's address, to say where its key is; null: not known. */
  packagesUrl: string | null;
  /** Why no proof may count now; undefined: they may. */
  blocked: Situation | undefined;
  clock: Clock;
  log: Logger;
  signal?: AbortSignal | undefined;
}

type Package = PublishedPackageOnWire;

export async function prove(packages: readonly Package[], parts: ProveParts): Promise<ProofResult[]> {
  if (packages.length === 0) return [];
  parts.log.debug({ packages: packages.length }, 'proving');
  const { blocked } = parts;
  if (blocked) {
    const reason = situationSentence(blocked);
    return packages.map(({ cpv, buildId }) => ({ cpv, buildId, outcome: 'not-proven', reason }));
  }
  const { root } = parts.config.portage;
  const places = { repositories: parts.repositories, packageDirectory: parts.packageDirectory, root };
  const fetched = await fetchMissing(packages, places, parts);
  const results: ProofResult[] = [];
  for (const one of packages) {
    results.push({ cpv: one.cpv, buildId: one.buildId, ...(await proveOne(one, fetched.get(one), places, parts)) });
  }
  parts.memory.save();
  parts.log.info({ packages: packages.length, proven: results.filter(isProven).length }, 'proved');
  return results;
}

type Verdict = Pick<ProofResult, 'outcome' | 'reason'>;

function isProven({ outcome }: ProofResult): boolean {
  return outcome === 'proven';
}

/** Packages asked of one emerge; when it fails, each is asked for by itself, since one bad package fails the whole call. */
const FETCH_TOGETHER = 25;

/** @returns why a package was not fetched; nothing for those that are here */
async function fetchMissing(
  packages: readonly Package[],
  places: FilePlaces,
  parts: ProveParts,
): Promise<Map<Package, Verdict>> {
  const verdicts = new Map<Package, Verdict>();
  const missing: Package[] = [];
  for (const one of packages) {
    if (await findFile(one, places)) continue;
    const forbidden = fetchForbidden(one.size, parts.config.prove, await freeBytes(one, places));
    if (forbidden) verdicts.set(one, { outcome: 'not-proven', reason: forbidden });
    else missing.push(one);
  }
  for (let at = 0; at < missing.length && !parts.signal?.aborted; at += FETCH_TOGETHER) {
    await fetchTogether(missing.slice(at, at + FETCH_TOGETHER), parts, verdicts);
  }
  return verdicts;
}

async function fetchTogether(packages: Package[], parts: ProveParts, verdicts: Map<Package, Verdict>): Promise<void> {
  const { emerge } = parts.config.portage;
  const failure = await runFetch(emerge, packages, limitsOf(parts));
  if (!failure) return;
  for (const one of packages) {
    if (parts.signal?.aborted) return;
    const why = packages.length === 1 ? failure : await runFetch(emerge, [one], limitsOf(parts));
    if (why) verdicts.set(one, { outcome: 'fetch-failed', reason: why });
  }
}

async function proveOne(
  one: Package,
  unfetched: Verdict | undefined,
  places: FilePlaces,
  parts: ProveParts,
): Promise<Verdict> {
  if (parts.config.prove.mode === 'manifest' && unfetched?.outcome === 'not-proven') return proveRemote(one, parts);
  if (unfetched) return unfetched;
  const verdict = await proveThere(one, places, parts);
  if (verdict.outcome !== 'fetch-failed') return verdict;
  // A file that was here before, and is not what was published: Portage replaces what fails its own checks.
  const failure = await runFetch(parts.config.portage.emerge, [one], limitsOf(parts));
  return failure ? fetchFailed(failure) : proveThere(one, places, parts);
}

/** Only the signed Manifest is read, from where the node's own Portage would fetch the package. */
async function proveRemote(one: Package, parts: ProveParts): Promise<Verdict> {
  const { config, memory, clock } = parts;
  const url = packageUrl(one.path, parts);
  if (!url) return { outcome: 'not-proven', reason: 'The coordinator did not say where its packages are.' };
  const file: ProvenFile = { path: url.href, size: one.size, mtimeMs: 0, sha512: one.sha512 };
  if (memory.has(file)) return PROVEN;
  const limit = new AbortController();
  const done = new AbortController();
  void clock.sleep(config.prove.timeLimit, done.signal).then(() => limit.abort());
  try {
    const signal = parts.signal ? AbortSignal.any([limit.signal, parts.signal]) : limit.signal;
    const found = await readRemoteManifest(one.size, rangeReader({ url, size: one.size, signal }));
    const verdict = await checkSignature(url.href, { ...found, difference: remoteDifference(found) }, parts);
    if (verdict.outcome === 'proven') memory.add(file);
    return verdict;
  } catch (error) {
    if (error instanceof BinhostError) throw error;
    return fetchFailed(`${url.href}: its Manifest could not be read: ${(error as Error).message}.`);
  } finally {
    done.abort();
  }
}

async function proveThere(one: Package, places: FilePlaces, parts: ProveParts): Promise<Verdict> {
  const path = await findFile(one, places);
  if (!path) {
    return fetchFailed(
      `Portage says it fetched ${one.path}, but no such file of ${one.size} bytes is where it keeps them.`,
    );
  }
  try {
    return await proveFile(one, path, parts);
  } catch (error) {
    if (error instanceof BinhostError && error.code === 'PACKAGE_BROKEN') return fetchFailed(`${error.message}.`);
    throw error;
  }
}

function fetchFailed(reason: string): Verdict {
  return { outcome: 'fetch-failed', reason };
}

async function proveFile(one: Package, path: string, parts: ProveParts): Promise<Verdict> {
  const { size, mtimeMs } = await stat(path);
  const file: ProvenFile = { path, size, mtimeMs, sha512: one.sha512 };
  if (parts.memory.has(file)) return PROVEN;
  const contents = await readGpkg(path);
  if (contents.sha512 !== one.sha512) {
    return fetchFailed(
      `${path} is not the file that the coordinator published: another binhost serves it, or it was changed ` +
        'and Portage did not fetch it again. Delete the file, or give our binhost the higher priority.',
    );
  }
  const signed = { manifestText: contents.manifestText ?? '', difference: manifestDifference(contents) };
  const verdict = await checkSignature(path, signed, parts);
  if (verdict.outcome === 'proven') parts.memory.add(file);
  return verdict;
}

const PROVEN: Verdict = { outcome: 'proven', reason: '' };

interface SignedManifest {
  manifestText: string;
  /** How the package differs from it; undefined: not at all. */
  difference: string | undefined;
}

async function checkSignature(path: string, signed: SignedManifest, parts: ProveParts): Promise<Verdict> {
  const { difference, manifestText } = signed;
  if (difference) return { outcome: 'signature-failed', reason: `${path}: ${difference}.` };
  const { gpg, gnupgHome } = parts.config.portage;
  const status = await runGpgVerify({ gpg, gnupgHome, signedText: manifestText }, limitsOf(parts));
  const keyUrl = parts.packagesUrl === null ? null : `${parts.packagesUrl}/key.asc`;
  const verdict = judgeSignature(status, { gnupgHome, keyUrl });
  return verdict.good ? PROVEN : { outcome: 'signature-failed', reason: verdict.reason };
}

/** The file as Portage would use it: of the published size, wherever Portage keeps what it fetched. */
async function findFile(one: Package, places: FilePlaces): Promise<string | undefined> {
  for (const path of candidateFiles(one.path, places)) {
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() && found.size === one.size) return path;
  }
  return undefined;
}

/** Of the nearest directory that is there already. */
async function freeBytes(one: Package, places: FilePlaces): Promise<number | undefined> {
  let directory = candidateFiles(one.path, places)[0];
  while (directory !== undefined && directory !== dirname(directory)) {
    directory = dirname(directory);
    const found = await statfs(directory).catch(() => undefined);
    if (found) return found.bavail * found.bsize;
  }
  return undefined;
}

function limitsOf({ config, clock, signal }: ProveParts): Omit<ProgramRun, 'argv' | 'env'> {
  const { prove: limits, look } = config;
  return { timeLimitMs: limits.timeLimit, maxOutputBytes: look.maxOutput, nice: look.nice, clock, signal };
}
