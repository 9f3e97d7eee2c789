import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { SeparateRoot } from './openrc-root.ts';

/** What Debian's openrc lacks on a Debian that has none: everything else is part of every Debian. */
const PACKAGES = ['openrc', 'libeinfo1', 'librc1'];

/**
 * Puts Debian's OpenRC into a root, as if it had been booted by it: installing it on the machine would replace the machine's own
 * init scripts. Only our services and a stand-in of localmount are left in /etc/init.d.
 *
 * @throws where apt-get can't fetch the packages
 */
export async function installOpenrc(root: SeparateRoot): Promise<void> {
  const downloads = join(root.shared, 'debs');
  await mkdir(downloads);
  await execa('apt-get', ['download', '-qq', '-o', 'APT::Sandbox::User=root', ...PACKAGES], { cwd: downloads });
  await root.must(['rm', '-rf', '/etc/init.d', '/etc/conf.d', '/etc/runlevels']);
  for (const name of await readdir(downloads)) await unpack(root, downloads, name);
  await root.must(['rm', '-rf', downloads]);
  await root.must([
    'mkdir',
    '-p',
    '/etc/init.d',
    '/etc/conf.d',
    '/etc/runlevels/default',
    '/etc/insserv.conf.d',
    '/run/openrc',
  ]);
  // Of Debian's insserv, which only Debian's own init scripts need; OpenRC complains where it is missing.
  await writeFile(root.outside('/etc/insserv.conf'), '');
  await writeFile(root.outside('/run/openrc/softlevel'), 'default\n');
  // What the boot of a machine has done before any of our services starts.
  await writeFile(root.outside('/etc/init.d/localmount'), '#!/sbin/openrc-run\nstart() { return 0; }\n', {
    mode: 0o755,
  });
}

/** By tar itself: `dpkg-deb -x` would replace the links /lib and /sbin of a merged /usr by directories. */
async function unpack(root: SeparateRoot, downloads: string, name: string): Promise<void> {
  const tarFile = join(downloads, `${name}.tar`);
  await execa('dpkg-deb', ['--fsys-tarfile', join(downloads, name)], { stdout: { file: tarFile } });
  await root.must(['tar', '--extract', '--keep-directory-symlink', '--directory', '/', '--file', tarFile]);
}
