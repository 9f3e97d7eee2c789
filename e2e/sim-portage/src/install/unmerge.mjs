/** Takes an installed package away: its files, its /var/db/pkg entry, and its line of the world file. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { matchesAtom, parseAtom } from '../grammar/atoms.mjs';
import { readInstalled, removeFromWorld } from '../host/installed.mjs';

/** @returns {string} what is going to be removed, as emerge says it before it does so */
export function selectionText(selected, installed) {
  const versions = (list) => `${list.map((pkg) => pkg.version).join(' ') || 'none'} `;
  const names = [...new Set(selected.map((pkg) => pkg.cp))];
  const blocks = names.map((cp) => {
    const [going, staying] = [selected, installed.filter((pkg) => !selected.includes(pkg))].map((list) =>
      list.filter((pkg) => pkg.cp === cp),
    );
    return `\n ${cp}\n    selected: ${versions(going)}\n   protected: none \n     omitted: ${versions(staying)}\n`;
  });
  return `${blocks.join('')}
All selected packages: ${selected.map((pkg) => `=${pkg.cpv}`).join(' ')}

>>> 'Selected' packages are slated for removal.
>>> 'Protected' and 'omitted' packages will not be removed.\n`;
}

export function unmergePackage(system, pkg) {
  const { host, installed } = system;
  const others = new Set(installed.filter((each) => each !== pkg).flatMap((each) => filesOf(host, each)));
  for (const path of filesOf(host, pkg)) if (!others.has(path)) rmSync(join(host.root, path), { force: true });
  rmSync(join(host.installedDir, pkg.cpv), { recursive: true });
  installed.splice(0, installed.length, ...readInstalled(host));
  removeFromWorld(host, (line) => {
    const atom = parseAtom(line);
    return atom !== undefined && matchesAtom(atom, pkg) && !installed.some((each) => matchesAtom(atom, each));
  });
}

function filesOf({ installedDir }, { cpv }) {
  const contents = join(installedDir, cpv, 'CONTENTS');
  if (!existsSync(contents)) return [];
  return [...readFileSync(contents, 'utf8').matchAll(/^obj (\S+) /gm)].map(([, path]) => path);
}
