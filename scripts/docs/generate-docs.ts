import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SHARED_ERRORS } from '@binhost/shared/errors';
import { AGENT_ERRORS } from '../../packages/agent/src/agent-errors.ts';
import { agentConfig } from '../../packages/agent/src/config/agent-config.ts';
import { coordinatorConfig } from '../../packages/coordinator/src/config/coordinator-config.ts';
import { COORDINATOR_ERRORS } from '../../packages/coordinator/src/coordinator-errors.ts';
import { WISH_TRANSITIONS } from '../../packages/coordinator/src/demand/wish-state.ts';
import { BUILD_TRANSITIONS } from '../../packages/coordinator/src/queue/build-state.ts';
import { configTable } from './config-table.ts';
import { dependencyPage } from './dependency-page.ts';
import { stateDiagram } from './state-diagram.ts';

// Writes the documents that are made from the code. test/generated-docs.test.ts fails where one is out of date.
//   npm run docs

export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const NOTE = '<!-- made from the code by `npm run docs`; do not edit -->';

/** Path below the project → text, of every generated document. */
export function generatedDocs(): Record<string, string> {
  const states = [
    '# States',
    NOTE,
    'What each state means stands beside its table: packages/coordinator/src/queue/build-state.ts and demand/wish-state.ts.',
    '## Build',
    stateDiagram(BUILD_TRANSITIONS, ['blocked', 'queued']),
    '## Wish',
    stateDiagram(WISH_TRANSITIONS, ['waiting', 'excluded', 'unbuildable', 'published']),
  ];
  const page = (...parts: string[]) => `${parts.join('\n\n').trimEnd()}\n`;
  return {
    'docs/states.md': page(...states),
    'docs/config-agent.md': page('# agent.toml', NOTE, configTable(agentConfig, 'BINHOST_AGENT')),
    'docs/config-coordinator.md': page(
      '# coordinator.toml',
      NOTE,
      configTable(coordinatorConfig, 'BINHOST_COORDINATOR'),
    ),
    'docs/dependencies.md': page('# Dependencies', NOTE, ...dependencyPage(projectRoot)),
    'docs/errors.md': page(
      '# Errors',
      NOTE,
      errorRows('Both', SHARED_ERRORS),
      errorRows('Agent', AGENT_ERRORS),
      errorRows('Coordinator', COORDINATOR_ERRORS),
    ),
  };
}

function errorRows(title: string, table: Record<string, string>): string {
  const rows = Object.entries(table).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  return [`## ${title}`, '', '| code | meaning |', '|---|---|', ...rows].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of Object.entries(generatedDocs())) {
    mkdirSync(dirname(join(projectRoot, path)), { recursive: true });
    writeFileSync(join(projectRoot, path), text);
  }
}

/** The document as it stands; '' where it is missing. */
export function documentNow(path: string): string {
  try {
    return readFileSync(join(projectRoot, path), 'utf8');
  } catch {
    return '';
  }
}
