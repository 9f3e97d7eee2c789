import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BinaryRepository } from '../collect/binrepos.ts';
import type { AgentConfig } from '../config/agent-config.ts';
import type { Situation } from '../situations.ts';
import { cachePath, entriesOfPool, judgeIndex, publishedForm, type ToldIndex } from './judge-index.ts';
import { judgeKeyring, type KeyringPath, type VerifyUser } from './judge-keyring.ts';

export interface KnownOfPool {
  packagesUrl: string | null;
  /** null: the coordinator has said of none. */
  index: ToldIndex | null;
  repositories: readonly BinaryRepository[];
}

/**
 * What on this node would keep published packages from being used, whatever their proofs say: no entry in binrepos.conf,
 * another index than the published one, a keyring that Portage can't read. Never throws for what it finds.
 */
export async function checkClient(
  known: KnownOfPool,
  { config, isListWhole }: { config: AgentConfig; isListWhole: boolean },
): Promise<Situation[]> {
  const keyring = await checkKeyring(config.portage.gnupgHome);
  if (known.packagesUrl === null) return present([keyring]);
  const entries = entriesOfPool(known.repositories, known.packagesUrl);
  // Where nothing could be read of the node, nothing is known of its entries either.
  if (entries.length === 0) return present([isListWhole ? notConfigured(known.packagesUrl) : undefined, keyring]);
  const index =
    isListWhole && known.index !== null ? await checkIndex(entries, known.index, config.portage.root) : undefined;
  return present([index, keyring]);
}

function present(list: readonly (Situation | undefined)[]): Situation[] {
  return list.filter((one) => one !== undefined);
}

function notConfigured(packagesUrl: string): Situation {
  return { code: 'binhost-not-configured', detail: `The packages are at ${packagesUrl}.` };
}

/** Larger ones are no index that Portage could use. */
const MAX_INDEX_BYTES = 256 * 1024 * 1024;

async function checkIndex(
  entries: readonly BinaryRepository[],
  told: ToldIndex,
  root: string,
): Promise<Situation | undefined> {
  for (const { syncUri } of entries) {
    const below = cachePath(syncUri);
    if (below === undefined) continue;
    const path = join(root, 'var/cache/edb/binhost', below);
    const found = await stat(path).catch(() => undefined);
    // Not there: Portage could not keep it (a user without the right to), and it was not said to be unreachable.
    if (!found?.isFile() || found.size > MAX_INDEX_BYTES) continue;
    const { timestamp, text } = publishedForm(await readFile(path, 'utf8'));
    const situation = judgeIndex({ path, timestamp, sha256: createHash('sha256').update(text).digest('hex') }, told);
    if (situation) return situation;
  }
  return undefined;
}

/** Only root drops its rights to verify. */
async function checkKeyring(gnupgHome: string): Promise<Situation | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const user = await verifyUser();
  const home = await pathOf(gnupgHome);
  if (!user || !home) return undefined;
  const files = ['pubring.kbx', 'pubring.gpg', 'trustdb.gpg'].map((name) => pathOf(join(gnupgHome, name)));
  const paths = [...(await parentsOf(gnupgHome)), home, ...(await Promise.all(files))];
  return judgeKeyring(
    paths.filter((one) => one !== undefined),
    user,
  );
}

async function parentsOf(path: string): Promise<(KeyringPath | undefined)[]> {
  const parent = dirname(path);
  return parent === path ? [] : [...(await parentsOf(parent)), await pathOf(parent)];
}

async function pathOf(path: string): Promise<KeyringPath | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && { path, isDirectory: found.isDirectory(), mode: found.mode, uid: found.uid, gid: found.gid };
}

const VERIFY_USER = 'nobody';

async function verifyUser(): Promise<VerifyUser | undefined> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const line = text.split('\n').find((one) => one.startsWith(`${VERIFY_USER}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined ? undefined : { name: VERIFY_USER, uid: Number(uid), gid: Number(gid) };
}
