import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTemporaryDirectory } from '@binhost/testkit';
import { describe, expect, it } from 'vitest';

const NAMESPACE = ['--user', '--map-root-user', '--mount', '--propagation', 'private', '--'];

describe('runMounts', () => {
  it('shows an empty place for what is hidden, file or directory, and makes none where nothing was', async (context) => {
    const probe = spawnSync('unshare', [...NAMESPACE, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { encoding: 'utf8' });
    if (probe.status !== 0) context.skip(`no mount namespace here: ${probe.stderr || probe.error?.message}`);
    const directory = await makeTemporaryDirectory();
    for (const name of ['dev/shm', 'etc', 'state']) mkdirSync(join(directory.path, name), { recursive: true });
    for (const name of ['dev/shm/x', 'etc/secret', 'state/x']) writeFileSync(join(directory.path, name), 'a secret');
    const program = [process.execPath, '--import', 'tsx', join(import.meta.dirname, '../fixtures/run-mounts.ts')];
    const ended = spawnSync('unshare', [...NAMESPACE, ...program, directory.path], { encoding: 'utf8' });
    expect(ended.stderr).toBe('');
    expect(JSON.parse(ended.stdout)).toEqual({ shm: [], shmMode: '1777', devices: ['shm'], secret: '', state: [] });
    expect(readFileSync(join(directory.path, 'etc/secret'), 'utf8')).toBe('a secret');
    await directory.remove();
  });
});
