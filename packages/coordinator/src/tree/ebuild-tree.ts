/**
 * What the binhost's own ebuild repositories say. In: cat/name-version and repository. Out: the ebuild's metadata, from the
 * repository's md5-cache where it is there and fits the ebuild, else asked of portageq (0.4 s a call, hence the bound and the
 * memory). Used by demand and plan. May fail with PORTAGE_FAILED, retryable; a failing Portage is never taken for "no such ebuild".
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCpv } from '@binhost/shared/portage';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Logger } from '../log.ts';
import { type EbuildMetadata, METADATA_KEYS, parseMd5Cache, parsePortageqMetadata } from './ebuild-metadata.ts';
import { fileStamp } from './file-stamp.ts';
import { readPortageq } from './read-portageq.ts';
import { openRepositories, type Repositories } from './repositories.ts';
import { makeTurnstile } from './turnstile.ts';

export interface EbuildTree extends Repositories {
  /**
   * @returns undefined where the repository is not there, has no such ebuild, or has one that Portage cannot read
   * @throws PORTAGE_FAILED
   */
  metadata(cpv: string, repository: string): Promise<EbuildMetadata | undefined>;
  /** The same as far as the md5-cache tells it: for questions about thousands, where a gap does little harm. */
  cachedMetadata(cpv: string, repository: string): Promise<EbuildMetadata | undefined>;
  /** MD5 of the ebuild as it is now, hex; undefined where there is none. @throws PORTAGE_FAILED */
  ebuildMd5(cpv: string, repository: string): Promise<string | undefined>;
}

/** portageq calls at a time: each is a Python start, and builds want the processors too. */
const PORTAGEQ_CALLS = 4;

export function openEbuildTree({ config, log }: { config: CoordinatorConfig; log: Logger }): EbuildTree {
  const { portage } = config;
  const inTurn = makeTurnstile(PORTAGEQ_CALLS);
  const known: Memory = new Map();
  const cached: Memory = new Map();
  const { repositories, revisions } = openRepositories(portage, inTurn);

  async function filesOf(cpv: string, repository: string): Promise<EbuildFiles | undefined> {
    const location = (await repositories()).get(repository);
    const parts = parseCpv(cpv);
    if (location === undefined || !parts) return undefined;
    const pf = `${parts.name}-${parts.version}`;
    return {
      ebuild: join(location, parts.category, parts.name, `${pf}.ebuild`),
      cache: join(location, 'metadata/md5-cache', parts.category, pf),
    };
  }

  async function ebuildMd5(cpv: string, repository: string): Promise<string | undefined> {
    const files = await filesOf(cpv, repository);
    const content = files && (await readFile(files.ebuild).catch(() => undefined));
    return content && md5(content);
  }

  async function metadata(cpv: string, repository: string): Promise<EbuildMetadata | undefined> {
    const files = await filesOf(cpv, repository);
    if (!files) return undefined;
    const ask = (): Promise<EbuildMetadata | undefined> => inTurn(() => askMetadata(cpv, repository));
    return remember(known, files, async () => (await fromCache(files)) ?? ask());
  }

  async function cachedMetadata(cpv: string, repository: string): Promise<EbuildMetadata | undefined> {
    const files = await filesOf(cpv, repository);
    return files && remember(cached, files, () => fromCache(files));
  }

  async function askMetadata(cpv: string, repository: string): Promise<EbuildMetadata | undefined> {
    const answer = await readPortageq(portage, ['metadata', '/', 'ebuild', `${cpv}::${repository}`, ...METADATA_KEYS]);
    if (answer.exitCode === 0) return parsePortageqMetadata(answer.stdout);
    // the file is there, so this is an ebuild that Portage cannot source
    if (!answer.stderr.includes(NOT_FOUND)) throw answerless(cpv, repository, answer.stderr);
    log.warn({ step: 'tree', cpv, repository, stderr: answer.stderr.slice(-500) }, 'ebuild unreadable');
    return undefined;
  }

  return { metadata, cachedMetadata, ebuildMd5, repositories, revisions };
}

interface EbuildFiles {
  ebuild: string;
  cache: string;
}

/** What was read of an ebuild, while neither it nor its cache is written again. */
type Memory = Map<string, { stamp: string; metadata: Promise<EbuildMetadata | undefined> }>;

async function remember(
  memory: Memory,
  { ebuild, cache }: EbuildFiles,
  read: () => Promise<EbuildMetadata | undefined>,
): Promise<EbuildMetadata | undefined> {
  const [ebuildStamp, cacheStamp] = await Promise.all([fileStamp(ebuild), fileStamp(cache)]);
  if (ebuildStamp === undefined) return undefined;
  const stamp = `${ebuildStamp} ${cacheStamp}`;
  const there = memory.get(ebuild);
  if (there?.stamp === stamp) return there.metadata;
  const found = read();
  memory.set(ebuild, { stamp, metadata: found });
  found.catch(() => memory.delete(ebuild));
  return found;
}

/** How portageq says that it has no such package, or none that it can read. */
const NOT_FOUND = 'Package not found';

function answerless(cpv: string, repository: string, stderr: string): Error {
  const said = stderr.trim().split('\n').at(-1) || 'nothing';
  return coordinatorError('PORTAGE_FAILED', `expected metadata of ${cpv}::${repository}, portageq said: ${said}`, {
    hint: "Run 'portageq metadata / ebuild CPV::REPOSITORY SLOT' by hand. It is tried again by itself.",
    retryable: true,
  });
}

/** The cached metadata, if it was made from the ebuild as it is now. */
async function fromCache({ cache, ebuild }: EbuildFiles): Promise<EbuildMetadata | undefined> {
  const text = await readFile(cache, 'utf8').catch(() => undefined);
  const parsed = text === undefined ? undefined : parseMd5Cache(text);
  if (!parsed) return undefined;
  if (parsed.ebuildMd5 === null) return parsed.metadata;
  const content = await readFile(ebuild).catch(() => undefined);
  const fits = content !== undefined && md5(content) === parsed.ebuildMd5;
  return fits ? parsed.metadata : undefined;
}

function md5(content: Buffer): string {
  return createHash('md5').update(content).digest('hex');
}
