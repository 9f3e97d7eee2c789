import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PRETEND_ENVIRONMENT, pretendArguments } from '../pretend-run.ts';

it('runs emerge as the agent does', () => {
  const agent = readFileSync(
    new URL('../../../packages/agent/src/collect/pretend-command.ts', import.meta.url),
    'utf8',
  );
  const argv = pretendArguments({ keptOptions: [], list: ['-gpvuDN', 'world'] });
  const inSource = /argv: \[\.\.\.emerge, (.*)\],/.exec(agent)?.[1]?.replace('...keptOptions, ', '');
  expect(inSource).toBe(argv.map((word) => `'${word}'`).join(', '));
  const environment = /PORTAGE_ENVIRONMENT[^{]*\{([^}]*)\}/.exec(agent)?.[1] ?? '';
  const pairs = [...environment.matchAll(/(\w+): '([^']*)'/g)].map(([, name, value]) => [name, value]);
  expect(Object.fromEntries(pairs)).toEqual(PRETEND_ENVIRONMENT);
});
